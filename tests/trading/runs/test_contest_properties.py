"""Whatever runs decide and markets do: the figures agree to the last unit, and come out the same again."""

import asyncio
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.trading.runs.arena import Arena, Bar, a_floor, a_market, buy, close, open_arena, sell
from tests.trading.runs.given import BNB, ETH, FIVE, NOW
from trading.errors import TradingError
from trading.model import EquityPoint, Fill
from trading.runs.cycle_market import CycleMarket
from trading.runs.decision import HOLD, RunDecision
from trading.runs.record import Run
from trading.runs.view import AccountView
from trading.symbols import Symbol

D = Decimal
NAMES = ("LLM-A", "LLM-B", "LLM-C")
PAIRS = (ETH, BNB)


@dataclass(frozen=True)
class Cycle:
    """What the minutes before a cycle did, what it costs then, and what the first two and the third do."""

    bars: dict[Symbol, list[Bar]]
    prices: dict[Symbol, Decimal]
    both: RunDecision
    other: RunDecision


prices = st.integers(1_000, 3_000).map(D)


@st.composite
def bars(draw: st.DrawFn) -> Bar:
    first, last = draw(prices), draw(prices)
    high = max(first, last) + draw(st.integers(0, 300))
    low = min(first, last) - draw(st.integers(0, 300))
    return (str(first), str(high), str(low), str(last))


@st.composite
def decisions(draw: st.DrawFn) -> RunDecision:
    symbol = draw(st.sampled_from(PAIRS))
    kind = draw(st.sampled_from(("buy", "sell", "buy", "sell", "close", "hold")))
    if kind in ("close", "hold"):
        return close(symbol) if kind == "close" else HOLD
    more: dict[str, Any] = {}
    if draw(st.booleans()):
        more["stop_loss"] = D(draw(st.integers(1, 9))) / 100
    if draw(st.booleans()):
        more["take_profit"] = D(draw(st.integers(2, 30))) / 100
    opens = buy if kind == "buy" else sell
    return opens(draw(st.integers(10, 80)), draw(st.sampled_from((1, 2, 3, 7, 10))), symbol, **more)


@st.composite
def cycles(draw: st.DrawFn) -> Cycle:
    priced = draw(st.sampled_from((PAIRS, PAIRS, PAIRS, (ETH,), ())))
    return Cycle(
        {each: draw(st.lists(bars(), max_size=3)) for each in priced},
        {each: draw(prices) for each in priced},
        draw(decisions()),
        draw(decisions()),
    )


@dataclass(frozen=True)
class Played:
    views: Sequence[Sequence[AccountView]]
    curves: Sequence[Sequence[EquityPoint]]
    fills: Sequence[Sequence[Fill]]


async def play(
    template: Path, story: Sequence[Cycle], first_id: int, restart: bool, names: Sequence[str]
) -> Played:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "kit.db"
        shutil.copyfile(template, path)
        async with open_arena(f"sqlite:///{path}", first_id) as arena:
            return await played(arena, story, restart, names)


async def played(arena: Arena, story: Sequence[Cycle], restart: bool, names: Sequence[str]) -> Played:
    runs = [await arena.enter(name) for name in names]
    market: CycleMarket | None = None
    views, curves = [], []
    for number, cycle in enumerate(story):
        market = a_market(cycle.prices, NOW + FIVE * number, market, cycle.bars, spread="0.5")
        if restart:
            arena.floor = a_floor(arena.database, arena.contest, arena.new_id, arena.gate)
        await arena.floor.open(market)
        for run in runs:
            await decide(arena, run, cycle.other if run.name == NAMES[-1] else cycle.both, number)
        views.append([await arena.floor.view(run) for run in runs])
        curves.append([await arena.floor.worth(run) for run in runs])
        await check(arena, runs, views[-1])
    return Played(views, curves, [await arena.fills(run.account) for run in runs])


async def decide(arena: Arena, run: Run, decision: RunDecision, number: int) -> None:
    if decision == HOLD:
        return
    # Whatever it is refused for, nothing of it may be left: that is what is looked at.
    with suppress(TradingError):
        await arena.does(run, decision, f"{number}")


async def check(arena: Arena, runs: Sequence[Run], views: Sequence[AccountView]) -> None:
    await arena.audit()
    for run, view in zip(runs, views, strict=True):
        async with arena.database.read() as uow:
            held = await uow.positions.open(run.account)
            margin = (await uow.ledger.balances(f"{run.account}/margin")).get("USDT", D(0))
            cash = (await uow.ledger.balances(run.account)).get("USDT", D(0))
            fees = (await uow.ledger.balances(f"{run.account}/fees")).get("USDT", D(0))
        fills = await arena.fills(run.account)
        entry_fees = sum((each.entry_fees for each in held), D(0))
        unrealized = sum((each.unrealized for each in view.positions), D(0))
        realized = sum((each.realized or D(0) for each in fills), D(0))
        assert view.equity == 100 + realized + unrealized - entry_fees
        assert view.balance == view.equity - unrealized == cash + margin
        assert view.margin == margin
        assert view.available == cash
        assert fees == sum((each.fee for each in fills), D(0))
        assert len(view.trades) == view.closed
        parts = sum((each.realized for each in held), D(0))
        assert realized == sum((each.pnl for each in view.trades), parts)
        if not parts:
            assert sum((each.fees for each in view.trades), entry_fees) == fees
        assert {each.id for each in view.positions} == {each.id for each in held}
        assert all(each.order for each in view.positions)
        assert (await arena.floor.worth(run)) == EquityPoint(view.at, view.equity, cash)


stories = st.lists(cycles(), min_size=2, max_size=5)
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@given(story=stories)
@settings(unhurried, max_examples=8)
def test_figures_agree_and_come_out_the_same_again(sqlite_template: Path, story: Sequence[Cycle]) -> None:
    hold_to_it(sqlite_template, story)


@pytest.mark.long
@given(story=stories)
@settings(unhurried, max_examples=500)
def test_figures_agree_in_hundreds_of_contests(sqlite_template: Path, story: Sequence[Cycle]) -> None:
    hold_to_it(sqlite_template, story)


def hold_to_it(template: Path, story: Sequence[Cycle]) -> None:
    once = asyncio.run(play(template, story, 0, False, NAMES))
    again = asyncio.run(play(template, story, 10**6, True, NAMES))
    alone = asyncio.run(play(template, story, 10**7, False, NAMES[:1]))
    assert once.curves == again.curves
    assert [each[0] for each in once.curves] == [each[0] for each in alone.curves]
    assert [list(map(traded, each)) for each in once.fills] == [
        list(map(traded, each)) for each in again.fills
    ]
    # Two accounts that decide alike are alike, to the last unit.
    assert all(first == second for first, second, _ in once.curves)
    assert [traded(each)[1:] for each in once.fills[0]] == [traded(each)[1:] for each in once.fills[1]]


def traded(fill: Fill) -> tuple[Any, ...]:
    """Return a fill without what is named anew each time."""
    return (
        fill.account,
        fill.symbol,
        fill.side,
        fill.amount,
        fill.price,
        fill.fee,
        fill.liquidity,
        fill.at,
        fill.realized,
        fill.leverage,
    )
