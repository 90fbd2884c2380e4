"""An arena is killed at random and between every two steps of its cycles: no cycle is lost, none doubled."""

import asyncio
import signal
from asyncio.subprocess import PIPE
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from tests.faults.cycle_judge import breaches
from tests.faults.cyclist import ENTRANTS, FORGETFUL, MOMENTS, SEED
from tests.faults.pace import PATIENCE
from tests.faults.stand import Curves, curves, stand
from tests.nursery import born
from tests.service import begin
from trading.runs.cycle import CycleStatus


async def live(path: Path, cycles: int, seconds: float, *fate: str, late: float = 0) -> bool:
    """Let a process have cycles, kill it if it does not die, and tell whether it had to be, or died."""
    words = (str(path), str(cycles), str(late), *fate)
    process = await born("tests.faults.cyclist", *words, stdout=PIPE)
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE):
        if await process.stdout.readline() == b"cycling\n":
            try:
                async with asyncio.timeout(seconds):
                    await process.wait()
            except TimeoutError:
                process.send_signal(signal.SIGKILL)
        code = await process.wait()
    assert code in (0, -signal.SIGKILL)
    return code != 0


async def undisturbed(path: Path, cycles: int) -> Curves:
    """Return the curves of an arena that nothing happens to."""
    await begin(path)
    async with stand(path, SEED, ENTRANTS) as arena:
        while (await arena.now()).number < cycles:
            await arena.step()
        return await curves(arena.database, arena.season)


async def killed(home: Path, seed: int, kills: int, moments: tuple[str, ...], every: int) -> None:
    """Kill it at random and at these moments, `every` kills to a cycle or so, and hold it to all rules."""
    print(f"seed {seed}")
    lot, path, died, cycles = Random(seed), home / "kit.db", 0, 2
    await begin(path)
    for _ in range(kills):
        cycles += 2
        died += await live(path, cycles, lot.uniform(0.05, 1.5))
    for moment in moments:
        cycles += 2
        died += await live(path, cycles, PATIENCE, moment, str(lot.randrange(1, 6)))
        if died % every == 0:
            await judged(path)
    cycles += 1
    assert not await live(path, cycles, PATIENCE)
    found = await judged(path)
    assert found == await undisturbed(home / "undisturbed.db", cycles)
    print(f"{died} kills, {cycles} cycles")
    assert died >= len(moments)


async def judged(path: Path) -> Curves:
    """Hold an arena to every rule, once what was cut off is over, and return its curves."""
    assert not await live(path, 0, PATIENCE)
    async with stand(path, SEED, ENTRANTS) as arena:
        assert await breaches(arena) == []
        return await curves(arena.database, arena.season)


@pytest.mark.xdist_group("faults-kills")
async def test_after_a_few_kills_every_curve_is_that_of_an_arena_that_nothing_happened_to(
    tmp_path: Path,
) -> None:
    await killed(tmp_path, 1, 0, ("frozen", "placed"), 100)


@pytest.mark.long
async def test_after_a_hundred_kills_every_curve_is_that_of_an_arena_that_nothing_happened_to(
    tmp_path: Path,
) -> None:
    await killed(tmp_path, 11, 80, MOMENTS * 3, 10)


@pytest.mark.xdist_group("faults-kills")
async def test_a_cycle_that_is_gone_on_with_too_late_is_marked_and_all_is_in_order(tmp_path: Path) -> None:
    path = tmp_path / "kit.db"
    await begin(path)
    assert await live(path, 9, PATIENCE, "answered", "2")
    assert not await live(path, 0, PATIENCE, late=100)
    async with stand(path, SEED, ENTRANTS, timedelta(seconds=100)) as arena:
        assert await breaches(arena) == []
        async with arena.database.read() as uow:
            (cycle,) = await uow.cycles.recent(arena.season.id, 2)
            runs = await uow.runs.of_contest(arena.season.id)
        assert cycle.status is CycleStatus.INTERRUPTED
        # Nobody was asked, so that nobody has failed to answer.
        assert {each.failures for each in runs} == {0}
        following = await arena.step()
        assert following is not None
        assert following.status is CycleStatus.COMPLETED
        assert await breaches(arena) == []


@pytest.mark.long
@pytest.mark.parametrize("moment", MOMENTS)
async def test_whenever_a_cycle_is_gone_on_with_too_late_all_is_in_order(tmp_path: Path, moment: str) -> None:
    path = tmp_path / "kit.db"
    await begin(path)
    for number in range(1, 4):
        assert await live(path, 6 * number, PATIENCE, moment, str(number), late=100)
    assert not await live(path, 30, PATIENCE, late=100)
    async with stand(path, SEED, ENTRANTS) as arena:
        assert await breaches(arena) == []


@pytest.mark.xdist_group("faults-kills")
async def test_orders_that_do_not_bear_the_name_of_their_cycle_and_run_are_seen_to_be_doubled(
    tmp_path: Path,
) -> None:
    path = tmp_path / "kit.db"
    await begin(path)
    assert await live(path, 20, PATIENCE, FORGETFUL, "2")
    assert not await live(path, 0, PATIENCE)
    async with stand(path, SEED, ENTRANTS) as arena:
        wrong = await breaches(arena)
    assert [each for each in wrong if "in no entry of its cycle" in each or "of one decision" in each]
