"""What a market did since it was last looked at, as moments in order of time."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from trading.matching import INSTANT
from trading.model import Candle, PublicTrade, Source
from trading.ports import MarketData
from trading.symbols import Symbol
from trading.timeframes import Timeframe

MINUTE = Timeframe.M1
RECENT = timedelta(minutes=2)
"""How far back trades are read one by one; what is older is read as 1-minute candles."""

LATE = timedelta(seconds=5)
"""How long after its own time a live trade may still turn up, clocks that differ included."""

WINDOW = 1_000
"""How many candles are read at once; a longer absence is worked through piece by piece."""

_PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Moment:
    """Trades of one instant, or one whole minute as a candle.

    `minute` restricts trades to whoever last looked in that minute: for all others its candle speaks. What is
    `whole` speaks from its first instant on, also for whoever came exactly then.
    """

    at: datetime
    trades: tuple[PublicTrade, ...] = ()
    candle: Candle | None = None
    minute: datetime | None = None
    whole: bool = False

    @property
    def end(self) -> datetime:
        """The last instant it speaks of."""
        return self.at if self.candle is None else self.at + MINUTE.span - INSTANT

    def is_news(self, since: datetime) -> bool:
        """Return whether it is for somebody who last looked at `since`."""
        came = since <= self.at if self.whole else since < self.at
        return came and (self.minute is None or MINUTE.floor(since) == self.minute)


@dataclass(frozen=True, slots=True)
class Tape:
    """The moments up to and including `until`; from `live` on the book of now is the book of the moment.

    Up to `seen` nothing is missing: what turns up late is read by the next look.
    """

    moments: Sequence[Moment]
    until: datetime
    live: datetime
    seen: datetime


ReadTape = Callable[[MarketData, Symbol, Sequence[datetime], datetime], Awaitable[Tape]]
"""Returns what happened to a pair after the moments up to which it has been seen, up to a last one."""


async def read_tape(market: MarketData, symbol: Symbol, seen: Sequence[datetime], until: datetime) -> Tape:
    """Return what happened to a pair after the moments up to which it has been seen, of which there is one.

    A long absence is cut to `WINDOW` minutes: the tape's `until` then says how far it goes.
    """
    live = until - RECENT
    border = MINUTE.floor(live)
    if min(seen) + INSTANT >= border:
        moments = await _trades(market, symbol, min(seen), until)
        return Tape(moments, until, live, _complete(market, moments, until))
    first = MINUTE.floor(min(seen))
    cut = border - first > WINDOW * MINUTE.span
    if cut:
        border = first + WINDOW * MINUTE.span
    moments = await _heads(market, symbol, [each for each in seen if each < border], live)
    moments += await _candles(market, symbol, first, border)
    if not cut:
        moments += await _trades(market, symbol, border - INSTANT, until)
    moments.sort(key=lambda each: each.at)
    end = border - INSTANT if cut else until
    return Tape(moments, end, live, end if cut else _complete(market, moments, end))


async def read_bars(market: MarketData, symbol: Symbol, seen: Sequence[datetime], until: datetime) -> Tape:
    """Return the whole minutes that opened since a pair was seen and had closed by `until`, as candles alone.

    The minute in which somebody came is not for them, unless they came when it opened. Raises
    ExchangeUnavailable for a market that does not have them.
    """
    border = MINUTE.floor(until)
    first = MINUTE.floor(min(seen))
    bars = await _candles(market, symbol, first, border) if first < border else []
    moments = [Moment(each.at, candle=each.candle, whole=True) for each in bars]
    return Tape(moments, until, until, border - INSTANT)


def _complete(market: MarketData, moments: Sequence[Moment], until: datetime) -> datetime:
    if market.source is not Source.LIVE:
        return until
    return max((until - LATE, *(moment.end for moment in moments[-1:])))


async def _heads(
    market: MarketData, symbol: Symbol, seen: Iterable[datetime], live: datetime
) -> list[Moment]:
    """Return the rest of each minute in the middle of which somebody last looked."""
    since: dict[datetime, datetime] = {}
    for moment in seen:
        minute = MINUTE.floor(moment)
        if MINUTE.floor(moment + INSTANT) == minute:
            since[minute] = min(moment, since.get(minute, moment))
    moments: list[Moment] = []
    for minute, start in since.items():
        moments += await _trades(market, symbol, start, minute + MINUTE.span - INSTANT, minute)
    return moments


async def _candles(market: MarketData, symbol: Symbol, start: datetime, end: datetime) -> list[Moment]:
    count = int((end - start) / MINUTE.span)
    found = await market.candles(symbol, MINUTE, since=start, until=end, limit=count)
    return [Moment(candle.opened_at, candle=candle) for candle in found if start <= candle.opened_at < end]


async def _trades(
    market: MarketData, symbol: Symbol, after: datetime, until: datetime, minute: datetime | None = None
) -> list[Moment]:
    found: dict[str, PublicTrade] = {}
    since = after
    while True:
        page = await market.trades(symbol, since=since, limit=_PAGE)
        fresh = [trade for trade in page if trade.id not in found]
        found.update((trade.id, trade) for trade in fresh)
        if len(page) < _PAGE or not fresh or page[-1].at > until:
            break
        since = page[-1].at
    inside = sorted((t for t in found.values() if after < t.at <= until), key=lambda trade: trade.at)
    return [
        Moment(at, tuple(same), minute=minute) for at, same in groupby(inside, key=lambda trade: trade.at)
    ]
