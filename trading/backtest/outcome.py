"""What comes of a backtest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from trading.backtest.codes import Floats
from trading.backtest.history import Times
from trading.backtest.strategy import Values


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


@dataclass(frozen=True, slots=True)
class OpenPosition:
    """What is still held after the last bar, marked at its close; `amount` is base, negative for a short.

    `entry` is the average of what was paid, `fees` those of the opening, which `unrealized` is less by.
    """

    opened_at: int
    amount: float
    entry: float
    mark: float
    fees: float
    unrealized: float


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What came of a run: its figures and, where asked for, equity per measured bar and trades.

    `position` is what is open at the end, which is no trade.
    """

    figures: Figures
    buy_and_hold: float
    equity: Floats
    trades: Sequence[Trade]
    position: OpenPosition | None


@dataclass(frozen=True, slots=True, eq=False)
class Ran:
    """What came of one strategy: `equity` and `hold` are of all pairs together at `times`.

    Times are in milliseconds, when bars open. `hold` is what buy & hold is worth at each, without a fee.
    """

    strategy: str
    values: Values
    figures: Figures
    buy_and_hold: float
    times: Times
    equity: Floats
    hold: Floats
    trades: Sequence[tuple[str, Trade]]
    pairs: Mapping[str, Figures]
    positions: Mapping[str, OpenPosition]


@dataclass(frozen=True, slots=True)
class Axis:
    """A parameter and the values it takes."""

    name: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One combination and what came of it; `score` is in the unit the metric is shown in."""

    values: Values
    score: float | None
    figures: Figures


@dataclass(frozen=True, slots=True)
class Surface:
    """Scores over two parameters, the best over all others: `scores[i][j]` is at `y[i]`, `x[j]`."""

    x: Axis
    y: Axis | None
    scores: Sequence[Sequence[float | None]]


@dataclass(frozen=True, slots=True)
class Held:
    """What the best of the first part of the range did in it, and in the part it had not seen."""

    values: Values
    share: float
    inside: Row
    outside: Row


@dataclass(frozen=True, slots=True)
class Optimized:
    """Every row, best first; `warnings` say why not to trust it."""

    rows: Sequence[Row]
    surface: Surface
    held: Held | None
    deflated: float | None
    warnings: Sequence[str]


@dataclass(frozen=True, slots=True)
class Window:
    """One step: what was best before `begins`, and what it did from then to `ends`."""

    begins: datetime
    ends: datetime
    values: Values
    inside: float | None
    outside: float | None
    figures: Figures


@dataclass(frozen=True, slots=True, eq=False)
class Walked:
    """All steps, and the equity of one account that took them one after another.

    Each window starts flat: what one still holds is marked at its end, and is no trade.
    """

    windows: Sequence[Window]
    equity: Floats
    figures: Figures


@dataclass(frozen=True, slots=True)
class Leak:
    """A bar whose signal was another before the bars after `cut` were known; times in ISO 8601."""

    at: str
    cut: str
    told: int
    knew: int


@dataclass(frozen=True, slots=True)
class Described:
    """What a strategy says of itself."""

    name: str
    summary: str
    parameters: Sequence[Mapping[str, Any]]
    aliases: Sequence[str]
