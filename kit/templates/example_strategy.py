"""A strategy of your own: copy this file, change it, and let it be run by

    kit call strategies.enable '{"file": "example.py"}'

A strategy says at the close of each candle what to do at the open of the next one. It is a pure function: the
same candles and parameters give the same signals, and no signal may depend on a later candle, which
`backtest.verify` checks. A changed file has to be enabled again.
"""

import numpy as np

from trading.backtest.codes import ENTER_LONG, LEAVE_LONG
from trading.backtest.strategy import Lines, Parameter, Signals, Strategy, Values


def signals(lines: Lines, values: Values) -> Signals:
    """Buy a close that is below its average by a dip, sell once it is back above it."""
    mean = lines.sma(values["period"])
    below = lines.close < mean * (1 - values["dip"] / 100)
    above = lines.close > mean
    return Signals((below * ENTER_LONG + above * LEAVE_LONG).astype(np.int8))


STRATEGY = Strategy(
    name="buy_the_dip",
    summary="Long from a close that is a dip below its average until one is back above it.",
    parameters=(
        Parameter("period", 20, 2, 1_000, "candles of the average"),
        Parameter("dip", 3.0, 0.1, 50, "percent below the average", whole=False),
    ),
    signals=signals,
    warm_up=lambda values: values["period"] - 1,
)
