"""Candles made longer, and how long those are that came without a name."""

import numpy as np

from trading.backtest.history import Times
from trading.backtest.stores import Columns
from trading.errors import MissingHistory
from trading.indicators import Bars
from trading.timeframes import Timeframe


def shortest(times: Times) -> Timeframe | None:
    """Return the candle length of opening times in order, None for fewer than two.

    Raises MissingHistory when they lie on no grid that there is.
    """
    if len(times) < 2:
        return None
    step = int(np.diff(times).min())
    found = next((each for each in Timeframe if each.seconds * 1000 == step), None)
    if found is None:
        raise MissingHistory(f"its candles are {step / 1000:g} seconds apart, which is no candle length")
    off = times % step != 0
    if off.any():
        row = int(np.argmax(off))
        raise MissingHistory(f"its candle number {row + 1} does not open on a grid of {found}", row=row + 1)
    return found


def longer(columns: Columns, own: Timeframe, wanted: Timeframe) -> Columns:
    """Return longer candles, only those of which every part is there."""
    ratio = wanted.seconds // own.seconds
    if ratio == 1 or not len(columns):
        return columns
    step = wanted.seconds * 1000
    opened = columns.times // step * step
    starts = np.flatnonzero(np.append(True, opened[1:] != opened[:-1]))
    counts = np.diff(np.append(starts, len(opened)))
    bars = columns.bars
    whole = Columns(
        opened[starts],
        Bars(
            bars.open[starts],
            np.maximum.reduceat(bars.high, starts),
            np.minimum.reduceat(bars.low, starts),
            bars.close[starts + counts - 1],
            np.add.reduceat(bars.volume, starts),
        ),
    )
    return whole.pick(np.flatnonzero(counts == ratio))
