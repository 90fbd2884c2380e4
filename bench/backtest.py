"""Backtests from candles to figures, one and a grid of them, beside raptorbt and beside plain NumPy."""

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import raptorbt
import talib
import uvloop

from bench.figures import Figure, Promise
from bench.measure import Measure, in_turns
from trading.backtest import kernel
from trading.backtest.catalog import Strategies
from trading.backtest.codes import ENTER_LONG, LEAVE_LONG, Codes, Floats
from trading.backtest.figures import of_curve, sharpe
from trading.backtest.grid import axes, combinations, run_grid
from trading.backtest.history import History
from trading.backtest.run import run
from trading.backtest.strategy import Lines
from trading.backtest.terms import Terms
from trading.indicators import Bars
from trading.symbols import Symbol
from trading.timeframes import Timeframe

FASTER = Promise(target=5, floor=5, ratio=True)
GRID = Promise(target=20, floor=20, ratio=True)

YEAR = 8_760
MANY = 500_000
FAST, SLOW = 10, 30
FASTS, SLOWS = range(2, 102), range(102, 202)
SAMPLE = 1_000
"""How many pairs of the grid the other engine is timed on; its time is scaled to all of them."""

ROUNDS = 7
TERMS = Terms(fee=1e-5, slippage=5e-6)
"""Costs as low as that half a million bars do not eat an account up."""
STOPS = replace(TERMS, stop_loss=0.05, take_profit=0.1)
NANOSECONDS_AN_HOUR = 3_600 * 10**9

Run = Callable[[], float]
"""Something to time; it returns the final equity, so that what is compared is the same."""


def measure() -> list[Figure]:
    """Return how many runs a second come out, and what a bar costs beside reading it from memory."""
    return uvloop.run(_measure())


async def _measure() -> list[Figure]:
    figures: list[Figure] = []
    for count, times in ((YEAR, 100), (MANY, 3)):
        past = market(count)
        name = f"backtest, {count:,} bars, averages that cross"
        ours, plain = _own(past), _numpy(past)
        figures += [
            Figure(f"{name}; raptorbt", "1/s", *await _rates(ours, _raptorbt(past), times), FASTER),
            Figure(f"{name}; NumPy, no stops", "1/s", *await _rates(ours, plain, times)),
        ]
    past = market(YEAR)
    name = f"grid of {len(FASTS) * len(SLOWS):,} pairs, {YEAR:,} bars, 2 threads"
    grids = Grids(past)
    figures += [
        Figure(f"{name}; raptorbt, {SAMPLE:,} scaled", "pairs/s", *await grids.beside(grids.raptorbt), GRID),
        Figure(f"{name}; NumPy, no stops, {SAMPLE:,} scaled", "pairs/s", *await grids.beside(grids.numpy)),
    ]
    for count, times in ((YEAR, 100), (MANY, 3)):
        past = market(count)
        for title, terms in (("", TERMS), (" with stops", STOPS)):
            costs = await in_turns(
                _bar(_kernel(past, terms), count, times), _bar(_sums(past), count, times), ROUNDS
            )
            figures.append(Figure(f"kernel, {count:,} bars{title}; a plain sum of them", "ns/bar", *costs))
    return figures


def market(count: int) -> History:
    """Return a market that wanders, hour by hour, with small gaps."""
    chance = np.random.default_rng(7)
    close = 60_000 * np.exp(np.cumsum(chance.normal(0, 0.006, count)))
    open_ = np.concatenate((close[:1], close[:-1])) * (1 + chance.normal(0, 1e-4, count))
    high = np.maximum(open_, close) * (1 + np.abs(chance.normal(0, 0.002, count)))
    low = np.minimum(open_, close) * (1 - np.abs(chance.normal(0, 0.002, count)))
    times = np.arange(count, dtype=np.int64) * Timeframe.H1.seconds * 1000
    bars = Bars(open_, high, low, close, np.ones(count))
    return History(Symbol("BTC", "USDT"), Timeframe.H1, "drawn", "bench", times, bars)


async def _rates(ours: Run, reference: Run, times: int) -> tuple[float, float]:
    if abs(ours() / reference() - 1) > 1e-6:
        raise RuntimeError("both have to come to the same")
    first, second = await in_turns(_bar(ours, 1, times), _bar(reference, 1, max(times // 5, 1)), ROUNDS)
    return 1e9 / first, 1e9 / second


def _bar(work: Run, bars: int, times: int) -> Measure:
    async def spent() -> float:
        started = time.perf_counter_ns()
        for _ in range(times):
            work()
        return (time.perf_counter_ns() - started) / times / bars

    return spent


def _own(past: History) -> Run:
    strategy = Strategies().find("ma_crossover")
    values = strategy.read({"fast_period": FAST, "slow_period": SLOW})
    return lambda: run(past, strategy, values, TERMS, whole=False).figures.final


def _raptorbt(past: History) -> Run:
    bars, config = past.bars, _config()
    times = np.arange(len(past), dtype=np.int64) * NANOSECONDS_AN_HOUR

    def work() -> float:
        entries, exits = _signals(raptorbt.sma(bars.close, FAST), raptorbt.sma(bars.close, SLOW))
        result = raptorbt.run_single_backtest(
            times,
            bars.open,
            bars.high,
            bars.low,
            bars.close,
            bars.volume,
            entries,
            exits,
            1,
            1.0,
            "B",
            config,
        )
        return float(result.metrics.end_value)

    return work


def _config() -> raptorbt.BacktestConfig:
    return raptorbt.BacktestConfig(
        initial_capital=TERMS.initial, fees=TERMS.fee, slippage=TERMS.slippage, fill_timing="next_bar_open"
    )


def _signals(fast: Floats, slow: Floats) -> tuple[np.ndarray, np.ndarray]:
    above, known = fast > slow, ~np.isnan(slow)
    entries, exits = np.zeros(len(slow), bool), np.zeros(len(slow), bool)
    entries[1:] = above[1:] & ~above[:-1] & known[:-1]
    exits[1:] = ~above[1:] & above[:-1]
    return entries, exits


def _numpy(past: History) -> Run:
    close = past.bars.close
    return lambda: _in_columns(past.bars, talib.SMA(close, FAST), talib.SMA(close, SLOW))


def _in_columns(bars: Bars, fast: Floats, slow: Floats) -> float:
    """Return the same run in whole columns: as short as NumPy can have it, without any stop."""
    entries, exits = _signals(fast, slow)
    # What is held over a bar was decided at the close before it.
    state = np.where(entries, 1, np.where(exits, 0, -1))
    last = np.maximum.accumulate(np.where(state >= 0, np.arange(len(state)), 0))
    held = np.concatenate(([0], np.maximum(state[last], 0)[:-1]))
    before = np.concatenate(([0], held[:-1]))
    came, went = (held > before), (held < before)
    price = np.concatenate((bars.close[:1], bars.close[:-1]))
    growth = np.where(held & before, bars.close / price, 1.0)
    bought, sold = bars.open * (1 + TERMS.slippage) * (1 + TERMS.fee), bars.open * (1 - TERMS.slippage)
    growth = np.where(came, bars.close / bought, growth)
    growth = np.where(went, sold * (1 - TERMS.fee) / price, growth)
    row = of_curve(np.asarray(TERMS.initial * np.cumprod(growth), np.float64), TERMS.initial)
    sharpe(row[kernel.SUM], row[kernel.SQUARES], len(held))
    return float(row[kernel.FINAL])


class Grids:
    """Every pair of averages over one history, by us, and a sample of them by others.

    The averages of the others are there before their time begins; ours make theirs once in it.
    """

    def __init__(self, past: History) -> None:
        self._past = past
        self._strategy = Strategies().find("ma_crossover")
        found = axes(self._strategy, {"fast_period": list(FASTS), "slow_period": list(SLOWS)})
        self._rows = combinations(self._strategy, self._strategy.read({}), found)
        lines = Lines(past.bars)
        averages = {period: lines.sma(period) for period in (*FASTS, *SLOWS)}
        self._sample = [
            (averages[each["fast_period"]], averages[each["slow_period"]])
            for each in self._rows[:: len(self._rows) // SAMPLE]
        ]

    async def beside(self, reference: Run) -> tuple[float, float]:
        """Return how many pairs a second come out of ours and of another."""
        if abs(self.ours() / reference() - 1) > 1e-6:
            raise RuntimeError("both have to come to the same")
        first, second = await in_turns(
            _bar(self.ours, len(self._rows), 1), _bar(reference, len(self._sample), 1), ROUNDS
        )
        return 1e9 / first, 1e9 / second

    def ours(self) -> float:
        """Run every pair; return what the first came to."""
        told = run_grid(self._past, self._strategy, self._rows, TERMS, lambda done, total: None, threads=2)
        return float(told[0, kernel.FINAL])

    def raptorbt(self) -> float:
        """Run the sample; return what the first came to."""
        bars = self._past.bars
        times = np.arange(len(self._past), dtype=np.int64) * NANOSECONDS_AN_HOUR
        items = [
            raptorbt.BatchSingleItem("pair", *_signals(fast, slow), 1, 1.0, "B")
            for fast, slow in self._sample
        ]
        results = raptorbt.batch_single_backtest(
            times, bars.open, bars.high, bars.low, bars.close, bars.volume, items, _config()
        )
        return float(results[0][1].metrics.end_value)

    def numpy(self) -> float:
        """Run the sample; return what the first came to."""
        finals = [_in_columns(self._past.bars, fast, slow) for fast, slow in self._sample]
        return finals[0]


def _kernel(past: History, terms: Terms) -> Run:
    bars, codes, columns = past.bars, _codes(past), terms.columns(0)
    nothing, no_trades, row = np.empty(0), np.empty((0, kernel.COLUMNS)), np.zeros(kernel.FIGURES)

    def work() -> float:
        kernel.simulate(
            bars.open, bars.high, bars.low, bars.close, codes, nothing, columns, nothing, no_trades, row
        )
        return float(row[kernel.FINAL])

    return work


def _codes(past: History) -> Codes:
    entries, exits = _signals(talib.SMA(past.bars.close, FAST), talib.SMA(past.bars.close, SLOW))
    return (entries * np.int8(ENTER_LONG) + exits * np.int8(LEAVE_LONG)).astype(np.int8)


def _sums(past: History) -> Run:
    """Return what only reads what a run reads."""
    bars, codes = past.bars, _codes(past).view(np.int64)
    columns = (bars.open, bars.high, bars.low, bars.close)
    return lambda: float(sum(column.sum() for column in columns) + codes.sum())
