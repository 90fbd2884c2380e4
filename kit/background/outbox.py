"""Messages on their way to people: tried again with growing waits, in order, and given up with a reason."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from functools import partial
from itertools import islice
from typing import Any

import structlog

from kit.backoff import Backoff
from memory.database import Database, UnitOfWork
from memory.errors import StoreError
from memory.records import Delivery
from tools.channels import platform_of
from tools.delivering import Channel, NotDelivered, Progress
from tools.events import EventBus
from tools.policy import Role
from tools.webhooks import is_webhook
from trading.clock import Clock, epoch_ms
from trading.notices import OWNER, Notice
from trading.ports import NewId

LEASE = timedelta(seconds=60)
"""How long one attempt may take before another process makes the next."""
AT_ONCE = 50
"""Recipients who are served side by side."""
LOOK_AGAIN = 1.0
"""Seconds after which a pump that waits for slow recipients looks for messages to others."""
PATIENCE = Backoff(first=2.0, factor=2.0, longest=900.0, attempts=30)
"""Three to six hours of trying."""

Going = dict[asyncio.Task[None], str]
"""Deliveries that are being made, each with its recipient."""

log = structlog.get_logger(__name__)


class EventChannel:
    """To whoever is connected, or comes back: an event `notice` of the recipient's own.

    What the owner is told, every person who is one is told in their chats too, unless it names its channel.
    """

    def __init__(self, events: EventBus, new_id: NewId) -> None:
        self._events = events
        self._new_id = new_id

    def reaches(self, recipient: str) -> bool:
        """Tell whether somebody connects here: people of chat platforms do not, nor do webhooks."""
        return platform_of(recipient) is None and not is_webhook(recipient)

    async def send(self, notice: Delivery, progress: Progress) -> str:
        """Do nothing yet: the delivery is the event."""
        return "event"

    async def note(self, uow: UnitOfWork, notice: Notice) -> None:
        """Record the event, which is told once the delivery is on disk."""
        await self._events.record(uow, "notice", told(notice), notice.recipient)
        # What names its channel is meant for this recipient alone.
        if notice.recipient == OWNER and "channel" not in notice.data:
            owners = [
                each.id
                for each in await uow.people.all()
                if each.role == Role.OWNER and each.revoked_at is None
            ]
            # Whoever has asked for it is told by a message of their own.
            others = [each for each in owners if each != notice.data.get("askedFor")]
            await uow.notices.add(*(self._copy(notice, each) for each in others))

    def _copy(self, notice: Notice, recipient: str) -> Notice:
        return Notice(
            self._new_id("ntc"), recipient, notice.kind, notice.text, notice.created_at, dict(notice.data)
        )


def told(notice: Notice) -> Mapping[str, Any]:
    """Return what a message tells, as an event's payload."""
    return {
        "id": notice.id,
        "kind": notice.kind,
        "text": notice.text,
        "data": dict(notice.data),
        "createdAt": epoch_ms(notice.created_at),
    }


class Pump:
    """Delivers what is due through the first channel that reaches its recipient.

    Any number of them may work on one database. Each message is claimed by one, and its delivery is stored
    together with what the channel notes of it. A channel that hands over what no transaction can take back
    may do so twice when its process dies in between.
    """

    def __init__(
        self, database: Database, channels: Sequence[Channel], clock: Clock, patience: Backoff = PATIENCE
    ) -> None:
        self._database = database
        self._channels = channels
        self._clock = clock
        self._patience = patience

    async def release(self) -> None:
        """Give back what was being delivered, where no other process can be at it."""
        async with self._database.transact() as uow:
            await uow.notices.release(self._clock.now())

    async def step(self) -> None:
        """Deliver until nothing is due; raise what nobody foresaw, after trying all the others.

        A recipient who keeps us waiting holds up nobody else, also not with what becomes due meanwhile.
        """
        going: Going = {}
        errors: list[BaseException] = []
        try:
            await self._begin(going)
            while going:
                errors += await self._some(going)
                # What went wrong is told soon, and not only once nobody has anything to deliver.
                if not errors:
                    errors += await self._more(going)
        finally:
            for task in going:
                task.cancel()
            await asyncio.gather(*going, return_exceptions=True)
        if errors:
            raise BaseExceptionGroup("deliveries failed", errors)

    async def _begin(self, going: Going) -> None:
        """Begin with what is due to recipients who are not being served yet."""
        for each in await self._claim(AT_ONCE - len(going), set(going.values())):
            going[asyncio.create_task(self._deliver(each))] = each.recipient

    async def _more(self, going: Going) -> Sequence[BaseException]:
        """Begin as `_begin` does, but let what is going on end when the database fails."""
        try:
            await self._begin(going)
        except StoreError as error:
            return [error]
        return ()

    async def _some(self, going: Going) -> Sequence[BaseException]:
        """Wait a while for deliveries to end, take those out that have, and return what nobody foresaw."""
        pause = asyncio.ensure_future(self._clock.sleep(LOOK_AGAIN))
        try:
            await asyncio.wait({*going, pause}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            pause.cancel()
        ended = [each for each in going if each.done()]
        for each in ended:
            del going[each]
        outcomes = await asyncio.gather(*ended, return_exceptions=True)
        return [each for each in outcomes if isinstance(each, BaseException)]

    async def _claim(self, most: int, busy: Collection[str]) -> Sequence[Delivery]:
        if not most:
            return ()
        now = self._clock.now()
        async with self._database.read() as uow:
            if not await uow.notices.is_due(now):
                return ()
        async with self._database.transact() as uow:
            return await uow.notices.claim(now, now + LEASE, most, busy)

    async def _deliver(self, notice: Delivery) -> None:
        try:
            cut_off = notice.attempts - notice.failures - 1
            if cut_off > self._patience.attempts and self._is_old(notice):
                raise NotDelivered("every attempt was cut off", final=True)
            channel = self._channel(notice)
            name = await channel.send(notice, partial(self._progress, notice))
        except NotDelivered as error:
            await self._failed(notice, error)
            return
        async with self._database.transact() as uow:
            if await uow.notices.delivered(notice, self._clock.now(), name):
                await channel.note(uow, notice)

    async def _progress(self, notice: Delivery, progress: Mapping[str, Any]) -> None:
        async with self._database.transact() as uow:
            await uow.notices.progress(notice, progress)

    def _channel(self, notice: Notice) -> Channel:
        found = next((each for each in self._channels if each.reaches(notice.recipient)), None)
        if found is None:
            raise NotDelivered(f"no channel reaches {notice.recipient}")
        return found

    def _is_old(self, notice: Delivery) -> bool:
        """Return whether a message has been tried for as long as all waits take.

        A service that dies again and again, whyever, uses up attempts in no time: these are no reason to
        give a message up.
        """
        return self._clock.now() - notice.created_at >= timedelta(seconds=self._patience.least())

    async def _failed(self, notice: Delivery, error: NotDelivered) -> None:
        # An attempt that was cut off says nothing of the next one, and makes nobody wait longer.
        wait = next(islice(self._patience.waits(), notice.failures, None), None)
        if wait is None and not self._is_old(notice):
            wait = self._patience.longest
        lost = error.final or wait is None
        due = None if lost else self._clock.now() + timedelta(seconds=max(wait or 0.0, error.wait))
        async with self._database.transact() as uow:
            if await uow.notices.failed(notice, str(error), due) and lost:
                log.warning("a message was given up", id=notice.id, kind=notice.kind, reason=str(error))
