"""From ccxt's orders and trades of an account to ours. What makes no sense raises ExchangeUnavailable."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from trading.errors import ExchangeUnavailable, UnknownSymbol
from trading.exchanges.ccxt_live_venues import client_order_id
from trading.exchanges.ccxt_reading import moment, not_negative, number, positive
from trading.model import ZERO, Liquidity, Order, OrderStatus, OrderType, Side
from trading.orders import RESTING
from trading.ports import Execution, Report, VenueOrder
from trading.symbols import parse_symbol

_STATUS: Final[Mapping[object, OrderStatus]] = {
    "open": OrderStatus.ACCEPTED,
    "canceling": OrderStatus.ACCEPTED,
    "closed": OrderStatus.FILLED,
    "canceled": OrderStatus.CANCELED,
    "expired": OrderStatus.EXPIRED,
    "rejected": OrderStatus.REJECTED,
}
_STOPS: Final = frozenset({OrderType.STOP, OrderType.STOP_LIMIT})


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an order stands, as the exchange tells of it; `filled` is None where it did not say.

    `trades` are those that came along with it, in ccxt's words.
    """

    venue_id: str
    status: OrderStatus
    filled: Decimal | None
    at: datetime | None
    trades: Sequence[Any] = ()


@dataclass(frozen=True, slots=True)
class Fee:
    """What was taken for an execution, in which asset."""

    asset: str
    amount: Decimal


def is_of(raw: Any, order: Order) -> bool:
    """Return whether a listed order is ours of this name, or has the name that the exchange gave to it."""
    row = _record(raw)
    if row.get("clientOrderId") == client_order_id(order.id):
        return True
    return order.venue_id is not None and row.get("id") == order.venue_id


def nameless(rows: Iterable[Any], order: Order) -> bool:
    """Return whether one of these orders has no name of anybody's and could be this one by its side."""
    found = map(_record, rows)
    return any(not row.get("clientOrderId") and row.get("side") == order.side.value for row in found)


def standing(raw: Any, order: Order, echoes: bool = False) -> Standing:
    """Return where an order stands; with `echoes` the answer must repeat our id."""
    row = _record(raw)
    client = row.get("clientOrderId")
    given = {"symbol": row.get("symbol"), "side": row.get("side")}
    if given != {"symbol": str(order.symbol), "side": order.side.value}:
        raise _broken("order of ours", given)
    if (client is not None or echoes) and client != client_order_id(order.id):
        raise _broken("order of ours", client)
    filled = None if row.get("filled") is None else not_negative(row["filled"])
    amount = None if row.get("amount") is None else not_negative(row["amount"])
    at = row.get("timestamp")
    return Standing(
        venue_id=_name(row.get("id")),
        status=_status(row.get("status"), filled, amount),
        filled=filled,
        at=None if at is None else moment(at),
        trades=tuple(row.get("trades") or ()),
    )


def report(order: Order, seen: Standing, executions: Iterable[Execution], now: datetime) -> Report:
    """Return the report on an order of which these are all executions that are known.

    It is never more over than its executions: what the exchange has not told yet, it will.
    """
    told = tuple(sorted({each.venue_id: each for each in executions}.values(), key=lambda each: each.at))
    traded = sum((each.amount for each in told), ZERO)
    status = seen.status
    if status in RESTING or traded < (seen.filled or ZERO):
        status = OrderStatus.PARTIAL if traded or order.filled else OrderStatus.ACCEPTED
    elif status is OrderStatus.REJECTED and order.status in RESTING:
        # It was taken before: what rested is only over.
        status = OrderStatus.CANCELED
    if traded == order.filled:
        told = ()
    return Report(
        order_id=order.id,
        status=status,
        executions=told,
        looked_at=now,
        triggered=order.triggered or (order.type in _STOPS and traded > 0),
        venue_id=seen.venue_id,
    )


def trades_of(
    raw: Iterable[Any], order: Order, venue_id: str, at: datetime | None = None
) -> list[tuple[Execution, Fee]]:
    """Return the executions of an order among trades of ccxt's, each with its fee, of no worth yet.

    With `at` they came with the answer to a new order: they may have no time or side of their own, and took.
    """
    rows = [_record(each) for each in raw]
    return [_trade(row, order, at) for row in rows if row.get("order") in (None, venue_id)]


def valued(execution: Execution, fee: Fee, order: Order, price: Decimal) -> Execution:
    """Return an execution with the worth of its fee; `price` is that of the fee's asset in quote."""
    if fee.asset == order.symbol.quote:
        return replace(execution, fee=fee.amount)
    return replace(execution, fee=fee.amount * price, fee_asset=fee.asset, fee_amount=fee.amount)


def balances(raw: Any) -> dict[str, Decimal]:
    """Return what an account holds in all, by asset."""
    totals = {name: number(each) for name, each in _record(_record(raw).get("total")).items()}
    return {name: total for name, total in totals.items() if total}


def resting(raw: Iterable[Any], ours: Mapping[str, str]) -> tuple[VenueOrder, ...]:
    """Return open orders; `ours` are our ids by the names that the exchange knows them by."""
    found = [_resting(_record(each), ours) for each in raw]
    return tuple(each for each in found if each is not None)


def _resting(row: Mapping[str, Any], ours: Mapping[str, str]) -> VenueOrder | None:
    try:
        symbol = parse_symbol(str(row.get("symbol")))
    except UnknownSymbol:
        # On a pair whose name is none to us nothing of ours can rest.
        return None
    return VenueOrder(
        venue_id=_name(row.get("id")),
        order_id=ours.get(str(row.get("clientOrderId"))),
        symbol=symbol,
        side=_side(row.get("side")),
        remaining=positive(row.get("amount")) - not_negative(row.get("filled") or 0),
    )


def _status(value: Any, filled: Decimal | None, amount: Decimal | None) -> OrderStatus:
    if value is None:
        return OrderStatus.ACCEPTED
    if value not in _STATUS:
        raise _broken("status of an order", value)
    status = _STATUS[value]
    if status is OrderStatus.FILLED and (not filled or (amount is not None and filled < amount)):
        # Closed with less than was asked for: the rest is not there any more.
        return OrderStatus.CANCELED
    return status


def _trade(row: Mapping[str, Any], order: Order, at: datetime | None) -> tuple[Execution, Fee]:
    sides = (order.side.value,) if at is None else (order.side.value, None)
    if row.get("symbol") != str(order.symbol) or row.get("side") not in sides:
        raise _broken("trade of ours", (row.get("symbol"), row.get("side")))
    maker = row.get("takerOrMaker") or ("taker" if at is not None else None)
    if maker not in ("maker", "taker"):
        raise _broken("side of the book", maker)
    execution = Execution(
        amount=positive(row.get("amount")),
        price=positive(row.get("price")),
        fee=ZERO,
        liquidity=Liquidity(maker),
        at=at if row.get("timestamp") is None and at is not None else moment(row.get("timestamp")),
        venue_id=_name(row.get("id")),
    )
    return execution, _fee(row)


def _fee(row: Mapping[str, Any]) -> Fee:
    fee = _record(row.get("fee"))
    # A maker may be paid.
    return Fee(_name(fee.get("currency")), number(fee.get("cost")))


def _side(value: Any) -> Side:
    if value not in ("buy", "sell"):
        raise _broken("side", value)
    return Side(value)


def _name(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise _broken("name", value)
    return value


def _record(raw: Any) -> Mapping[str, Any]:
    if not isinstance(raw, Mapping):
        raise _broken("record", type(raw).__name__)
    return raw


def _broken(what: str, value: Any) -> ExchangeUnavailable:
    return ExchangeUnavailable(f"the exchange gave no valid {what}: {str(value)[:60]!r}")
