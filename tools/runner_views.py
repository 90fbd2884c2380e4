"""A runner as callers see it."""

from collections.abc import Mapping
from typing import Any

from tools.wire import Millis, Num, Pair, Result

Figures = Mapping[str, float | int | None]


class RunnerTrade(Result):
    """One fill: `value` and `fee` in quote, `pnl` net of all fees, null for one that opens."""

    trade_id: str
    at: Millis
    pair: Pair
    side: str
    amount: Num
    price: Num
    value: Num
    pnl: Num | None
    fee: Num


class RunnerPoint(Result):
    """What the run was worth at one moment, how much of that was cash, and what it had won."""

    at: Millis
    equity: Num
    cash: Num
    pnl: Num


class RunnerPosition(Result):
    """What is held, at its mark."""

    pair: Pair
    side: str
    amount: Num
    entry_price: Num
    current_price: Num
    unrealized: Num


class RunnerBegun(Result):
    """A run that was begun. `ignored` are parameters that its strategy does not have."""

    run_id: str | None
    status: str
    mode: str
    ignored: list[str]


class RunnerMoved(Result):
    """A run that was stopped or put away, and how the runner stands now."""

    run_id: str | None
    status: str


class RunnerStatus(Result):
    """How your runner stands; all but `used`, `status` and `trades` are null while it is idle.

    `status` is `idle`, `starting`, `running`, `completed`, `failed` or `stopped`, `mode` is `backtest`,
    `paper` or `live`. `used` tells whether it was ever given something to run. `trades` counts fills,
    `progress` is percent and null of what has no end. Money is quote, null where it is not known yet.
    """

    used: bool
    run_id: str | None
    status: str
    mode: str | None
    started_at: Millis | None
    ended_at: Millis | None
    seconds: float | None
    cash: Num | None
    value: Num | None
    pnl: Num | None
    trades: int
    progress: float | None
    error: str | None


class RunnerDetails(RunnerStatus):
    """The same with the latest fills, newest first, the curve, what is held, and figures.

    Of the figures returns, drawdown and win rate are percent, fees and balances quote. `problems` are what
    is wrong with the service at this moment.
    """

    recent: list[RunnerTrade]
    curve: list[RunnerPoint]
    positions: list[RunnerPosition]
    metrics: Figures
    problems: list[str]


class RunnerResults(Result):
    """What came of a run: `config` is what was asked, fills and curve are oldest first."""

    run_id: str
    status: str
    mode: str
    config: Mapping[str, Any]
    started_at: Millis
    ended_at: Millis | None
    trades: list[RunnerTrade]
    curve: list[RunnerPoint]
    metrics: Figures
    final: Num | None
    error: str | None
