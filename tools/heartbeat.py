"""The agent's look around now and then, by a list that a person keeps."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

from memory.conversations import RUNS_OWN
from memory.cron_records import PromptRun, Source
from memory.database import Database, UnitOfWork
from tools.channels import ChannelName
from tools.policy import LOCAL_OWNER, Role
from tools.sentinels import HEARTBEAT_OK
from trading.clock import EPOCH, Clock
from trading.notices import OWNER
from trading.ports import NewId

JOB = "heartbeat"
PUNCTUAL = timedelta(seconds=60)
"""How much later than its moment a heartbeat may begin; one that was missed is not made up for."""

PROMPT = (
    "This is a heartbeat. Go through the list below and look at each point with your tools. When nothing "
    f"needs the owner's attention, answer with exactly {HEARTBEAT_OK}. Otherwise tell briefly what does.\n\n"
)

_COMMENT = re.compile(r"<!--.*?(-->|\Z)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often, and between which times of the day in a zone; the same time twice means all day."""

    period: timedelta
    begins: time = time.min
    ends: time = time.min
    zone: tzinfo = UTC

    def slot(self, moment: datetime) -> datetime | None:
        """Return the slot that a moment belongs to, None where it is off or sleeps."""
        if not self.period:
            return None
        slot = EPOCH + (moment - EPOCH) // self.period * self.period
        return slot if self._is_awake(slot.astimezone(self.zone).time()) else None

    def _is_awake(self, now: time) -> bool:
        if self.begins < self.ends:
            return self.begins <= now < self.ends
        return self.begins == self.ends or now >= self.begins or now < self.ends


class Heart:
    """Makes a run of each slot whose list says something. Any number may beat on one database."""

    def __init__(
        self, database: Database, clock: Clock, new_id: NewId, rhythm: Rhythm, read: Callable[[], str]
    ) -> None:
        self._database = database
        self._clock = clock
        self._new_id = new_id
        self._rhythm = rhythm
        self._read = read
        # A start is no heartbeat: the next slot is the first.
        self._last = rhythm.slot(clock.now())

    async def step(self) -> None:
        """Beat if it is time."""
        now = self._clock.now()
        slot = self._rhythm.slot(now)
        if slot is None or slot == self._last:
            return
        if now - slot < PUNCTUAL and says_something(tasks := self._read()):
            async with self._database.transact() as uow:
                await self._beat(uow, slot, tasks)
        self._last = slot

    async def _beat(self, uow: UnitOfWork, slot: datetime, tasks: str) -> None:
        if await uow.prompt_runs.unsettled(JOB) is not None:
            return
        run_id = self._new_id("run")
        now = self._clock.now()
        run = PromptRun(
            id=run_id,
            principal=LOCAL_OWNER.id,
            source=Source.HEARTBEAT,
            name=JOB,
            prompt=f"{PROMPT}{tasks.strip()}",
            session=f"{RUNS_OWN}{run_id}",
            target=await _last_chat(uow),
            created_at=now,
            due_at=now,
            job=JOB,
            slot=slot,
        )
        await uow.prompt_runs.add(run)


def says_something(text: str) -> bool:
    """Tell whether a list holds more than headings, comments and empty points."""
    lines = (line.strip() for line in _COMMENT.sub("", text).splitlines())
    return any(line and not line.startswith("#") and line.strip("-*+[] \t") for line in lines)


async def _last_chat(uow: UnitOfWork) -> dict[str, str]:
    """Return whom the answer goes to: the owner who was seen last in a chat, or else whoever connects."""
    people = await uow.people.all()
    owners = [each.id for each in people if each.role == Role.OWNER and each.revoked_at is None]
    chat = await uow.chats.last_of(owners)
    platform = chat.person.partition(":")[0] if chat else ""
    if chat is not None and platform in set(ChannelName):
        return {"recipient": chat.person, "channel": platform}
    return {"recipient": OWNER, "channel": ChannelName.WEBSOCKET.value}
