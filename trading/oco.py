"""One cancels the other: a limit and a stop for one amount, of which the first that fills cuts the other."""

from dataclasses import replace

from trading.errors import InvalidOrder
from trading.model import OrderRequest, OrderType

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
