"""Freezing the market of a cycle: what every run of a contest sees and trades at, and nothing later."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from trading.errors import TradingError
from trading.model import Candle, Mode, Ticker
from trading.ports import MarketData
from trading.risk.proposal import OLDEST_PRICE
from trading.runs.cycle_market import CycleMarket, Quote
from trading.runs.snapshot import DAY, LOOKBACK, is_sound, snapshot
from trading.symbols import Symbol
from trading.timeframes import Timeframe

AHEAD = timedelta(seconds=5)
"""How far the clock of an exchange may go before ours."""

PAGE = 1_000
MINUTE = Timeframe.M1


class _Unsound(Exception):
    """End the look at a pair whose market tells what cannot be so."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a market told of one pair."""

    candles: Sequence[Candle]
    quote: Quote
    bars: Sequence[Candle]


async def freeze(
    market: MarketData,
    symbols: Sequence[Symbol],
    timeframe: Timeframe,
    at: datetime,
    before: CycleMarket | None,
    now: datetime,
) -> tuple[CycleMarket, Mapping[Symbol, Sequence[Candle]]]:
    """Return the market at a moment, and the closed candles of each pair that has a price in it.

    `before` is that of the cycle before, None for the first one, and `now` the time, at or soon after `at`.
    A pair of which candles, price or minutes cannot be had, are no prices, are too old or lie in the future
    is unpriced and keeps no other from being priced; the next cycle makes up for its minutes.
    """
    since = {} if before is None else before.until
    looks = [_look(market, each, timeframe, at, since.get(each), now) for each in symbols]
    found = dict(zip(symbols, await asyncio.gather(*looks), strict=True))
    seen = snapshot(
        at, timeframe, {each: () if look is None else look.candles for each, look in found.items()}
    )
    priced = {each: look for each, look in found.items() if look is not None and seen.of(each) is not None}
    fresh = {symbol: look.quote.last for symbol, look in priced.items()}
    border = MINUTE.floor(at)
    frozen = CycleMarket(
        snapshot=seen,
        quotes={symbol: look.quote for symbol, look in priced.items()},
        marks={**({} if before is None else before.marks), **fresh},
        bars={symbol: tuple(look.bars) for symbol, look in priced.items()},
        until={**since, **dict.fromkeys(priced, border)},
    )
    return frozen, {symbol: tuple(look.candles) for symbol, look in priced.items()}


async def history(
    market: MarketData, symbols: Sequence[Symbol], timeframe: Timeframe, at: datetime
) -> Mapping[Symbol, Sequence[Candle]]:
    """Return the closed candles of each pair at a moment, without those whose market does not tell them."""
    found = await asyncio.gather(*(_known(market, each, timeframe, at) for each in symbols))
    return {symbol: rows for symbol, rows in zip(symbols, found, strict=True) if rows}


async def _known(market: MarketData, symbol: Symbol, timeframe: Timeframe, at: datetime) -> Sequence[Candle]:
    try:
        return tuple(await _candles(market, symbol, timeframe, at))
    except (TradingError, _Unsound):
        return ()


async def _look(
    market: MarketData,
    symbol: Symbol,
    timeframe: Timeframe,
    at: datetime,
    since: datetime | None,
    now: datetime,
) -> _Seen | None:
    try:
        candles, ticker, bars = await asyncio.gather(
            _candles(market, symbol, timeframe, at), market.ticker(symbol), _bars(market, symbol, since, at)
        )
        return _Seen(candles, _quote(ticker, at, now), bars)
    except (TradingError, _Unsound):
        return None


async def _candles(
    market: MarketData, symbol: Symbol, timeframe: Timeframe, at: datetime
) -> Sequence[Candle]:
    """Return the newest candles that had closed by a moment, as many as anything is reckoned from."""
    # One more than a day has tells what the price was before it, and another may still be forming.
    most = max(LOOKBACK, DAY // timeframe.span + 1) + 1
    found = await market.candles(symbol, timeframe, until=at, limit=most)
    if any(each.opened_at >= at for each in found):
        raise _Unsound
    return [each for each in found if each.opened_at + timeframe.span <= at]


def _quote(ticker: Ticker, at: datetime, now: datetime) -> Quote:
    prices = (ticker.bid, ticker.ask, ticker.last)
    sound = all(each.is_finite() and each > 0 for each in prices) and ticker.bid <= ticker.ask
    if not sound or not at - OLDEST_PRICE[Mode.CONTEST] <= ticker.at <= now + AHEAD:
        raise _Unsound
    return Quote(*prices)


async def _bars(market: MarketData, symbol: Symbol, since: datetime | None, at: datetime) -> Sequence[Candle]:
    """Return every minute from `since` up to the last one that had closed by `at`; none without it."""
    border = MINUTE.floor(at)
    bars: list[Candle] = []
    opens = border if since is None else since
    while opens < border:
        count = min(int((border - opens) / MINUTE.span), PAGE)
        found = await market.candles(symbol, MINUTE, since=opens, until=border, limit=count)
        expected = [opens + MINUTE.span * number for number in range(count)]
        if [each.opened_at for each in found] != expected or not is_sound(found):
            raise _Unsound
        bars += found
        opens += MINUTE.span * count
    return bars
