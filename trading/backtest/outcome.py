"""What comes of a backtest."""

from collections.abc import Sequence
from dataclasses import dataclass

from trading.backtest.codes import Floats


@dataclass(frozen=True, slots=True)
class Figures:
    """The result of a run.

    Returns, drawdown, win rate and exposure are fractions; `pnl`, `fees`, `expectancy` quote. Sharpe and
    Sortino are of simple returns per bar, the first one against the initial cash, risk-free 0, times the
    root of bars in a year; deviation with ddof 1, 0 when there is none. `profit_factor` is None without a
    losing trade, `calmar` without a drawdown; both `annual_return` and `calmar` where a gain over a few bars
    comes to more in a year than a number holds. An open position is marked at the last close, neither slipped
    nor charged, and is not a trade.
    """

    final: float
    pnl: float
    total_return: float
    annual_return: float | None
    max_drawdown: float
    sharpe: float
    sortino: float
    calmar: float | None
    win_rate: float
    profit_factor: float | None
    expectancy: float
    trades: int
    wins: int
    fees: float
    exposure: float
    open_amount: float


@dataclass(frozen=True, slots=True)
class Trade:
    """A position, or a part of one, from opening to closing; times in milliseconds, money in quote.

    `amount` is base, negative for a short; `fees` are of both sides.
    """

    opened_at: int
    closed_at: int
    amount: float
    entry: float
    exit: float
    fees: float
    pnl: float
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What came of a run: its figures and, where asked for, equity per measured bar and trades."""

    figures: Figures
    buy_and_hold: float
    equity: Floats
    trades: Sequence[Trade]
