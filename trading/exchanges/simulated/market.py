"""The simulated market behind the port for market data."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar

from trading.clock import Clock
from trading.errors import ExchangeUnavailable, UnknownSymbol
from trading.exchanges.simulated.bars import CLOSE, HIGH, LOW, OPEN, VOLUME, Bars, join
from trading.exchanges.simulated.book import Ladder, ladders
from trading.exchanges.simulated.deals import MINUTE_MS, PER_MINUTE, Deals
from trading.exchanges.simulated.listing import LISTINGS, VOLATILITY
from trading.exchanges.simulated.noise import Noise
from trading.exchanges.simulated.tape import Tape
from trading.exchanges.simulated.walk import MINUTES_A_DAY, Mood, Walk
from trading.model import Candle, Instrument, Level, OrderBook, PublicTrade, Side, Source, Ticker
from trading.moves import Move, moves_by_tickers
from trading.ports import MarketHealth
from trading.symbols import Symbol
from trading.timeframes import Timeframe

T = TypeVar("T")

# Chosen because from 2026-11-01 to 2027-01-31 it keeps BTC/USDT within 66,000..71,000 and ETH/USDT within
# 3,500..3,950, with the years around it as varied as a real market's.
DEFAULT_SEED: Final = 38
MOST: Final = 1_000_000

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_MINUTE: Final = timedelta(minutes=1)
# What takes more than a few milliseconds runs in a thread.
_SHORT_ANSWER: Final = 1000
_SHORT_STRETCH: Final = 3 * MINUTES_A_DAY


class SimulatedMarket:
    """Serves an endless, deterministic market: a pure function of the seed and the clock.

    It has traded since 1970 and never reveals what lies after the clock's now. Every answer is cut from the
    same trades: a candle is the fold of its trades, a longer one of its minutes, the last price that of the
    last trade, and the 24 hours of a ticker are the last 1440 candles of a minute, the forming one included.
    """

    source = Source.SIMULATED

    def __init__(self, clock: Clock, exchange: str = "simulated", seed: int = DEFAULT_SEED) -> None:
        self.exchange = exchange
        self.edition = f"seed{seed}"
        self._clock = clock
        mood = Mood(seed)
        walks = {name: Walk(seed, name, volatility) for name, volatility in VOLATILITY.items()}
        self._tapes = {symbol: Tape(seed, listing, walks, mood) for symbol, listing in LISTINGS.items()}
        self._book_noise = {symbol: Noise(seed, f"book/{symbol}") for symbol in LISTINGS}

    async def instruments(self) -> Mapping[Symbol, Instrument]:
        """Return the rules of every pair traded here."""
        return {symbol: listing.instrument for symbol, listing in LISTINGS.items()}

    async def instrument(self, symbol: Symbol) -> Instrument:
        """Return the rules of one pair; raise UnknownSymbol if it is not traded here."""
        return self._tape(symbol).listing.instrument

    async def ticker(self, symbol: Symbol) -> Ticker:
        """Return the market of this moment.

        The 24 hours begin with the minute 1439 minutes before the one that is forming and end now.
        Raises UnknownSymbol, and ExchangeUnavailable when the clock stands before 1970.
        """
        tape = self._tape(symbol)
        now = self._clock.now()
        now_ms = self._milliseconds(now)
        start = max(now_ms // MINUTE_MS - MINUTES_A_DAY + 1, 0)
        day = tape.up_to(start, now_ms).fold(MINUTES_A_DAY).rows[:, 0].tolist()
        bids, asks = self._ladders(tape, now_ms, 1)
        tick, step = tape.listing.instrument.tick, tape.listing.instrument.step
        return Ticker(
            symbol=symbol,
            bid=bids.prices[0] * tick,
            ask=asks.prices[0] * tick,
            last=day[CLOSE] * tick,
            high_24h=day[HIGH] * tick,
            low_24h=day[LOW] * tick,
            open_24h=day[OPEN] * tick,
            volume_24h=day[VOLUME] * step,
            at=now,
            source=self.source,
            exchange=self.exchange,
        )

    async def moves(self) -> Sequence[Move]:
        """Return how every pair has moved."""
        return await moves_by_tickers(self)

    async def order_book(self, symbol: Symbol, depth: int = 20) -> OrderBook:
        """Return up to `depth` levels of each side (1000 at most), as they rest since the last trade.

        Raises UnknownSymbol, ExchangeUnavailable before 1970, ValueError for a depth below 1.
        """
        tape = self._tape(symbol)
        if depth < 1:
            raise ValueError(f"a book of {depth} levels")
        now = self._clock.now()
        bids, asks = self._ladders(tape, self._milliseconds(now), depth)
        rules = tape.listing.instrument
        return OrderBook(
            symbol=symbol,
            bids=_levels(bids, rules),
            asks=_levels(asks, rules),
            at=now,
            source=self.source,
            exchange=self.exchange,
        )

    async def trades(
        self, symbol: Symbol, since: datetime | None = None, limit: int = 100
    ) -> Sequence[PublicTrade]:
        """Return trades up to now, oldest first: the first `limit` from `since` on, or without it the latest.

        Raises UnknownSymbol, ExchangeUnavailable before 1970, ValueError for a limit outside 1..1,000,000.
        """
        tape = self._tape(symbol)
        _check(limit)
        now_ms = self._milliseconds(self._clock.now())
        since_ms = None if since is None else max(_ceil(since, _MILLISECOND), 0)
        return await _run(limit > _SHORT_ANSWER, lambda: _trades(tape, since_ms, now_ms, limit))

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
        that has come, only those that closed by then; else the last one is as it stands now.
        Raises UnknownSymbol, ExchangeUnavailable before 1970, ValueError for a limit outside 1..1,000,000.
        """
        tape = self._tape(symbol)
        _check(limit)
        now = self._clock.now()
        now_ms = self._milliseconds(now)
        if until is None or until > now:
            stop = (now - _EPOCH) // timeframe.span + 1
        else:
            stop = (until - _EPOCH) // timeframe.span
        if since is None:
            start = max(stop - limit, 0)
        else:
            start = max(_ceil(since, timeframe.span), 0)
            stop = min(stop, start + limit)
        if start >= stop:
            return []
        minutes = timeframe.seconds // 60
        long = stop - start > _SHORT_ANSWER or (stop - start) * minutes > _SHORT_STRETCH
        return await _run(long, lambda: _candles(tape, minutes, start, stop, now_ms))

    async def health(self) -> MarketHealth:
        """Return that this market answers, as it always does."""
        return MarketHealth(self.exchange, self.source, connected=True, latency_ms=0.0)

    async def aclose(self) -> None:
        """Let go of nothing: there are no connections."""

    def _tape(self, symbol: Symbol) -> Tape:
        tape = self._tapes.get(symbol)
        if tape is None:
            raise UnknownSymbol(f"{self.exchange} does not trade {symbol}")
        return tape

    def _milliseconds(self, now: datetime) -> int:
        milliseconds = (now - _EPOCH) // _MILLISECOND
        if milliseconds < 0:
            raise ExchangeUnavailable(f"{self.exchange} opened in 1970")
        return milliseconds

    def _ladders(self, tape: Tape, now_ms: int, depth: int) -> tuple[Ladder, Ladder]:
        recent = tape.so_far(now_ms)
        last = len(recent) - 1
        return ladders(
            self._book_noise[tape.listing.instrument.symbol],
            recent.first_id + last,
            int(recent.prices[last]),
            bool(recent.buy[last]),
            tape.listing.daily_steps,
            depth,
        )


async def _run(long: bool, work: Callable[[], T]) -> T:
    return await asyncio.to_thread(work) if long else work()


def _check(limit: int) -> None:
    if not 1 <= limit <= MOST:
        raise ValueError(f"a limit of {limit}")


def _ceil(moment: datetime, span: timedelta) -> int:
    return -((_EPOCH - moment) // span)


def _levels(ladder: Ladder, rules: Instrument) -> tuple[Level, ...]:
    pairs = zip(ladder.prices, ladder.amounts, strict=True)
    return tuple(Level(price * rules.tick, amount * rules.step) for price, amount in pairs)


def _candles(tape: Tape, minutes: int, start: int, stop: int, now_ms: int) -> list[Candle]:
    """Return candles `start` up to before `stop`, counted in `minutes` each from the epoch."""
    whole = min(stop, now_ms // MINUTE_MS // minutes)
    parts = []
    if start < whole:
        parts.append(_whole(tape, minutes, start, whole))
    if whole < stop:
        parts.append(tape.up_to(whole * minutes, now_ms).fold(minutes))
    bars = join(parts)
    tick, step = tape.listing.instrument.tick, tape.listing.instrument.step
    span = minutes * _MINUTE
    return [
        Candle(_EPOCH + index * span, o * tick, h * tick, low * tick, c * tick, v * step)
        for index, (o, h, low, c, v) in enumerate(bars.rows.T.tolist(), start=start)
    ]


def _whole(tape: Tape, minutes: int, start: int, stop: int) -> Bars:
    if minutes < 60:
        return tape.minutes(start * minutes, stop * minutes).fold(minutes)
    hours = minutes // 60
    return tape.hours(start * hours, stop * hours).fold(hours)


def _trades(tape: Tape, since_ms: int | None, now_ms: int, limit: int) -> list[PublicTrade]:
    minute = now_ms // MINUTE_MS
    needed = limit // PER_MINUTE + 2
    first = max(minute - needed, 0) if since_ms is None else min(since_ms // MINUTE_MS, minute)
    found = tape.trades(first, min(first + needed, minute) + 1)
    after = 0 if since_ms is None else int(found.at_ms.searchsorted(since_ms))
    upto = int(found.at_ms.searchsorted(now_ms, side="right"))
    if since_ms is None:
        return _public(tape, found.part(max(upto - limit, 0), upto))
    return _public(tape, found.part(after, min(upto, after + limit)))


def _public(tape: Tape, found: Deals) -> list[PublicTrade]:
    tick, step = tape.listing.instrument.tick, tape.listing.instrument.step
    sides = (Side.SELL, Side.BUY)
    columns = (found.at_ms, found.prices, found.amounts, found.buy)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return [
        PublicTrade(
            id=str(found.first_id + place),
            price=price * tick,
            amount=amount * step,
            side=sides[buy],
            at=_EPOCH + at * _MILLISECOND,
        )
        for place, (at, price, amount, buy) in enumerate(rows)
    ]
