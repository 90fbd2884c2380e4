"""Strategies that buy in portions, or once and for all."""

import numpy as np

from trading.backtest.codes import ENTER_LONG, LEAVE_LONG
from trading.backtest.strategies.crossovers import LONGEST
from trading.backtest.strategy import Lines, Parameter, Signals, Strategy, Values


def _hold(lines: Lines, values: Values) -> Signals:
    return Signals(np.full(len(lines.close), ENTER_LONG, np.int8))


def _average(lines: Lines, values: Values) -> Signals:
    """Buy the same share of the initial cash every so many bars."""
    due = np.arange(len(lines.close)) % int(values["interval"]) == 0
    return Signals(
        (due * np.int8(ENTER_LONG)).astype(np.int8), np.where(due, values["portion"] / 100, np.nan)
    )


def _grid(lines: Lines, values: Values) -> Signals:
    """Buy a rung with each spacing that the close falls, sell one with each that it rises.

    The rungs are equal shares of the initial cash; the first close is the top of the grid.
    """
    close, rungs = lines.close, int(values["rungs"])
    codes, portions = np.zeros(len(close), np.int8), np.full(len(close), np.nan)
    if not len(close):
        return Signals(codes, portions)
    # The rung that a close stands on: 0 at the top, one more for each spacing below it.
    depth = np.floor(np.log(close[0] / close) / -np.log1p(-values["spacing"] / 100) + 1e-9)
    held = 0
    for i, rung in enumerate(np.clip(depth, 0, rungs).astype(int)):
        if rung > held:
            codes[i], portions[i] = ENTER_LONG, (rung - held) / rungs
            held = rung
        elif rung < held - 1 or (rung == 0 and held == 1 and close[i] >= close[0]):
            # A rung is sold one spacing above where it was bought.
            keep = 0 if rung == 0 and close[i] >= close[0] else rung + 1
            codes[i], portions[i] = LEAVE_LONG, (held - keep) / held
            held = keep
    return Signals(codes, portions)


STRATEGIES = (
    Strategy(
        "buy_and_hold",
        "Long from the first bar to the last.",
        (),
        _hold,
        lambda values: 0,
        (),
        ("hold", "buy_hold", "hodl"),
    ),
    Strategy(
        "dca",
        "Buy the same amount every so many bars, whatever the price.",
        (
            Parameter(
                "interval",
                24,
                1,
                LONGEST,
                "bars from one purchase to the next",
                aliases=("every",),
                tries=(6, 12, 24, 48, 72, 168),
            ),
            Parameter(
                "portion",
                2.0,
                0.01,
                100,
                "percent of the initial balance a purchase takes",
                False,
                (),
                (1, 2, 5, 10),
            ),
        ),
        _average,
        lambda values: 0,
        (),
        ("dollar_cost_averaging", "cost_average"),
    ),
    Strategy(
        "grid",
        "Buy a portion at each spacing down from the first close, sell one at each spacing up.",
        (
            Parameter(
                "rungs",
                10,
                1,
                500,
                "portions the balance is split into",
                aliases=("levels", "grids"),
                tries=(5, 10, 15, 20, 30),
            ),
            Parameter(
                "spacing",
                1.0,
                0.05,
                50,
                "percent from one rung to the next",
                False,
                ("step",),
                (0.5, 1, 1.5, 2, 3, 5),
            ),
        ),
        _grid,
        lambda values: 0,
        (),
        ("grid_trading",),
    ),
)
