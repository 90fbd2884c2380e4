"""What an order would be, before anybody sends it."""

from tools.context import Context
from tools.policy import Surface
from tools.registry import capability
from tools.trade import NO_SUCH_PAIR, Execute, request_of, trail_amount, trail_percent
from tools.wire import Num, Pair, Result, unless_none


class OrderPreview(Result):
    """An order exactly as it would be sent now: `amount` in base, prices on the venue's grid.

    `cost` is the quote that it should trade, at about `reference`, and `fee` what that would cost. `limits`
    are the figures of the risk gate. One that `asks` would wait for a person's approval.
    """

    account: str
    exchange: str
    mode: str
    pair: Pair
    side: str
    type: str
    amount: Num
    price: Num | None
    stop_price: Num | None
    stop_loss: Num | None
    take_profit: Num | None
    leverage: Num | None
    trail_percent: Num | None = unless_none()
    trail_amount: Num | None = unless_none()
    reduce_only: bool | None = unless_none()
    cost: Num
    fee: Num
    reference: Num
    limits: dict[str, str]
    asks: bool


@capability("trade.preview", surfaces=Surface.WIRE | Surface.CHAT, errors=NO_SUCH_PAIR)
async def preview(ctx: Context, params: Execute) -> OrderPreview:
    """Tell exactly which order trade.execute would send now, and what it would cost; nothing is sent."""
    told = await ctx.services.desk.preview(request_of(ctx, params))
    order = told.order
    return OrderPreview(
        account=order.account,
        exchange=order.exchange,
        mode=order.mode.value,
        pair=order.symbol,
        side=order.side.value,
        type=order.type.value,
        amount=order.amount,
        price=order.price,
        stop_price=order.stop_price,
        stop_loss=order.stop_loss,
        take_profit=order.take_profit,
        leverage=order.leverage,
        trail_percent=trail_percent(order),
        trail_amount=trail_amount(order),
        reduce_only=order.reduce_only or None,
        cost=told.cost,
        fee=told.fee,
        reference=told.reference,
        limits=dict(order.verdict or {}),
        asks=told.held,
    )
