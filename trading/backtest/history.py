"""Candles of the past as columns, with where they come from and what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from trading.errors import MissingHistory
from trading.indicators import Bars
from trading.symbols import Symbol
from trading.timeframes import Timeframe

Times = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Gap:
    """Candles that are missing: the first, how many, in milliseconds and bars."""

    start: int
    bars: int


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """Whole candles of one pair, oldest first; `times` are opening times in milliseconds.

    The first `lead` of them only warm indicators up; what is traded and measured begins after them.
    """

    symbol: Symbol
    timeframe: Timeframe
    exchange: str
    source: str
    times: Times
    bars: Bars
    lead: int = 0

    def __post_init__(self) -> None:
        """Refuse what no figure can be trusted on; raise MissingHistory."""
        step = self.timeframe.seconds * 1000
        if len(self.times) != len(self.bars):
            raise ValueError("times and bars are equally long")
        if len(self.times) and ((np.diff(self.times) <= 0).any() or (self.times % step).any()):
            raise MissingHistory(f"the candles of {self.symbol} are not in order on a {self.timeframe} grid")
        columns = (self.bars.open, self.bars.high, self.bars.low, self.bars.close)
        sound = np.all([np.isfinite(each) & (each > 0) for each in columns], axis=0)
        low, high = np.min(columns, axis=0), np.max(columns, axis=0)
        sound &= (self.bars.low <= low) & (self.bars.high >= high)
        if not sound.all():
            moment = as_moment(int(self.times[int(np.argmin(sound))]))
            raise MissingHistory(
                f"the candle of {self.symbol} at {moment:%Y-%m-%d %H:%M} UTC has no sound prices",
                at=moment.isoformat(),
            )

    def __len__(self) -> int:
        return len(self.times)

    @property
    def measured(self) -> int:
        """How many bars are traded and measured."""
        return len(self.times) - self.lead

    @property
    def begins(self) -> datetime:
        """When the first measured bar opens."""
        return as_moment(int(self.times[self.lead]))

    @property
    def ends(self) -> datetime:
        """When the last bar closes."""
        return as_moment(int(self.times[-1])) + self.timeframe.span

    def gaps(self) -> Sequence[Gap]:
        """Return what is missing between the first and the last measured bar."""
        times, step = self.times[self.lead :], self.timeframe.seconds * 1000
        jumps = np.diff(times)
        return [Gap(int(times[i]) + step, int(jumps[i] // step) - 1) for i in np.flatnonzero(jumps > step)]

    def part(self, start: int, stop: int, lead: int = 0) -> "History":
        """Return bars `start` to `stop` (exclusive) with up to `lead` before them to warm up."""
        begin = max(start - lead, 0)
        bars = self.bars
        columns = (bars.open, bars.high, bars.low, bars.close, bars.volume)
        return replace(
            self,
            times=self.times[begin:stop],
            bars=Bars(*(each[begin:stop] for each in columns)),
            lead=start - begin,
        )


def as_moment(milliseconds: int) -> datetime:
    """Return an aware time."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
