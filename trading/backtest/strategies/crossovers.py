"""Strategies that follow a trend by lines that cross."""

import numpy as np

from trading.backtest.codes import ENTER_LONG, ENTER_SHORT, LEAVE_LONG, LEAVE_SHORT
from trading.backtest.strategy import Crossing, Lines, Parameter, Rule, Signals, Strategy, Values
from trading.indicators import Series

LONGEST = 5_000

FAST_BELOW_SLOW = Rule(
    lambda values: values["fast_period"] < values["slow_period"],
    "the fast period has to be shorter than the slow one",
)


_FAST = (5.0, 8.0, 10.0, 12.0, 15.0, 20.0, 25.0, 30.0)
_SLOW = (20.0, 30.0, 40.0, 50.0, 60.0, 80.0, 100.0, 150.0, 200.0)


def periods(fast: int, slow: int) -> tuple[Parameter, Parameter]:
    """Return the usual two periods."""
    return (
        Parameter(
            "fast_period", fast, 1, LONGEST, "bars of the fast average", True, ("fast", "short"), _FAST
        ),
        Parameter("slow_period", slow, 2, LONGEST, "bars of the slow average", True, ("slow", "long"), _SLOW),
    )


def _simple(lines: Lines, values: Values) -> tuple[Series, Series]:
    return lines.sma(values["fast_period"]), lines.sma(values["slow_period"])


def _exponential(lines: Lines, values: Values) -> tuple[Series, Series]:
    return lines.ema(values["fast_period"]), lines.ema(values["slow_period"])


def _macd(lines: Lines, values: Values) -> tuple[Series, Series]:
    found = lines.macd(values["fast_period"], values["slow_period"], values["signal_period"])
    return found.line, found.signal


def _banded(lines: Lines, values: Values) -> Signals:
    """Enter above the average by a threshold, leave below it by as much; with `slow`, a plain cross."""
    mean = lines.sma(values["period"])
    if "slow" in values:
        return Signals(lines.crossed(mean, lines.sma(values["slow"])))
    above = lines.close > mean * (1 + values["threshold"])
    below = lines.close < mean * (1 - values["threshold"])
    codes = above * np.int8(ENTER_LONG | LEAVE_SHORT) + below * np.int8(LEAVE_LONG | ENTER_SHORT)
    return Signals(codes.astype(np.int8))


STRATEGIES = (
    Strategy(
        "ma_crossover",
        "Long while a fast simple average is above a slow one.",
        periods(10, 20),
        Crossing(_simple),
        lambda values: values["slow_period"],
        (FAST_BELOW_SLOW,),
        ("ma_cross", "sma_crossover", "sma_cross", "moving_average_crossover"),
    ),
    Strategy(
        "ema_crossover",
        "Long while a fast exponential average is above a slow one.",
        periods(12, 26),
        Crossing(_exponential),
        lambda values: values["slow_period"],
        (FAST_BELOW_SLOW,),
        ("ema_cross",),
    ),
    Strategy(
        "macd",
        "Long while the MACD line is above its signal line.",
        (
            Parameter(
                "fast_period", 12, 2, LONGEST, "bars of the fast average", True, ("fast",), (6, 8, 10, 12, 15)
            ),
            Parameter(
                "slow_period",
                26,
                3,
                LONGEST,
                "bars of the slow average",
                True,
                ("slow",),
                (20, 24, 26, 30, 40),
            ),
            Parameter(
                "signal_period", 9, 1, LONGEST, "bars of the signal line", True, ("signal",), (5, 7, 9, 12)
            ),
        ),
        Crossing(_macd),
        lambda values: values["slow_period"] + values["signal_period"] - 1,
        (FAST_BELOW_SLOW,),
        ("macd_cross", "macd_crossover"),
    ),
    Strategy(
        "test_strategy",
        "Long once the close is above its average by a threshold, out once it is below by as much.",
        (
            Parameter("period", 20, 1, LONGEST, "bars of the average", tries=(10, 20, 50, 100)),
            Parameter(
                "threshold", 0.0, 0, 0.99, "distance to the average, a fraction", False, (), (0.0, 0.01, 0.02)
            ),
            Parameter("slow", None, 2, LONGEST, "bars of a second average: a plain cross of both"),
        ),
        _banded,
        lambda values: values.get("slow", values["period"] - 1),
        (
            Rule(
                lambda values: "slow" not in values or values["period"] < values["slow"],
                "the period has to be shorter than slow",
            ),
        ),
        ("TestStrategy",),
    ),
)
