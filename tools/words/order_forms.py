"""What the prices of an order are, given the form that its words name."""

from collections.abc import Sequence
from dataclasses import replace

from tools.words.wishes import Form, Level, Order
from trading.model import OrderType


def levels_of(order: Order) -> Sequence[Level]:
    """Return the prices that an order names."""
    found = (order.price, order.trigger, order.stop, order.target)
    return [level for level in found if level is not None]


def formed(order: Order) -> tuple[Order, list[str]]:
    """Return an order with each price in its place, and the names of those that have none.

    A stop order's price is its trigger; so is the stop of an order whose only stop that can be. Of two
    orders of which one cancels the other the target is the limit.
    """
    if order.trail is not None:
        # It follows the market by itself, and protects what is held: no other price goes with it.
        odd = [name for name, level in _named(order) if level is not None]
        return order, odd if order.form in (None, Form.TRAILING) else [*odd, "trailing stop"]
    if order.form is Form.STOP and order.trigger is None:
        if order.price is not None:
            return replace(order, trigger=order.price, price=None), []
        return replace(order, trigger=order.stop, stop=None), []
    if order.form is Form.STOP_LIMIT and order.trigger is None:
        return replace(order, trigger=order.stop, stop=None), []
    if order.form is Form.OCO:
        return _of_two(order)
    return order, []


def order_type(order: Order) -> OrderType:
    """Return the type of an order that has all its prices."""
    if order.trail is not None:
        return OrderType.TRAILING_STOP
    if order.trigger is not None:
        return OrderType.STOP_LIMIT if order.price is not None else OrderType.STOP
    return OrderType.LIMIT if order.price is not None else OrderType.MARKET


def _of_two(order: Order) -> tuple[Order, list[str]]:
    odd: list[str] = []
    if order.price is not None and order.target is not None:
        odd.append("target")
    if order.trigger is not None and order.stop is not None:
        odd.append("stop")
    limit, trigger = order.price or order.target, order.trigger or order.stop
    return replace(order, price=limit, trigger=trigger, target=None, stop=None), odd


def _named(order: Order) -> Sequence[tuple[str, Level | None]]:
    return (
        ("limit", order.price),
        ("trigger", order.trigger),
        ("stop", order.stop),
        ("target", order.target),
    )
