"""One connection that lasts: requests and their answers, events in order, and coming back after a cut."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kit.answers import CONNECTION_LOST, EVENTS_LOST, NOT_CONNECTED, Answer, KitError, decode
from kit.backoff import Backoff
from kit.requests import Request, Requests

if TYPE_CHECKING:
    from aiohttp import ClientSession, ClientWebSocketResponse

log = logging.getLogger(__name__)

Greeting = Callable[[int | None], Mapping[str, Any]]
"""The params of connect; handed the number of the last event seen when the connection is resumed."""
Deliver = Callable[[str, Answer], None]
Report = Callable[[KitError], None]

FAREWELL_SECONDS = 2.0

OUTSIDE = frozenset({"shutdown"})
"""Events outside the record: they repeat the last number and are never replayed."""


@dataclass(slots=True)
class _Place:
    """How far the events of this connection have been delivered, and after which one it began."""

    delivered: int | None = None
    began: int | None = None

    @property
    def last(self) -> int | None:
        known = [seq for seq in (self.delivered, self.began) if seq is not None]
        return max(known, default=None)


class Transport:
    """Keeps one connection alive between `open` and `close`.

    `deliver` gets each event once, in order. `report` hears of what no caller waits for: events that cannot
    be had any more, and the end of a connection that does not come back.
    """

    def __init__(
        self,
        url: str,
        greeting: Greeting,
        deliver: Deliver,
        report: Report,
        new_id: Callable[[], str],
        backoff: Backoff,
        connect_timeout: float,
    ) -> None:
        self._url = url
        self._greeting = greeting
        self._deliver = deliver
        self._report = report
        self._backoff = backoff
        self._connect_timeout = connect_timeout
        self._requests = Requests(new_id)
        self._place = _Place()
        self._socket: ClientWebSocketResponse | None = None
        self._life: asyncio.Task[None] | None = None
        self._alive = False
        self._closing = False
        self._end = KitError(NOT_CONNECTED, "call `await client.connect()` first")

    @property
    def connected(self) -> bool:
        """Tell whether requests leave at once."""
        return self._socket is not None

    @property
    def last_seq(self) -> int | None:
        """The number of the last event known of."""
        return self._place.last

    @property
    def methods(self) -> Sequence[str]:
        """What the service said it can be asked for."""
        return self._requests.methods

    async def open(self, last_seq: int | None = None) -> Answer:
        """Connect and return the hello, with the events after `last_seq` to follow; raise KitError."""
        if self._alive:
            raise KitError("INVALID_REQUEST", "this client is connected already")
        import aiohttp

        self._alive, self._closing = True, False
        self._place = _Place(delivered=last_seq)
        async with contextlib.AsyncExitStack() as undo:
            undo.callback(self._die, KitError(NOT_CONNECTED, "the client could not connect"))
            session = await undo.enter_async_context(aiohttp.ClientSession())
            socket, hello = await self._dial(session)
            undo.push_async_callback(socket.close)
            await self._take_up(socket)
            undo.pop_all()
        self._life = asyncio.create_task(self._live(session, socket), name="kit-connection")
        return hello

    async def close(self) -> None:
        """Say goodbye and let go; what still waits for an answer fails."""
        self._closing = True
        if self._socket is not None:
            # Leaving must not fail: the service notices a closed socket as well as a goodbye.
            with contextlib.suppress(KitError):
                await self.request("disconnect", {}, FAREWELL_SECONDS)
        if self._life is not None:
            self._life.cancel()
            await asyncio.wait([self._life])

    async def request(
        self, method: str, params: Mapping[str, Any], seconds: float, frame_id: str | None = None
    ) -> Answer:
        """Send a request and return its answer, due within `seconds`; raise KitError."""
        if not self._alive:
            raise self._end
        with self._requests.expect(method, params, frame_id) as request:
            try:
                async with asyncio.timeout(seconds):
                    if self._socket is not None:
                        await _send(self._socket, request)
                    return await request.answer
            except TimeoutError:
                raise request.too_late(seconds) from None

    def _die(self, end: KitError) -> None:
        self._alive, self._socket, self._end = False, None, end
        self._requests.fail(end)

    async def _live(self, session: "ClientSession", socket: "ClientWebSocketResponse") -> None:
        """Read, and connect again after each cut, until there is no more connection to be had."""
        end = KitError(CONNECTION_LOST, "the client was disconnected")
        try:
            while True:
                await self._read(socket)
                self._socket = None
                if self._closing:
                    return
                socket = await self._dial_again(session)
                await self._take_up(socket)
        except KitError as error:
            details = {**error.details, "cause": error.code}
            end = KitError(CONNECTION_LOST, f"the connection is lost: {error.message}", details=details)
            self._report(end)
        finally:
            self._die(end)
            await socket.close()
            await session.close()

    async def _read(self, socket: "ClientWebSocketResponse") -> None:
        """Take frames until the connection ends."""
        from aiohttp import WSMsgType

        with contextlib.suppress(ConnectionError):
            async for message in socket:
                if message.type is WSMsgType.ERROR:
                    return
                if message.type is WSMsgType.TEXT:
                    self._take(_parsed(message.data))

    async def _dial_again(self, session: "ClientSession") -> "ClientWebSocketResponse":
        failure = KitError(CONNECTION_LOST, "the connection was cut")
        for wait in self._backoff.waits():
            await self._backoff.sleep(max(wait, (failure.retry_after_ms or 0) / 1000))
            try:
                socket, _ = await self._dial(session)
            except KitError as error:
                if not error.retryable:
                    raise
                failure = error
                log.info("not connected yet: %s", error)
            else:
                return socket
        raise failure

    async def _dial(self, session: "ClientSession") -> "tuple[ClientWebSocketResponse, Answer]":
        """Open a socket and greet."""
        from kit.dialing import dial, nobody

        async with contextlib.AsyncExitStack() as undo:
            try:
                async with asyncio.timeout(self._connect_timeout):
                    socket = await dial(session, self._url)
                    undo.push_async_callback(socket.close)
                    hello = await self._greet(socket)
            except TimeoutError:
                raise nobody(self._url) from None
            undo.pop_all()
        return socket, hello

    async def _greet(self, socket: "ClientWebSocketResponse") -> Answer:
        from aiohttp import WSMsgType

        from kit.dialing import nobody

        resumed_from = self._place.last
        with (
            self._requests.expect("connect", self._greeting(resumed_from)) as request,
            contextlib.suppress(ConnectionError),
        ):
            await socket.send_str(request.frame)
            while not request.answer.done():
                message = await socket.receive()
                if message.type is not WSMsgType.TEXT:
                    break
                self._take(_parsed(message.data))
        if not request.answer.done():
            raise nobody(self._url)
        hello = request.answer.result()
        self._settle(hello, resumed_from)
        return hello

    def _settle(self, hello: Answer, resumed_from: int | None) -> None:
        """Take the place in the events that the service has for this connection, and what it can do."""
        self._requests.methods = hello.get("methods", ())
        newest = hello.get("lastSeq")
        if not isinstance(newest, int):
            return
        if resumed_from is None:
            self._place.began = newest
            return
        resumed = hello.get("resumed") or {}
        if newest < resumed_from:
            # Its numbers begin anew: with ours, all it tells from now on would look old.
            self._place = _Place(began=newest)
        if newest < resumed_from or not resumed.get("complete", True):
            message = f"the events after number {resumed_from} are no longer all kept"
            self._report(KitError(EVENTS_LOST, message, details={"lastSeq": resumed_from}))

    async def _take_up(self, socket: "ClientWebSocketResponse") -> None:
        """Send what was waiting for a connection, and again what is safe to send again."""
        waiting, self._socket = self._requests.unanswered(), socket
        now = asyncio.get_running_loop().time()
        for request in waiting:
            if request.answer.done():
                continue
            if request.may_leave(now):
                await _send(socket, request)
            else:
                request.lose()

    def _take(self, frame: Any) -> None:
        match frame:
            case {"type": "res", "id": str(frame_id)}:
                self._requests.settle(frame_id, frame)
            case {"type": "event", "event": str(name)}:
                self._tell(name, frame.get("payload"), frame.get("seq"))
            case _:
                log.warning("a frame of unknown kind was ignored")

    def _tell(self, name: str, payload: Any, seq: Any) -> None:
        if isinstance(seq, int) and name not in OUTSIDE:
            if self._place.delivered is not None and seq <= self._place.delivered:
                return
            self._place.delivered = seq
        self._deliver(name, payload if isinstance(payload, Answer) else Answer())


async def _send(socket: "ClientWebSocketResponse", request: Request) -> None:
    if request.sent is None:
        request.sent = asyncio.get_running_loop().time()
    # The reader meets the same cut, and decides what is sent again.
    with contextlib.suppress(ConnectionError):
        await socket.send_str(request.frame)


def _parsed(text: str) -> Any:
    try:
        return decode(text)
    except ValueError:
        return None
