"""A market that does what its owner says: for tests and demonstrations."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from trading.clock import Clock
from trading.errors import ExchangeUnavailable, UnknownSymbol
from trading.model import (
    ZERO,
    Candle,
    Instrument,
    Level,
    OrderBook,
    PublicTrade,
    Side,
    Source,
    Ticker,
)
from trading.moves import Move, moves_by_tickers
from trading.ports import MarketHealth
from trading.symbols import Symbol, parse_symbol
from trading.timeframes import Timeframe


def instrument(
    pair: str = "BTC/USDT",
    *,
    tick: str = "0.01",
    step: str = "0.00001",
    min_amount: str = "0.00001",
    min_notional: str = "5",
    maker_fee: str = "0.001",
    taker_fee: str = "0.001",
) -> Instrument:
    """Return the rules of a pair, by default those that a large exchange has for bitcoin."""
    return Instrument(
        symbol=parse_symbol(pair),
        tick=Decimal(tick),
        step=Decimal(step),
        min_amount=Decimal(min_amount),
        min_notional=Decimal(min_notional),
        maker_fee=Decimal(maker_fee),
        taker_fee=Decimal(taker_fee),
    )


class ScriptedMarket:
    """A market whose trades and books are set by hand; ticker and candles follow from them.

    Every pair starts with one trade at its first price. The book stands one tick either side of the last
    trade unless `set_book` fixed it.
    """

    source = Source.SIMULATED
    edition = ""

    def __init__(
        self, clock: Clock, prices: Mapping[Instrument, Decimal | int | str], exchange: str = "scripted"
    ) -> None:
        self.exchange = exchange
        self._clock = clock
        self._instruments = {each.symbol: each for each in prices}
        self._trades: dict[Symbol, list[PublicTrade]] = {each.symbol: [] for each in prices}
        self._books: dict[Symbol, tuple[tuple[Level, ...], tuple[Level, ...]]] = {}
        self._reason: str | None = None
        self._candles: dict[tuple[Symbol, Timeframe], Sequence[Candle]] = {}
        self.candle_requests: list[tuple[datetime | None, datetime | None, int]] = []
        """Every question for candles: since, until, limit."""
        self.level_amount = Decimal(10)
        self.levels = 20
        for each, price in prices.items():
            self.trade(each.symbol, price)

    def trade(
        self,
        symbol: Symbol,
        price: Decimal | int | str,
        amount: Decimal | int | str = 1,
        side: Side = Side.BUY,
        at: datetime | None = None,
    ) -> None:
        """Let the market trade at a price, now or at an earlier moment after all other trades."""
        tape = self._trades[symbol]
        moment = at or self._clock.now()
        if tape and tape[-1].at > moment:
            raise ValueError("trades are set in order of time")
        tape.append(
            PublicTrade(f"{symbol.joined}-{len(tape)}", Decimal(price), Decimal(amount), side, moment)
        )

    def set_book(
        self,
        symbol: Symbol,
        bids: Iterable[tuple[Decimal | int | str, Decimal | int | str]],
        asks: Iterable[tuple[Decimal | int | str, Decimal | int | str]],
    ) -> None:
        """Fix what rests, best first on both sides, as (price, amount)."""
        self._books[symbol] = (_levels(bids), _levels(asks))

    def free_book(self, symbol: Symbol) -> None:
        """Let the book follow the last trade again."""
        self._books.pop(symbol, None)

    def set_candles(self, symbol: Symbol, timeframe: Timeframe, candles: Iterable[Candle]) -> None:
        """Fix the candles of one length, oldest first, whatever traded."""
        self._candles[symbol, timeframe] = tuple(candles)

    def fail(self, reason: str | None = "the market is down") -> None:
        """Answer nothing but ExchangeUnavailable from now on; with None, answer again."""
        self._reason = reason

    async def instruments(self) -> Mapping[Symbol, Instrument]:
        """Return the rules of every pair traded here."""
        self._answerable()
        return dict(self._instruments)

    async def instrument(self, symbol: Symbol) -> Instrument:
        """Return the rules of one pair."""
        self._answerable()
        if symbol not in self._instruments:
            raise UnknownSymbol(f"{symbol} is not traded on {self.exchange}")
        return self._instruments[symbol]

    async def ticker(self, symbol: Symbol) -> Ticker:
        """Return the market of this moment."""
        rules = await self.instrument(symbol)
        now = self._clock.now()
        past = self._past(symbol)
        day = [trade for trade in past if trade.at > now - timedelta(days=1)] or past[-1:]
        bids, asks = self._sides(symbol, 1)
        last = past[-1].price
        return Ticker(
            symbol=symbol,
            bid=bids[0].price if bids else last - rules.tick,
            ask=asks[0].price if asks else last + rules.tick,
            last=last,
            high_24h=max(trade.price for trade in day),
            low_24h=min(trade.price for trade in day),
            open_24h=day[0].price,
            volume_24h=sum((trade.amount for trade in day), ZERO),
            at=now,
            source=self.source,
            exchange=self.exchange,
        )

    async def moves(self) -> Sequence[Move]:
        """Return how every pair has moved."""
        return await moves_by_tickers(self)

    async def order_book(self, symbol: Symbol, depth: int = 20) -> OrderBook:
        """Return up to `depth` levels of each side."""
        await self.instrument(symbol)
        bids, asks = self._sides(symbol, depth)
        return OrderBook(symbol, bids, asks, self._clock.now(), self.source, self.exchange)

    async def trades(
        self, symbol: Symbol, since: datetime | None = None, limit: int = 100
    ) -> Sequence[PublicTrade]:
        """Return trades, oldest first: from `since` on, or without it the latest."""
        await self.instrument(symbol)
        past = self._past(symbol)
        if since is None:
            return past[-limit:]
        return [trade for trade in past if trade.at >= since][:limit]

    async def candles(
        self,
        symbol: Symbol,
        timeframe: Timeframe,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 100,
    ) -> Sequence[Candle]:
        """Return candles, oldest first; a bar without a trade stands at the close before it."""
        await self.instrument(symbol)
        self.candle_requests.append((since, until, limit))
        now = self._clock.now()
        fixed = self._candles.get((symbol, timeframe))
        if fixed is None:
            bars = _bars(self._past(symbol), timeframe, now)
        else:
            bars = [bar for bar in fixed if bar.opened_at <= now]
        end = min(until, now) if until is not None else now
        whole = [bar for bar in bars if until is None or bar.opened_at + timeframe.span <= end]
        if since is None:
            return whole[-limit:]
        return [bar for bar in whole if bar.opened_at >= since][:limit]

    async def health(self) -> MarketHealth:
        """Return whether this market answers right now."""
        return MarketHealth(self.exchange, self.source, self._reason is None, 0.0, self._reason)

    async def aclose(self) -> None:
        """Let go of nothing: there are no connections."""

    def _answerable(self) -> None:
        if self._reason is not None:
            raise ExchangeUnavailable(self._reason)

    def _past(self, symbol: Symbol) -> list[PublicTrade]:
        now = self._clock.now()
        return [trade for trade in self._trades[symbol] if trade.at <= now]

    def _sides(self, symbol: Symbol, depth: int) -> tuple[tuple[Level, ...], tuple[Level, ...]]:
        if symbol in self._books:
            bids, asks = self._books[symbol]
            return bids[:depth], asks[:depth]
        tick, last = self._instruments[symbol].tick, self._past(symbol)[-1].price
        distances = [tick * number for number in range(1, min(depth, self.levels) + 1)]
        bids = tuple(Level(last - each, self.level_amount) for each in distances if last > each)
        return bids, tuple(Level(last + each, self.level_amount) for each in distances)


def _levels(rows: Iterable[tuple[Decimal | int | str, Decimal | int | str]]) -> tuple[Level, ...]:
    return tuple(Level(Decimal(price), Decimal(amount)) for price, amount in rows)


def _bars(trades: Sequence[PublicTrade], timeframe: Timeframe, now: datetime) -> list[Candle]:
    inside: dict[datetime, list[PublicTrade]] = {}
    for trade in trades:
        inside.setdefault(timeframe.floor(trade.at), []).append(trade)
    bars: list[Candle] = []
    opened = timeframe.floor(trades[0].at)
    while opened <= now:
        bars.append(_bar(opened, inside.get(opened, ()), bars[-1].close if bars else trades[0].price))
        opened += timeframe.span
    return bars


def _bar(opened: datetime, trades: Sequence[PublicTrade], before: Decimal) -> Candle:
    prices = [trade.price for trade in trades] or [before]
    return Candle(
        opened_at=opened,
        open=prices[0],
        high=max(prices),
        low=min(prices),
        close=prices[-1],
        volume=sum((trade.amount for trade in trades), ZERO),
    )
