"""Strategies that follow a price out of its range."""

import numpy as np

from trading.backtest.codes import ENTER_LONG, ENTER_SHORT, LEAVE_LONG, LEAVE_SHORT
from trading.backtest.strategies.crossovers import LONGEST
from trading.backtest.strategy import Lines, Parameter, Signals, Strategy, Values

BAND_PERIODS = (10.0, 15.0, 20.0, 25.0, 30.0, 40.0, 50.0)
BAND_WIDTHS = (1.0, 1.5, 2.0, 2.5, 3.0)
_PERIODS = (10.0, 15.0, 20.0, 30.0, 40.0, 55.0, 80.0, 100.0)


def _donchian(lines: Lines, values: Values) -> Signals:
    """Enter above the highest high of the bars before, leave below the lowest low of fewer."""
    entry, leave = values["period"], values.get("exit_period", max(values["period"] // 2, 1))
    close = lines.close
    codes = (
        (close > lines.highest(entry)) * np.int8(ENTER_LONG)
        + (close < lines.lowest(entry)) * np.int8(ENTER_SHORT)
        + (close < lines.lowest(leave)) * np.int8(LEAVE_LONG)
        + (close > lines.highest(leave)) * np.int8(LEAVE_SHORT)
    ).astype(np.int8)
    # The shorter channel is known earlier: nothing is said by one of them alone.
    codes[: int(max(entry, leave))] = 0
    return Signals(codes)


def _bollinger(lines: Lines, values: Values) -> Signals:
    """Enter when the close crosses above the upper band, leave when it crosses below the middle."""
    bands = lines.bollinger(values["period"], values["width"])
    upper, middle, lower = (
        lines.crossed(lines.close, band) for band in (bands.upper, bands.middle, bands.lower)
    )
    enter = upper & np.int8(ENTER_LONG) | lower & np.int8(ENTER_SHORT)
    return Signals(enter | middle & np.int8(LEAVE_LONG | LEAVE_SHORT))


STRATEGIES = (
    Strategy(
        "donchian_breakout",
        "Long above the highest high of the last bars, out below the lowest low of fewer.",
        (
            Parameter(
                "period", 20, 1, LONGEST, "bars of the channel", True, ("lookback", "entry_period"), _PERIODS
            ),
            Parameter(
                "exit_period",
                None,
                1,
                LONGEST,
                "bars of the channel to leave by (half)",
                tries=(5, 10, 15, 20, 30),
            ),
        ),
        _donchian,
        lambda values: max(values["period"], values.get("exit_period", 0)),
        (),
        ("breakout", "donchian", "channel_breakout", "turtle"),
    ),
    Strategy(
        "bollinger_breakout",
        "Long from a close above the upper band down to the middle one.",
        (
            Parameter("period", 20, 2, LONGEST, "bars of the bands", tries=BAND_PERIODS),
            Parameter(
                "width",
                2.0,
                0.01,
                100,
                "deviations of the bands",
                False,
                ("std_dev", "std", "num_std"),
                BAND_WIDTHS,
            ),
        ),
        _bollinger,
        lambda values: values["period"],
    ),
)
