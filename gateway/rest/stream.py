"""An answer told while it is made: a capability's events as server-sent events, then what it came to."""

import asyncio
from collections.abc import Callable, Sequence

import orjson
import structlog
from aiohttp import hdrs, web

from gateway.hub import Told
from gateway.rest.failure import Refused
from tools.errors import CallError
from tools.events import EventBus

EVENT_STREAM = "text/event-stream"
ROOM = 4_096
"""Events that may wait for a slow reader; beyond them the stream ends, what it tells of goes on."""

log = structlog.get_logger(__name__)

ALIVE = b": still at it\n\n"


def wanted(request: web.Request) -> bool:
    """Tell whether a request asks for a stream."""
    return EVENT_STREAM in request.headers.get(hdrs.ACCEPT, "").lower()


class Stream:
    """The events of one request of one principal, in order; their capability delivers them before it answers.

    A sign of life is sent every `alive_seconds`; a reader that takes nothing for `stall_seconds` is cut.
    """

    def __init__(
        self,
        events: EventBus,
        principal: str,
        request_id: str,
        *,
        alive_seconds: float,
        stall_seconds: float,
    ) -> None:
        self._events = events
        self._principal = principal
        self._request_id = request_id
        self._queue: asyncio.Queue[bytes] = asyncio.Queue(ROOM)
        self._alive_seconds = alive_seconds
        self._stall_seconds = stall_seconds
        self._lost = False

    def take(self, events: Sequence[Told]) -> None:
        """Keep those that belong to the request."""
        for event in events:
            if event.principal == self._principal and event.payload.get("requestId") == self._request_id:
                try:
                    self._queue.put_nowait(block(event.name, orjson.dumps(event.payload), event.seq))
                except asyncio.QueueFull:
                    self._lost = True

    async def answer(
        self,
        request: web.Request,
        work: asyncio.Task[bytes],
        worded: Callable[[CallError | Refused], bytes],
    ) -> web.StreamResponse:
        """Tell of `work` until it has ended, then what it came to; `worded` makes the body of a refusal.

        What fails before anything was told is raised instead.
        """
        stop = self._events.listen(self.take)
        response = web.StreamResponse(headers={hdrs.CONTENT_TYPE: EVENT_STREAM, "X-Accel-Buffering": "no"})
        try:
            first = await self._next(work, None)
            if first is None and work.exception() is not None:
                work.result()
            await response.prepare(request)
            await self._tell(response, first, work)
            if not self._lost:
                await self._write(response, _last(work, worded))
            await response.write_eof()
        except ConnectionError:
            log.info("a stream's reader has gone", path=request.path)
            if request.transport is not None:
                request.transport.abort()
        finally:
            stop()
        return response

    async def _tell(
        self,
        response: web.StreamResponse,
        first: bytes | None,
        work: asyncio.Task[bytes],
    ) -> None:
        message = first
        while message is not None and not self._lost:
            await self._write(response, message)
            message = await self._next(work, self._alive_seconds)

    async def _write(self, response: web.StreamResponse, message: bytes) -> None:
        await write(response, message, self._stall_seconds)

    async def _next(self, work: asyncio.Task[bytes], alive_seconds: float | None) -> bytes | None:
        """Return the next event, a sign of life when there is none for a while, None when all is told."""
        if not self._queue.empty() or work.done():
            return None if self._queue.empty() else self._queue.get_nowait()
        coming = asyncio.ensure_future(self._queue.get())
        await asyncio.wait((coming, work), timeout=alive_seconds, return_when=asyncio.FIRST_COMPLETED)
        if coming.done():
            return coming.result()
        coming.cancel()
        return await self._next(work, alive_seconds) if work.done() else ALIVE


def _last(work: "asyncio.Task[bytes]", worded: Callable[[CallError | Refused], bytes]) -> bytes:
    error = work.exception()
    if error is None:
        return block("result", work.result())
    if isinstance(error, CallError | Refused):
        return block("error", worded(error))
    raise error


async def write(response: web.StreamResponse, message: bytes, stall_seconds: float) -> None:
    """Write to a reader; raise ConnectionError when it takes nothing for so long."""
    try:
        async with asyncio.timeout(stall_seconds):
            await response.write(message)
    except TimeoutError:
        raise ConnectionError("the reader takes nothing") from None


def block(name: str, data: bytes, seq: int | None = None) -> bytes:
    """Return one server-sent event."""
    number = b"" if seq is None else b"id: %d\n" % seq
    return b"%bevent: %b\ndata: %b\n\n" % (number, name.encode(), data)
