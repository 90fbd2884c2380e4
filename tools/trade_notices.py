"""What people have to be told of trading that they did not just ask for themselves."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from tools.wire import Result
from trading.model import Fill, Order, OrderType, Origin
from trading.notices import OWNER, Notice
from trading.ports import NewId

AT_ONCE = timedelta(seconds=5)
"""What fills so soon after it was asked for is told in the answer to that."""

PRESENT = frozenset({Origin.PERSON, Origin.MODEL})
"""Who hears the answer of what they start."""


def of_fills(order: Order, fills: Sequence[Fill], told: Result, new_id: NewId) -> Notice | None:
    """Return what is told of an order that has traded, None when whoever wanted it has just seen that."""
    at = fills[-1].at
    if order.origin in PRESENT and at - order.created_at < AT_ONCE:
        return None
    stopped = order.origin is Origin.GUARD
    kind = "order.stopped" if stopped else "order.filled"
    amount = sum(fill.amount for fill in fills)
    realized = [fill.realized for fill in fills if fill.realized is not None]
    why = _WHY.get(order.type, "order") if stopped else order.type.value
    done = f"{_DONE[order.side.value]} {amount:f} {order.symbol} at {fills[-1].price:f}"
    words = f"{order.mode.value.upper()}: {done} ({why})"
    if realized:
        words += f", result {sum(realized):+.2f} {order.symbol.quote}"
    return Notice(new_id("ntc"), order.by or OWNER, kind, words, at, _data(told))


_DONE = {"buy": "bought", "sell": "sold"}
_WHY = {
    OrderType.STOP: "stop-loss",
    OrderType.STOP_LIMIT: "stop-loss",
    OrderType.TRAILING_STOP: "trailing stop",
    OrderType.LIMIT: "take-profit",
    OrderType.MARKET: "liquidation",
}


def of_request(principal: str, told: Result, at: datetime, new_id: NewId) -> Sequence[Notice]:
    """Return what is told of something that waits for a person: to the owner, and to whom it is asked for."""
    words = "Something waits for your approval."
    people = dict.fromkeys((OWNER, principal))
    return [Notice(new_id("ntc"), each, "approval.requested", words, at, _data(told)) for each in people]


def _data(told: Result) -> dict[str, Any]:
    return told.model_dump(mode="json")
