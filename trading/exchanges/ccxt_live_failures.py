"""What a failure of ccxt's means for an order, by its class.

Nothing that an exchange said gets into our words: it may quote a request, and that holds the keys.
"""

from collections.abc import Mapping
from typing import Final

from trading.errors import (
    ExchangeUnavailable,
    InsufficientFunds,
    InvalidOrder,
    OutcomeUnknown,
    TradingError,
)

Table = Mapping[str, type[TradingError]]
"""What to raise for each of ccxt's classes; the nearest base class that is listed counts."""

PLACING: Final[Table] = {
    "InsufficientFunds": InsufficientFunds,
    # One of this id is there already: whatever became of it has to be looked up.
    "DuplicateOrderId": OutcomeUnknown,
    "OrderNotFound": OutcomeUnknown,
    "InvalidOrder": InvalidOrder,
    "BadRequest": InvalidOrder,
    "ArgumentsRequired": InvalidOrder,
    "NotSupported": InvalidOrder,
    "OperationRejected": InvalidOrder,
    "MarketClosed": ExchangeUnavailable,
    "RestrictedLocation": ExchangeUnavailable,
    "AuthenticationError": ExchangeUnavailable,
    "DDoSProtection": ExchangeUnavailable,
    "RateLimitExceeded": ExchangeUnavailable,
    "OnMaintenance": ExchangeUnavailable,
    "InvalidNonce": ExchangeUnavailable,
    "ExchangeClosedByUser": ExchangeUnavailable,
    "BaseException": OutcomeUnknown,
}
"""For a new order."""

CANCELING: Final[Table] = {
    **{name: ExchangeUnavailable for name, kind in PLACING.items() if kind is not OutcomeUnknown},
    "BaseException": OutcomeUnknown,
}
"""For taking one back."""

READING: Final[Table] = {"BaseException": ExchangeUnavailable}
"""For a question: nothing is changed by it."""

# An answer of the server itself (5xx) says nothing of the order, except in these classes.
_TOLD: Final = frozenset({"OnMaintenance", "DDoSProtection", "RateLimitExceeded"})
# A wall before the exchange that let nothing through.
_BARRED: Final = frozenset({401, 403})


def failure(error: BaseException, exchange: str, table: Table) -> TradingError:
    """Return what to raise instead of a failure of ccxt's."""
    names = [each.__name__ for each in type(error).__mro__]
    kind = _kind(error, names, table)
    if "AuthenticationError" in names:
        return kind(f"{exchange} refused the keys: check them, and what they may do")
    return kind(f"{exchange}: {_SPOKEN[kind]} ({names[0]})")


def absent(error: BaseException) -> bool:
    """Return whether a failure means that the exchange does not know an order."""
    # Kraken has no class of its own for that, and Binance forgets old ones that never traded.
    return _listed(error, "InvalidOrder")


def _kind(error: BaseException, names: list[str], table: Table) -> type[TradingError]:
    default = table["BaseException"]
    status = getattr(error, "http_status", None)
    if status in _BARRED or (status is None and _unsent(error)):
        return ExchangeUnavailable
    if status is not None and status >= 500 and not _TOLD & set(names):
        return default
    return next((table[name] for name in names if name in table), default)


def _unsent(error: BaseException) -> bool:
    """Return whether no connection came about: only that failure has the system's own below it."""
    cause = error.__cause__
    return cause is not None and getattr(cause, "os_error", None) is not None


def _listed(error: BaseException, name: str) -> bool:
    return any(each.__name__ == name for each in type(error).__mro__)


_SPOKEN: Final[Mapping[type[TradingError], str]] = {
    InsufficientFunds: "the account there does not hold what the order needs",
    InvalidOrder: "the order was refused",
    ExchangeUnavailable: "no answer, and nothing was taken",
    OutcomeUnknown: "whether the order was taken is not known yet",
}
