"""Cycles: one process begins each, another takes it up once that has let go, and a market stays as it was."""

import asyncio
from dataclasses import replace

from memory.database import Database
from tests.memory.contest_samples import FULL_CYCLE, MARKET, changed, contest, cycle
from tests.memory.samples import later
from trading.runs.cycle import Cycle, CycleStatistics, CycleStatus


async def begun(database: Database, *cycles: Cycle) -> None:
    """Store the contests c1 and c2, and cycles of them."""
    async with database.transact() as uow:
        for name in ("c1", "c2"):
            await uow.contests.add(contest(name))
        for each in cycles:
            assert await uow.cycles.begin(each)


async def test_a_cycle_is_kept_whole(database: Database) -> None:
    whole = replace(FULL_CYCLE, status=CycleStatus.INTERRUPTED, ended_at=later(9))
    await begun(database, whole)
    async with database.read() as uow:
        assert await uow.cycles.get("y7") == whole
        assert await uow.cycles.market("y7") == MARKET
        assert await uow.cycles.get("none") is None
        assert await uow.cycles.market("none") is None


async def test_of_two_processes_that_begin_the_same_cycle_one_does(database_url: str) -> None:
    async def begin(name: str) -> bool:
        async with Database.open(database_url) as database, database.transact() as uow:
            return await uow.cycles.begin(cycle(id=name, worker=name))

    async with Database.open(database_url) as database:
        await begun(database, cycle(1, id="elsewhere", contest="c2"))
        won = dict(zip("abcd", await asyncio.gather(*map(begin, "abcd")), strict=True))
        (winner,) = (name for name, first in won.items() if first)
        async with database.read() as uow:
            assert await uow.cycles.running("c1") == cycle(id=winner, worker=winner)
            assert [each.id for each in await uow.cycles.recent("c1", 9)] == [winner]


async def test_who_comes_second_gets_false_while_the_first_has_not_committed(postgres_url: str) -> None:
    async with Database.open(postgres_url) as database:
        await begun(database)

        async def second() -> bool:
            async with database.transact() as uow:
                return await uow.cycles.begin(cycle(id="second"))

        async with database.transact() as uow:
            assert await uow.cycles.begin(cycle(id="first"))
            waiting = asyncio.create_task(second())
        assert not await waiting
        async with database.read() as uow:
            assert await uow.cycles.running("c1") == cycle(id="first")


async def test_a_cycle_is_changed_only_while_it_runs(database: Database) -> None:
    await begun(database, cycle())
    over = await changed(
        database, cycle(), status=CycleStatus.COMPLETED, ended_at=later(3), market=MARKET, digest="abc"
    )
    async with database.transact() as uow:
        assert not await uow.cycles.change(replace(over, errors=9))
        assert not await uow.cycles.change(cycle(9))
        assert await uow.cycles.get("y1") == over
        assert await uow.cycles.running("c1") is None


async def test_a_market_that_is_frozen_stays(database: Database) -> None:
    await begun(database, cycle())
    frozen = await changed(database, cycle(), market=MARKET, digest="abc")
    async with database.transact() as uow:
        assert not await uow.cycles.change(replace(frozen, market={"other": 1}, digest="def", asked=9))
        assert await uow.cycles.change(replace(cycle(), asked=4))
        assert await uow.cycles.get("y1") == replace(frozen, asked=4)


async def test_a_cycle_is_taken_up_once_its_lease_has_passed(database: Database) -> None:
    mine = cycle(worker="a", lease=later(60))
    await begun(database, mine)
    async with database.transact() as uow:
        take, renew = uow.cycles.take, uow.cycles.renew
        assert await take("y1", "b", later(59), later(99)) is None
        assert await take("y1", "a", later(5), later(70)) == replace(mine, lease=later(70))
        assert await renew("y1", "a", later(80))
        assert not await renew("y1", "b", later(99))
        assert await take("y1", "b", later(70), later(99)) is None
        theirs = replace(mine, worker="b", lease=later(140))
        assert await take("y1", "b", later(80), later(140)) == theirs
        assert not await renew("y1", "a", later(999))
        assert await uow.cycles.running("c1") == theirs
        assert await uow.cycles.change(replace(theirs, status=CycleStatus.COMPLETED, ended_at=later(100)))
        assert await take("y1", "b", later(999), later(9_999)) is None
        assert not await renew("y1", "b", later(999))


async def test_a_cycle_that_nobody_is_at_is_taken(database: Database) -> None:
    await begun(database, cycle())
    async with database.transact() as uow:
        found = await uow.cycles.take("y1", "b", later(0), later(9))
        assert found == cycle(worker="b", lease=later(9))


async def test_of_many_who_take_a_cycle_one_does(database: Database) -> None:
    await begun(database, cycle(worker="gone", lease=later(0)))

    async def take(worker: str) -> Cycle | None:
        async with database.transact() as uow:
            return await uow.cycles.take("y1", worker, later(1), later(9))

    taken = [each for each in await asyncio.gather(*map(take, "abcd")) if each is not None]
    async with database.read() as uow:
        assert taken == [await uow.cycles.running("c1")]


async def test_cycles_are_listed_newest_first_without_their_markets(database: Database) -> None:
    over = {"status": CycleStatus.COMPLETED, "market": MARKET, "digest": "abc", "ended_at": later(9)}
    whole = [cycle(number, **over) for number in range(1, 5)]
    bare = cycle(5)
    await begun(database, *whole, bare, cycle(9, contest="c2"))
    brief = [replace(each, market=None) for each in (bare, *reversed(whole))]
    async with database.read() as uow:
        assert await uow.cycles.recent("c1", 9) == brief
        assert await uow.cycles.recent("c1", 2) == brief[:2]
        assert await uow.cycles.recent("c1", 2, before_number=4) == brief[2:4]
        assert await uow.cycles.last_market("c1") == whole[3]
        assert await uow.cycles.last_market("c1", before_number=4) == whole[2]
        assert await uow.cycles.last_market("c1", before_number=1) is None
        assert await uow.cycles.numbered("c1", 2, 3) == whole[1:3]
        assert await uow.cycles.numbered("c1", 5, 99) == [bare]


async def test_cycles_are_counted_and_timed(database: Database) -> None:
    completed, failed, interrupted = CycleStatus.COMPLETED, CycleStatus.FAILED, CycleStatus.INTERRUPTED
    await begun(
        database,
        cycle(1, status=completed, ended_at=later(2.5), errors=1),
        cycle(2, status=completed, ended_at=later(2.25)),
        cycle(3, status=failed, ended_at=later(6), errors=3),
        cycle(4, status=interrupted, ended_at=later(4.25)),
        cycle(5, errors=1),
        cycle(1, id="x", contest="c2", errors=9),
    )
    async with database.read() as uow:
        statistics = uow.cycles.statistics
        assert await statistics("c1") == CycleStatistics(5, 2, 2, 5, 1.25, 0.25, 3.0)
        assert await statistics("c2") == CycleStatistics(1, 0, 0, 9)
        assert await statistics("none") == CycleStatistics()
