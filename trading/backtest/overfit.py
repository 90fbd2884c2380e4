"""How much of a best result is luck: out-of-sample figures and the deflated Sharpe ratio."""

import math
from statistics import NormalDist

import numpy as np

from trading.backtest import kernel
from trading.backtest.codes import Floats
from trading.backtest.figures import sharpe

EULER = 0.5772156649015329
CONVINCING = 0.95
FEW_TRADES = 30


def deflated_sharpe(equity: Floats, initial: float, trials: Floats) -> float | None:
    """Return the probability that the best of many trials has a Sharpe ratio above what luck alone gives.

    `equity` is that of the best, `trials` the kernel's figures of all. After Bailey and López de Prado, "The
    Deflated Sharpe Ratio" (2014), with returns per bar. None where nothing was traded.
    """
    before = np.concatenate(([initial], equity[:-1]))
    returns = equity / before - 1
    spread = float(returns.std())
    count = len(returns)
    if count < 3 or spread <= 0:
        return None
    moments = (returns - returns.mean()) / spread
    skew, kurtosis = float((moments**3).mean()), float((moments**4).mean())
    best = sharpe(float(returns.sum()), float((returns * returns).sum()), count)
    expected = _luck(trials, count)
    width = math.sqrt(max(1 - skew * best + (kurtosis - 1) / 4 * best * best, 1e-12))
    return NormalDist().cdf((best - expected) * math.sqrt(count - 1) / width)


def _luck(trials: Floats, count: int) -> float:
    """Return the Sharpe ratio per bar to expect of the best of as many trials without an edge."""
    found = [sharpe(float(row[kernel.SUM]), float(row[kernel.SQUARES]), count) for row in trials]
    number = len(found)
    if number < 2:
        return 0.0
    normal, spread = NormalDist(), float(np.std(found, ddof=1))
    tail = (1 - EULER) * normal.inv_cdf(1 - 1 / number) + EULER * normal.inv_cdf(1 - 1 / (number * math.e))
    return spread * tail
