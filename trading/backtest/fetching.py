"""Fetching the candles of a gap from a market, page by page, and keeping each page that is sound."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import numpy as np

from trading.backtest.history import History, as_moment
from trading.backtest.stores import CandleStore, Columns, Series, Span, joined
from trading.clock import epoch_ms
from trading.errors import MissingHistory
from trading.indicators import Bars
from trading.model import Candle
from trading.ports import MarketData

PAGE = 1000
"""How many candles a market is asked for at once."""

# How many candles may be lost when the process dies in the middle of a long download.
_UNKEPT = 50_000
# An exchange may give a candle that has just closed a little later; until then its lack says nothing.
_SETTLES = timedelta(minutes=10) // timedelta(milliseconds=1)


async def fetch(market: MarketData, store: CandleStore, series: Series, gap: Span, now: int) -> None:
    """Fetch what opens inside a gap and keep it, with the market's holes.

    Raises what the market raises, and MissingHistory for unsound prices; the pages before are kept.
    """
    parts: list[Columns] = []
    start = stop = gap.start
    try:
        async for upto, page in _pages(market, series, gap, now):
            parts.append(page)
            stop = upto
            if sum(map(len, parts)) >= _UNKEPT:
                await store.keep(series, Span(start, stop), joined(parts))
                parts, start = [], stop
    finally:
        if stop > start:
            await store.keep(series, Span(start, stop), joined(parts))


async def _pages(
    market: MarketData, series: Series, gap: Span, now: int
) -> AsyncIterator[tuple[int, Columns]]:
    """Yield page after page, each with the moment up to which everything is known by now."""
    cursor, leaps = gap.start, True
    while cursor < gap.stop:
        upto = min(gap.stop, cursor + PAGE * series.step)
        page = columns_of(series, await _ask(market, series, Span(cursor, upto), PAGE))
        if not len(page) and leaps and upto < gap.stop:
            # An exchange that was not there yet tells in one answer when it began; another one is not
            # asked that again and again.
            first = columns_of(series, await _ask(market, series, Span(upto, gap.stop), 1))
            leaps = len(first) > 0
            upto = int(first.times[0]) if leaps else upto
        known = upto
        if upto == gap.stop:
            last = int(page.times[-1]) + series.step if len(page) else cursor
            known = min(upto, max(last, (now - _SETTLES) // series.step * series.step))
        if known > cursor:
            yield known, page
        cursor = upto


async def _ask(market: MarketData, series: Series, span: Span, limit: int) -> Sequence[Candle]:
    since, until = as_moment(span.start), as_moment(span.stop)
    found = await market.candles(series.symbol, series.timeframe, since, until, limit)
    return [each for each in found if since <= each.opened_at < until]


def columns_of(series: Series, candles: Sequence[Candle]) -> Columns:
    """Return candles as columns; raise MissingHistory for such as no figure can be trusted on."""
    times = np.array([epoch_ms(each.opened_at) for each in candles], np.int64)
    columns = Columns(times, Bars.of(candles))
    check(series, columns)
    return columns


def check(series: Series, columns: Columns) -> None:
    """Raise MissingHistory for candles that no figure can be trusted on."""
    history_of(series, columns)
    volume = columns.bars.volume
    bad = ~(np.isfinite(volume) & (volume >= 0))
    if bad.any():
        at = as_moment(int(columns.times[int(np.argmax(bad))])).isoformat()
        raise MissingHistory(f"the candle of {series.symbol} at {at} has no sound volume", at=at)


def history_of(series: Series, columns: Columns, lead: int = 0) -> History:
    """Return columns as a history; raise MissingHistory where they are not sound."""
    return History(
        series.symbol, series.timeframe, series.exchange, series.source, columns.times, columns.bars, lead
    )
