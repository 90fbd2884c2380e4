"""What histories are made of, as protocols: candles that were kept, and a person's own files."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from trading.backtest.history import Times
from trading.indicators import Bars
from trading.symbols import Symbol
from trading.timeframes import Timeframe


@dataclass(frozen=True, slots=True)
class Series:
    """One kind of candles: whose, from where, of which pair and length, of which edition of that market."""

    exchange: str
    source: str
    symbol: Symbol
    timeframe: Timeframe
    edition: str = ""

    @property
    def step(self) -> int:
        """How long one candle lasts, in milliseconds."""
        return self.timeframe.seconds * 1000


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of time in milliseconds, from `start` to before `stop`."""

    start: int
    stop: int


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Candles as columns, oldest first; `times` are opening times in milliseconds."""

    times: Times
    bars: Bars

    def __len__(self) -> int:
        return len(self.times)

    def within(self, span: Span) -> "Columns":
        """Return the candles that open inside a stretch of time."""
        first, last = np.searchsorted(self.times, (span.start, span.stop))
        return self.pick(slice(int(first), int(last)))

    def pick(self, which: "slice | np.typing.NDArray[np.int64]") -> "Columns":
        """Return some of the candles."""
        bars = self.bars
        columns = (bars.open, bars.high, bars.low, bars.close, bars.volume)
        return Columns(self.times[which], Bars(*(each[which] for each in columns)))


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """Candles that were kept, and where it is known that there are no others."""

    covered: tuple[Span, ...]
    columns: Columns


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a series: how many candles in which span, and in how many bytes."""

    series: Series
    candles: int
    span: Span
    size: int


@dataclass(frozen=True, slots=True)
class OwnFile:
    """A person's own file; figures are None and `problem` says why when it cannot be used."""

    name: str
    size: int
    candles: int | None = None
    span: Span | None = None
    timeframe: Timeframe | None = None
    problem: str | None = None


class CandleStore(Protocol):
    """Keeps candles that were fetched once."""

    async def load(self, series: Series, span: Span) -> Known:
        """Return what is known of a stretch of time."""
        ...

    async def keep(self, series: Series, covered: Span, columns: Columns) -> None:
        """Keep all the candles that there are in a stretch of time; safe beside others that do so."""
        ...

    async def kept(self) -> Sequence[Kept]:
        """Return what is kept, series by series."""
        ...


class OwnFiles(Protocol):
    """Reads candles from files that a person put there."""

    async def read(self, name: str, timeframe: Timeframe) -> Columns:
        """Return a file's candles, made longer where that divides.

        Raises InvalidBacktest for a name or a candle length that does not fit, MissingHistory for a file that
        is not there or not sound; its details name the line.
        """
        ...

    async def found(self) -> Sequence[OwnFile]:
        """Return which files there are."""
        ...


def joined(parts: Sequence[Columns]) -> Columns:
    """Return candles in order of time, each moment once; of two the later part's counts."""
    if not parts:
        return Columns(np.empty(0, np.int64), Bars(*(np.empty(0) for _ in range(5))))
    whole = Columns(
        np.concatenate([each.times for each in parts]),
        Bars(
            *(
                np.concatenate([getattr(each.bars, name) for each in parts])
                for name in ("open", "high", "low", "close", "volume")
            )
        ),
    )
    if (np.diff(whole.times) > 0).all():
        return whole
    order = np.argsort(whole.times, kind="stable")
    times = whole.times[order]
    return whole.pick(order[np.append(times[1:] != times[:-1], True)])


def united(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return the same stretches in order, those that touch made one."""
    found: list[Span] = []
    for span in sorted(spans):
        if span.start >= span.stop:
            continue
        if found and span.start <= found[-1].stop:
            found[-1] = Span(found[-1].start, max(found[-1].stop, span.stop))
        else:
            found.append(span)
    return tuple(found)


def missing(wanted: Span, covered: Iterable[Span]) -> tuple[Span, ...]:
    """Return the parts of a stretch that others leave open, in order."""
    gaps, cursor = [], wanted.start
    for span in united(covered):
        if span.stop <= cursor:
            continue
        if span.start >= wanted.stop:
            break
        if span.start > cursor:
            gaps.append(Span(cursor, span.start))
        cursor = span.stop
    if cursor < wanted.stop:
        gaps.append(Span(cursor, wanted.stop))
    return tuple(gaps)
