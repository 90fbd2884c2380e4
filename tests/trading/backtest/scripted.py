"""Bars and signals that a test writes down, run through the public door."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

from trading.backtest.codes import Codes, Floats
from trading.backtest.history import History
from trading.backtest.outcome import Outcome
from trading.backtest.run import run
from trading.backtest.strategy import Lines, Signals, Strategy, Values
from trading.backtest.terms import Terms
from trading.indicators import Bars
from trading.symbols import Symbol
from trading.timeframes import Timeframe

HOUR = 3_600_000
PAIR = Symbol("BTC", "USDT")
Row = tuple[float, float, float, float]


def history(
    rows: Sequence[Row] | Floats, lead: int = 0, timeframe: Timeframe = Timeframe.H1, begin: int = 0
) -> History:
    """Make whole candles of (open, high, low, close)."""
    table = np.asarray(rows, np.float64).reshape(-1, 4)
    open_, high, low, close = (np.ascontiguousarray(column) for column in table.T)
    times = begin + np.arange(len(table), dtype=np.int64) * timeframe.seconds * 1000
    bars = Bars(open_, high, low, close, np.ones(len(table)))
    return History(PAIR, timeframe, "scripted", "test", times, bars, lead)


def flat(*prices: float) -> list[Row]:
    """Make candles that stand still at a price each."""
    return [(price, price, price, price) for price in prices]


def saying(codes: Iterable[int] | Codes, portions: Iterable[float] | Floats | None = None) -> Strategy:
    """Make a strategy that says just this."""
    said = np.array(list(codes), np.int8)
    parts = None if portions is None else np.array(list(portions), np.float64)

    def signals(lines: Lines, values: Values) -> Signals:
        return Signals(said, parts)

    return Strategy("scripted", "What a test says.", (), signals, lambda values: 0)


def play(
    rows: Sequence[Row] | Floats,
    codes: Iterable[int] | Codes,
    portions: Iterable[float] | Floats | None = None,
    lead: int = 0,
    **terms: Any,
) -> Outcome:
    """Run signals over bars, by default with 1,000 to trade with and free of costs."""
    given = {"initial": 1_000.0, "fee": 0.0, "slippage": 0.0, **terms}
    return run(history(rows, lead), saying(codes, portions), {}, Terms(**given))


def closings(outcome: Outcome) -> list[tuple[int, int, str]]:
    """Return of each trade the bars it opened and closed at, and why it closed."""
    return [(trade.opened_at // HOUR, trade.closed_at // HOUR, str(trade.reason)) for trade in outcome.trades]


@st.composite
def bars_drawn(draw: st.DrawFn, least: int = 2, most: int = 60) -> Floats:
    """Draw bars with gaps, ties and huge moves, at times on a coarse grid of ticks."""
    count = draw(st.integers(least, most))
    seed = draw(st.integers(0, 2**32 - 1))
    wild = draw(st.sampled_from((0.002, 0.02, 0.1, 0.5)))
    tick = draw(st.sampled_from((0.0, 0.01, 1.0)))
    return made_bars(seed, count, wild, tick)


def made_bars(seed: int, count: int, wild: float, tick: float = 0.0, price: float = 100.0) -> Floats:
    """Make bars of a seed; `wild` is the deviation of a bar's move, `tick` what prices are a multiple of."""
    chance = np.random.default_rng(seed)
    moves = chance.normal(0, wild, (count, 4)) * chance.choice([0, 1, 1, 1, 5], (count, 4))
    close = price * np.exp(np.clip(np.cumsum(moves[:, 0]), -15, 15))
    open_ = np.concatenate(([price], close[:-1])) * np.exp(moves[:, 1] * chance.choice([0, 0, 1], count))
    high = np.maximum(open_, close) * np.exp(np.abs(moves[:, 2]))
    low = np.minimum(open_, close) * np.exp(-np.abs(moves[:, 3]))
    table = np.stack((open_, high, low, close), axis=1)
    if tick:
        table = np.maximum(np.round(table / tick), 1) * tick
    return table


def held_to(outcome: Outcome, *expected: tuple[int, int, float, float, float, float, float, str]) -> None:
    """Hold trades to (opened bar, closed bar, amount, entry, exit, fees, pnl, reason), figures to 1e-9."""
    assert closings(outcome) == [(row[0], row[1], row[-1]) for row in expected]
    for trade, row in zip(outcome.trades, expected, strict=True):
        figures = (trade.amount, trade.entry, trade.exit, trade.fees, trade.pnl)
        assert figures == pytest.approx(row[2:7], rel=1e-9, abs=1e-9)


def held_open(
    outcome: Outcome, bar: int, amount: float, entry: float, mark: float, fees: float, unrealized: float
) -> None:
    """Hold what is open at the end to the bar it was opened at and to its figures, to 1e-9."""
    found = outcome.position
    assert found is not None
    assert found.opened_at == bar * HOUR
    figures = (found.amount, found.entry, found.mark, found.fees, found.unrealized)
    assert figures == pytest.approx((amount, entry, mark, fees, unrealized), rel=1e-9, abs=1e-9)
