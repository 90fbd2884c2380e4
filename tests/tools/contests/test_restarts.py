"""A process that ends between any two steps of a cycle changes nothing of what comes of it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from memory.database import Database
from tests.service import NOON, begin
from tests.tools.contests.house import BNB, ETH, XRP, LeapingClock, Minds, a_market, buys, closes, sells
from tests.tools.contests.worker import Script, a_worker, dying, lives, scripted, told
from trading.exchanges.scripted import ScriptedMarket
from trading.runs.contest import Contest

CYCLES = 4
SCRIPT: Script = {
    1: {"A": buys(ETH, 40, 10, stop_loss_pct=5), "B": sells(BNB, 20, 3)},
    2: {"A": buys(XRP, 20, 2), "B": closes(BNB)},
    3: {"A": closes(XRP), "B": "I do not know."},
    4: {"B": buys(ETH, 1_000)},
}
PRICES: Mapping[int, Mapping[str, float]] = {
    1: {"ETH": 2_050, "BNB": 480},
    2: {"ETH": 1_850},
    3: {"XRP": 2.2},
}


@dataclass
class Season:
    """A season about to begin, and the world around it."""

    database: Database
    clock: LeapingClock
    market: ScriptedMarket
    minds: Minds
    contest: Contest

    async def told(self) -> dict[str, Any]:
        """Return what it has come to."""
        return await told(
            a_worker(self.database, self.clock, self.market, self.minds, number=99), self.contest
        )

    async def next(self, number: int) -> None:
        """Let five minutes pass after a cycle, with the prices of them."""
        at = self.clock.now() + timedelta(seconds=100)
        for base, price in PRICES.get(number, {}).items():
            symbol = next(each for each in (ETH, BNB, XRP) if each.base == base)
            self.market.trade(symbol, str(price), at=at)
        await self.clock.leap(300)


@asynccontextmanager
async def a_season(path: Path) -> AsyncIterator[Season]:
    clock = LeapingClock(NOON - timedelta(hours=1))
    market = await a_market(clock)
    minds = scripted(clock, SCRIPT)
    await begin(path)
    async with Database.open(f"sqlite:///{path}") as database:
        contest = await a_worker(database, clock, market, minds).arena.ensure()
        yield Season(database, clock, market, minds, contest)


async def in_one_go(path: Path) -> dict[str, Any]:
    async with a_season(path) as season:
        worker = a_worker(season.database, season.clock, season.market, season.minds, number=1)
        for number in range(1, CYCLES + 1):
            await worker.step()
            await season.next(number)
        return await season.told()


async def dying_every(path: Path, steps: int) -> tuple[dict[str, Any], int]:
    """Return what comes of a season whose process dies after so many transactions, and how often it did."""
    names, deaths = count(2), 0
    async with a_season(path) as season:
        for number in range(1, CYCLES + 1):
            while not await lives(
                dying(season.database, steps, season.clock, season.market, season.minds, next(names))
            ):
                deaths += 1
                assert deaths < 1_000
            await season.next(number)
        return await season.told(), deaths


@pytest.mark.parametrize(("steps", "least"), [(4, 10), pytest.param(9, 5, marks=pytest.mark.long)])
async def test_a_process_that_dies_again_and_again_changes_nothing(
    tmp_path: Path, steps: int, least: int
) -> None:
    whole = await in_one_go(tmp_path / "one.db")
    pieces, deaths = await dying_every(tmp_path / "many.db", steps)
    assert deaths >= least
    assert pieces == whole
    assert [each[1] for each in whole["cycles"]] == ["completed"] * CYCLES
    assert {name: len(each) for name, each in whole["fills"].items()}["LLM-A"] == 4


@pytest.mark.long
@pytest.mark.parametrize("number", range(1, CYCLES + 1))
async def test_a_process_that_dies_once_at_any_step_changes_nothing(tmp_path: Path, number: int) -> None:
    whole = await in_one_go(tmp_path / "one.db")
    for left in count():
        async with a_season(tmp_path / f"{left}.db") as season:
            for each in range(1, CYCLES + 1):
                doomed = each == number
                first = dying(
                    season.database,
                    left if doomed else 10_000,
                    season.clock,
                    season.market,
                    season.minds,
                    each,
                )
                survived = await lives(first)
                if not survived:
                    after = a_worker(
                        season.database, season.clock, season.market, season.minds, number=50 + each
                    )
                    assert await lives(after)
                if doomed:
                    through = survived
                await season.next(each)
            assert await season.told() == whole, left
        if through:
            break
    assert left >= 10
