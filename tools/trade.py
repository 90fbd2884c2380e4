"""Trading: orders, positions and what was traded."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from tools.context import Context
from tools.errors import Code
from tools.market import EVERYWHERE, Exchange
from tools.policy import Scope
from tools.registry import capability
from tools.wire import HUNDRED, Amount, Flag, IsoTime, Millis, Num, Pair, Params, Result, unless_none
from trading.approvals import Approval
from trading.closing import Wish
from trading.errors import UnknownSymbol
from trading.model import Fill, Order, OrderRequest, OrderStatus, OrderType, Side
from trading.orders import is_liquidation

STATUS: Mapping[OrderStatus, str] = {
    OrderStatus.HELD: "pending",
    OrderStatus.INTENT: "pending",
    OrderStatus.SENT: "pending",
    OrderStatus.ACCEPTED: "pending",
    OrderStatus.UNKNOWN: "pending",
    OrderStatus.PARTIAL: "partial",
    OrderStatus.FILLED: "filled",
    OrderStatus.CANCELED: "cancelled",
    OrderStatus.EXPIRED: "expired",
    OrderStatus.REJECTED: "rejected",
    OrderStatus.DENIED: "rejected",
}
"""Where an order stands, in the words of the wire."""

REST_OF_MILLISECOND = timedelta(microseconds=999)
"""What a time in whole milliseconds, as callers know it, leaves out."""

NO_SUCH_PAIR: Mapping[type[Exception], Code] = {UnknownSymbol: Code.INVALID_PARAMS}
"""In an order a pair that is not traded is a wrong parameter, not a missing resource."""


AccountName = Annotated[str | None, Field(min_length=1, max_length=64)]
"""An account of this service; without one the caller's own is meant."""


class AmountType(StrEnum):
    """What an amount counts: what is traded, or the money it is traded for."""

    BASE = "base"
    QUOTE = "quote"


class Execute(Params):
    """An order. Without `amountType` a market order's amount is money, any other's is what is traded.

    A limit order needs `price`; a stop needs its trigger as `stopPrice` or `price`; a stop-limit without
    `stopPrice` triggers at its limit; a trailing-stop needs `trailPercent` or `trailAmount`, how far it
    follows behind the best price. `stopLoss` and `takeProfit` protect what an entry fills. With `leverage` it
    is a margin position in money, where selling opens a short; without, it trades what is held.
    """

    action: Side
    pair: Pair
    type: OrderType
    amount: Amount
    exchange: Exchange = None
    amount_type: AmountType | None = None
    price: Amount | None = None
    stop_price: Amount | None = None
    stop_loss: Amount | None = None
    take_profit: Amount | None = None
    reduce_only: Flag = False
    leverage: Annotated[Amount | None, Field(ge=1, le=125)] = None
    trail_percent: Annotated[Amount | None, Field(lt=100)] = None
    trail_amount: Amount | None = None
    account: AccountName = None

    @model_validator(mode="after")
    def _has_its_prices(self) -> "Execute":
        if self.type in (OrderType.LIMIT, OrderType.STOP_LIMIT) and self.price is None:
            raise PydanticCustomError("missing", "a limit order needs a price")
        if self.type is OrderType.STOP and self.price is None and self.stop_price is None:
            raise PydanticCustomError("missing", "a stop order needs a stopPrice")
        trails = (self.trail_percent is not None) + (self.trail_amount is not None)
        if self.type is OrderType.TRAILING_STOP and trails != 1:
            raise PydanticCustomError("missing", "a trailing-stop needs either trailPercent or trailAmount")
        return self

    @property
    def trail(self) -> Decimal | None:
        """How far a trailing stop follows: a fraction of the price, or money."""
        return self.trail_amount if self.trail_percent is None else self.trail_percent / HUNDRED

    @property
    def counts(self) -> AmountType:
        """What the amount counts, said or not."""
        if self.amount_type is not None:
            return self.amount_type
        return AmountType.QUOTE if self.type is OrderType.MARKET else AmountType.BASE


class OrderReport(Result):
    """An order as it stands. `amount` and `executedQty` in base, `cost` and `fees` in quote.

    `price` is the mean of the fills, or else what the order asks; `executedPrice` is null until it trades. An
    order that a person has to allow first is pending under `approvalId` until `approvalExpiresAt`.

    `trailPercent` or `trailAmount` is how far a trailing stop follows, and `stopPrice` where it is now. Of
    the orders of one `group` the first that fills cuts the others. A `liquidation` is the venue's own. `run`
    is the run that wanted it.
    """

    order_id: str
    status: str
    exchange: str
    mode: str
    pair: Pair
    side: str
    type: str
    amount: Num
    amount_type: str
    price: Num | None
    stop_price: Num | None
    stop_loss: Num | None
    take_profit: Num | None
    executed_qty: Num
    executed_price: Num | None
    cost: Num
    fee: Num
    fees: Num
    leverage: Num | None = unless_none()
    trail_percent: Num | None = unless_none()
    trail_amount: Num | None = unless_none()
    group: str | None = unless_none()
    run: str | None = unless_none()
    liquidation: bool | None = unless_none()
    reason: str | None
    approval_id: str | None = unless_none()
    approval_expires_at: Millis | None = unless_none()
    timestamp_ms: Millis
    time: IsoTime


def report(order: Order, counts: AmountType, approval: Approval | None = None) -> OrderReport:
    """Return an order in the words of the wire, with the approval that it waits for."""
    done = order.status in (OrderStatus.FILLED, OrderStatus.CANCELED) and order.filled
    return OrderReport(
        order_id=order.id,
        status=STATUS[order.status],
        exchange=order.exchange,
        mode=order.mode.value,
        pair=order.symbol,
        side=order.side.value,
        type=order.type.value,
        amount=order.filled if done else order.amount,
        amount_type=counts.value,
        price=order.average or order.price or order.stop_price,
        stop_price=order.stop_price,
        stop_loss=order.stop_loss,
        take_profit=order.take_profit,
        executed_qty=order.filled,
        executed_price=order.average,
        cost=order.cost,
        fee=order.fees,
        fees=order.fees,
        leverage=order.leverage,
        trail_percent=trail_percent(order),
        trail_amount=trail_amount(order),
        group=order.group,
        run=order.run,
        liquidation=is_liquidation(order) or None,
        reason=order.reason,
        approval_id=approval.id if approval else None,
        approval_expires_at=approval.expires_at if approval else None,
        timestamp_ms=order.updated_at,
        time=order.updated_at,
    )


def trail_percent(order: Order) -> Decimal | None:
    """Return how far a trailing stop follows in percent of the best price, None for any other order."""
    return order.trail * HUNDRED if order.trail is not None and order.trail_relative else None


def trail_amount(order: Order) -> Decimal | None:
    """Return how far a trailing stop follows in quote, None for any other order."""
    return None if order.trail_relative else order.trail


@capability(
    "trade.execute", scope=Scope.TRADE, surfaces=EVERYWHERE, effects=True, resumes=True, errors=NO_SUCH_PAIR
)
async def execute(ctx: Context, params: Execute) -> OrderReport:
    """Place an order of any type and return what the exchange made of it, or that it waits for approval."""
    outcome = await ctx.services.desk.execute(request_of(ctx, params))
    return report(outcome.order, params.counts, outcome.approval)


def request_of(ctx: Context, params: Execute) -> OrderRequest:
    """Return an order as the desk is asked for it."""
    counts = params.counts
    limit, trigger = _prices(params)
    return OrderRequest(
        account=account_of(ctx, params.account),
        symbol=params.pair,
        side=params.action,
        type=params.type,
        amount=params.amount if counts is AmountType.BASE else None,
        cost=params.amount if counts is AmountType.QUOTE else None,
        price=limit,
        stop_price=trigger,
        stop_loss=params.stop_loss,
        take_profit=params.take_profit,
        reduce_only=params.reduce_only,
        exchange=params.exchange,
        leverage=params.leverage,
        trail=params.trail,
        trail_relative=params.trail_amount is None,
        key=ctx.wish,
        origin=ctx.origin,
        by=ctx.principal.id,
        session_id=ctx.session_id,
    )


def account_of(ctx: Context, named: str | None) -> str:
    """Return the account that is meant: the one named, or else the caller's own."""
    return named or ctx.principal.account


def wish_of(ctx: Context) -> Wish:
    """Return who wants something done, as the desk knows it."""
    return Wish(ctx.wish, ctx.origin, ctx.principal.id, ctx.session_id)


def _prices(params: Execute) -> tuple[Decimal | None, Decimal | None]:
    """Return limit and trigger; a lone price is also the trigger of an order that needs one."""
    if params.type is OrderType.STOP and params.stop_price is None:
        return None, params.price
    if params.type is OrderType.STOP_LIMIT:
        return params.price, params.stop_price or params.price
    return params.price, params.stop_price


class HistoryOf(Params):
    """Which trades: the newest ones in a range of Unix milliseconds, both ends included.

    `before` is the id of one to go on from.
    """

    exchange: Exchange = None
    pair: Pair | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 50
    since: Annotated[Millis | None, Field(alias="from")] = None
    until: Annotated[Millis | None, Field(alias="to")] = None
    before: Annotated[str | None, Field(min_length=1, max_length=128)] = None
    account: AccountName = None


class TradeView(Result):
    """One fill of an order: `amount` in base, `realizedPnl` net of fees, null when it closed nothing.

    `fee` is in quote; where the exchange took it in another asset, that was `feeAmount` of `feeAsset`.
    """

    id: str
    order_id: str
    exchange: str
    mode: str
    pair: Pair
    side: str
    type: str
    amount: Num
    price: Num
    fee: Num
    fee_asset: str | None = unless_none()
    fee_amount: Num | None = unless_none()
    realized_pnl: Num | None
    timestamp: Millis


class TradeList(Result):
    """Trades, newest first; `hasMore` tells of older ones in the range."""

    trades: list[TradeView]
    has_more: bool


@capability("trade.history", surfaces=EVERYWHERE, personal=True)
async def history(ctx: Context, params: HistoryOf) -> TradeList:
    """List past trades, newest first."""
    name = ctx.services.markets.venue(params.exchange).name if params.exchange else None
    until = params.until and params.until + REST_OF_MILLISECOND
    account, most = account_of(ctx, params.account), params.limit + 1
    fills = await ctx.services.portfolio.trades(
        account, params.pair, name, params.since, until, limit=most, before=params.before
    )
    newest = list(reversed(fills))
    return TradeList(
        trades=[_trade_view(fill) for fill in newest[: params.limit]], has_more=len(newest) > params.limit
    )


def _trade_view(fill: Fill) -> TradeView:
    return TradeView(
        id=fill.id,
        order_id=fill.order_id,
        exchange=fill.exchange,
        mode=fill.mode.value,
        pair=fill.symbol,
        side=fill.side.value,
        type=fill.order_type.value,
        amount=fill.amount,
        price=fill.price,
        fee=fill.fee,
        fee_asset=fill.fee_asset,
        fee_amount=fill.fee_amount,
        realized_pnl=fill.realized,
        timestamp=fill.at,
    )
