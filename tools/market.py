"""Market data: prices and candles."""

import asyncio
from datetime import timedelta
from typing import Annotated

from pydantic import Field

from tools.context import Context
from tools.policy import Surface
from tools.registry import capability
from tools.wire import CandleLength, Millis, NoParams, Num, Pair, Params, Result, percent
from trading.markets import Venue
from trading.model import Candle, Ticker
from trading.timeframes import Timeframe

A_MOMENT = timedelta(milliseconds=100)

EVERYWHERE = Surface.WIRE | Surface.CHAT | Surface.MODEL

Exchange = Annotated[str | None, Field(min_length=1, max_length=40, description="price source or venue")]


class OfPair(Params):
    """A pair, and whose market of it."""

    pair: Pair
    exchange: Exchange = None


class Quoted(Result):
    """What every answer about a market carries: which one, and where its figures come from."""

    pair: Pair
    exchange: str
    source: str


class PriceReport(Quoted):
    """The market of this moment; `change24h` in percent, volume in base units, turnover in quote."""

    price: Num
    bid: Num
    ask: Num
    last: Num
    open_24h: Num
    high_24h: Num
    low_24h: Num
    volume_24h: Num
    turnover_24h: Num
    change_24h: Num
    timestamp: Millis


def price_report(ticker: Ticker, venue: Venue) -> PriceReport:
    """Return a ticker in the words of the wire."""
    return PriceReport(
        pair=ticker.symbol,
        exchange=venue.name,
        source=ticker.source.value,
        price=ticker.last,
        bid=ticker.bid,
        ask=ticker.ask,
        last=ticker.last,
        open_24h=ticker.open_24h,
        high_24h=ticker.high_24h,
        low_24h=ticker.low_24h,
        volume_24h=ticker.volume_24h,
        turnover_24h=ticker.volume_24h * ticker.last,
        change_24h=percent(ticker.change_24h),
        timestamp=ticker.at,
    )


@capability("market.price", surfaces=EVERYWHERE, good_for=A_MOMENT)
async def price(ctx: Context, params: OfPair) -> PriceReport:
    """Return the current price of a pair with bid, ask and the last 24 hours."""
    venue = ctx.services.markets.venue(params.exchange)
    return price_report(await venue.market.ticker(params.pair), venue)


class OfPairs(Params):
    """Several pairs of one market."""

    pairs: Annotated[list[Pair], Field(min_length=1, max_length=50)]
    exchange: Exchange = None


class PriceReports(Result):
    """The markets of this moment, in the order they were asked for."""

    prices: list[PriceReport]


@capability("market.prices", surfaces=Surface.WIRE | Surface.MODEL, good_for=A_MOMENT)
async def prices(ctx: Context, params: OfPairs) -> PriceReports:
    """Return the current prices of several pairs, each with bid, ask and the last 24 hours."""
    venue = ctx.services.markets.venue(params.exchange)
    found = await asyncio.gather(*(venue.market.ticker(pair) for pair in params.pairs))
    return PriceReports(prices=[price_report(each, venue) for each in found])


class OfCandles(OfPair):
    """Which candles."""

    timeframe: CandleLength = Timeframe.H1
    limit: Annotated[int, Field(ge=1, le=1000)] = 100


class CandleRow(Result):
    """One candle; `timestamp` is when it opened, volume in base units."""

    timestamp: Millis
    open: Num
    high: Num
    low: Num
    close: Num
    volume: Num


class CandleReport(Quoted):
    """Candles, oldest first; the last one is still forming."""

    timeframe: Timeframe
    candles: list[CandleRow]


def _row(candle: Candle) -> CandleRow:
    return CandleRow(
        timestamp=candle.opened_at,
        open=candle.open,
        high=candle.high,
        low=candle.low,
        close=candle.close,
        volume=candle.volume,
    )


@capability("market.candles", surfaces=Surface.WIRE | Surface.MODEL)
async def candles(ctx: Context, params: OfCandles) -> CandleReport:
    """Return the latest candles of a pair, oldest first."""
    venue = ctx.services.markets.venue(params.exchange)
    found = await venue.market.candles(params.pair, params.timeframe, limit=params.limit)
    return CandleReport(
        pair=params.pair,
        exchange=venue.name,
        source=venue.market.source.value,
        timeframe=params.timeframe,
        candles=[_row(candle) for candle in found],
    )


class ExchangeRow(Result):
    """An exchange that can be named, and where what is asked of it comes from.

    It is `own` when its own prices are served, else those of the market that this service uses.
    """

    exchange: str
    served_by: str
    source: str
    own: bool


class ExchangeList(Result):
    """Every exchange that can be named, by name."""

    exchanges: list[ExchangeRow]


@capability("market.exchanges")
async def exchanges(ctx: Context, params: NoParams) -> ExchangeList:
    """List the exchanges that can be named, and whose prices each of them stands for."""
    markets = ctx.services.markets
    found = [markets.venue(name) for name in markets.names]
    return ExchangeList(
        exchanges=[
            ExchangeRow(
                exchange=each.name,
                served_by=each.market.exchange,
                source=each.market.source.value,
                own=each.name == each.market.exchange,
            )
            for each in found
        ]
    )
