"""What an alert can look at: each figure is a series of values, one after the other."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Context, Decimal
from enum import StrEnum

from trading.symbols import Symbol
from trading.timeframes import Timeframe

ROUNDED = Context(prec=12)
"""Reckoned figures that agree to twelve digits are equal: otherwise exact ties move a crossing by bars."""


@dataclass(frozen=True, slots=True)
class Price:
    """The last price of a pair, at every trade."""

    symbol: Symbol


@dataclass(frozen=True, slots=True)
class Change:
    """How far the price is from the one a window ago, in percent.

    At every trade, or with a `timeframe` at every close of such a candle.
    """

    symbol: Symbol
    window: timedelta
    timeframe: Timeframe | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an indicator over candles; `open`, `high`, `low` and `close` are the candles' own."""

    name: str
    params: tuple[tuple[str, float], ...] = ()
    line: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """An indicator at every close of a candle; with `less` how far it is above another one."""

    symbol: Symbol
    timeframe: Timeframe
    line: Line
    less: Line | None = None


class Measure(StrEnum):
    """A figure of an account: money but `change` and `drawdown`, which are percent."""

    VALUE = "value"
    CHANGE = "change"
    DRAWDOWN = "drawdown"
    PNL = "pnl"


@dataclass(frozen=True, slots=True)
class Holding:
    """A figure of an account, looked at again and again: `change` over a window, `pnl` of one position."""

    account: str
    measure: Measure
    symbol: Symbol | None = None
    window: timedelta | None = None


Figure = Price | Change | Reading | Holding


def rounded(value: float | Decimal) -> Decimal:
    """Return a reckoned value to twelve significant digits."""
    return (
        ROUNDED.create_decimal(value)
        if isinstance(value, Decimal)
        else ROUNDED.create_decimal_from_float(value)
    )
