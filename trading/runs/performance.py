"""How one account has done, out of its equity curve and its closed trades."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import numpy as np

from trading.model import ZERO, EquityPoint
from trading.runs.resampling import Floats
from trading.runs.view import ClosedTrade

YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Entrant:
    """An account on the leaderboard: what it began with, one point a cycle, oldest first, and its trades.

    Tokens and `model_cost` (US dollars, None where a price is not known) are those of all its decisions.
    """

    name: str
    initial: Decimal
    points: Sequence[EquityPoint]
    trades: Sequence[ClosedTrade] = ()
    fees: Decimal = ZERO
    input_tokens: int = 0
    output_tokens: int = 0
    model_cost: Decimal | None = None
    baseline: bool = False


@dataclass(frozen=True, slots=True)
class Performance:
    """The figures of an account; money in its currency, rates fractions unless the name says otherwise.

    `max_drawdown` is 0 or more, from a peak that starts at the initial money. `sharpe` is the annualised
    one of this house; `sharpe_per_cycle` is the same mean over deviation of returns, not annualised. `fees`
    are all that were paid, those of open positions included.
    """

    cycles: int
    equity: Decimal
    pnl: Decimal
    total_return: Decimal
    max_drawdown: Decimal
    sharpe: float
    sharpe_per_cycle: float
    trades: int
    won: int
    lost: int
    win_rate: Decimal
    realized: Decimal
    fees: Decimal

    @property
    def drawdown_percent(self) -> Decimal:
        """The drawdown as a percentage that is 0 or less."""
        return -self.max_drawdown * 100 if self.max_drawdown else ZERO


def measure(entrant: Entrant, every: timedelta) -> Performance:
    """Return the figures of an account whose points are `every` so long apart.

    Raises ValueError for an account that began with nothing.
    """
    if entrant.initial <= 0:
        raise ValueError(f"{entrant.name} began with {entrant.initial}, so that there is no return")
    equity = entrant.points[-1].equity if entrant.points else entrant.initial
    won = sum(each.pnl > 0 for each in entrant.trades)
    count = len(entrant.trades)
    per_cycle = sharpe(returns(entrant.initial, entrant.points))
    return Performance(
        cycles=len(entrant.points),
        equity=equity,
        pnl=equity - entrant.initial,
        total_return=equity / entrant.initial - 1,
        max_drawdown=_drawdown(entrant.initial, entrant.points),
        sharpe=per_cycle * math.sqrt(YEAR / every),
        sharpe_per_cycle=per_cycle,
        trades=count,
        won=won,
        lost=sum(each.pnl < 0 for each in entrant.trades),
        win_rate=Decimal(won) / count if count else ZERO,
        realized=sum((each.pnl for each in entrant.trades), ZERO),
        fees=entrant.fees,
    )


def returns(initial: Decimal, points: Sequence[EquityPoint]) -> Floats:
    """Return the simple return of every point on the one before, the first on the initial money.

    Of an account that has nothing left it is 0.
    """
    before = (initial, *(each.equity for each in points[:-1]))
    pairs = zip(before, points, strict=False)
    return np.array([float(each.equity / last - 1) if last > 0 else 0.0 for last, each in pairs])


def sharpe(series: Floats) -> float:
    """Return mean over standard deviation (ddof 1) of returns; 0 for fewer than two or without deviation."""
    if len(series) < 2:
        return 0.0
    variance = float(series.var(ddof=1))
    # What is left of equal returns is rounding, not risk.
    noise = float((series * series).sum()) * 1e-14
    return float(series.mean()) / math.sqrt(variance) if variance > noise else 0.0


def _drawdown(initial: Decimal, points: Sequence[EquityPoint]) -> Decimal:
    peak, deepest = initial, ZERO
    for each in points:
        peak = max(peak, each.equity)
        deepest = max(deepest, 1 - each.equity / peak)
    return deepest
