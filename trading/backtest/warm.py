"""Compiles the kernel before anybody waits for it."""

import numpy as np

from trading.backtest.catalog import BUILT_IN
from trading.backtest.grid import run_grid
from trading.backtest.history import History
from trading.backtest.run import run
from trading.backtest.terms import Terms
from trading.indicators import Bars
from trading.symbols import Symbol
from trading.timeframes import Timeframe


def warm() -> None:
    """Run each compiled function once over a few candles."""
    close = 100 + np.sin(np.arange(64.0) / 3)
    bars = Bars(close, close + 1, close - 1, close, np.ones(64))
    times = np.arange(64, dtype=np.int64) * Timeframe.H1.seconds * 1000
    history = History(Symbol("BTC", "USDT"), Timeframe.H1, "none", "simulated", times, bars)
    strategy = BUILT_IN[0]
    values = strategy.read({})
    run(history, strategy, values, Terms())
    run_grid(history, strategy, [values], Terms(), lambda done, total: None)
