"""Weeks and years of scheduled prompts, with restarts wherever they hurt."""

import asyncio
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from memory.database import Database
from memory.records import MessageRole
from tests.cron.engine import Cut, Desk, Engine, engine, job
from tools.policy import LOCAL_OWNER
from trading.clock import ManualClock

MINUTE = timedelta(minutes=1)
BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
Slots = Callable[[datetime, datetime], Iterator[datetime]]


def at_time(zone: ZoneInfo, hour: int, minute: int, fits: Callable[[date], bool] = lambda day: True) -> Slots:
    """Return the moments at which clocks first show a time, day by day, or are past it for the first time."""

    def slots(start: datetime, end: datetime) -> Iterator[datetime]:
        day = start.astimezone(zone).date()
        while day <= end.astimezone(zone).date():
            moment = datetime.combine(day, time(0), zone).astimezone(UTC)
            while moment.astimezone(zone).replace(tzinfo=None) < datetime.combine(day, time(hour, minute)):
                moment += MINUTE
            if fits(day) and start < moment <= end:
                yield moment
            day += timedelta(days=1)

    return slots


def whenever(zone: ZoneInfo, fits: Callable[[datetime], bool]) -> Slots:
    """Return every moment at which clocks show a minute that fits, however often they show it."""

    def slots(start: datetime, end: datetime) -> Iterator[datetime]:
        moment = start.replace(second=0, microsecond=0) + MINUTE
        while moment <= end:
            if fits(moment.astimezone(zone)):
                yield moment
            moment += MINUTE

    return slots


def counted(period: timedelta) -> Slots:
    def slots(start: datetime, end: datetime) -> Iterator[datetime]:
        moment = start + period
        while moment <= end:
            yield moment
            moment += period

    return slots


# Name, schedule, zone, what becomes of missed slots, and the slots in words of another kind.
PLAN: tuple[tuple[str, str, ZoneInfo, str, Slots], ...] = (
    ("gap", "30 2 * * *", BERLIN, "all", at_time(BERLIN, 2, 30)),
    ("gap-us", "15 2 * * *", NEW_YORK, "all", at_time(NEW_YORK, 2, 15)),
    ("twice", "30 1 * * *", NEW_YORK, "once", at_time(NEW_YORK, 1, 30)),
    (
        "weekdays",
        "0 9 * * MON-FRI",
        BERLIN,
        "skip",
        at_time(BERLIN, 9, 0, lambda day: day.weekday() < 5),
    ),
    (
        "star",
        "20 */4 * * *",
        BERLIN,
        "all",
        whenever(BERLIN, lambda at: at.minute == 20 and at.hour % 4 == 0),
    ),
    (
        "star-us",
        "*/30 1 * * *",
        NEW_YORK,
        "once",
        whenever(NEW_YORK, lambda at: at.hour == 1 and at.minute in (0, 30)),
    ),
    ("every", "every 8h", BERLIN, "skip", counted(timedelta(hours=8))),
)


SLOTS = {name: slots for name, *_, slots in PLAN}
MISSED = {name: missed for name, _, _, missed, _ in PLAN}
DEATHS = (Cut.BEFORE, Cut.DURING, Cut.ANSWERED)
PAUSES = (0, 1, 45, 3_600, 8 * 3_600, 30 * 3_600)
"""Seconds."""


@dataclass
class World:
    """A database that outlives its processes, and what has to come of every slot."""

    url: str
    start: datetime
    end: datetime
    chance: random.Random
    clock: ManualClock = field(init=False)
    slots: dict[str, list[datetime]] = field(init=False)
    desk: Desk = field(default_factory=Desk)
    expected: dict[tuple[str, datetime], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.clock = ManualClock(self.start)
        self.slots = {name: list(slots(self.start, self.end)) for name, slots in SLOTS.items()}

    async def live(self, restarts: int) -> None:
        """Let time pass, dying and starting again on the way."""
        async with Database.open(self.url) as database, database.transact() as uow:
            for name, text, zone, missed, _ in PLAN:
                await uow.cron_jobs.add(job(name, text, self.start, timezone=zone.key, missed=missed))
        minutes = int((self.end - self.start) / MINUTE)
        deaths = [self.start + each * MINUTE for each in sorted(self.chance.sample(range(minutes), restarts))]
        died, busy = self.start, set[str]()
        for life, death in enumerate([*deaths, self.end]):
            if death <= self.clock.now() and death != self.end:
                continue
            async with engine(self.url, self.clock, self.desk, f"life {life}") as process:
                born = self.clock.now()
                self._expect_missed(died, born, busy)
                await process.turn()
                busy = await self._until(process, death, dies=death != self.end)
                died = self.clock.now()
                self.expect_all(born, died)
            self.clock = ManualClock(died + timedelta(seconds=self.chance.choice(PAUSES)))

    def _between(self, name: str, after: datetime, until: datetime) -> list[datetime]:
        return [each for each in self.slots[name] if after < each <= until]

    def expect_all(self, born: datetime, died: datetime) -> None:
        """Expect a run of each slot of a time in which somebody looked."""
        for name in SLOTS:
            self.expected |= {(name, slot): "success" for slot in self._between(name, born, died)}

    def _expect_missed(self, died: datetime, born: datetime, busy: set[str]) -> None:
        """Expect what the policies say of slots that passed while nothing ran."""
        for name, missed in MISSED.items():
            slots = self._between(name, died, born)
            if not slots:
                continue
            late = born - slots[-1] > MINUTE
            if missed == "all":
                self.expected |= {(name, slot): "success" for slot in slots}
                lost = name in busy and not late and len(slots) == 1
            else:
                lost = name in busy or (missed == "skip" and late)
            self.expected[name, slots[-1]] = "skipped" if lost else "success"

    async def _until(self, process: Engine, death: datetime, dies: bool) -> set[str]:
        """Live until a moment; return the jobs whose runs death cuts off, if there are any."""
        while (moment := await process.next_moment()) is not None and moment <= death:
            await self.clock.advance((moment - self.clock.now()).total_seconds())
            await process.turn()
        if not dies or moment is None or moment > self.end or self.chance.random() < 0.4:
            await self.clock.advance((death - self.clock.now()).total_seconds())
            return set()
        await self.clock.advance((moment - self.clock.now()).total_seconds())
        self.desk.cut, self.desk.stuck = self.chance.choice(DEATHS), asyncio.Event()
        await process.planner.step()
        await process.worker.step(process.ctx)
        await asyncio.wait_for(self.desk.stuck.wait(), 10)
        await process.worker.close()
        self.desk.cut = None
        return {each.name for each in await process.runs() if each.due_at is not None}


async def check(world: World) -> None:
    """Hold what is on record against what has to be there."""
    async with engine(world.url, world.clock, world.desk) as process:
        runs = await process.runs()
        assert {(each.name, each.slot): each.status.value for each in runs} == world.expected
        assert len(runs) == len(world.expected)
        done = [each for each in runs if each.status == "success"]
        async with process.database.read() as uow:
            notices = await uow.notices.of(LOCAL_OWNER.id, 100_000)
            told = sorted(each.data["runId"] for each in notices)
            answers = [await uow.messages.page(LOCAL_OWNER.id, each.session, 100) for each in done]
    assert told == sorted(each.id for each in done)
    assert [[each.role for each in page].count(MessageRole.ASSISTANT) for page, _ in answers] == [1] * len(
        done
    )


async def test_around_both_clock_changes_every_slot_comes_once_or_as_its_policy_says(tmp_path: Path) -> None:
    seen = set()
    for number, day in enumerate([datetime(2026, 3, 5, tzinfo=UTC), datetime(2026, 10, 22, tzinfo=UTC)]):
        url = f"sqlite:///{tmp_path / f'{number}.db'}"
        world = World(url, day, day + timedelta(days=26 - 12 * number), random.Random(number))
        await world.live(restarts=12)
        await check(world)
        seen |= set(world.expected.values())
    assert seen == {"success", "skipped"}


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2))
async def test_through_a_year_with_300_restarts(tmp_path: Path, seed: int) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    world = World(f"sqlite:///{tmp_path / 'kit.db'}", start, start + timedelta(days=365), random.Random(seed))
    await world.live(restarts=300)
    await check(world)


async def test_two_processes_on_one_database_run_each_slot_once(database_url: str) -> None:
    start = datetime(2026, 10, 24, tzinfo=UTC)
    world = World(database_url, start, start + timedelta(days=3), random.Random(1))
    async with Database.open(database_url) as database, database.transact() as uow:
        for name, text, zone, missed, _ in PLAN:
            await uow.cron_jobs.add(job(name, text, start, timezone=zone.key, missed=missed))
    async with (
        engine(database_url, world.clock, world.desk, "one") as one,
        engine(database_url, world.clock, world.desk, "two") as two,
    ):
        while (moment := await one.next_moment()) is not None and moment <= world.end:
            await world.clock.advance((moment - world.clock.now()).total_seconds())
            await asyncio.gather(one.turn(), two.turn())
    world.expect_all(start, world.end)
    await check(world)
