"""Orders and positions."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from gateway.dialects.cryptofunk.answers import (
    OneOrder,
    OnePosition,
    Order,
    OrderCancelled,
    OrderCreated,
    OrderPage,
    OrderPlaced,
    Position,
    PositionPage,
)
from gateway.dialects.cryptofunk.bodies import NewOrder, body
from gateway.dialects.cryptofunk.uuids import UnknownUuid, from_uuid, to_uuid
from gateway.dialects.cryptofunk.words import ORDER_STATES, ORDER_TYPES, exchange_of
from tools.books import BookedOrder, BookedOrders, BookedPosition, BookedPositions
from tools.errors import InvalidParams, NotFound

MOST = 500

Fields = Mapping[str, Any]


def of_session(fields: Fields) -> dict[str, Any]:
    """Return fields with the session as our run, which none is that is not here; raise NoUuid."""
    rest = dict(fields)
    if "run" in rest:
        with suppress(UnknownUuid):
            rest["run"] = from_uuid(rest["run"], "run")
    return rest


def of_orders(fields: Fields) -> dict[str, Any]:
    """Return what `books.orders` is asked; raise InvalidParams for a status that there is not."""
    rest = of_session(fields)
    if "status" in rest:
        wanted = str(rest.pop("status")).upper()
        rest["states"] = [state for state, shown in ORDER_STATES.items() if shown == wanted]
        if not rest["states"]:
            known = ", ".join(dict.fromkeys(ORDER_STATES.values()))
            words = f"status must be one of {known}"
            raise InvalidParams(
                words, details={"error": "invalid status", "details": words, "fields": ["status"]}
            )
    return {"limit": MOST, **rest}


def of_order(fields: Fields) -> dict[str, Any]:
    """Return which order it is; raise NoUuid or UnknownUuid."""
    return {**fields, "orderId": from_uuid(fields["orderId"], "ord")}


def of_new(fields: Fields) -> dict[str, Any]:
    """Return what `books.place` is asked; raise InvalidBody."""
    wanted = body(NewOrder, fields)
    return {
        "pair": wanted.symbol,
        "action": wanted.side.lower(),
        "type": wanted.type.lower(),
        "amount": wanted.quantity,
        "price": wanted.price,
    }


def orders(told: BookedOrders, at: datetime) -> OrderPage:
    """Return orders, newest first."""
    return OrderPage(orders=[order(each) for each in told.orders], count=len(told.orders))


def one(told: BookedOrder, at: datetime) -> OneOrder:
    """Return one order."""
    return OneOrder(order=order(told))


def created(told: BookedOrder, at: datetime) -> OrderCreated:
    """Return an order as it was taken: what has become of it since is told by event, and shown when asked."""
    whole = order(told)
    taken = whole.status if whole.status == "REJECTED" else "NEW"
    return OrderCreated(
        order=OrderPlaced(
            **{name: getattr(whole, name) for name in OrderPlaced.model_fields if name != "status"},
            status=taken,
        )
    )


def cancelled(told: BookedOrder, at: datetime) -> OrderCancelled:
    """Return an order that was canceled."""
    return OrderCancelled(order=order(told))


def positions(told: BookedPositions, at: datetime) -> PositionPage:
    """Return open positions, oldest first."""
    return PositionPage(positions=[position(each) for each in told.positions], count=len(told.positions))


def latest(told: BookedPositions, at: datetime) -> OnePosition:
    """Return the position that was opened last; raise NotFound."""
    if not told.positions:
        raise NotFound("position not found")
    return OnePosition(position=position(told.positions[-1]))


def order(told: BookedOrder) -> Order:
    """Return an order in this API's names."""
    state, at = told.state, told.updated_at
    return Order(
        id=to_uuid(told.order_id),
        session_id=None if told.run is None else to_uuid(told.run),
        symbol=str(told.pair),
        side=told.side.upper(),
        type=ORDER_TYPES[told.type],
        status=ORDER_STATES[state],
        quantity=told.executed_qty + told.remaining,
        price=told.limit_price,
        placed_at=told.created_at,
        position_id=None if told.position_id is None else to_uuid(told.position_id),
        exchange_order_id=told.venue_id,
        exchange=exchange_of(told.mode, told.exchange),
        stop_price=told.stop_price,
        executed_quantity=told.executed_qty,
        executed_quote_quantity=told.cost,
        time_in_force="IOC" if told.type == "market" else "GTC",
        filled_at=at if state == "filled" else None,
        canceled_at=at if state == "canceled" else None,
        expired_at=at if state == "expired" else None,
        error_message=told.reason if ORDER_STATES[state] == "REJECTED" else None,
        created_at=told.created_at,
        updated_at=at,
    )


def position(told: BookedPosition) -> Position:
    """Return a position in this API's names."""
    return Position(
        id=to_uuid(told.id),
        session_id=None if told.run is None else to_uuid(told.run),
        symbol=str(told.pair),
        exchange=exchange_of(told.mode, told.exchange),
        side=told.side.upper(),
        entry_price=told.entry_price,
        exit_price=None,
        quantity=told.amount,
        entry_time=told.opened_at,
        exit_time=None,
        stop_loss=told.stop_loss,
        take_profit=told.take_profit,
        realized_pnl=told.realized_pnl,
        # While the market is silent nobody knows better than the price it was bought at.
        unrealized_pnl=told.unrealized_pnl or 0,
        fees=told.fees,
        entry_reason=told.reasoning,
        exit_reason=None,
        created_at=told.opened_at,
        updated_at=told.opened_at,
    )
