"""The price sources of a service, by the names people give them, and a short memory before each."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

from trading.clock import Clock
from trading.errors import UnknownExchange
from trading.model import Candle, Instrument, OrderBook, PublicTrade, Source, Ticker
from trading.moves import Move
from trading.ports import MarketData, MarketHealth
from trading.symbols import Symbol
from trading.timeframes import Timeframe

T = TypeVar("T")

PAPER_NAMES = frozenset({"paper", "sim", "simulated", "default"})
"""Names for whatever market this service trades on paper."""

MOVES_LAST = timedelta(seconds=10)
"""How long it is remembered how every pair has moved: that is a large answer."""


@dataclass(frozen=True, slots=True)
class Venue:
    """A market under the name its caller used for it."""

    name: str
    market: MarketData


class Markets:
    """Finds the market behind an exchange name.

    A well-known exchange that is not configured is served by the default market: its name is echoed and every
    price says where it really comes from.
    """

    def __init__(
        self, default: MarketData, others: Mapping[str, MarketData] | None = None, known: Collection[str] = ()
    ) -> None:
        self._markets = {default.exchange: default, **(others or {})}
        self._known = frozenset(known) | PAPER_NAMES | frozenset(self._markets)
        self._default = Venue(default.exchange, default)

    @property
    def default(self) -> Venue:
        """The market that is meant when none is named."""
        return self._default

    @property
    def source(self) -> Source:
        """Where the default market's prices come from."""
        return self._default.market.source

    def venue(self, name: str | None = None) -> Venue:
        """Return the market behind an exchange name; raise UnknownExchange."""
        if name is None:
            return self._default
        key = name.strip().lower()
        if key not in self._known:
            raise UnknownExchange(
                f"there is no exchange {name[:40]!r} here; leave it out to use the default one"
            )
        return Venue(key, self._markets.get(key, self._default.market))

    @property
    def names(self) -> Sequence[str]:
        """Every name that an exchange can be called by here, in the order of the alphabet."""
        return sorted(self._known - PAPER_NAMES | frozenset(self._markets))

    async def health(self) -> Sequence[MarketHealth]:
        """Return how every configured market is."""
        return await asyncio.gather(*(market.health() for market in self._markets.values()))


@dataclass(slots=True)
class _Remembered:
    expires: datetime
    answer: asyncio.Future[Any]


class CachedMarket:
    """A market whose tickers, books and rules are remembered for a moment, and asked for once at a time."""

    def __init__(self, market: MarketData, clock: Clock, freshness: timedelta = timedelta(seconds=1)) -> None:
        self.exchange = market.exchange
        self.source = market.source
        self.edition = market.edition
        self._market = market
        self._clock = clock
        self._freshness = freshness
        self._memory: dict[Hashable, _Remembered] = {}

    async def instruments(self) -> Mapping[Symbol, Instrument]:
        """Return the rules of every pair traded here."""
        return await self._market.instruments()

    async def instrument(self, symbol: Symbol) -> Instrument:
        """Return the rules of one pair."""
        return await self._market.instrument(symbol)

    async def ticker(self, symbol: Symbol) -> Ticker:
        """Return a ticker that is at most as old as the freshness allows."""
        known = self._remembered(symbol)
        if known is not None and known.done():
            return cast(Ticker, known.result())
        return await self._once(symbol, lambda: self._market.ticker(symbol))

    async def moves(self) -> Sequence[Move]:
        """Return how every pair has moved, at most MOVES_LAST ago."""
        return await self._once("moves", self._market.moves, MOVES_LAST)

    async def order_book(self, symbol: Symbol, depth: int = 20) -> OrderBook:
        """Return a book that is at most as old as the freshness allows."""
        return await self._once((symbol, depth), lambda: self._market.order_book(symbol, depth))

    async def trades(
        self, symbol: Symbol, since: datetime | None = None, limit: int = 100
    ) -> Sequence[PublicTrade]:
        """Return trades as the market gives them."""
        return await self._market.trades(symbol, since, limit)

    async def candles(
        self,
        symbol: Symbol,
        timeframe: Timeframe,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 100,
    ) -> Sequence[Candle]:
        """Return candles as the market gives them."""
        return await self._market.candles(symbol, timeframe, since, until, limit)

    async def health(self) -> MarketHealth:
        """Return whether the market answers right now."""
        return await self._market.health()

    async def aclose(self) -> None:
        """Let go of connections."""
        await self._market.aclose()

    async def _once(
        self, key: Hashable, ask: Callable[[], Awaitable[T]], freshness: timedelta | None = None
    ) -> T:
        answer = self._remembered(key)
        if answer is None:
            expires = self._clock.now() + (freshness or self._freshness)
            answer = asyncio.ensure_future(ask())
            self._memory[key] = _Remembered(expires, answer)
        return cast(T, await asyncio.shield(answer))

    def _remembered(self, key: Hashable) -> asyncio.Future[Any] | None:
        known = self._memory.get(key)
        if known is None or known.expires <= self._clock.now():
            return None
        answer = known.answer
        # A failure is not remembered: the next one to ask tries again.
        return None if answer.done() and (answer.cancelled() or answer.exception()) else answer
