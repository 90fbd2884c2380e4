"""One cancels the other: a limit and a stop for one amount, of which the first that fills cuts the other.

An exchange that does not know of that would fill both. So of real orders only the limit goes there, and the
stop is kept by us until its price comes and the limit has been taken back.
"""

from dataclasses import replace

from trading.errors import InvalidOrder
from trading.model import Mode, Order, OrderRequest, OrderType, Origin

PREFIX = "oco:"


def split(request: OrderRequest, name: str) -> tuple[OrderRequest, OrderRequest]:
    """Return the stop and the limit of a request that has both prices, as one group under `name`.

    Place the stop first: it waits, so that it is there to be cut by whatever the limit fills at once. A sale
    takes its profit at the limit above the stop, a purchase buys at the limit below it. Raises InvalidOrder
    for prices the wrong way round, and for an amount in quote: it would be another amount at each price.
    """
    if request.price is None or request.stop_price is None:
        raise InvalidOrder("an order of which one cancels the other needs a limit price and a trigger")
    if request.amount is None:
        raise InvalidOrder("an order of which one cancels the other needs its amount in base")
    if (request.stop_price - request.price) * request.side.sign <= 0:
        above, below = ("trigger", "limit") if request.side.sign > 0 else ("limit", "trigger")
        raise InvalidOrder(f"the {above} of this {request.side} must be above its {below}")
    grouped = replace(request, group=f"{PREFIX}{name}")
    key = None if request.key is None else f"{request.key}:stop"
    stop = replace(grouped, type=OrderType.STOP, price=None, key=key)
    return stop, replace(grouped, type=OrderType.LIMIT, stop_price=None)


def stays_here(order: Order) -> bool:
    """Return whether an order is one of such a pair that its exchange must not hold beside the other."""
    paired = order.group is not None and order.group.startswith(PREFIX)
    waits = order.type is OrderType.STOP and order.origin is not Origin.GUARD
    return order.mode is Mode.LIVE and paired and waits
