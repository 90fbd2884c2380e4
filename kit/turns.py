"""One message to the agent and all that comes of it."""

import asyncio
from collections.abc import AsyncIterator, Generator, Mapping
from typing import Any, Protocol

from kit.answers import ANSWER_LOST, STREAM_INCOMPLETE, TIMEOUT, Answer, KitError

CHAT_SECONDS = 600.0
ABORT_SECONDS = 30.0

FIRST = frozenset({"chat.queued", "chat.start"})


class Ask(Protocol):
    """Sends a request under a frame id and returns its answer, due within `seconds`."""

    async def __call__(
        self, method: str, params: Mapping[str, Any], seconds: float, frame_id: str | None = None
    ) -> Answer:
        """Return the answer; raise KitError."""
        ...


class Turn:
    """A message to the agent: `async for` yields its answer's text piece by piece, `await` returns it whole.

    Nothing is sent before one of the two begins. Both may be used, also one after the other. Leaving the loop
    early does not stop the agent; `abort` does.
    """

    def __init__(
        self,
        ask: Ask,
        book: "TurnBook",
        params: Mapping[str, Any],
        frame_id: str,
        timeout: float = CHAT_SECONDS,
    ) -> None:
        self.session_id: str = params["sessionId"]
        self.frame_id = frame_id
        self.request_id: str | None = None
        """The service's name for this turn, once it has begun."""
        self.answer: Answer | None = None
        """The whole answer of chat.send, once it is there; `answer.aborted` tells of a stopped one."""
        self._ask = ask
        self._book = book
        self._params = dict(params, stream=True)
        self._timeout = timeout
        self._told: list[tuple[str, Answer]] = []
        self._news = asyncio.Event()
        self._ended: asyncio.Future[Answer] | None = None
        self._gap = False
        self._task: asyncio.Task[None] | None = None

    def __aiter__(self) -> AsyncIterator[str]:
        return self._texts()

    def __await__(self) -> Generator[Any, None, str]:
        return self._whole().__await__()

    async def events(self) -> AsyncIterator[tuple[str, Answer]]:
        """Yield each chat.* event of this turn as (name, payload), in order; raise KitError if it fails."""
        task = self._begin()
        seen = 0
        while True:
            while seen < len(self._told):
                yield self._told[seen]
                seen += 1
            if task.done():
                task.result()
                return
            self._news.clear()
            await self._news.wait()

    async def abort(self) -> bool:
        """Stop the agent; tell whether there was anything to stop. Text that is here already stays."""
        named = {"sessionId": self.session_id, "requestId": self.request_id or self.frame_id}
        answer = await self._ask("chat.abort", named, ABORT_SECONDS)
        return bool(answer.get("aborted"))

    def take(self, name: str, payload: Answer) -> None:
        """Take an event of this turn."""
        self._told.append((name, payload))
        self._news.set()
        if self._ended is None or self._ended.done():
            return
        if name in {"chat.complete", "chat.aborted"}:
            self._ended.set_result(Answer(payload, aborted=name == "chat.aborted"))
        elif name == "chat.error":
            self._ended.set_exception(KitError.from_wire(payload.get("error")))

    def miss(self) -> None:
        """Note that events, perhaps of this turn, were lost."""
        self._gap = True

    def _begin(self) -> asyncio.Task[None]:
        if self._task is None:
            self._ended = asyncio.get_running_loop().create_future()
            self._task = asyncio.create_task(self._run(self._ended), name="kit-turn")
            self._task.add_done_callback(self._over)
        return self._task

    def _over(self, task: asyncio.Task[None]) -> None:
        self._news.set()
        for outcome in (task, self._ended):
            # Whoever reads the turn may look at how it failed; nobody has to.
            if outcome is not None and outcome.done() and not outcome.cancelled():
                outcome.exception()

    async def _run(self, ended: asyncio.Future[Answer]) -> None:
        self._book.enter(self)
        try:
            async with asyncio.timeout(self._timeout):
                self.answer = await self._outcome(ended)
        except TimeoutError:
            raise KitError(TIMEOUT, f"the agent did not answer within {self._timeout:g} s") from None
        finally:
            self._book.leave(self)
        self._complete(self.answer)

    async def _outcome(self, ended: asyncio.Future[Answer]) -> Answer:
        try:
            return await self._ask("chat.send", self._params, self._timeout, self.frame_id)
        except KitError as error:
            # The turn goes on without this connection's answer; its last event says the same.
            if error.code != ANSWER_LOST or self.request_id is None:
                raise
            return await ended

    def _complete(self, answer: Answer) -> None:
        """Add what the events did not tell; raise KitError when they told something else."""
        whole, told = _content(answer), self._text()
        foreign = self.request_id is not None and answer.get("requestId", self.request_id) != self.request_id
        self.request_id = answer.get("requestId", self.request_id)
        if told and not foreign and not self._gap:
            return
        if not whole.startswith(told):
            raise KitError(
                STREAM_INCOMPLETE,
                "pieces of the answer are missing; the whole is in details['message']",
                details={"message": whole},
            )
        if len(whole) > len(told):
            self.take("chat.chunk", Answer(chunk=whole[len(told) :]))

    def _text(self) -> str:
        return "".join(_chunk(payload) for name, payload in self._told if name == "chat.chunk")

    async def _texts(self) -> AsyncIterator[str]:
        async for name, payload in self.events():
            if name == "chat.chunk":
                yield _chunk(payload)

    async def _whole(self) -> str:
        await asyncio.shield(self._begin())
        return _content(self.answer or Answer())


class TurnBook:
    """Knows which event belongs to which turn of this client; other clients' turns are nobody's."""

    def __init__(self) -> None:
        self._open: dict[str, Turn] = {}
        self._begun: dict[str, Turn] = {}

    def enter(self, turn: Turn) -> None:
        """Expect the events of a turn."""
        self._open[turn.frame_id] = turn

    def leave(self, turn: Turn) -> None:
        """Expect no more of them."""
        self._open.pop(turn.frame_id, None)
        self._begun = {name: each for name, each in self._begun.items() if each is not turn}

    def take(self, name: str, payload: Answer) -> None:
        """Hand a chat.* event to its turn."""
        if not name.startswith("chat."):
            return
        turn = self._owner(name, payload)
        if turn is not None:
            turn.take(name, payload)

    def miss(self) -> None:
        """Note that events were lost."""
        for turn in self._open.values():
            turn.miss()

    def _owner(self, name: str, payload: Answer) -> Turn | None:
        request_id = payload.get("requestId")
        if request_id is None:
            return next(iter(self._open.values())) if len(self._open) == 1 else None
        if request_id not in self._begun and name in FIRST:
            turn = self._claim(request_id, payload)
            if turn is None:
                return None
            turn.request_id = request_id
            self._begun[request_id] = turn
        return self._begun.get(request_id)

    def _claim(self, request_id: str, payload: Answer) -> Turn | None:
        """Return the turn that has just begun: the one of its frame id, else the oldest of its session."""
        frame_id = payload.get("frameId")
        if frame_id is not None:
            return self._open.get(frame_id)
        waiting = (turn for turn in self._open.values() if turn.request_id is None)
        return next((turn for turn in waiting if turn.session_id == payload.get("sessionId")), None)


def _chunk(payload: Mapping[str, Any]) -> str:
    return str(payload.get("chunk", ""))


def _content(answer: Mapping[str, Any]) -> str:
    message: Mapping[str, Any] = answer.get("message") or {}
    return str(message.get("content", ""))
