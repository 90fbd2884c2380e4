"""Where histories come from: what was kept, the market for what is missing, or a person's own file."""

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import Final
from weakref import WeakValueDictionary

import numpy as np

from trading.backtest.fetching import check, fetch, history_of
from trading.backtest.history import History, as_moment
from trading.backtest.stores import CandleStore, Columns, OwnFiles, Series, Span, missing
from trading.clock import Clock, epoch_ms, iso
from trading.errors import InvalidBacktest, MissingHistory
from trading.markets import Markets, Venue
from trading.symbols import Symbol
from trading.timeframes import Timeframe

MOST: Final = 1_000_000
"""How many candles one history may have, its lead included."""

FILE: Final = "file"
"""The source of a history that a person brought along."""

# How often to look further back when candles are missing before the start.
_LOOKS_BACK: Final = 5
# How much may be missing at either end of a range that is still called whole: a day of a long one, a tenth of
# one that is short, and always two candles and a hundredth.
_EDGE: Final = 86_400_000
_EDGE_PART: Final = 10
_EDGE_ALWAYS: Final = 100


class Histories:
    """Gives the candles of a range, each fetched from its exchange once."""

    def __init__(self, markets: Markets, store: CandleStore, files: OwnFiles, clock: Clock) -> None:
        self.store = store
        self.files = files
        self._markets = markets
        self._clock = clock
        self._turns: WeakValueDictionary[Series, asyncio.Lock] = WeakValueDictionary()

    async def get(
        self,
        symbol: Symbol,
        timeframe: Timeframe,
        start: datetime,
        end: datetime,
        lead: int = 0,
        exchange: str | None = None,
        dataset: str | None = None,
    ) -> History:
        """Return the candles that open at or after `start` and have closed by `end` and by now.

        Before them come `lead` more where the source has them. `exchange` is the market's name, `dataset`
        the name of a person's own file, which is read in its place. Raises InvalidBacktest for a range that
        makes no sense, MissingHistory for one the source does not have (`earliest` and `latest` in its
        details are what it has), UnknownExchange, UnknownSymbol, ExchangeUnavailable.
        """
        step = timeframe.seconds * 1000
        wanted = self._range(timeframe, start, end)
        if lead < 0:
            raise InvalidBacktest("a lead is a number of candles", lead=lead)
        total = (wanted.stop - wanted.start) // step + lead
        if total > MOST:
            raise InvalidBacktest(
                f"this range has {total:,} candles of {timeframe}, and at most {MOST:,} are read at once",
                candles=total,
                most=MOST,
            )
        if dataset is not None:
            return await self._of_file(dataset, symbol, timeframe, wanted, lead)
        venue = self._markets.venue(exchange)
        market = venue.market
        series = Series(market.exchange, market.source.value, symbol, timeframe, market.edition)
        await market.instrument(symbol)
        turn = self._turns.setdefault(series, asyncio.Lock())
        async with turn:
            found = await self._with_lead(venue, series, wanted, lead)
        kept = found.within(wanted)
        if not _whole(kept, wanted, step):
            raise await self._cannot(venue, series, wanted)
        return replace(_trimmed(series, found, wanted.start, lead), exchange=venue.name)

    def _range(self, timeframe: Timeframe, start: datetime, end: datetime) -> Span:
        """Return the grid of whole candles inside a range; raise InvalidBacktest where there is none."""
        now = self._clock.now()
        if start >= now:
            raise InvalidBacktest("the range lies in the future", start=iso(start), now=iso(now))
        if start >= end:
            raise InvalidBacktest("the range ends before it begins", start=iso(start), end=iso(end))
        step = timeframe.seconds * 1000
        first = max(-(-epoch_ms(start) // step), 0) * step
        stop = epoch_ms(min(end, now)) // step * step
        if first >= stop:
            raise InvalidBacktest(
                f"no candle of {timeframe} opens and closes inside this range", start=iso(start), end=iso(end)
            )
        return Span(first, stop)

    async def _with_lead(self, venue: Venue, series: Series, wanted: Span, lead: int) -> Columns:
        """Return a range and at least as many candles before it, further back where there are holes."""
        start, limit = wanted.start, max(wanted.stop - MOST * series.step, 0)
        found = await self._read(venue, series, wanted)
        for number in range(_LOOKS_BACK):
            short = lead - int(np.searchsorted(found.times, wanted.start))
            if short <= 0 or start <= limit:
                break
            start = max(start - (short << number) * series.step, limit)
            found = await self._read(venue, series, Span(start, wanted.stop))
        return found

    async def _read(self, venue: Venue, series: Series, span: Span) -> Columns:
        """Return what there is in a stretch of time, fetching what is not known yet."""
        known = await self.store.load(series, span)
        gaps = missing(span, known.covered)
        if not gaps:
            return known.columns
        now = epoch_ms(self._clock.now())
        for gap in gaps:
            await fetch(venue.market, self.store, series, gap, now)
        return (await self.store.load(series, span)).columns

    async def _cannot(self, venue: Venue, series: Series, wanted: Span) -> MissingHistory:
        """Return the refusal of a range, with what the market has instead."""
        ask, pair, length = venue.market.candles, series.symbol, series.timeframe
        settled = length.floor(self._clock.now())
        first = await ask(pair, length, as_moment(wanted.start), settled, 1)
        last = await ask(pair, length, None, settled, 1)
        if not first:
            first = last
        earliest = first[0].opened_at if first else None
        latest = last[-1].opened_at + length.span if last else None
        return _refusal(f"{venue.name} has", series, wanted, earliest, latest)

    async def _of_file(
        self, name: str, symbol: Symbol, timeframe: Timeframe, wanted: Span, lead: int
    ) -> History:
        columns = await self.files.read(name, timeframe)
        series = Series(name, FILE, symbol, timeframe)
        check(series, columns)
        kept = columns.within(wanted)
        if not _whole(kept, wanted, series.step):
            earliest = as_moment(int(columns.times[0])) if len(columns) else None
            latest = as_moment(int(columns.times[-1])) + timeframe.span if len(columns) else None
            raise _refusal(f"{name} has", series, wanted, earliest, latest)
        return _trimmed(series, columns.within(Span(0, wanted.stop)), wanted.start, lead)


def _whole(found: Columns, wanted: Span, step: int) -> bool:
    """Tell whether a range is there from one end to the other; holes in between are told as gaps."""
    if not len(found):
        return False
    length = wanted.stop - wanted.start
    edge = max(min(_EDGE, length // _EDGE_PART), length // _EDGE_ALWAYS, 2 * step)
    return int(found.times[0]) - wanted.start < edge and wanted.stop - int(found.times[-1]) - step < edge


def _trimmed(series: Series, found: Columns, start: int, lead: int) -> History:
    before = int(np.searchsorted(found.times, start))
    first = max(before - lead, 0)
    return history_of(series, found.pick(slice(first, None)), before - first)


def _refusal(
    who: str, series: Series, wanted: Span, earliest: datetime | None, latest: datetime | None
) -> MissingHistory:
    asked = f"{as_moment(wanted.start):%Y-%m-%d %H:%M} to {as_moment(wanted.stop):%Y-%m-%d %H:%M} UTC"
    of = f"candles of {series.symbol} in {series.timeframe}"
    if earliest is None or latest is None:
        return MissingHistory(f"{who} no {of}", earliest=None, latest=None)
    there = f"{earliest:%Y-%m-%d %H:%M} to {latest:%Y-%m-%d %H:%M} UTC"
    return MissingHistory(
        f"{who} {of} only from {there}, not all of {asked}", earliest=iso(earliest), latest=iso(latest)
    )
