"""Agreement with an engine that is not ours, wherever its convention is the same.

What is not compared, because its convention is another one: a target that a bar opens beyond (it fills at the
target itself, ours at the better open) or that slips; a stop that follows (it never moves and triggers within
one bar); how much a second short takes (its cash grows by what the first lost), so that shorts are compared
per unit; entries after a stop before the other signal was seen (it waits for that one).
"""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import raptorbt
import talib

from tests.trading.backtest.scripted import HOUR, made_bars, play
from trading.backtest.codes import ENTER_LONG, LEAVE_LONG, Codes, Floats
from trading.backtest.crossings import crossed
from trading.backtest.outcome import Outcome
from trading.backtest.terms import Direction, Fill

TIMINGS = {Fill.NEXT_OPEN: "next_bar_open", Fill.CLOSE: "same_bar_close"}
COUNT = 3_000

fills = pytest.mark.parametrize("fill", Fill)
seeds = pytest.mark.parametrize("seed", [1, 2, 3])


def crosses(rows: Floats) -> Codes:
    """Return the signals of two averages that cross, on prices with ties."""
    close = np.ascontiguousarray(rows[:, 3])
    return crossed(talib.SMA(close, 5), talib.SMA(close, 20))


def theirs(
    rows: Floats, codes: Codes, fill: Fill, slippage: float, stop: float, target: float, short: bool
) -> raptorbt.BacktestResult:
    open_, high, low, close = (np.ascontiguousarray(column) for column in rows.T)
    config = raptorbt.BacktestConfig(
        initial_capital=1_000.0,
        fees=0.001,
        slippage=slippage,
        fill_timing=TIMINGS[fill],
        periods_per_year=365 * 24,
    )
    if stop:
        config.set_fixed_stop(stop)
    if target:
        config.set_fixed_target(target)
    up, down = (codes & ENTER_LONG) > 0, (codes & LEAVE_LONG) > 0
    times = np.arange(len(rows), dtype=np.int64) * HOUR * 10**6
    entries, exits, side = (down, up, -1) if short else (up, down, 1)
    volume = np.ones(len(rows))
    return raptorbt.run_single_backtest(
        times, open_, high, low, close, volume, entries, exits, side, 1.0, "B", config
    )


def run_both(
    rows: Floats, fill: Fill, slippage: float, stop: float = 0.0, target: float = 0.0, short: bool = False
) -> tuple[raptorbt.BacktestResult, Outcome]:
    codes = crosses(rows)
    direction = Direction.SHORT if short else Direction.LONG
    terms: dict[str, Any] = {"stop_loss": stop, "take_profit": target, "direction": direction}
    ours = play(rows, codes, fee=0.001, slippage=slippage, fill=fill, **terms)
    return theirs(rows, codes, fill, slippage, stop, target, short), ours


def closed(result: raptorbt.BacktestResult) -> list[Any]:
    """Return its trades without a position that was open at the end, which it lists as one."""
    return [trade for trade in result.trades() if trade.exit_reason != "EndOfData"]


def same_bars(result: raptorbt.BacktestResult, ours: Outcome) -> bool:
    return [(t.entry_idx, t.exit_idx) for t in closed(result)] == [
        (t.opened_at // HOUR, t.closed_at // HOUR) for t in ours.trades
    ]


def agree(result: raptorbt.BacktestResult, ours: Outcome) -> None:
    """Hold trades, equity and figures to each other, to 1e-9."""
    assert len(ours.trades) > 50
    assert same_bars(result, ours)
    for other, trade in zip(closed(result), ours.trades, strict=True):
        expected = (other.size, other.entry_price, other.exit_price, other.fees, other.pnl)
        figures = (trade.amount, trade.entry, trade.exit, trade.fees, trade.pnl)
        assert figures == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert ours.equity == pytest.approx(result.equity_curve(), rel=1e-9)
    metrics, mine = result.metrics, ours.figures
    for figure, known in (
        (mine.final, metrics.end_value),
        (mine.total_return * 100, metrics.total_return_pct),
        (mine.max_drawdown * 100, metrics.max_drawdown_pct),
        (mine.sharpe, metrics.sharpe_ratio),
        (mine.sortino, metrics.sortino_ratio),
    ):
        assert figure == pytest.approx(known, rel=1e-9)


@fills
@seeds
@pytest.mark.parametrize("stop", [0.0, 0.02, 0.002])
def test_signals_and_stops_fill_as_they_do_there(fill: Fill, seed: int, stop: float) -> None:
    rows = made_bars(seed, COUNT, 0.01, tick=0.1)
    agree(*run_both(rows, fill, slippage=0.0005, stop=stop))


@fills
@seeds
@pytest.mark.parametrize(("stop", "target"), [(0.0, 0.03), (0.02, 0.03), (0.002, 0.003)])
def test_targets_fill_as_they_do_there_where_no_bar_opens_beyond_one(
    fill: Fill, seed: int, stop: float, target: float
) -> None:
    rows = without_gaps(made_bars(seed, COUNT, 0.01, tick=0.1))
    agree(*run_both(rows, fill, slippage=0.0, stop=stop, target=target))


@fills
@seeds
@pytest.mark.parametrize("stop", [0.0, 0.02])
def test_a_unit_sold_short_earns_what_it_earns_there(fill: Fill, seed: int, stop: float) -> None:
    # Small moves: the other engine knows no liquidation.
    rows = made_bars(seed, COUNT, 0.003, tick=0.001)
    result, ours = run_both(rows, fill, slippage=0.0005, stop=stop, short=True)
    assert len(ours.trades) > 50
    assert same_bars(result, ours)
    for other, trade in zip(closed(result), ours.trades, strict=True):
        size = -trade.amount
        expected = (other.entry_price, other.exit_price, other.fees / other.size, other.pnl / other.size)
        assert (trade.entry, trade.exit, trade.fees / size, trade.pnl / size) == pytest.approx(
            expected, rel=1e-9, abs=1e-9
        )


def test_the_data_that_is_compared_on_has_ties_and_gaps() -> None:
    rows = made_bars(1, COUNT, 0.01, tick=0.1)
    assert any(before[3] == after[3] for before, after in pairwise(rows.tolist()))
    assert any(before[3] != after[0] for before, after in pairwise(rows.tolist()))
    close = np.ascontiguousarray(rows[:, 3])
    assert (np.abs(talib.SMA(close, 5) - talib.SMA(close, 20)) <= 1e-12 * close).any()


def without_gaps(rows: Floats) -> Floats:
    """Return bars that each open where the one before closed."""
    rows = rows.copy()
    rows[1:, 0] = rows[:-1, 3]
    rows[:, 1] = rows.max(axis=1)
    rows[:, 2] = rows.min(axis=1)
    return rows
