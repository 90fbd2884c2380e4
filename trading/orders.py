"""The life of an order: one table says which status may follow which."""

from collections.abc import Mapping
from datetime import datetime

from trading.altered import altered
from trading.errors import StaleOrder
from trading.model import ZERO, Mode, Order, OrderStatus

_S = OrderStatus

NEXT: Mapping[OrderStatus, frozenset[OrderStatus]] = {
    # Waits for a person; nothing of it has left, but its funds are kept for it.
    _S.HELD: frozenset({_S.INTENT, _S.DENIED, _S.CANCELED}),
    _S.INTENT: frozenset({_S.SENT, _S.DENIED, _S.CANCELED, _S.UNKNOWN}),
    _S.SENT: frozenset(
        {_S.ACCEPTED, _S.PARTIAL, _S.FILLED, _S.CANCELED, _S.EXPIRED, _S.REJECTED, _S.UNKNOWN},
    ),
    _S.ACCEPTED: frozenset({_S.ACCEPTED, _S.PARTIAL, _S.FILLED, _S.CANCELED, _S.EXPIRED, _S.UNKNOWN}),
    _S.PARTIAL: frozenset({_S.PARTIAL, _S.FILLED, _S.CANCELED, _S.EXPIRED, _S.UNKNOWN}),
    # Only what the exchange says resolves it; sending again never does.
    _S.UNKNOWN: frozenset({_S.ACCEPTED, _S.PARTIAL, _S.FILLED, _S.CANCELED, _S.EXPIRED, _S.REJECTED}),
    _S.FILLED: frozenset(),
    _S.CANCELED: frozenset(),
    _S.EXPIRED: frozenset(),
    _S.REJECTED: frozenset(),
    _S.DENIED: frozenset(),
}
"""What may follow each status."""

OPEN = frozenset(status for status, following in NEXT.items() if following)
"""Statuses of orders that may still fill."""

RESTING = frozenset({_S.ACCEPTED, _S.PARTIAL})
"""Statuses of orders that an exchange works on."""

IN_FLIGHT = frozenset({_S.INTENT, _S.SENT})
"""Statuses of orders whose first answer is still to come."""

UNDECIDED = IN_FLIGHT | {_S.UNKNOWN}
"""Statuses of orders of which nobody knows what became of them."""

LIQUIDATION = "liq:"
"""How the group of an order begins that liquidates a margin position; the position's id follows."""


def is_liquidation(order: Order) -> bool:
    """Return whether an order is the venue's own, which nobody cancels: it goes with its position."""
    return order.group is not None and order.group.startswith(LIQUIDATION)


def at_any_time(order: Order) -> bool:
    """Return whether an order trades at the market of the moment; those of contests do at their cycles."""
    return order.mode is not Mode.CONTEST


def advance(order: Order, status: OrderStatus, at: datetime, reason: str | None = None) -> Order:
    """Return the order in its next status; once it is closed nothing stays reserved for it.

    Raises StaleOrder when the table does not let `status` follow.
    """
    if status not in NEXT[order.status]:
        raise StaleOrder(f"order {order.id} is {order.status} and cannot become {status}")
    return altered(
        order,
        status=status,
        updated_at=at,
        reason=reason if reason is not None else order.reason,
        reserved=order.reserved if status in OPEN else ZERO,
    )


def kept_here(order: Order) -> bool:
    """Return whether a resting order is known to us alone."""
    return order.mode is Mode.LIVE and order.status in RESTING and order.venue_id is None


def elsewhere(order: Order) -> bool:
    """Return whether an order rests at an exchange that has it on books of its own."""
    return order.mode is Mode.LIVE and order.status in RESTING and order.venue_id is not None


def parked(order: Order) -> bool:
    """Return whether an order protects a holding, or closes it, from a place at its exchange."""
    return elsewhere(order) and order.reduce_only and order.leverage is None
