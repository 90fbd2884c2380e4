"""A small K.I.T. on loopback that speaks the documented frames, and can be told to fail."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Frame = dict[str, Any]
Step = str | Frame | asyncio.Event
"""Of a turn: text is a chunk, an object a tool call, an event a wait for the test."""

JOURNALED = {"chat.send", "trade.execute", "trade.close", "sessions.create", "note.write"}


class Refusal(Exception):
    """An answer that is an error."""

    def __init__(self, code: str, **more: Any) -> None:
        super().__init__(code)
        self.error = {"code": code, "message": "no", "retryable": False, **more}


Answerer = Callable[[Frame], Any]


@dataclass
class Service:
    """What it was asked, what it answers and when it cuts connections."""

    url: str = ""
    token: str | None = None
    tell_frame_id: bool = True
    keep_events_from: int = 0
    refuse_upgrade: int | None = None
    cuts: Iterator[tuple[int, bool]] = field(default_factory=lambda: iter(()))
    """For each new connection: how many frames go out before it is cut, and whether the last one is lost."""

    answers: dict[str, Answerer] = field(default_factory=dict)
    turns: Callable[[Frame], Iterable[Step]] = lambda params: ["You said: ", params["message"]]
    asked: list[Frame] = field(default_factory=list)
    done: list[tuple[str, str]] = field(default_factory=list)
    connections: set["_Connection"] = field(default_factory=set)
    opened: int = 0
    events: list[Frame] = field(default_factory=list)
    first_seq: int = 1
    _journal: dict[tuple[Any, str, str], asyncio.Task[Frame]] = field(default_factory=dict)
    _turns: dict[str, asyncio.Task[Frame]] = field(default_factory=dict)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, name: str, **payload: Any) -> int:
        """Publish an event and return its number."""
        seq = self.first_seq + len(self.events)
        frame = {"type": "event", "event": name, "payload": payload, "seq": seq}
        self.events.append(frame)
        for connection in self.connections:
            connection.send(frame)
        return seq

    def say(self, text: str) -> None:
        """Send a frame as it is on every connection."""
        for connection in self.connections:
            connection.send(text)

    async def hang_up(self, code: int) -> None:
        """Close every connection with a code, as a service does that stops or sheds a slow reader."""
        for connection in tuple(self.connections):
            await connection.hang_up(code)

    def cut(self) -> None:
        """Cut every connection as a network does: without a word."""
        for connection in tuple(self.connections):
            connection.abort()

    def methods(self) -> list[str]:
        """Return what was asked, in order."""
        return [frame["method"] for frame in self.asked]

    async def until(self, true: Callable[[], bool]) -> None:
        """Return once a condition on what was asked holds."""
        while not true():
            self._news.clear()
            await self._news.wait()

    def saw(self, frame: Frame) -> None:
        """Note a request."""
        self.asked.append(frame)
        self._news.set()

    async def answer(self, client: Any, frame: Frame) -> Frame:
        """Return the payload of a request, the stored one for a journaled request seen before."""
        method, frame_id = frame["method"], frame["id"]
        if method not in JOURNALED:
            return await self._run(frame)
        key = (client, method, frame_id)
        if key not in self._journal:
            self._journal[key] = asyncio.create_task(self._run(frame))
            self._journal[key].add_done_callback(lambda task: task.cancelled() or task.exception())
        return await asyncio.shield(self._journal[key])

    async def _run(self, frame: Frame) -> Frame:
        method, params = frame["method"], frame["params"]
        self.done.append((method, frame["id"]))
        if method in self.answers:
            given = self.answers[method](params)
            payload: Frame = (await given) if asyncio.iscoroutine(given) else given
            return payload
        if method == "chat.send":
            return await self._turn(frame)
        if method == "chat.abort":
            turn = self._turns.get(params["requestId"])
            return {"aborted": turn is not None and turn.cancel()}
        return {"method": method, "params": params}

    async def _turn(self, frame: Frame) -> Frame:
        params = frame["params"]
        request_id = f"req_{frame['id']}"
        ids = {"sessionId": params.get("sessionId", "main"), "requestId": request_id}
        if self.tell_frame_id:
            ids["frameId"] = frame["id"]
        said: list[str] = []
        tell = self.tell if params.get("stream") else _mute
        tell("chat.start", **ids)
        task = asyncio.current_task()
        assert task is not None
        self._turns[request_id] = self._turns[frame["id"]] = task
        name = "chat.complete"
        try:
            for step in self.turns(params):
                await self._step(step, said, tell, ids)
        except Refusal as refusal:
            tell("chat.error", error=refusal.error, **ids)
            raise
        except asyncio.CancelledError:
            task.uncancel()
            name = "chat.aborted"
        message = {"id": "msg_1", "role": "assistant", "content": "".join(said)}
        tell(name, message=message, **ids)
        return {**ids, "messageId": "msg_1", "message": message, "aborted": name == "chat.aborted"}

    async def _step(self, step: Step, said: list[str], tell: Callable[..., Any], ids: Frame) -> None:
        if isinstance(step, asyncio.Event):
            await step.wait()
        elif isinstance(step, str):
            said.append(step)
            tell("chat.chunk", chunk=step, **ids)
        else:
            tell("chat.tool_call", toolCall=step, **ids)
        await asyncio.sleep(0)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one WebSocket."""
        if self.refuse_upgrade is not None:
            return web.Response(status=self.refuse_upgrade, headers={"Retry-After": "0"})
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.opened += 1
        assert request.transport is not None
        connection = _Connection(self, socket, request.transport, next(self.cuts, None))
        async with asyncio.TaskGroup() as tasks:
            writer = tasks.create_task(connection.write())
            async for message in socket:
                frame = json.loads(message.data)
                self.saw(frame)
                if frame["method"] == "connect":
                    connection.greet(frame)
                else:
                    tasks.create_task(connection.answer(frame))
            self.connections.discard(connection)
            writer.cancel()
        return socket


def _mute(*_: Any, **__: Any) -> None:
    return None


class _Connection:
    def __init__(
        self,
        service: Service,
        socket: web.WebSocketResponse,
        transport: asyncio.Transport,
        cut: tuple[int, bool] | None,
    ) -> None:
        self._service = service
        self._socket = socket
        self._transport = transport
        self._left, self._lose_last = cut or (-1, False)
        self._queue: asyncio.Queue[Frame | str] = asyncio.Queue()
        self._client: Any = id(self)
        self._in = service.token is None

    def send(self, frame: Frame | str) -> None:
        self._queue.put_nowait(frame)

    async def hang_up(self, code: int) -> None:
        self._service.connections.discard(self)
        await self._socket.close(code=code)

    def abort(self) -> None:
        self._service.connections.discard(self)
        self._transport.abort()

    async def write(self) -> None:
        while True:
            frame = await self._queue.get()
            self._left -= 1
            if self._left == 0 and self._lose_last:
                self.abort()
                return
            try:
                await self._socket.send_str(frame if isinstance(frame, str) else json.dumps(frame))
            except ConnectionError:
                return
            if self._left == 0:
                self.abort()
                return

    def greet(self, frame: Frame) -> None:
        service, params = self._service, frame["params"]
        given = params.get("auth", {}).get("token")
        if service.token is not None and given != service.token:
            code = "AUTH_INVALID" if given else "AUTH_REQUIRED"
            self._fail(frame, Refusal(code).error)
            return
        self._in = True
        self._client = (params.get("device") or params.get("client") or {}).get("id", self._client)
        after = params.get("resume", {}).get("lastSeq")
        missed = [] if after is None else [event for event in service.events if event["seq"] > after]
        kept = [event for event in missed if event["seq"] >= service.keep_events_from]
        payload: Frame = {"type": "hello-ok", "lastSeq": service.first_seq - 1 + len(service.events)}
        if after is not None:
            complete = after + 1 >= service.keep_events_from
            payload["resumed"] = {"complete": complete, "count": len(kept)}
        self.send({"type": "res", "id": frame["id"], "ok": True, "payload": payload})
        for event in kept:
            self.send(event)
        service.connections.add(self)

    async def answer(self, frame: Frame) -> None:
        if not self._in:
            self._fail(frame, Refusal("AUTH_REQUIRED").error)
            return
        if frame["method"] == "disconnect":
            payload: Mapping[str, Any] = {"disconnected": True}
        else:
            try:
                payload = await self._service.answer(self._client, frame)
            except Refusal as refusal:
                self._fail(frame, refusal.error)
                return
        self.send({"type": "res", "id": frame["id"], "ok": True, "payload": payload})

    def _fail(self, frame: Frame, error: Frame) -> None:
        self.send({"type": "res", "id": frame["id"], "ok": False, "error": error})


@asynccontextmanager
async def served(service: Service, port: int = 0) -> AsyncIterator[Service]:
    """Run a service on loopback."""
    application = web.Application()
    application.router.add_get("/", service.handle)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    try:
        await site.start()
        service.url = f"ws://127.0.0.1:{runner.addresses[0][1]}"
        yield service
    finally:
        service.cut()
        await runner.cleanup()
