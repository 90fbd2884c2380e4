"""A season is reckoned again from its stored markets and decisions: every curve comes out the same."""

import sqlite3
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from tests.faults.stand import Stand, copying, stand
from tests.service import begin
from tools.contests.boards import Boards
from tools.contests.reading import book_of
from tools.contests.replaying import Difference, Replay, replay
from trading.runs.cycle import CycleKind, CycleStatus, Outcome, Task
from trading.runs.record import Ending
from trading.runs.states import stop
from trading.runs.view import ExitReason

SEED = 7

LEAVES = "LLM-1"
"""Whose owner stops it halfway and has it closed."""

CHANGES = {
    "decision": "UPDATE cycle_entries SET decision = replace(decision, 'BUY', 'SELL') "
    "WHERE outcome = 'executed'",
    "market": "UPDATE cycles SET market = replace(market, '1', '2') WHERE number = 9",
    "point": "UPDATE cycle_entries SET equity = '101.5' WHERE number = 11",
    "refusal": "UPDATE cycle_entries SET fault = 'no_price' WHERE fault = 'position_exists'",
}
"""What is written over in the database, each by itself."""


async def played(arena: Stand, cycles: int) -> None:
    """Have so many cycles; halfway one of the runs is closed, in a cycle of its own."""
    while (number := (await arena.now()).number) < cycles:
        if number == cycles // 2:
            await leave(arena)
            await arena.engine.run(arena.season.id, CycleKind.CLOSING)
        await arena.step()


async def leave(arena: Stand) -> None:
    async with arena.database.transact() as uow:
        [run] = [each for each in await uow.runs.of_contest(arena.season.id) if each.name == LEAVES]
        await uow.runs.change(stop(run, arena.clock.now(), Ending.CLOSE))


async def again(arena: Stand) -> Replay:
    new_id = arena.parts.new_id
    return await replay(arena.database, copying(new_id), await arena.now(), new_id)


@asynccontextmanager
async def season(path: Path, cycles: int) -> AsyncIterator[Stand]:
    await begin(path)
    async with stand(path, SEED) as arena:
        await played(arena, cycles)
        yield arena


async def happened(arena: Stand) -> Counter[object]:
    """Return what came about in a season, and how often."""
    async with arena.database.read() as uow:
        runs = await uow.runs.of_contest(arena.season.id)
        cycles = await uow.cycles.recent(arena.season.id, 10_000)
        entries = await uow.entries.of_contest(arena.season.id, 100_000)
    books = [await book_of(arena.parts, run) for run in runs]
    return Counter(
        [
            *(each.status for each in cycles),
            *(each.kind for each in cycles),
            *(each.outcome for each in entries),
            *(each.task for each in entries),
            *(each.fault for each in entries),
            *(each.reason for book in books for each in book.closed),
        ]
    )


async def test_a_season_comes_out_the_same_and_what_is_changed_in_it_is_found(tmp_path: Path) -> None:
    async with season(tmp_path / "kit.db", 40) as arena:
        async with arena.database.read() as uow:
            points = await uow.entries.points(arena.season.id)
        assert await again(arena) == Replay(max(map(len, points.values())), sum(map(len, points.values())))
        found = await happened(arena)
        for each in (
            *(CycleStatus.COMPLETED, CycleKind.CLOSING, Task.CLOSE),
            *(Outcome.EXECUTED, Outcome.HOLD, Outcome.REFUSED, Outcome.SILENT),
            *(ExitReason.STOP_LOSS, ExitReason.DECISION, "no_price"),
        ):
            assert found[each], each
    for what, change in CHANGES.items():
        assert await found_in(tmp_path, change), what


async def found_in(home: Path, change: str) -> Difference | None:
    """Return what a replay finds in a copy of a season with a change."""
    path = home / "changed.db"
    path.write_bytes((home / "kit.db").read_bytes())
    with closing(sqlite3.connect(path)) as file, file:
        assert file.execute(change).rowcount > 0
    async with stand(path, SEED) as arena:
        return (await again(arena)).difference


async def test_a_leaderboard_that_was_followed_is_that_which_is_reckoned_at_once(tmp_path: Path) -> None:
    await begin(tmp_path / "kit.db")
    async with stand(tmp_path / "kit.db", SEED) as arena:
        followed = Boards(arena.parts)
        for _ in range(12):
            await arena.step()
            last = await followed.of(await arena.now())
        assert last == await Boards(arena.parts).of(await arena.now())
        assert last.cycles > 10


@pytest.mark.long
async def test_a_thousand_cycles_come_out_the_same(tmp_path: Path) -> None:
    async with season(tmp_path / "kit.db", 1_000) as arena:
        found = await again(arena)
        told = await happened(arena)
    assert found.difference is None
    assert found.cycles > 900
    assert all(told[each] for each in ExitReason if each is not ExitReason.MANUAL)
    assert all(told[each] for each in (CycleStatus.COMPLETED, CycleStatus.FAILED))
