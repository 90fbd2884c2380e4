"""Orders after they were placed: listing, canceling, and moving what protects a position."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from tools.context import Context
from tools.errors import CallError, from_trading
from tools.market import EVERYWHERE, Exchange
from tools.policy import Scope
from tools.positions import CloseReport, close_report
from tools.registry import capability
from tools.trade import (
    NO_SUCH_PAIR,
    AccountName,
    AmountType,
    OrderReport,
    account_of,
    report,
    wish_of,
)
from tools.wire import HUNDRED, Amount, Flag, Num, Pair, Params, Result
from trading.amending import Levels
from trading.closing import Closing
from trading.model import OrderRequest, OrderStatus, OrderType, Side
from trading.orders import OPEN


class Standing(StrEnum):
    """Which orders are meant."""

    OPEN = "open"
    CLOSED = "closed"
    ALL = "all"


STATUSES: Mapping[Standing, frozenset[OrderStatus]] = {
    Standing.OPEN: OPEN,
    Standing.CLOSED: frozenset(OrderStatus) - OPEN,
    Standing.ALL: frozenset(OrderStatus),
}


class OfOrders(Params):
    """Which orders: the open ones unless said otherwise."""

    status: Standing = Standing.OPEN
    pair: Pair | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 50
    account: AccountName = None


class OrderView(OrderReport):
    """An order as it stands: `state` is its exact one, `remaining` what is still to be filled, in base.

    `reduceOnly` orders protect or close what is held; `origin` tells who started it.
    """

    state: str
    remaining: Num
    reduce_only: bool
    origin: str


class OrderList(Result):
    """Orders, newest first."""

    orders: list[OrderView]


@capability("trade.orders", surfaces=EVERYWHERE, personal=True)
async def orders(ctx: Context, params: OfOrders) -> OrderList:
    """List orders with their states: the open ones, the closed ones, or all."""
    found = await ctx.services.desk.orders(
        account_of(ctx, params.account), STATUSES[params.status], params.pair, params.limit
    )
    return OrderList(
        orders=[
            OrderView(
                **dict(report(order, AmountType.BASE)),
                state=order.status.value,
                remaining=order.remaining,
                reduce_only=order.reduce_only,
                origin=order.origin.value,
            )
            for order in found
        ]
    )


class Oco(Params):
    """A limit and a stop for one amount of base, of which the first that fills cancels the other.

    A sale takes its profit at `price` above `stopPrice`, a purchase buys at `price` below it.
    """

    action: Side
    pair: Pair
    amount: Amount
    price: Amount
    stop_price: Amount
    reduce_only: Flag = False
    leverage: Annotated[Amount | None, Field(ge=1, le=125)] = None
    exchange: Exchange = None
    account: AccountName = None


class Pairing(Result):
    """The two orders."""

    stop: OrderReport
    limit: OrderReport


@capability("trade.oco", scope=Scope.TRADE, surfaces=EVERYWHERE, effects=True, errors=NO_SUCH_PAIR)
async def oco(ctx: Context, params: Oco) -> Pairing:
    """Place a limit and a stop together, of which the first that fills cancels the other."""
    stop, limit = await ctx.services.desk.execute_oco(
        OrderRequest(
            account=account_of(ctx, params.account),
            symbol=params.pair,
            side=params.action,
            type=OrderType.LIMIT,
            amount=params.amount,
            price=params.price,
            stop_price=params.stop_price,
            reduce_only=params.reduce_only,
            leverage=params.leverage,
            exchange=params.exchange,
            key=ctx.wish,
            origin=ctx.origin,
            by=ctx.principal.id,
            session_id=ctx.session_id,
        )
    )
    return Pairing(
        stop=report(stop.order, AmountType.BASE, stop.approval),
        limit=report(limit.order, AmountType.BASE, limit.approval),
    )


class OfOrder(Params):
    """Which order."""

    order_id: Annotated[str, Field(min_length=1, max_length=128)]
    account: AccountName = None


@capability("trade.cancel", scope=Scope.TRADE, surfaces=EVERYWHERE, effects=True)
async def cancel(ctx: Context, params: OfOrder) -> OrderReport:
    """Cancel what is unfilled of an order, and return it as it stands then."""
    outcome = await ctx.services.desk.cancel(
        account_of(ctx, params.account), params.order_id, by=ctx.principal.id
    )
    return report(outcome.order, AmountType.BASE)


class OfAll(Params):
    """All open orders, or those of one pair."""

    pair: Pair | None = None
    account: AccountName = None


class Canceled(Result):
    """The orders that were canceled, or had filled just before."""

    orders: list[OrderReport]


@capability("trade.cancelAll", scope=Scope.TRADE, surfaces=EVERYWHERE, effects=True)
async def cancel_all(ctx: Context, params: OfAll) -> Canceled:
    """Cancel all open orders, or those of one pair; what protects positions stays."""
    outcomes = await ctx.services.desk.cancel_all(account_of(ctx, params.account), params.pair)
    return Canceled(orders=[report(each.order, AmountType.BASE) for each in outcomes])


class Amend(Params):
    """Where a position shall be closed by itself; `remove` takes a level away."""

    position_id: Annotated[str, Field(min_length=1, max_length=128)]
    stop_loss: Amount | None = None
    take_profit: Amount | None = None
    remove: Annotated[tuple[Literal["stopLoss", "takeProfit"], ...], Field(max_length=2)] = ()
    account: AccountName = None

    @model_validator(mode="after")
    def _changes_something(self) -> "Amend":
        if self.stop_loss is None and self.take_profit is None and not self.remove:
            raise PydanticCustomError("missing", "give a stopLoss or a takeProfit, or remove one")
        return self


class Amended(Result):
    """The orders that protect the position now."""

    position_id: str
    orders: list[OrderReport]


@capability("trade.amend", scope=Scope.TRADE, surfaces=EVERYWHERE, effects=True)
async def amend(ctx: Context, params: Amend) -> Amended:
    """Set, move or remove the stop-loss and take-profit of an open position."""
    levels = Levels(
        stop_loss=params.stop_loss,
        take_profit=params.take_profit,
        drop_stop_loss="stopLoss" in params.remove,
        drop_take_profit="takeProfit" in params.remove,
    )
    guards = await ctx.services.desk.amend(account_of(ctx, params.account), params.position_id, levels)
    return Amended(position_id=params.position_id, orders=[report(each, AmountType.BASE) for each in guards])


class AllPositions(Params):
    """Every open position."""

    account: AccountName = None


class NotClosed(Result):
    """A position that could not be closed, and why."""

    code: str
    message: str


class AllClosed(Result):
    """The positions that were closed, and those that could not be."""

    closed: list[CloseReport]
    failed: list[NotClosed]


@capability("trade.closeAll", scope=Scope.TRADE, surfaces=EVERYWHERE, effects=True, resumes=True)
async def close_all(ctx: Context, params: AllPositions) -> AllClosed:
    """Close all open positions at the market."""
    outcomes = await ctx.services.desk.close_all(account_of(ctx, params.account), wish_of(ctx))
    closed = [close_report(each, HUNDRED) for each in outcomes if isinstance(each, Closing)]
    errors = [each for each in outcomes if not isinstance(each, Closing)]
    failed = [from_trading(each, {}) or CallError(str(each)) for each in errors]
    return AllClosed(
        closed=closed, failed=[NotClosed(code=each.reason.value, message=each.message) for each in failed]
    )
