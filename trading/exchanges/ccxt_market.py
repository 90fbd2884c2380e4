"""Public market data of any exchange that ccxt knows."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from types import TracebackType
from typing import Final, NamedTuple, Self

from trading.clock import Clock, epoch_ms
from trading.errors import ExchangeUnavailable, UnknownSymbol
from trading.exchanges import ccxt_reading as reading
from trading.exchanges.ccxt_client import CcxtClient
from trading.exchanges.ccxt_paging import (
    EPOCH,
    ceiling,
    first_candles,
    first_trades,
    last_candles,
    merged,
    part_of,
)
from trading.model import ZERO, Candle, Instrument, OrderBook, PublicTrade, Source, Ticker
from trading.moves import Move
from trading.ports import MarketHealth
from trading.symbols import Symbol
from trading.timeframes import Timeframe

# Exchanges whose ticker opens at midnight UTC, not 24 hours ago.
_OPEN_AT_MIDNIGHT: Final = frozenset({"kraken", "bitstamp"})

# Exchanges that answer only for certain depths of a book.
_DEPTHS: Final[Mapping[str, tuple[int, ...]]] = {
    "bitfinex": (1, 25, 100, 250),
    "htx": (5, 10, 20, 150),
    "kucoin": (20, 100),
}

_USUAL_PAGE: Final = 200
_DAY: Final = timedelta(days=1)
_DAY_LASTS: Final = timedelta(minutes=1)


class _Day(NamedTuple):
    open: Decimal
    high: Decimal
    low: Decimal
    volume: Decimal


class CcxtMarket:
    """Live prices of one exchange; its spot pairs and their rules are read once and kept.

    Each answer is checked: what is missing, negative, not a number or crossed raises ExchangeUnavailable.
    A candle length that the exchange lacks is made of a shorter one, or raises UnsupportedTimeframe. Where an
    exchange leaves out candles in which nothing traded, so does this. `urls`, `timeout` and `pause` are those
    of `CcxtClient`; raises UnknownExchange.
    """

    source = Source.LIVE
    edition = ""

    def __init__(
        self,
        exchange: str,
        clock: Clock,
        urls: Mapping[str, str] | None = None,
        timeout: float = 10.0,
        pause: float | None = None,
    ) -> None:
        self.exchange = exchange
        self._clock = clock
        self._client = CcxtClient(exchange, urls, timeout, pause)
        self._instruments: Mapping[Symbol, Instrument] = {}
        self._reading: asyncio.Future[Mapping[Symbol, Instrument]] | None = None
        self._days: dict[Symbol, tuple[datetime, _Day]] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections; every later question raises ExchangeUnavailable."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait([self._reading])
        await self._client.aclose()

    async def instruments(self) -> Mapping[Symbol, Instrument]:
        """Return the rules of every spot pair that is open for trading."""
        if not self._instruments:
            if self._reading is None or self._reading.done():
                self._reading = asyncio.ensure_future(self._read_instruments())
            self._instruments = await self._shared(self._reading)
        return self._instruments

    async def instrument(self, symbol: Symbol) -> Instrument:
        """Return the rules of one pair."""
        found = (await self.instruments()).get(symbol)
        if found is None:
            raise UnknownSymbol(f"{self.exchange} does not trade {symbol}")
        return found

    async def ticker(self, symbol: Symbol) -> Ticker:
        """Return the market of this moment.

        An exchange that gives no bid or ask is asked for its book, one without 24-hour figures for candles.
        """
        instrument = await self.instrument(symbol)
        quote = reading.quote(await self._client.ask("fetch_ticker", str(symbol)), instrument)
        bid, ask = quote.bid, quote.ask
        if bid is None or ask is None:
            book = await self.order_book(symbol, 5)
            bid, ask = book.bids[0].price, book.asks[0].price
        day = await self._day(symbol, quote)
        if bid > ask or day.low > day.high:
            raise ExchangeUnavailable(f"{self.exchange} gave a crossed ticker for {symbol}")
        return Ticker(
            symbol=symbol,
            bid=bid,
            ask=ask,
            last=quote.last,
            high_24h=day.high,
            low_24h=day.low,
            open_24h=day.open,
            volume_24h=day.volume,
            at=quote.at or self._clock.now(),
            source=self.source,
            exchange=self.exchange,
        )

    async def moves(self) -> Sequence[Move]:
        """Return how every pair has moved that the exchange tells of in its one answer about all."""
        instruments = await self.instruments()
        answer = await self._client.aside("fetch_tickers")
        now = self._clock.now()
        since = Timeframe.D1.floor(now) if self.exchange in _OPEN_AT_MIDNIGHT else now - _DAY
        return await asyncio.to_thread(reading.moves, answer, instruments, since, now)

    async def order_book(self, symbol: Symbol, depth: int = 20) -> OrderBook:
        """Return up to `depth` levels of each side."""
        instrument = await self.instrument(symbol)
        offered = _DEPTHS.get(self.exchange, (depth,))
        asked = min((size for size in offered if size >= depth), default=offered[-1])
        raw = await self._client.ask("fetch_order_book", str(symbol), asked)
        bids, asks = reading.levels(raw, instrument, depth)
        at = raw.get("timestamp")
        return OrderBook(
            symbol=symbol,
            bids=bids,
            asks=asks,
            at=self._clock.now() if at is None else reading.moment(at),
            source=self.source,
            exchange=self.exchange,
        )

    async def trades(
        self, symbol: Symbol, since: datetime | None = None, limit: int = 100
    ) -> Sequence[PublicTrade]:
        """Return trades, oldest first: the first `limit` from `since` on, or without it the latest."""
        instrument = await self.instrument(symbol)

        async def page(start: datetime | None, count: int) -> Sequence[PublicTrade]:
            from_ms = None if start is None else epoch_ms(start)
            return reading.trades(
                await self._client.ask("fetch_trades", str(symbol), from_ms, count), instrument
            )

        if limit < 1:
            return []
        if since is None:
            return (await page(None, limit))[-limit:]
        return await first_trades(page, since, self._clock.now(), limit)

    async def candles(
        self,
        symbol: Symbol,
        timeframe: Timeframe,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 100,
    ) -> Sequence[Candle]:
        """Return candles, oldest first.

        With `since` the first `limit` that open at or after it, without it the last `limit`. With an `until`
        that has come, only those that closed by then; else the last one is as it stands now. What the
        exchange has forgotten (Kraken keeps 720 candles of each length) is not there.
        """
        instrument = await self.instrument(symbol)
        exchange = await self._client.exchange()
        part = part_of(timeframe, exchange.timeframes or ())
        size = exchange.feature_value_by_type("spot", None, "fetchOHLCV", "limit", None) or _USUAL_PAGE

        async def page(start: datetime, count: int) -> Sequence[Candle]:
            answer = await self._client.ask("fetch_ohlcv", str(symbol), part.value, epoch_ms(start), count)
            return reading.candles(answer, instrument)

        now = self._clock.now()
        forming = until is None or until > now
        stop = timeframe.floor(now) + timeframe.span if forming else timeframe.floor(until or now)
        count = limit * (timeframe.seconds // part.seconds)
        if since is None:
            parts = await last_candles(page, part.span, stop, count, size)
        else:
            start = ceiling(timeframe, max(since, EPOCH))
            parts = await first_candles(page, part.span, start, stop, count, size)
        found = parts if part is timeframe else merged(parts, timeframe)
        return found[:limit] if since is not None else found[-limit:]

    async def health(self) -> MarketHealth:
        """Return whether this market answers right now, and how long it took."""
        time = asyncio.get_running_loop().time
        try:
            has = (await self._client.exchange()).has
            started = time()
            await self._probe(has)
        except ExchangeUnavailable as error:
            return MarketHealth(self.exchange, self.source, False, None, str(error))
        return MarketHealth(self.exchange, self.source, True, (time() - started) * 1000)

    async def _probe(self, has: Mapping[str, object]) -> None:
        if has.get("fetchTime") is True:
            reading.moment(await self._client.ask("fetch_time"))
        elif has.get("fetchStatus") is True:
            status = await self._client.ask("fetch_status")
            if status.get("status") != "ok":
                raise ExchangeUnavailable(f"{self.exchange} is under maintenance")
        else:
            await self.order_book(next(iter(await self.instruments())), 5)

    async def _shared(
        self, wanted: asyncio.Future[Mapping[Symbol, Instrument]]
    ) -> Mapping[Symbol, Instrument]:
        """Wait for what others wait for too: one who gives up does not take it from them."""
        try:
            return await asyncio.shield(wanted)
        except asyncio.CancelledError:
            if wanted.cancelled():
                raise ExchangeUnavailable(f"{self.exchange} has been closed") from None
            raise

    async def _read_instruments(self) -> Mapping[Symbol, Instrument]:
        found = await asyncio.to_thread(reading.instruments, *await self._client.listing())
        if not found:
            raise ExchangeUnavailable(f"{self.exchange} named no spot pair")
        return found

    async def _day(self, symbol: Symbol, quote: reading.Quote) -> _Day:
        opened = None if self.exchange in _OPEN_AT_MIDNIGHT else quote.open
        given = (opened, quote.high, quote.low, quote.volume)
        if None not in given:
            return _Day(*(figure for figure in given if figure is not None))
        summed = await self._summed_day(symbol, quote.last)
        return _Day(*(b if a is None else a for a, b in zip(given, summed, strict=True)))

    async def _summed_day(self, symbol: Symbol, last: Decimal) -> _Day:
        """Return the last 24 hours out of candles: to a quarter of an hour, at most a minute old."""
        now = self._clock.now()
        known = self._days.get(symbol)
        if known is None or now - known[0] >= _DAY_LASTS:
            since = Timeframe.M15.floor(now - _DAY)
            day = _sum_up(await self.candles(symbol, Timeframe.M15, since, limit=97), last)
            known = self._days[symbol] = now, day
        return known[1]


def _sum_up(candles: Sequence[Candle], last: Decimal) -> _Day:
    """Return the day of these candles; one without a trade stands where it stood."""
    if not candles:
        return _Day(last, last, last, ZERO)
    return _Day(
        candles[0].open,
        max(candle.high for candle in candles),
        min(candle.low for candle in candles),
        sum((candle.volume for candle in candles), ZERO),
    )
