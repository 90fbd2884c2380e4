"""The terms of a backtest: money, costs, fills and protection."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from trading.backtest.codes import ENTER_LONG, ENTER_SHORT, LEAVE_LONG, LEAVE_SHORT, Floats
from trading.errors import InvalidBacktest

FEE = 0.001
SLIPPAGE = 0.0005
MOST_CASH = 1e12


class Fill(StrEnum):
    """Where a signal fills: at the open of the next bar, or at the close it was seen at."""

    NEXT_OPEN = "next_open"
    CLOSE = "close"


class Sizing(StrEnum):
    """How much an entry takes: all there is, so much quote, a share of equity, or a share of it at risk."""

    ALL_IN = "all_in"
    FIXED = "fixed"
    PERCENT = "percent"
    RISK = "risk"


class Direction(StrEnum):
    """Which side may be held."""

    LONG = "long"
    SHORT = "short"
    BOTH = "both"


_LONG = ENTER_LONG | LEAVE_LONG
_SHORT = ENTER_SHORT | LEAVE_SHORT
_ALLOWED = {Direction.LONG: _LONG, Direction.SHORT: _SHORT, Direction.BOTH: _LONG | _SHORT}


@dataclass(frozen=True, slots=True)
class Terms:
    """What a backtest trades with. Rates, shares and distances are fractions; `initial` is quote.

    `size` is quote for FIXED, a share of equity for PERCENT and RISK. A stop, target or trailing distance of
    0 is none. Raises InvalidBacktest when they contradict each other.
    """

    initial: float = 10_000.0
    fee: float = FEE
    maker_fee: float | None = None
    slippage: float = SLIPPAGE
    fill: Fill = Fill.NEXT_OPEN
    sizing: Sizing = Sizing.ALL_IN
    size: float | None = None
    direction: Direction = Direction.LONG
    stop_loss: float = 0.0
    take_profit: float = 0.0
    trailing_stop: float = 0.0

    def __post_init__(self) -> None:
        """Hold the terms to their bounds."""
        _within("the initial balance", self.initial, 1e-9, MOST_CASH)
        _within("the fee", self.fee, 0, 0.5)
        _within("the maker fee", self.maker_fee or 0, 0, 0.5)
        _within("the slippage", self.slippage, 0, 0.5)
        _within("the stop-loss", self.stop_loss, 0, 0.9999)
        _within("the trailing stop", self.trailing_stop, 0, 0.9999)
        _within("the take-profit", self.take_profit, 0, 1_000)
        if self.take_profit >= 1 and self.direction is not Direction.LONG:
            raise InvalidBacktest("a short cannot gain 100 %: take less profit than that")
        self._check_size()

    def _check_size(self) -> None:
        if self.sizing is Sizing.ALL_IN:
            if self.size is not None:
                raise InvalidBacktest("all-in takes all there is: leave the size out, or name another sizing")
            return
        if self.size is None:
            raise InvalidBacktest(f"sizing {self.sizing.value} needs a size")
        if self.sizing is Sizing.FIXED:
            _within("the size", self.size, 1e-9, MOST_CASH)
            return
        _within("the size", self.size, 1e-9, 1)
        if self.sizing is Sizing.RISK and not (self.stop_loss or self.trailing_stop):
            raise InvalidBacktest("a share at risk needs a stop-loss or a trailing stop to be measured by")

    def columns(self, first: int) -> Floats:
        """Return the terms as the kernel reads them, for a run that trades from bar `first` on."""
        # Compiled code is loaded where it runs, which is never the service's own process.
        from trading.backtest import kernel

        sizings = {
            Sizing.ALL_IN: kernel.ALL_IN,
            Sizing.FIXED: kernel.FIXED,
            Sizing.PERCENT: kernel.PERCENT,
            Sizing.RISK: kernel.RISK,
        }
        row = np.zeros(kernel.TERMS)
        row[kernel.INITIAL] = self.initial
        row[kernel.FEE] = self.fee
        row[kernel.MAKER_FEE] = self.fee if self.maker_fee is None else self.maker_fee
        row[kernel.SLIPPAGE] = self.slippage
        row[kernel.SIZING] = sizings[self.sizing]
        row[kernel.SIZE] = self.size or 0.0
        row[kernel.STOP] = self.stop_loss
        row[kernel.TARGET] = self.take_profit
        row[kernel.TRAIL] = self.trailing_stop
        row[kernel.AT_CLOSE] = self.fill is Fill.CLOSE
        row[kernel.ALLOWED] = _ALLOWED[self.direction]
        row[kernel.FIRST] = first
        return row


def _within(name: str, value: float, least: float, most: float) -> None:
    if not least <= value <= most:
        raise InvalidBacktest(f"{name} has to be between {least:g} and {most:g}, not {value:g}")
