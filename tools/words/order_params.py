"""From an order as it was meant to the figures that tools take."""

from decimal import Decimal
from typing import Any

from tools.words.order_forms import order_type
from tools.words.pairs import Pair
from tools.words.wishes import Amount, Level, Order, Unit

HUNDRED = Decimal(100)
_SIGNIFICANT = 6


def order_params(
    order: Order, pair: Pair, amount: Amount, stop: Decimal | None, target: Decimal | None
) -> dict[str, Any]:
    """Return an order that lacks nothing as the order tool takes it; `stop` and `target` are prices."""
    optional = {
        "price": order.price.value if order.price else None,
        "stopPrice": order.trigger.value if order.trigger else None,
        "stopLoss": stop,
        "takeProfit": target,
    }
    return {
        "action": str(order.side),
        "pair": str(pair.symbol),
        "type": str(order_type(order)),
        "amount": json_number(amount.value),
        "amountType": "base" if amount.unit is Unit.BASE else "quote",
        **{name: json_number(value) for name, value in optional.items() if value is not None},
        **(distance_params(order.trail) if order.trail else {}),
        **beside(order),
    }


def beside(order: Order) -> dict[str, Any]:
    """Return what an order says beside its amount and prices."""
    leverage = (order.leverage or Decimal(1)) if order.margin else None
    return {
        **({"leverage": json_number(leverage)} if leverage is not None else {}),
        **({"reduceOnly": True} if order.reduce else {}),
        **({"exchange": order.exchange} if order.exchange else {}),
    }


def distance_params(trail: Level) -> dict[str, Any]:
    """Return how far a trailing stop follows, as the order tool takes it."""
    return {"trailPercent" if trail.percent else "trailAmount": json_number(trail.value)}


def level_price(level: Level | None, entry: Decimal | None, sign: int) -> Decimal | None:
    """Return the price of a level; percent count from the entry, down or up by `sign`."""
    if level is None or not level.percent:
        return level.value if level else None
    if entry is None:
        return None
    price = entry * (1 + sign * level.value / HUNDRED)
    places = max(_places(entry), _SIGNIFICANT - entry.adjusted() - 1)
    return price.quantize(Decimal(1).scaleb(-places)).normalize()


def _places(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def json_number(value: Decimal) -> int | float:
    """Return a number as JSON has it."""
    return int(value) if value == value.to_integral_value() else float(value)
