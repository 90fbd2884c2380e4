import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from memory.database import Database
from memory.records import StoredEvent
from tests.peers.outage import reopen, shut
from tests.peers.postgres import PostgresPeer
from tools.events import REPLAY_PAGE, RETRY_SECONDS, EventBus
from trading.clock import ManualClock

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@asynccontextmanager
async def telling(bus: EventBus) -> AsyncIterator[None]:
    """Step until the block ends."""

    async def steps() -> None:
        while True:
            await bus.step()

    task = asyncio.create_task(steps())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@asynccontextmanager
async def bus_in(folder: Path) -> AsyncIterator[tuple[EventBus, Database, list[StoredEvent]]]:
    """Open a bus on a database of its own, with what it delivers."""
    async with Database.open(f"sqlite:///{folder / 'kit.db'}") as database:
        bus = EventBus(database, ManualClock(NOON))
        heard: list[StoredEvent] = []
        bus.listen(heard.extend)
        async with telling(bus):
            yield bus, database, heard


async def test_events_are_delivered_in_the_order_they_were_published_under_growing_numbers(
    tmp_path: Path,
) -> None:
    async with bus_in(tmp_path) as (bus, _, heard):

        async def publish(who: str) -> None:
            for number in range(100):
                await bus.publish("news", {"who": who, "number": number}, who)

        await asyncio.gather(*(publish(who) for who in "abc"))
        await bus.flush()
        assert [each.seq for each in heard] == list(range(1, 301))
        for who in "abc":
            assert [each.payload["number"] for each in heard if each.principal == who] == list(range(100))
        assert {each.at for each in heard} == {NOON}


async def test_what_is_delivered_is_stored_already(tmp_path: Path) -> None:
    async with bus_in(tmp_path) as (bus, database, heard):
        await bus.publish("news", {"text": "up"}, "a", "main")
        await bus.flush()
        async with database.read() as uow:
            assert list(await uow.events.after("a", 0, 10)) == heard
        assert (heard[0].name, heard[0].session_id, heard[0].payload) == ("news", "main", {"text": "up"})


async def test_who_stops_listening_hears_no_more(tmp_path: Path) -> None:
    async with bus_in(tmp_path) as (bus, _, heard):
        mine: list[StoredEvent] = []
        stop = bus.listen(mine.extend)
        await bus.publish("one", {})
        await bus.flush()
        stop()
        await bus.publish("two", {})
        await bus.flush()
        assert [each.name for each in mine] == ["one"]
        assert [each.name for each in heard] == ["one", "two"]


async def test_a_replay_is_what_one_person_missed(tmp_path: Path) -> None:
    async with bus_in(tmp_path) as (bus, _, _):
        for name, who in [("1", "a"), ("2", "b"), ("3", None), ("4", "a")]:
            await bus.publish(name, {}, who)
        await bus.flush()
        assert [each.name for each in (await bus.replay("a", 0)).events] == ["1", "3", "4"]
        assert [each.name for each in (await bus.replay("a", 3)).events] == ["4"]
        assert [each.name for each in (await bus.replay("b", 2)).events] == ["3"]
        assert (await bus.replay("a", 4)).events == []


async def test_a_long_replay_comes_whole(tmp_path: Path) -> None:
    async with bus_in(tmp_path) as (bus, _, _):
        for number in range(REPLAY_PAGE + 5):
            await bus.publish("news", {"number": number}, "a")
        await bus.flush()
        replay = await bus.replay("a", 2)
        assert [each.payload["number"] for each in replay.events] == list(range(2, REPLAY_PAGE + 5))
        assert replay.complete


async def test_a_replay_says_when_its_oldest_part_is_gone(tmp_path: Path) -> None:
    async with bus_in(tmp_path) as (bus, database, _):
        assert (await bus.replay("a", 0)).complete
        for _ in range(10):
            await bus.publish("news", {}, "a")
        await bus.flush()
        async with database.transact() as uow:
            await uow.events.prune(4)
        complete = [(await bus.replay("a", after)).complete for after in range(11)]
        assert complete == [False] * 6 + [True] * 5
        assert len((await bus.replay("a", 0)).events) == 4


async def test_a_full_bus_makes_publishers_wait(tmp_path: Path) -> None:
    async with Database.open(f"sqlite:///{tmp_path / 'kit.db'}") as database:
        bus = EventBus(database, ManualClock(NOON), capacity=2)
        heard: list[StoredEvent] = []
        bus.listen(heard.extend)
        await bus.publish("1", {})
        await bus.publish("2", {})
        third = asyncio.create_task(bus.publish("3", {}))
        for _ in range(10):
            await asyncio.sleep(0)
        assert not third.done()
        await bus.step()
        await third
        await bus.drain()
        assert [each.name for each in heard] == ["1", "2", "3"]


async def test_what_is_left_at_the_end_is_delivered_by_draining(tmp_path: Path) -> None:
    async with Database.open(f"sqlite:///{tmp_path / 'kit.db'}") as database:
        bus = EventBus(database, ManualClock(NOON))
        heard: list[StoredEvent] = []
        bus.listen(heard.extend)
        await bus.publish("last words", {})
        flushed = asyncio.create_task(bus.flush())
        await asyncio.sleep(0)
        await bus.drain()
        await flushed
        assert [each.name for each in heard] == ["last words"]


async def test_what_is_recorded_in_a_transaction_is_told_once_that_is_on_disk(tmp_path: Path) -> None:
    async with bus_in(tmp_path) as (bus, database, heard):
        async with database.transact() as uow:
            await bus.record(uow, "fill", {"order": 1}, "a")
            await bus.flush()
            assert heard == []
        await bus.flush()
        assert [(each.seq, each.name, each.principal) for each in heard] == [(1, "fill", "a")]


async def test_what_a_transaction_takes_back_is_never_told(tmp_path: Path) -> None:
    async with bus_in(tmp_path) as (bus, database, heard):
        with suppress(LookupError):
            async with database.transact() as uow:
                await bus.record(uow, "fill", {"order": 1})
                raise LookupError
        await bus.publish("after", {})
        await bus.flush()
        assert [(each.seq, each.name) for each in heard] == [(1, "after")]


async def test_recorded_and_published_events_are_told_by_their_numbers(tmp_path: Path) -> None:
    async with bus_in(tmp_path) as (bus, database, heard):

        async def record(name: str) -> None:
            for _ in range(50):
                async with database.transact() as uow:
                    await bus.record(uow, name, {})

        async def publish() -> None:
            for _ in range(50):
                await bus.publish("published", {})

        await asyncio.gather(record("a"), publish(), record("b"), publish())
        await bus.flush()
        assert [each.seq for each in heard] == list(range(1, 201))


async def test_what_another_process_stored_is_told_here_in_its_place(tmp_path: Path) -> None:
    async with (
        bus_in(tmp_path) as (bus, _, heard),
        Database.open(f"sqlite:///{tmp_path / 'kit.db'}") as other,
    ):
        await bus.publish("first", {})
        await bus.flush()
        async with other.transact() as uow:
            await EventBus(other, ManualClock(NOON)).record(uow, "elsewhere", {})
        await bus.publish("last", {})
        await bus.flush()
        assert [(each.seq, each.name) for each in heard] == [(1, "first"), (2, "elsewhere"), (3, "last")]


class Waits(ManualClock):
    """A clock that says when somebody waits on it."""

    def __init__(self) -> None:
        super().__init__(NOON)
        self.waited = asyncio.Semaphore(0)

    async def sleep(self, seconds: float) -> None:
        """Tell, then wait."""
        self.waited.release()
        await super().sleep(seconds)


async def test_events_wait_for_a_database_that_is_away_and_lose_nothing(
    postgres_peer: PostgresPeer, postgres_url: str
) -> None:
    clock = Waits()
    async with Database.open(postgres_url) as database:
        bus = EventBus(database, clock)
        heard: list[Sequence[StoredEvent]] = []
        bus.listen(heard.append)
        async with telling(bus), asyncio.timeout(60):
            await bus.publish("before", {})
            await bus.flush()
            await asyncio.to_thread(shut, postgres_peer, postgres_url)
            await bus.publish("during", {})
            await clock.waited.acquire()
            await bus.publish("later", {})
            flushed = asyncio.create_task(bus.flush())
            await clock.advance(RETRY_SECONDS)
            await clock.waited.acquire()
            assert len(heard) == 1
            await asyncio.to_thread(reopen, postgres_peer, postgres_url)
            await clock.advance(RETRY_SECONDS)
            while not flushed.done():
                await asyncio.wait({flushed}, timeout=0.05)
                await clock.advance(RETRY_SECONDS)
        told = [each for batch in heard for each in batch]
        assert [(each.seq, each.name) for each in told] == [(1, "before"), (2, "during"), (3, "later")]
