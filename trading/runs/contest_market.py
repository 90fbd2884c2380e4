"""The market of a contest as its desk sees it: that of one cycle, at the moment of that cycle."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from trading.errors import ExchangeUnavailable, UnknownSymbol, UnsupportedTimeframe
from trading.model import Candle, Instrument, OrderBook, PublicTrade, Source, Ticker
from trading.moves import Move, moves_by_tickers
from trading.ports import MarketHealth
from trading.runs.cycle_market import CycleMarket
from trading.symbols import Symbol
from trading.timeframes import Timeframe


class CycleClock:
    """A clock that stands at the moment of a cycle until it is set to that of a later one."""

    def __init__(self, start: datetime) -> None:
        self._now = start
        self._later = asyncio.Condition()

    def now(self) -> datetime:
        """Return the moment of the cycle."""
        return self._now

    async def set(self, moment: datetime) -> None:
        """Go on to a moment; ValueError for one that is past."""
        if moment < self._now:
            raise ValueError(f"it is {self._now} here, and {moment} is past")
        self._now = moment
        async with self._later:
            self._later.notify_all()

    async def sleep(self, seconds: float) -> None:
        """Return once a cycle has come that is at least so much later."""
        end = self._now + timedelta(seconds=seconds)
        async with self._later:
            await self._later.wait_for(lambda: self._now >= end)


class ContestMarket:
    """The market of a cycle under the name of its contest.

    A pair costs what its quote says; nobody knows what rests behind that. A pair without one is silent, and
    so are all of them before the first cycle.
    """

    source = Source.REPLAY
    edition = ""

    def __init__(self, exchange: str, instruments: Mapping[Symbol, Instrument]) -> None:
        self.exchange = exchange
        self._instruments = instruments
        self._market: CycleMarket | None = None

    def show(self, market: CycleMarket) -> None:
        """Make this the market of now."""
        self._market = market

    async def instruments(self) -> Mapping[Symbol, Instrument]:
        """Return the rules of every pair of the contest, as they were when it began."""
        return self._instruments

    async def instrument(self, symbol: Symbol) -> Instrument:
        """Return the rules of one pair."""
        if symbol not in self._instruments:
            raise UnknownSymbol(f"{symbol} is not traded in {self.exchange}")
        return self._instruments[symbol]

    async def ticker(self, symbol: Symbol) -> Ticker:
        """Return the quote of a pair, dated to the cycle."""
        market = await self._of(symbol)
        quote, seen = market.quotes[symbol], market.snapshot.of(symbol)
        change = None if seen is None else seen.change_24h
        return Ticker(
            symbol=symbol,
            bid=quote.bid,
            ask=quote.ask,
            last=quote.last,
            high_24h=quote.last if seen is None else seen.high_24h,
            low_24h=quote.last if seen is None else seen.low_24h,
            open_24h=quote.last if seen is None or change is None else seen.price / (1 + change),
            volume_24h=quote.last * 0 if seen is None else seen.volume_24h,
            at=market.at,
            source=self.source,
            exchange=self.exchange,
        )

    async def moves(self) -> Sequence[Move]:
        """Return how every pair has moved."""
        return await moves_by_tickers(self)

    async def order_book(self, symbol: Symbol, depth: int = 20) -> OrderBook:
        """Return a book in which nothing rests: a market order takes the quote."""
        market = await self._of(symbol)
        return OrderBook(symbol, (), (), market.at, self.source, self.exchange)

    async def trades(
        self, symbol: Symbol, since: datetime | None = None, limit: int = 100
    ) -> Sequence[PublicTrade]:
        """Return nothing: what traded is known by the minute."""
        await self._of(symbol)
        return ()

    async def candles(
        self,
        symbol: Symbol,
        timeframe: Timeframe,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 100,
    ) -> Sequence[Candle]:
        """Return the minutes since the cycle before; there are no other candles."""
        market = await self._of(symbol)
        if timeframe is not Timeframe.M1:
            raise UnsupportedTimeframe(f"{self.exchange} has minutes alone, not {timeframe}")
        inside = [
            each
            for each in market.bars.get(symbol, ())
            if (since is None or each.opened_at >= since) and (until is None or each.opened_at < until)
        ]
        return inside[-limit:] if since is None else inside[:limit]

    async def health(self) -> MarketHealth:
        """Return whether there is a market: there is one from the first cycle on."""
        return MarketHealth(self.exchange, self.source, self._market is not None, 0.0)

    async def aclose(self) -> None:
        """Let go of nothing: there are no connections."""

    async def _of(self, symbol: Symbol) -> CycleMarket:
        """Return the market of the cycle, in which this pair has a price."""
        await self.instrument(symbol)
        if self._market is None or symbol not in self._market.quotes:
            raise ExchangeUnavailable(f"there is no price of {symbol} in this cycle of {self.exchange}")
        return self._market
