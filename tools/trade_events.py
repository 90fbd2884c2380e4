"""What is told when an order trades."""

from collections.abc import Sequence
from decimal import Decimal
from typing import cast

from memory.database import UnitOfWork as Transaction
from tools.events import EventBus
from tools.trade import STATUS
from tools.wire import IsoTime, Millis, Num, Pair, Result
from trading.model import ZERO, Fill, Order
from trading.ports import Publish, UnitOfWork


class TradeExecuted(Result):
    """An order that has just traded: `amount` base at the mean `price`, `fee` in quote.

    `realizedPnl` is net of fees, null when nothing was closed.
    """

    order_id: str
    status: str
    exchange: str
    mode: str
    pair: Pair
    side: str
    type: str
    amount: Num
    price: Num
    cost: Num
    fee: Num
    realized_pnl: Num | None
    timestamp: IsoTime
    timestamp_ms: Millis


def teller(events: EventBus) -> Publish:
    """Return what tells everybody of an order that has traded."""

    async def tell(uow: UnitOfWork, order: Order, fills: Sequence[Fill]) -> None:
        if fills:
            # The money domain hands through the transaction that `kit.app` gave it: one of our own.
            told = _executed(order, fills).model_dump(mode="json")
            await events.record(cast(Transaction, uow), "trade:executed", told)

    return tell


def _executed(order: Order, fills: Sequence[Fill]) -> TradeExecuted:
    amount = sum((fill.amount for fill in fills), ZERO)
    cost = sum((fill.notional for fill in fills), ZERO)
    closed: list[Decimal] = [fill.realized for fill in fills if fill.realized is not None]
    return TradeExecuted(
        order_id=order.id,
        status=STATUS[order.status],
        exchange=order.exchange,
        mode=order.mode.value,
        pair=order.symbol,
        side=order.side.value,
        type=order.type.value,
        amount=amount,
        price=cost / amount,
        cost=cost,
        fee=sum((fill.fee for fill in fills), ZERO),
        realized_pnl=sum(closed, ZERO) if closed else None,
        timestamp=fills[-1].at,
        timestamp_ms=fills[-1].at,
    )
