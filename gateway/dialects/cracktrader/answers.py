"""What this API answers: names in snake_case, ISO times, money as numbers."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from tools.wire import IsoTime, Millis, Num


class Told(BaseModel):
    """Part of an answer."""

    model_config = ConfigDict(frozen=True, protected_namespaces=(), defer_build=True)


class Health(Told):
    """Whether the service is well: a word for each part of it, and figures."""

    status: str
    api_version: str
    checks: dict[str, str]
    metrics: dict[str, int | float]
    timestamp: IsoTime


class Trade(Told):
    """One fill; `pnl` is null for one that opens."""

    id: str
    timestamp: IsoTime
    symbol: str
    side: str
    size: Num
    price: Num
    value: Num
    pnl: Num | None
    commission: Num


class Point(Told):
    """What the run was worth at one moment."""

    timestamp: IsoTime
    value: Num
    cash: Num
    pnl: Num


class Order(Told):
    """An order, as the feed tells of one; `timestamp` in Unix milliseconds."""

    order_id: str
    status: str
    symbol: str
    side: str
    amount: Num
    price: Num | None
    timestamp: Millis


class Position(Told):
    """What is held."""

    symbol: str
    side: str
    size: Num
    entry_price: Num
    current_price: Num
    unrealized_pnl: Num


class Status(Told):
    """How the runner stands; `used` tells whether it was ever given something to run."""

    run_id: str | None
    status: str
    mode: str | None
    start_time: IsoTime | None
    end_time: IsoTime | None
    runtime_seconds: float | None
    cash: Num | None
    value: Num | None
    pnl: Num | None
    trade_count: int
    error: str | None
    progress: float | None
    used: bool


class ServiceHealth(Told):
    """Whether the service is well, and what is wrong with it."""

    status: str
    problems: list[str]


class DetailedStatus(Status):
    """The same with the latest fills and orders, newest first, what is held, the curve and figures."""

    recent_trades: list[Trade]
    recent_orders: list[Order]
    positions: list[Position]
    equity_curve: list[Point]
    performance_metrics: Mapping[str, int | float | None]
    health: ServiceHealth


class Run(Told):
    """A run that was begun, stopped or put away."""

    run_id: str | None
    status: str
    message: str


class Results(Told):
    """Everything that came of the last run."""

    run_id: str
    config: Mapping[str, Any]
    status: str
    start_time: IsoTime
    end_time: IsoTime | None
    trades: list[Trade]
    equity_curve: list[Point]
    performance_metrics: Mapping[str, int | float | None]
    final_value: Num | None
    error: str | None


class Parameter(Told):
    """A parameter of a strategy, with its inclusive bounds."""

    type: str
    default: int | float | None
    minimum: float
    maximum: float
    description: str


class Strategy(Told):
    """A strategy that can be run."""

    name: str
    description: str
    parameters: dict[str, Parameter]


class Strategies(Told):
    """Every strategy that can be run."""

    strategies: list[Strategy]


class Exchange(Told):
    """An exchange that can be named; `sandbox` tells whether it can be traded without real money."""

    name: str
    sandbox: bool
    notes: str


class Exchanges(Told):
    """Every exchange that can be named."""

    exchanges: list[Exchange]


class Balance(Told):
    """What the account holds: its worth in US dollars, and the amount of each asset by exchange."""

    total_balance: Num
    exchanges: dict[str, dict[str, Num]]
