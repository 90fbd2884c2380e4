"""What happened, told in order: stored with a growing number first, then delivered."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from memory.database import Database, UnitOfWork
from memory.errors import DatabaseUnavailable, NotStorable
from memory.records import NewEvent, StoredEvent
from trading.clock import Clock

Deliver = Callable[[Sequence[StoredEvent]], None]

RETRY_SECONDS = 1.0
REPLAY_PAGE = 1_000

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Replay:
    """What a principal missed; `complete` is False when the oldest part is no longer kept."""

    events: Sequence[StoredEvent]
    complete: bool


class EventBus:
    """Stores events and hands them, in order, to whoever listens. Somebody has to `step`, again and again."""

    def __init__(self, database: Database, clock: Clock, capacity: int = 10_000) -> None:
        self._database = database
        self._clock = clock
        self._queue: asyncio.Queue[NewEvent | asyncio.Event] = asyncio.Queue(capacity)
        self._stored: list[StoredEvent] = []
        self._waiting = asyncio.Event()
        self._last: int | None = None
        self._listeners: list[Deliver] = []

    def listen(self, deliver: Deliver) -> Callable[[], None]:
        """Call `deliver` with each stored batch; the answer stops it."""
        self._listeners.append(deliver)
        return lambda: self._listeners.remove(deliver)

    async def publish(
        self,
        name: str,
        payload: Mapping[str, Any],
        principal: str | None = None,
        session_id: str | None = None,
    ) -> None:
        """Take an event for storing and telling; without a principal it is for everybody."""
        await self._put(NewEvent(self._clock.now(), name, principal, session_id, dict(payload)))

    async def record(
        self,
        uow: UnitOfWork,
        name: str,
        payload: Mapping[str, Any],
        principal: str | None = None,
        session_id: str | None = None,
    ) -> None:
        """Store an event in the transaction that makes it true, and tell it once that is on disk."""
        event = NewEvent(self._clock.now(), name, principal, session_id, dict(payload))
        stored = await uow.events.append([event])
        uow.on_commit.append(lambda: self._announce(stored))

    async def record_all(
        self, uow: UnitOfWork, told: Sequence[tuple[str, Mapping[str, Any]]], principal: str | None = None
    ) -> None:
        """Store events, by their names, in the transaction that makes them true, and tell them after it."""
        now = self._clock.now()
        events = [NewEvent(now, name, principal, None, dict(payload)) for name, payload in told]
        stored = await uow.events.append(events)
        uow.on_commit.append(lambda: self._announce(stored))

    async def flush(self) -> None:
        """Return once all that was published before has been delivered."""
        told = asyncio.Event()
        await self._put(told)
        await told.wait()

    async def replay(self, principal: str, after: int) -> Replay:
        """Return what was told to `principal` after event number `after`."""
        async with self._database.read() as uow:
            oldest = await uow.events.oldest_seq()
            events: list[StoredEvent] = []
            last = after
            while page := await uow.events.after(principal, last, REPLAY_PAGE):
                events += page
                last = page[-1].seq
        return Replay(events, complete=oldest is None or after >= oldest - 1)

    async def step(self) -> None:
        """Wait for events, then store and deliver all there are."""
        await self._waiting.wait()
        await self._deliver(self._batch())

    async def drain(self) -> None:
        """Store and deliver what is left, once nobody steps any more; give up where there is no database."""
        while self._waiting.is_set():
            await self._deliver(self._batch(), patient=False)

    async def _put(self, item: NewEvent | asyncio.Event) -> None:
        await self._queue.put(item)
        self._waiting.set()

    def _announce(self, stored: Sequence[StoredEvent]) -> None:
        self._stored += stored
        self._waiting.set()

    def _batch(self) -> list[NewEvent | asyncio.Event]:
        self._waiting.clear()
        batch: list[NewEvent | asyncio.Event] = []
        while not self._queue.empty():
            batch.append(self._queue.get_nowait())
        return batch

    async def _deliver(self, batch: list[NewEvent | asyncio.Event], patient: bool = True) -> None:
        events = [item for item in batch if isinstance(item, NewEvent)]
        try:
            if events:
                self._stored += await self._store(events, patient)
            # Whatever was committed before these has been announced by now.
            known, self._stored = self._stored, []
            stored = await self._in_order(known, patient)
            for deliver in tuple(self._listeners):
                deliver(stored)
        finally:
            for item in batch:
                if isinstance(item, asyncio.Event):
                    item.set()

    async def _in_order(self, known: Iterable[StoredEvent], patient: bool) -> Sequence[StoredEvent]:
        """Return events by their numbers; those in between that others have stored come from disk."""
        last = self._last
        fresh = sorted((each for each in known if last is None or each.seq > last), key=lambda each: each.seq)
        if not fresh:
            return ()
        self._last = newest = fresh[-1].seq
        if last is not None and newest - last > len(fresh):
            found = await self._try(lambda uow: uow.events.between(last, newest), patient)
            return found or fresh
        return fresh

    async def _store(self, events: Sequence[NewEvent], patient: bool) -> Sequence[StoredEvent]:
        try:
            return await self._try(lambda uow: uow.events.append(events), patient) or ()
        except NotStorable as error:
            return await self._store_each(events, error, patient)

    async def _try(
        self, work: Callable[[UnitOfWork], Awaitable[Sequence[StoredEvent]]], patient: bool
    ) -> Sequence[StoredEvent] | None:
        """Work with the database, as soon as it lets us; return None when it does not and nobody waits."""
        while True:
            try:
                # What an event is about has been made durable: telling of it need not wait for the disk.
                async with self._database.transact(durable=False) as uow:
                    return await work(uow)
            except DatabaseUnavailable as error:
                log.error("events wait for the database", error=str(error))
                if not patient:
                    return None
                await self._clock.sleep(RETRY_SECONDS)

    async def _store_each(
        self, events: Sequence[NewEvent], error: NotStorable, patient: bool
    ) -> Sequence[StoredEvent]:
        """Store the events of a batch one by one, so that the one that cannot be is the only one lost."""
        if len(events) == 1:
            log.error("an event cannot be stored", name=events[0].name, error=str(error))
            return ()
        return [stored for event in events for stored in await self._store([event], patient)]
