"""What people do in chats, on disk before anybody hears that it has arrived, and done once."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import structlog
from pydantic import TypeAdapter, ValidationError

from bot.chat import Incoming
from memory.chat_records import Arrival
from memory.database import Database
from trading.clock import Clock

LEASE = timedelta(seconds=60)
"""How long one process works on something before another may, unless it says that it still does."""

AT_ONCE = 500
"""Arrivals that are taken at a time."""

KEPT = timedelta(days=14)
"""How long what is settled is known when it comes again; platforms send again for a day."""

INCOMING: TypeAdapter[Incoming] = TypeAdapter(Incoming)

log = structlog.get_logger(__name__)


class Taken:
    """Something that a person did, being worked on here. `progress` is what has been done about it so far."""

    def __init__(self, inbox: "Inbox", arrival: Arrival, incoming: Incoming) -> None:
        self.id = arrival.id
        self.incoming = incoming
        self.progress: dict[str, Any] = dict(arrival.progress or {})
        self.again = arrival.attempts > 1
        """Whether a process before this one has worked on it."""
        self._inbox = inbox

    async def note(self, more: Mapping[str, Any]) -> None:
        """Store what has been done."""
        self.progress |= more
        await self._inbox.progress(self.id, self.progress)

    async def settle(self, outcome: str, *, durable: bool = True, forget: bool = False) -> None:
        """Store that nothing more is to be done; not `durable`, it may be done again after a crash.

        With `forget` what it was is taken off the disk.
        """
        await self._inbox.settle(self.id, outcome, durable=durable, forget=forget)

    async def collect(self, more: Mapping[str, Any], others: Sequence["Taken"]) -> None:
        """Store what has been done, which settles others with it: all of that or nothing."""
        self.progress |= more
        await self._inbox.collect(self.id, self.progress, [each.id for each in others])

    def drop(self) -> None:
        """Leave it for later."""
        self._inbox.drop(self.id)


class Inbox:
    """Takes in what people do, and hands it out in its order; `owner` names this process."""

    def __init__(self, database: Database, clock: Clock, owner: str) -> None:
        self._database = database
        self._clock = clock
        self._owner = owner
        self._news = asyncio.Event()
        self._news.set()
        self._working: set[str] = set()

    async def receive(self, came: Sequence[Incoming]) -> None:
        """Store what has come; what came before under the same id is left.

        What people say to each other where the bot is too is nobody's to keep.
        """
        now = self._clock.now()
        new = [
            Arrival(each.id, each.place.key, INCOMING.dump_python(each, mode="json"), now)
            for each in came
            if each.addressed or each.pressed is not None
        ]
        if not new:
            return
        async with self._database.transact() as uow:
            await uow.arrivals.add(*new)
        self._news.set()

    async def release(self) -> None:
        """Give back what was being worked on, where no other process can be at it."""
        async with self._database.transact() as uow:
            await uow.arrivals.release(self._clock.now())
        self._news.set()

    async def news(self) -> None:
        """Return once something may have come to this process."""
        await self._news.wait()
        self._news.clear()

    async def take(self) -> Sequence[Taken]:
        """Return what is to be done now."""
        now = self._clock.now()
        async with self._database.read() as uow:
            if not await uow.arrivals.is_due(now):
                return ()
        async with self._database.transact() as uow:
            claimed = await uow.arrivals.claim(self._owner, now, now + LEASE, AT_ONCE)
        if len(claimed) == AT_ONCE:
            self._news.set()
        # When a lease has run out while this process was at it, it still is.
        fresh = [each for each in claimed if each.id not in self._working]
        self._working |= {each.id for each in fresh}
        taken = [(each, _read(each)) for each in fresh]
        for each, incoming in taken:
            if incoming is None:
                log.error("what has arrived cannot be read", arrival=each.id)
                await self.settle(each.id, "unreadable")
        return [Taken(self, each, incoming) for each, incoming in taken if incoming is not None]

    async def renew(self) -> None:
        """Look for what another process has left, and say that this one still works on its own."""
        if self._working:
            async with self._database.transact(durable=False) as uow:
                await uow.arrivals.renew(self._owner, self._working, self._clock.now() + LEASE)
        self._news.set()

    async def progress(self, arrival_id: str, progress: Mapping[str, Any]) -> None:
        """Store what has been done about something."""
        async with self._database.transact() as uow:
            await uow.arrivals.progress(self._owner, arrival_id, progress)

    async def collect(self, arrival_id: str, progress: Mapping[str, Any], others: Sequence[str]) -> None:
        """Store that one thing stands for others too from now on."""
        async with self._database.transact() as uow:
            await uow.arrivals.progress(self._owner, arrival_id, progress)
            for each in others:
                await uow.arrivals.settle(self._owner, each, "collected")
        for each in others:
            self.drop(each)

    async def settle(
        self, arrival_id: str, outcome: str, *, durable: bool = True, forget: bool = False
    ) -> None:
        """Store what became of something."""
        async with self._database.transact(durable=durable) as uow:
            await uow.arrivals.settle(self._owner, arrival_id, outcome, forget=forget)
        self.drop(arrival_id)

    def drop(self, arrival_id: str) -> None:
        """Work on something no longer: when it is not settled, it is taken again at the end of its lease."""
        self._working.discard(arrival_id)

    async def prune(self) -> None:
        """Forget what nobody sends again any more."""
        async with self._database.transact() as uow:
            await uow.arrivals.prune(self._clock.now() - KEPT)


def _read(arrival: Arrival) -> Incoming | None:
    """Return what somebody did, None when another version has stored it so that nobody can tell."""
    try:
        return INCOMING.validate_python(arrival.payload)
    except ValidationError:
        return None
