"""What can go wrong with money, named by what the caller should do about it."""

from collections.abc import Mapping
from typing import Any


class TradingError(Exception):
    """Something the caller asked of the money domain cannot be done; `details` are its figures."""

    def __init__(self, message: str = "", **details: Any) -> None:
        super().__init__(message)
        self.details: Mapping[str, Any] = details


class UnknownSymbol(TradingError):
    """Name another pair: this market does not trade the one asked for."""


class UnknownExchange(TradingError):
    """Name another exchange: this one is not configured."""


class UnsupportedTimeframe(TradingError):
    """Name another candle length: this market has none of that length, nor any it could be made of."""


class UnknownIndicator(TradingError):
    """Name another indicator or give it other parameters: these make no sense together."""


class UnknownStrategy(TradingError):
    """Name another strategy: there is none of that name."""


class InvalidBacktest(TradingError):
    """Change the backtest: its parameters, terms or range make no sense."""


class MissingHistory(TradingError):
    """Name another range, pair or candle length: there are no sound candles for this one."""


class InvalidOrder(TradingError):
    """Change the order: it breaks a rule of the venue or contradicts itself."""


class InvalidLimit(TradingError):
    """Change the limit: there is none of that name, or its value makes no sense."""


class InsufficientFunds(TradingError):
    """Trade less or free funds: the account does not hold what the order needs."""


class RiskLimitExceeded(TradingError):
    """Trade less or wait: the order would break a limit its owner set."""


class ExchangeUnavailable(TradingError):
    """Try again later: the exchange or its data cannot be reached or gave a broken answer."""


class OutcomeUnknown(TradingError):
    """Wait: whether the exchange has taken the order is being looked up; never send it again."""


class TradingHalted(TradingError):
    """Wait for the owner: trading is switched off for what this order would do."""


class NotArmed(TradingError):
    """Ask the owner to arm this live account first."""


class AccountLocked(TradingError):
    """Wait, or ask the owner: what the account holds is not certain, as its books and the exchange's differ,
    were not compared yet, or lack an order that could not be written down."""


class Unapproved(TradingError):
    """Ask again: this approval was denied, has expired, is void, or was used."""


class StaleOrder(TradingError):
    """Read the order again: somebody changed it in between."""


class NotFound(TradingError):
    """Name another one: there is no such order, position or account."""
