"""What is known of exchanges that real orders may go to: how each takes our ids, and looks them up.

What is written here was read in ccxt's source. An exchange without a row of its own is asked by ccxt's
uniform words only: nothing but limit orders rests there, and an order may arrive however late.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from types import CodeType
from typing import Any, Final

from trading.clock import iso
from trading.exchanges.ccxt_client import known_exchanges
from trading.model import OrderType

_NEEDED: Final = (
    "createOrder",
    "cancelOrder",
    "fetchOrder",
    "fetchOpenOrders",
    "fetchMyTrades",
    "fetchBalance",
)
# Lists that together hold every order that is over, in ccxt's two spellings.
_HISTORIES: Final[tuple[Mapping[str, str], ...]] = (
    {"fetchOrders": "fetch_orders"},
    {"fetchCanceledAndClosedOrders": "fetch_canceled_and_closed_orders"},
    {"fetchClosedOrders": "fetch_closed_orders", "fetchCanceledOrders": "fetch_canceled_orders"},
)
_ID: Final = "clientOrderId"

_UNFIT: Final[Mapping[str, str]] = {
    "bitfinex": "its client order ids are numbers",
    "gate": "its client order ids are shorter than 32 characters",
    "gateeu": "its client order ids are shorter than 32 characters",
}

# A hair more than any exchange grants, and what its own books may lag behind.
_LAG: Final = timedelta(seconds=5)

Parameters = Callable[[datetime], Mapping[str, object]]
"""Makes what an exchange is told besides, given the time."""


def client_order_id(order_id: str) -> str:
    """Return our name for an order as exchanges take it: 32 hex digits, always the same for the same id."""
    return sha256(order_id.encode()).hexdigest()[:32]


def nothing(now: datetime) -> Mapping[str, object]:
    """Return no parameters."""
    return {}


@dataclass(frozen=True, slots=True)
class Venue:
    """How one exchange is spoken to.

    `placing` is sent along with a new order. `asks_by_client` says that a single order can be asked for by
    our id, `lists_by_client` that lists of orders can be, `cancels_by_client` that it can be cancelled by
    it. `histories` are the lists that hold all orders which are over, where ccxt does not say so itself.
    `echoes` says that the answer to a new order repeats our id. With `by_trade_ids` executions are asked
    for by the ids that the order lists. `serial` exchanges want requests in the order of their nonces;
    where `exact`, figures are read as the text that the exchange sent. `errors` names, as ccxt's classes,
    what ccxt knows no class for.
    """

    holds: frozenset[OrderType] = frozenset()
    placing: Parameters = nothing
    arrives_within: timedelta | None = None
    stop_key: str = "triggerPrice"
    asks_by_client: bool = False
    lists_by_client: bool = False
    cancels_by_client: bool = False
    histories: tuple[str, ...] = ()
    echoes: bool = False
    by_trade_ids: bool = False
    serial: bool = False
    exact: bool = False
    options: Mapping[str, object] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


_STOPS: Final = frozenset({OrderType.STOP, OrderType.STOP_LIMIT})
_BINANCE_WINDOW: Final = timedelta(seconds=5)
_KRAKEN_DEADLINE: Final = timedelta(seconds=10)


def _kraken_placing(now: datetime) -> Mapping[str, object]:
    # Without fciq the fee of a sale comes in base, which ccxt reads as quote.
    return {"deadline": iso(now + _KRAKEN_DEADLINE), "oflags": "fciq"}


_BINANCE: Final = Venue(
    holds=_STOPS,
    arrives_within=_BINANCE_WINDOW + _LAG,
    stop_key="stopLossPrice",
    asks_by_client=True,
    cancels_by_client=True,
    echoes=True,
    exact=True,
    options={
        "recvWindow": _BINANCE_WINDOW // timedelta(milliseconds=1),
        "warnOnFetchOpenOrdersWithoutSymbol": False,
    },
    errors={"Duplicate order sent": "DuplicateOrderId"},
)

VENUES: Final[Mapping[str, Venue]] = {
    "binance": _BINANCE,
    "binanceus": _BINANCE,
    "kraken": Venue(
        holds=_STOPS,
        placing=_kraken_placing,
        arrives_within=_KRAKEN_DEADLINE + _LAG,
        stop_key="stopLossPrice",
        lists_by_client=True,
        histories=("fetch_closed_orders",),
        cancels_by_client=True,
        by_trade_ids=True,
        serial=True,
        exact=True,
        errors={
            "EAPI:Invalid signature": "AuthenticationError",
            "EService:Throttled": "RateLimitExceeded",
            "EService:Deadline elapsed": "InvalidNonce",
            "EOrder:Cost minimum not met": "InvalidOrder",
            "EOrder:Post only order": "InvalidOrder",
            "EOrder:Invalid price": "InvalidOrder",
            "EOrder:Tick size check failed": "InvalidOrder",
            "EOrder:Orders limit exceeded": "InvalidOrder",
            "EOrder:Domain rate limit exceeded": "RateLimitExceeded",
        },
    ),
}
"""The exchanges that were tried end to end."""


def venue(exchange: str) -> Venue:
    """Return how an exchange is spoken to."""
    return VENUES.get(exchange, Venue())


def histories(known: Venue, has: Mapping[str, object]) -> tuple[str, ...]:
    """Return the methods whose lists hold every order that is over; none where there are no such lists.

    `has` is what ccxt says of the exchange.
    """
    if known.histories:
        return known.histories
    whole = (names for names in _HISTORIES if all(has.get(feature) is True for feature in names))
    return tuple(next(whole, {}).values())


def refusal(exchange: str) -> str | None:
    """Say why real orders cannot go to an exchange; None when they can.

    For one that was not tried end to end this imports ccxt, which takes seconds: call it in a thread.
    """
    if exchange not in known_exchanges():
        return f"there is no exchange {exchange[:40]!r}"
    if exchange in VENUES:
        return None
    if exchange in _UNFIT:
        return f"{exchange} is not fit for live orders: {_UNFIT[exchange]}"
    reason = _lack(exchange)
    return None if reason is None else f"{exchange} is not fit for live orders: {reason}"


def _lack(exchange: str) -> str | None:
    import ccxt.async_support

    made = getattr(ccxt.async_support, exchange)()
    lacking = [name for name in _NEEDED if made.has.get(name) is not True]
    if lacking:
        return f"ccxt has no {', '.join(lacking)} for it"
    if made.has.get("spot") is not True:
        return "it has no spot market"
    if _ID not in _texts(_builders(type(made), ccxt.async_support.Exchange)):
        return "it takes no client order id"
    if not histories(Venue(), made.has):
        return "what was cancelled cannot be looked up there"
    return None


def _builders(kind: type, base: type) -> Iterator[CodeType]:
    """Return the code of an exchange's own methods that make new orders."""
    for name in dir(kind):
        code = getattr(getattr(kind, name), "__code__", None)
        makes = name.startswith("create_") or name.endswith("order_request")
        if makes and isinstance(code, CodeType) and getattr(kind, name) is not getattr(base, name, None):
            yield code


def _texts(constants: Iterable[Any]) -> Iterator[str]:
    for each in constants:
        if isinstance(each, str):
            yield each
        elif isinstance(each, CodeType):
            yield from _texts(each.co_consts)
        elif isinstance(each, tuple):
            yield from _texts(each)
