"""A strategy decides for a run as it would have traded in a backtest, within the rules of the run."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trading.runs.given import BNB, ETH, FIVE, NOW, PAIRS, XRP, a_position, a_run, a_trade, an_account
from tests.trading.runs.given import candles as closing_at
from trading.backtest.catalog import Strategies
from trading.backtest.history import History, as_moment
from trading.backtest.terms import Direction, Fill, Terms
from trading.clock import epoch_ms
from trading.indicators import Bars
from trading.model import Candle, Side
from trading.runs.asking import Asked
from trading.runs.baselines import HEADROOM
from trading.runs.decision import Action, RunDecision, Style
from trading.runs.entries import EntryTerms
from trading.runs.errors import InvalidRun, UnknownDecider
from trading.runs.manners import MANNERS
from trading.runs.record import Schedule
from trading.runs.rules import RunRules, judge
from trading.runs.signalled import PlainLines
from trading.runs.snapshot import snapshot
from trading.runs.strategies import StrategyDecider
from trading.runs.view import AccountView
from trading.symbols import Symbol
from trading.timeframes import Timeframe

D = Decimal
STRATEGIES = Strategies()
FLAT, UP, DOWN = [2_000.0] * 40, [2_000.0] * 40 + [2_100.0], [2_000.0] * 40 + [1_900.0]


def decider(name: str = "donchian_breakout", **settings: Any) -> StrategyDecider:
    return StrategyDecider.of(STRATEGIES.find(name), settings)


def asking(
    rows: Mapping[Symbol, Sequence[Candle]], view: AccountView | None = None, at: datetime = NOW, **run: Any
) -> Asked:
    market = snapshot(at, Timeframe.M5, rows)
    return Asked(a_run(**run), "cyc_1", market, view or an_account(), (), rows)


async def decided(
    closes: Mapping[Symbol, Sequence[float]], view: AccountView | None = None, at: datetime = NOW, **run: Any
) -> RunDecision:
    rows = {symbol: closing_at(each, NOW) for symbol, each in closes.items()}
    answer = await decider().decide(asking(rows, view, at, **run))
    assert answer.decision is not None
    return answer.decision


async def test_a_signal_to_go_in_is_an_entry_with_its_figures() -> None:
    answer = await decider(leverage=4, size=25).decide(asking({ETH: closing_at(UP)}))
    assert answer.model == "offline:donchian_breakout"
    assert answer.shown["parameters"] == {"period": 20}
    assert answer.decision == RunDecision(
        Action.BUY,
        ETH,
        D("25.00"),
        D(4),
        D("0.03"),
        D("0.06"),
        reasoning=(
            "donchian_breakout said to go long in ETH/USDT at the close of 2026-03-02T12:00:00Z: close 2100, "
            "high of 20 candles 2001, low of 20 candles 1999."
        ),
        style=Style.BREAKOUT,
    )


async def test_a_signal_to_go_short_is_a_sale_unless_shorts_are_off() -> None:
    rows = {ETH: closing_at(DOWN)}
    sold = (await decider().decide(asking(rows))).decision
    assert sold is not None
    assert (sold.action, sold.symbol) == (Action.SELL, ETH)
    kept = (await decider(shorts=False).decide(asking(rows))).decision
    assert kept is not None
    assert kept.action is Action.HOLD


async def test_leaving_comes_before_entering_and_both_in_the_order_of_the_run() -> None:
    market = {ETH: UP, BNB: UP, XRP: DOWN}
    assert (await decided(market)).symbol == ETH
    assert (await decided(market, an_account(ETH))).symbol == BNB
    left = await decided(market, an_account(ETH, XRP))
    assert (left.action, left.symbol) == (Action.CLOSE, XRP)


async def test_without_a_signal_it_holds_and_says_where_things_stand() -> None:
    held = await decided({ETH: FLAT})
    assert held.action is Action.HOLD
    assert "ETH/USDT close 2000, high of 20 candles 2001" in held.reasoning
    assert "not warm" in (await decided({ETH: FLAT[:5]})).reasoning
    assert "no prices" in (await decided({})).reasoning


async def test_a_signal_is_acted_on_once_and_for_two_cycles() -> None:
    assert (await decided({ETH: [*UP, 2_050.0]})).action is Action.BUY
    assert (await decided({ETH: [*UP, 2_050.0, 2_050.0]})).action is Action.HOLD
    # What was opened upon it has been stopped since.
    stopped = a_trade("-1", opened_at=NOW - FIVE, closed_at=NOW - timedelta(minutes=1))
    assert (await decided({ETH: [*UP, 2_050.0]}, an_account(trades=(stopped,)))).action is Action.HOLD
    # Nor is one that the strategy itself is over with.
    assert (await decided({ETH: [*UP, 1_000.0]})).action is Action.SELL


async def test_signals_between_two_cycles_are_not_missed() -> None:
    hourly = Schedule(every=timedelta(hours=1))
    closes = {ETH: [*UP, *[2_050.0] * 5]}
    assert (await decided(closes, schedule=hourly)).action is Action.BUY
    held = an_account(positions=(a_position(ETH, opened_at=NOW - timedelta(hours=2)),))
    fallen = {ETH: [2_000.0] * 40 + [1_900.0] * 3}
    assert (await decided(fallen, held)).action is Action.CLOSE
    young = an_account(positions=(a_position(ETH, opened_at=NOW - timedelta(minutes=1)),))
    assert (await decided(fallen, young)).action is Action.HOLD


async def test_it_does_not_look_ahead() -> None:
    later = closing_at([*FLAT, 2_500.0, 3_000.0], NOW + 2 * FIVE)
    seen = (await decider().decide(asking({ETH: later}))).decision
    assert seen == (await decider().decide(asking({ETH: closing_at(FLAT)}))).decision


async def test_what_is_full_or_poor_or_unpriced_opens_nothing() -> None:
    market = {ETH: UP, BNB: UP}
    assert (await decided(market, rules=RunRules(positions=1), view=an_account(XRP))).action is Action.HOLD
    assert (await decided(market, an_account(available=D(4)))).action is Action.HOLD
    assert (await decided(market, at=NOW + timedelta(hours=2))).action is Action.HOLD


@given(
    settings=st.fixed_dictionaries(
        {},
        optional={
            "size": st.integers(1, 1_000),
            "leverage": st.integers(1, 120),
            "stop_loss": st.integers(0, 100).map(lambda n: n / 100),
            "take_profit": st.integers(0, 300).map(lambda n: n / 100),
        },
    ),
    leverages=st.tuples(st.integers(1, 100), st.integers(1, 100)).map(sorted),
    available=st.integers(0, 200).map(D),
    side=st.sampled_from(Side),
)
def test_an_entry_breaks_no_rule(
    settings: dict[str, Any], leverages: list[int], available: Decimal, side: Side
) -> None:
    rules = RunRules(least_leverage=D(leverages[0]), most_leverage=D(leverages[1]))
    view = an_account(available=available)
    terms = EntryTerms.of(settings).within(rules, side, view)
    if terms is None:
        leverage = min(max(settings.get("leverage", 2), leverages[0]), leverages[1])
        assert available * HEADROOM * leverage < rules.least_size
        return
    action = Action.BUY if side is Side.BUY else Action.SELL
    entry = RunDecision(
        action, ETH, terms.size, terms.leverage, terms.stop_loss or None, terms.take_profit or None
    )
    assert judge(entry, view, rules, PAIRS, PAIRS) == ()


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("macd", {"fast_period": 30, "slow_period": 20}),
        ("macd", {"period": 20}),
        ("macd", {"leverage": 0}),
        ("macd", {"size": "much"}),
        ("macd", {"stop_loss": float("nan")}),
        ("macd", {"shorts": 1}),
    ],
)
def test_settings_that_it_does_not_take_are_refused(name: str, settings: dict[str, Any]) -> None:
    with pytest.raises(InvalidRun):
        decider(name, **settings)


@pytest.mark.parametrize("name", ["dca", "grid"])
def test_what_buys_in_portions_cannot_decide(name: str) -> None:
    with pytest.raises(UnknownDecider):
        decider(name)


def test_every_other_strategy_of_the_house_can_decide() -> None:
    assert {each.name for each in STRATEGIES.all} - set(MANNERS) == {"dca", "grid"}


def test_deciding_loads_no_compiler() -> None:
    script = (
        "import asyncio, sys\n"
        "from tests.trading.runs.test_strategies import UP, asking, closing_at, decider, ETH\n"
        "asyncio.run(decider('macd').decide(asking({ETH: closing_at(UP)})))\n"
        "sys.exit('numba' in sys.modules)\n"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def walk(count: int) -> list[Candle]:
    """Return candles of a random walk, always the same."""
    steps = np.random.default_rng(7).normal(0, 0.004, count)
    return closing_at([round(float(each), 2) for each in 2_000 * np.exp(np.cumsum(steps))])


WALK = walk(240)


async def traded(name: str) -> list[tuple[datetime, datetime | None]]:
    """Return when a decider goes in and out on a walk, asked at each close, fills at once."""
    one, since, found = decider(name, shorts=False), None, list[tuple[datetime, datetime | None]]()
    for number in range(30, len(WALK) - 1):
        rows = {ETH: WALK[: number + 1]}
        at = rows[ETH][-1].opened_at + FIVE
        held = () if since is None else (a_position(ETH, opened_at=since),)
        asked = asking(rows, replace(an_account(positions=held), at=at), at, symbols=(ETH,))
        decision = (await one.decide(asked)).decision
        assert decision is not None
        if decision.action is Action.BUY:
            since = at
        if decision.action is Action.CLOSE and since is not None:
            found.append((since, at))
            since = None
    return found if since is None else [*found, (since, None)]


@pytest.mark.parametrize("name", sorted(MANNERS))
async def test_it_goes_in_and_out_where_a_backtest_does(name: str) -> None:
    # Compiled code is loaded where it runs.
    from trading.backtest.run import run as backtest

    times = np.array([epoch_ms(each.opened_at) for each in WALK])
    history = History(ETH, Timeframe.M5, "simulated", "walk", times, Bars.of(WALK), lead=30)
    terms = Terms(fee=0, slippage=0, fill=Fill.CLOSE, direction=Direction.LONG)
    strategy = STRATEGIES.find(name)
    outcome = backtest(history, strategy, strategy.read({}), terms)
    expected = [
        (as_moment(each.opened_at) + FIVE, as_moment(each.closed_at) + FIVE) for each in outcome.trades
    ]
    last = outcome.position
    open_still = [] if last is None else [(as_moment(last.opened_at) + FIVE, None)]
    assert expected or open_still
    assert await traded(name) == [*expected, *open_still]


@given(st.lists(st.tuples(*[st.sampled_from([float("nan"), -1.0, 0.0, 1.0, 1.0 + 1e-13])] * 2), max_size=30))
def test_lines_cross_as_they_do_in_backtests(rows: list[tuple[float, float]]) -> None:
    from trading.backtest.crossings import crossed

    fast, slow = (np.array([row[side] for row in rows], np.float64) for side in (0, 1))
    plain = PlainLines(Bars.of([])).crossed(fast, slow)
    assert plain.tolist() == crossed(fast, slow).tolist()
