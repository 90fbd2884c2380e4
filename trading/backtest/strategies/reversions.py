"""Strategies that bet on a price coming back."""

import numpy as np

from trading.backtest.codes import ENTER_LONG, ENTER_SHORT, LEAVE_LONG, LEAVE_SHORT, Codes
from trading.backtest.strategies.breakouts import BAND_PERIODS, BAND_WIDTHS
from trading.backtest.strategies.crossovers import LONGEST
from trading.backtest.strategy import Lines, Parameter, Rule, Signals, Strategy, Values
from trading.indicators import Series


def _only(codes: Codes, bits: int) -> Codes:
    return codes & np.int8(bits)


def _level(line: Series, level: float) -> Series:
    return np.full(len(line), level)


def _rsi(lines: Lines, values: Values) -> Signals:
    """Enter when the index comes back above `oversold`, leave when it comes back below `overbought`."""
    strength = lines.rsi(values["period"])
    low = lines.crossed(strength, _level(strength, values["oversold"]))
    high = lines.crossed(strength, _level(strength, values["overbought"]))
    return Signals(_only(low, ENTER_LONG | LEAVE_SHORT) | _only(high, LEAVE_LONG | ENTER_SHORT))


def _bollinger(lines: Lines, values: Values) -> Signals:
    """Enter when the close comes back above the lower band, leave when it reaches the middle."""
    bands = lines.bollinger(values["period"], values["width"])
    low, middle, high = (
        lines.crossed(lines.close, band) for band in (bands.lower, bands.middle, bands.upper)
    )
    enter = _only(low, ENTER_LONG) | _only(high, ENTER_SHORT)
    # Up through the middle ends a long, down through it a short: the other way round than a trend's.
    up, down = middle & np.int8(ENTER_LONG), middle & np.int8(ENTER_SHORT)
    leave = (up != 0) * np.int8(LEAVE_LONG) | (down != 0) * np.int8(LEAVE_SHORT)
    return Signals((enter | leave).astype(np.int8))


STRATEGIES = (
    Strategy(
        "rsi_reversion",
        "Long from where the RSI leaves oversold up to where it leaves overbought.",
        (
            Parameter(
                "period",
                14,
                2,
                LONGEST,
                "bars of the RSI",
                aliases=("rsi_period",),
                tries=(7, 10, 14, 21, 28),
            ),
            Parameter(
                "oversold",
                30,
                0,
                100,
                "the RSI below which it is oversold",
                False,
                ("lower",),
                (20, 25, 30, 35, 40),
            ),
            Parameter(
                "overbought",
                70,
                0,
                100,
                "the RSI above which it is overbought",
                False,
                ("upper",),
                (60, 65, 70, 75, 80),
            ),
        ),
        _rsi,
        lambda values: values["period"] + 1,
        (
            Rule(
                lambda values: values["oversold"] < values["overbought"],
                "oversold has to be below overbought",
            ),
        ),
        ("rsi", "rsi_mean_reversion"),
    ),
    Strategy(
        "bollinger_reversion",
        "Long from where the close returns above the lower band up to the middle one.",
        (
            Parameter("period", 20, 2, LONGEST, "bars of the bands", tries=BAND_PERIODS),
            Parameter(
                "width",
                2.0,
                0.01,
                100,
                "deviations of the bands",
                False,
                ("std_dev", "std", "deviations", "num_std"),
                BAND_WIDTHS,
            ),
        ),
        _bollinger,
        lambda values: values["period"],
        (),
        ("bollinger", "bollinger_bands", "bbands", "mean_reversion"),
    ),
)
