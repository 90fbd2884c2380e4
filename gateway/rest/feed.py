"""Everything that happens to somebody, as server-sent events that go on where a reader left off."""

import asyncio
import re
from collections.abc import Sequence

import orjson
import structlog
from aiohttp import hdrs, web

from gateway.auth import bearer
from gateway.hub import Told
from gateway.rest.failure import Refused
from gateway.rest.stream import ALIVE, EVENT_STREAM, ROOM, block, write
from gateway.shared import Shared
from tools.errors import InvalidParams
from tools.policy import Principal

PATH = "/api/v2/events"
DESCRIPTION = (
    "All that happens to you from now on, or from the event on whose number you give. It has no end."
)
LAST = {
    "name": "Last-Event-ID",
    "in": "header",
    "required": False,
    "description": "The number of the last event that you had: what has happened since comes first.",
    "schema": {"type": "string", "pattern": "^[0-9]{1,15}$"},
}
REFUSED = (400, 401, 403, 429, 503)

LOOK_SECONDS = 1.0
"""How often it is looked whether a reader that is told nothing is still there."""

_NUMBER = re.compile(r"\d{1,15}")

log = structlog.get_logger(__name__)


class Feed:
    """Tells readers what happens to them. As many at a time as there may be connections."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._readers: set[Reader] = set()
        self._stopped = False

    def stop(self) -> None:
        """End every reader's stream: all come back with the number of the last event they had."""
        self._stopped = True
        for reader in self._readers:
            reader.end()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Tell a reader what it missed since `Last-Event-ID`, then what happens, until it goes.

        Raises Refused, InvalidParams and what the doorman raises.
        """
        shared = self._shared
        after = _after(request)
        token = bearer(request.headers) or request.headers.get("X-API-Key", "").strip() or None
        principal = await shared.doorman.admit(token, request.remote or "")
        if self._stopped:
            raise Refused(503, "the service is stopping")
        if len(self._readers) >= shared.settings.max_connections:
            raise Refused(503, f"all {shared.settings.max_connections} readers' places are taken")
        reader = Reader(shared, principal)
        self._readers.add(reader)
        stop = shared.services.events.listen(reader.take)
        try:
            return await reader.serve(request, after)
        finally:
            stop()
            self._readers.discard(reader)


class Reader:
    """One reader and what waits for it."""

    def __init__(self, shared: Shared, principal: Principal) -> None:
        self._shared = shared
        self._principal = principal
        self._queue: asyncio.Queue[tuple[int, bytes] | None] = asyncio.Queue(ROOM)
        self._ended = False

    def take(self, events: Sequence[Told]) -> None:
        """Keep what concerns the reader; one that is far behind is ended, and asks again for the rest."""
        for event in events:
            if event.principal in (None, self._principal.id) and not self._ended:
                message = block(event.name, orjson.dumps(event.payload), event.seq)
                try:
                    self._queue.put_nowait((event.seq, message))
                except asyncio.QueueFull:
                    self.end()

    def end(self) -> None:
        """End the stream, without what still waits."""
        self._ended = True
        while not self._queue.empty():
            self._queue.get_nowait()
        self._queue.put_nowait(None)

    async def serve(self, request: web.Request, after: int | None) -> web.StreamResponse:
        """Tell until the reader goes, reads nothing, may hear no more, or is ended."""
        response = web.StreamResponse(headers={hdrs.CONTENT_TYPE: EVENT_STREAM, "X-Accel-Buffering": "no"})
        try:
            last = await self._begin(request, response, after)
            await self._go_on(request, response, last)
            await response.write_eof()
        except ConnectionError:
            log.info("a reader of events has gone", address=request.remote)
            if request.transport is not None:
                request.transport.abort()
        return response

    async def _begin(self, request: web.Request, response: web.StreamResponse, after: int | None) -> int:
        """Tell what was missed; return the number of the last event that was told."""
        hub = self._shared.hub
        if after is None:
            await response.prepare(request)
            await self._write(response, ALIVE)
            return 0
        reached = hub.reached(after)
        last = after if reached else hub.last_seq
        found = await self._shared.services.events.replay(self._principal.id, last)
        told = {"complete": found.complete and reached, "count": len(found.events)}
        await response.prepare(request)
        await self._write(response, block("resumed", orjson.dumps(told)))
        for event in found.events:
            await self._write(response, block(event.name, orjson.dumps(event.payload), event.seq))
        return found.events[-1].seq if found.events else last

    async def _go_on(self, request: web.Request, response: web.StreamResponse, last: int) -> None:
        quiet = 0.0
        while request.transport is not None:
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    waiting = await self._queue.get()
            except TimeoutError:
                quiet += LOOK_SECONDS
                if quiet < self._shared.settings.heartbeat_seconds:
                    continue
                waiting = (last + 1, ALIVE)
            if waiting is None or self._shared.doorman.lapse(self._principal) is not None:
                return
            seq, message = waiting
            if seq > last:
                quiet = 0.0
                await self._write(response, message)

    async def _write(self, response: web.StreamResponse, message: bytes) -> None:
        await write(response, message, self._shared.settings.stall_seconds)


def _after(request: web.Request) -> int | None:
    given = request.headers.get("Last-Event-ID", "").strip()
    if not given:
        return None
    if not _NUMBER.fullmatch(given):
        raise InvalidParams(
            "a Last-Event-ID is the number of an event", details={"fields": ["Last-Event-ID"]}
        )
    return int(given)
