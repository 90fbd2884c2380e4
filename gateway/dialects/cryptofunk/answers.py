"""What this API answers of orders, positions and sessions: its own names, and ids as UUIDs."""

from gateway.dialects.cryptofunk.decision_answers import Told
from tools.wire import IsoTime, Num


class OrderPlaced(Told):
    """An order that has just been taken."""

    id: str
    session_id: str | None
    symbol: str
    side: str
    type: str
    status: str
    quantity: Num
    price: Num | None
    placed_at: IsoTime


class Order(OrderPlaced):
    """An order; `price` is its limit, quantities are base, `executed_quote_quantity` is quote."""

    position_id: str | None
    exchange_order_id: str | None
    exchange: str
    stop_price: Num | None
    executed_quantity: Num
    executed_quote_quantity: Num
    time_in_force: str
    filled_at: IsoTime | None
    canceled_at: IsoTime | None
    expired_at: IsoTime | None
    error_message: str | None
    created_at: IsoTime
    updated_at: IsoTime


class OrderPage(Told):
    """Orders, newest first."""

    orders: list[Order]
    count: int


class OneOrder(Told):
    """One order."""

    order: Order


class OrderCreated(Told):
    """What became of a request to place an order."""

    order: OrderPlaced
    message: str = "Order created successfully"


class OrderCancelled(Told):
    """What became of a request to cancel an order."""

    order: Order
    message: str = "Order cancelled successfully"


class Position(Told):
    """An open position; `realized_pnl` is of the part that was closed, `fees` of entering the rest."""

    id: str
    session_id: str | None
    symbol: str
    exchange: str
    side: str
    entry_price: Num
    exit_price: Num | None
    quantity: Num
    entry_time: IsoTime
    exit_time: IsoTime | None
    stop_loss: Num | None
    take_profit: Num | None
    realized_pnl: Num
    unrealized_pnl: Num
    fees: Num
    entry_reason: str | None
    exit_reason: str | None
    created_at: IsoTime
    updated_at: IsoTime


class PositionPage(Told):
    """Open positions, oldest first."""

    positions: list[Position]
    count: int


class OnePosition(Told):
    """One position."""

    position: Position


class SessionStarted(Told):
    """A session that trades from now on; `decided_by` says who does."""

    message: str = "Trading started successfully"
    session_id: str
    symbol: str
    mode: str
    started_at: IsoTime
    decided_by: str


class SessionStopped(Told):
    """A session that has ended.

    `final_capital` and `total_pnl` are by what the client said, `computed_final_capital` is what its account
    was worth at the end of its last cycle.
    """

    message: str = "Trading stopped successfully"
    session_id: str
    final_capital: Num
    total_pnl: Num
    total_trades: int
    stopped_at: IsoTime
    computed_final_capital: Num


class SessionHeld(Told):
    """A session that was paused, or goes on; `note` says what that means."""

    message: str
    session_id: str
    symbol: str
    note: str


class Session(Told):
    """A session with its figures: fractions, but money in its currency; `final_capital` is its worth now."""

    id: str
    mode: str
    symbol: str
    exchange: str
    status: str
    started_at: IsoTime
    stopped_at: IsoTime | None
    initial_capital: Num
    final_capital: Num
    total_pnl: Num
    total_trades: int
    winning_trades: int
    losing_trades: int
    max_drawdown: Num
    sharpe_ratio: float
    created_at: IsoTime
    updated_at: IsoTime


class OneSession(Told):
    """One session."""

    session: Session
