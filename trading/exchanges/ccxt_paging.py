"""Candles and trades beyond what an exchange gives in one answer, and candle lengths it does not have."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Final

from trading.errors import UnsupportedTimeframe
from trading.model import Candle, PublicTrade
from trading.timeframes import Timeframe

CandlePage = Callable[[datetime, int], Awaitable[Sequence[Candle]]]
"""Asks for so many candles from a moment on; an exchange may give fewer, or only younger ones."""

TradePage = Callable[[datetime, int], Awaitable[Sequence[PublicTrade]]]
"""Asks for so many trades from a moment on."""

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

# A hole in the data that is longer than so many pages is taken for its end.
_EMPTY_PAGES: Final = 50
# How often to look further back when an exchange leaves out candles in which nothing traded.
_LOOKS_BACK: Final = 5
# Exchanges that take a window for trades take one of an hour at most.
_TRADE_WINDOW: Final = timedelta(hours=1)
_TRADE_PAGE: Final = 1000
# No exchange cuts an answer that is shorter than this.
_SHORTEST_PAGE: Final = 50


def part_of(timeframe: Timeframe, offered: Collection[str]) -> Timeframe:
    """Return the longest offered timeframe of which this one can be made; raise UnsupportedTimeframe."""
    parts = [part for part in Timeframe if part.value in offered and not timeframe.seconds % part.seconds]
    if not parts:
        raise UnsupportedTimeframe(f"there are no candles of {timeframe}; there are {', '.join(offered)}")
    return max(parts, key=lambda part: part.seconds)


def ceiling(timeframe: Timeframe, moment: datetime) -> datetime:
    """Return when the first candle opens that does not open before `moment`."""
    opened_at = timeframe.floor(moment)
    return opened_at if opened_at == moment else opened_at + timeframe.span


async def first_candles(
    page: CandlePage, span: timedelta, start: datetime, stop: datetime, limit: int, size: int
) -> list[Candle]:
    """Return the first `limit` candles from `start` on that open before `stop`, `size` to a page."""
    found: list[Candle] = []
    cursor, empty = start, 0
    while len(found) < limit and cursor < stop and empty < _EMPTY_PAGES:
        count = size if empty else min(limit - len(found), size)
        answer = await page(cursor, count)
        fresh = [candle for candle in answer if cursor <= candle.opened_at < stop]
        found += fresh
        if not fresh and answer and answer[-1].opened_at >= stop:
            break
        cursor = fresh[-1].opened_at + span if fresh else cursor + count * span
        empty = 0 if fresh else empty + 1
    return found[:limit]


async def last_candles(
    page: CandlePage, span: timedelta, stop: datetime, limit: int, size: int
) -> list[Candle]:
    """Return the last `limit` candles that open before `stop`, `size` to a page."""
    start = max(stop - limit * span, EPOCH)
    found = await first_candles(page, span, start, stop, limit, size)
    for _ in range(_LOOKS_BACK):
        if len(found) >= limit or start <= EPOCH:
            break
        end, start = start, max(start - size * span, EPOCH)
        older = await first_candles(page, span, start, end, size, size)
        if not older:
            break
        found = older + found
    return found[-limit:]


def merged(candles: Sequence[Candle], timeframe: Timeframe) -> list[Candle]:
    """Return longer candles made of shorter ones. The first is left out when its beginning is missing."""
    whole: list[Candle] = []
    for opened_at, group in groupby(candles, key=lambda candle: timeframe.floor(candle.opened_at)):
        parts = list(group)
        if whole or parts[0].opened_at == opened_at:
            whole.append(_joined(opened_at, parts))
    return whole


async def first_trades(page: TradePage, since: datetime, now: datetime, limit: int) -> list[PublicTrade]:
    """Return the first `limit` trades from `since` on."""
    found: dict[str, PublicTrade] = {}
    cursor = since
    while len(found) < limit and cursor <= now:
        answer = [trade for trade in await page(cursor, _TRADE_PAGE) if trade.at >= cursor]
        known = len(found)
        found.update((trade.id, trade) for trade in answer)
        if len(answer) < _SHORTEST_PAGE:
            cursor += _TRADE_WINDOW
        elif len(found) > known and answer[-1].at > cursor:
            # The page may have been cut within a millisecond.
            cursor = answer[-1].at
        else:
            cursor = answer[-1].at + timedelta(milliseconds=1)
    return list(found.values())[:limit]


def _joined(opened_at: datetime, parts: Sequence[Candle]) -> Candle:
    return Candle(
        opened_at,
        parts[0].open,
        max(part.high for part in parts),
        min(part.low for part in parts),
        parts[-1].close,
        sum((part.volume for part in parts[1:]), parts[0].volume),
    )
