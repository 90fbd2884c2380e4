"""What a strategy has said of one pair lately: when to be in it, and when to be out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from trading.backtest.codes import ENTER_LONG, ENTER_SHORT, LEAVE_LONG, LEAVE_SHORT, Codes
from trading.backtest.strategy import Lines, Strategy, Values
from trading.indicators import Bars, Series
from trading.model import Candle
from trading.runs.decision import Action
from trading.runs.manners import MANNERS
from trading.runs.snapshot import Snapshot
from trading.runs.view import AccountView, OpenTrade
from trading.symbols import Symbol

ENTERING = ((Action.BUY, ENTER_LONG, LEAVE_LONG), (Action.SELL, ENTER_SHORT, LEAVE_SHORT))
"""The action of each side, what is said to go in, and what to come out again."""


_UNKNOWN = 2


class PlainLines(Lines):
    """Lines that cross without compiled code: a run looks at few candles, and the compiler is heavy."""

    def crossed(self, fast: Series, slow: Series) -> Codes:
        """Return the signals of one line crossing another, as `Lines` does."""
        gap, band = fast - slow, 1e-12 * np.abs(slow)
        side = np.where(np.isnan(gap), _UNKNOWN, (gap > band) * 1 - (gap < -band) * 1)
        before = np.concatenate([[_UNKNOWN], side[:-1]])
        up = (side == 1) & (before <= 0)
        down = (side == -1) & ((before == 0) | (before == 1))
        codes: Codes = np.zeros(len(side), np.int8)
        codes[up] = ENTER_LONG | LEAVE_SHORT
        codes[down] = LEAVE_LONG | ENTER_SHORT
        return codes


@dataclass(frozen=True, slots=True)
class Signal:
    """Something that a strategy said at the close of a candle, with the figures it went by."""

    action: Action
    at: datetime
    close: float
    figures: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Signalled:
    """The signals of a strategy over the closed candles of one pair, a code each; `closes` are their times.

    A signal is reckoned from candles up to its own, so later ones do not change it.
    """

    closes: Sequence[datetime]
    codes: Sequence[int]
    prices: Sequence[float]
    lines: Sequence[tuple[str, Sequence[float]]]

    def entry(self, symbol: Symbol, view: AccountView, after: datetime, shorts: bool) -> Signal | None:
        """Return the newest signal to go in that came later than `after` and has not been acted on.

        One is over once the strategy has said to come out of that side again.
        """
        held = view.of(symbol)
        acted = [each.opened_at for each in view.trades if each.symbol == symbol]
        acted += [] if held is None else [held.opened_at]
        sides = ENTERING if shorts else ENTERING[:1]
        found = [
            (number, action)
            for action, enter, leave in sides
            if (number := self._last(enter | leave, after)) is not None and self.codes[number] & enter
        ]
        if not found:
            return None
        number, action = max(found, key=lambda each: each[0])
        at = self.closes[number]
        return None if any(opened >= at for opened in acted) else self.signal(number, action)

    def exit(self, held: OpenTrade) -> Signal | None:
        """Return the signal to come out of a position, if that is the last that was said of its side."""
        _, enter, leave = ENTERING[0 if held.side == "long" else 1]
        number = self._last(enter | leave, held.opened_at)
        if number is None or not self.codes[number] & leave:
            return None
        return self.signal(number, Action.CLOSE)

    def signal(self, number: int, action: Action) -> Signal:
        """Return what was said at one candle; a figure that is not warm is NaN."""
        figures = tuple((name, float(line[number])) for name, line in self.lines)
        return Signal(action, self.closes[number], float(self.prices[number]), figures)

    def _last(self, bits: int, after: datetime) -> int | None:
        """Return the newest candle with one of these bits that closed later than `after`."""
        for number in range(len(self.codes) - 1, -1, -1):
            if self.closes[number] <= after:
                return None
            if self.codes[number] & bits:
                return number
        return None


def signalled(strategy: Strategy, values: Values, candles: Sequence[Candle], seen: Snapshot) -> Signalled:
    """Return what a strategy says at each candle that had closed by the moment of a snapshot."""
    span = seen.timeframe.span
    closed = [each for each in candles if each.opened_at + span <= seen.at]
    lines = PlainLines(Bars.of(closed))
    codes = strategy.signals(lines, values).codes
    named = MANNERS[strategy.name].figures(lines, values)
    return Signalled(
        [each.opened_at + span for each in closed],
        [int(code) for code in codes],
        [float(each) for each in lines.close],
        [(name, line.tolist()) for name, line in named],
    )
