"""What the market of one pair says since it was last looked at, as values of figures in order of time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from trading.alerts.figures import Change, Figure, Price, Reading
from trading.alerts.history import Histories
from trading.alerts.readings import LEAD, readings_of
from trading.matching import INSTANT
from trading.model import Candle
from trading.ports import MarketData
from trading.symbols import Symbol
from trading.tape import MINUTE, Moment, read_tape
from trading.timeframes import Timeframe

GRACE = timedelta(seconds=30)
"""How long a candle may be missing after its close before it is taken that nothing traded in it."""


@dataclass(frozen=True, slots=True)
class Beat:
    """A moment: values of figures, all at once; with `closes` a candle of that length has closed."""

    at: datetime
    values: tuple[tuple[Figure, Decimal], ...]
    closes: Timeframe | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What alerts want to know of one pair: figures, and the candles whose closes they go by."""

    figures: frozenset[Figure]
    closes: frozenset[Timeframe]

    @property
    def timeframes(self) -> frozenset[Timeframe]:
        """The candles that have to be read."""
        read = (each.timeframe for each in self.figures if isinstance(each, Reading | Change))
        return self.closes | {each for each in read if each is not None}


@dataclass(frozen=True, slots=True)
class Heard:
    """The beats after `since` up to and including `until`, in order of time."""

    beats: Sequence[Beat]
    until: datetime


async def hear(
    market: MarketData,
    symbol: Symbol,
    wanted: Wanted,
    histories: Histories,
    since: datetime,
    until: datetime,
) -> Heard:
    """Return what became of one pair after `since`; a long absence is heard piece by piece.

    Raises ExchangeUnavailable and UnknownSymbol. Candles that should have closed and are not there yet end
    the answer before their close.
    """
    tape = await read_tape(market, symbol, [since], until)
    end = tape.seen
    closes: list[Beat] = []
    for timeframe in sorted(wanted.timeframes, key=lambda each: each.seconds):
        heard = await _closes(market, symbol, wanted, histories, timeframe, since, end)
        closes += heard.beats
        end = min(end, heard.until)
    prices = [each for each in _prices(tape.moments, since) if each[0] <= end]
    ticks = await _ticks(market, symbol, wanted, histories, prices)
    beats = [each for each in closes if each.at <= end] + ticks
    # A trade at the very close of a candle is the first of the next one.
    beats.sort(key=lambda each: (each.at, each.closes is None))
    return Heard(beats, end)


def path(candle: Candle, span: timedelta) -> Iterator[tuple[datetime, Decimal]]:
    """Return the prices of a candle in the order they are taken to have come.

    Its open, then the extreme that lies against its direction, the other one, and its close.
    """
    rising = candle.close >= candle.open
    extremes = (candle.low, candle.high) if rising else (candle.high, candle.low)
    third = span / 3
    yield candle.opened_at, candle.open
    yield candle.opened_at + third, extremes[0]
    yield candle.opened_at + 2 * third, extremes[1]
    yield candle.opened_at + span - INSTANT, candle.close


def _prices(moments: Iterable[Moment], since: datetime) -> Iterator[tuple[datetime, Decimal]]:
    for moment in moments:
        if moment.candle is not None and moment.at > since:
            yield from path(moment.candle, MINUTE.span)
        elif moment.is_news(since):
            for trade in moment.trades:
                yield moment.at, trade.price


async def _ticks(
    market: MarketData,
    symbol: Symbol,
    wanted: Wanted,
    histories: Histories,
    prices: Sequence[tuple[datetime, Decimal]],
) -> list[Beat]:
    changes = _changes(wanted, None)
    price = Price(symbol)
    return [
        Beat(at, ((price, value), *await _moved(market, histories, changes, value, at)))
        for at, value in prices
    ]


def _changes(wanted: Wanted, timeframe: Timeframe | None) -> Sequence[Change]:
    return [each for each in wanted.figures if isinstance(each, Change) and each.timeframe is timeframe]


async def _moved(
    market: MarketData, histories: Histories, changes: Iterable[Change], price: Decimal, at: datetime
) -> Sequence[tuple[Figure, Decimal]]:
    found = [(each, await histories.change(market, each, price, at)) for each in changes]
    return [(figure, value) for figure, value in found if value is not None]


async def _closes(
    market: MarketData,
    symbol: Symbol,
    wanted: Wanted,
    histories: Histories,
    timeframe: Timeframe,
    since: datetime,
    until: datetime,
) -> Heard:
    """Return the closes of one length of candle in a span, with what the indicators then were."""
    last = timeframe.floor(until)
    first = timeframe.floor(since) + timeframe.span
    if last < first:
        return Heard((), until)
    count = int((last - first) / timeframe.span) + 1
    start = first - (LEAD + 1) * timeframe.span
    candles = await market.candles(symbol, timeframe, since=start, until=last, limit=LEAD + count)
    whole = [each for each in candles if each.opened_at + timeframe.span <= last]
    if until < last + GRACE and (not whole or whole[-1].opened_at + timeframe.span < last):
        until = last - INSTANT
    figures = [each for each in wanted.figures if isinstance(each, Reading) and each.timeframe is timeframe]
    values = readings_of(whole, figures)
    changes = _changes(wanted, timeframe)
    beats = []
    for index, candle in enumerate(whole):
        at = candle.opened_at + timeframe.span
        if first <= at <= until:
            known = [(figure, line[index]) for figure, line in values.items()]
            moved = await _moved(market, histories, changes, candle.close, at)
            beats.append(Beat(at, (*((f, v) for f, v in known if v is not None), *moved), timeframe))
    return Heard(beats, until)
