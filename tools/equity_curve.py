"""Equity over the time of a backtest, as many points of it as are asked for."""

import numpy as np

from tools.wire import Result
from trading.backtest.outcome import Ran

ROOM_FOR_DRAWDOWN = 10


class Point(Result):
    """Equity in quote at the close of a bar; `timestamp` is when that bar opened.

    `hold` is what buy & hold is worth then, null where a backtest was stored before that was kept.
    """

    timestamp: int
    equity: float
    hold: float | None = None


def curve(ran: Ran, points: int) -> list[Point]:
    """Return at most so many points of an equity curve, the last one always among them.

    Where some are left out, those between which the drawdown is deepest are not.
    """
    count = len(ran.equity)
    if not points or not count:
        return []
    kept = _deepest(ran) if ROOM_FOR_DRAWDOWN <= points < count else []
    evenly = np.linspace(0, count - 1, min(points, count) - len(kept)).astype(int)
    places = np.unique(np.concatenate([evenly, np.array(kept, dtype=int)]))
    return [
        Point(timestamp=int(ran.times[each]), equity=float(ran.equity[each]), hold=float(ran.hold[each]))
        for each in places
    ]


def _deepest(ran: Ran) -> list[int]:
    """Return where equity stood before its deepest fall, and where after it."""
    initial = ran.figures.final - ran.figures.pnl
    peak = np.maximum.accumulate(np.maximum(ran.equity, initial))
    bottom = int(np.argmin(ran.equity / peak))
    return [int(np.argmax(ran.equity[: bottom + 1])), bottom]
