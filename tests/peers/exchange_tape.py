"""What happens on an exchange on loopback: a pure function of time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from trading.clock import epoch_ms, from_epoch_ms
from trading.model import Candle, PublicTrade, Side

MINUTE_MS = 60_000
BURST_MS = 20_000


@dataclass(frozen=True, slots=True)
class Pair:
    """A pair as this exchange trades it."""

    base: str
    quote: str
    middle: Decimal
    tick: Decimal = Decimal("0.01")
    step: Decimal = Decimal("0.0001")
    min_notional: Decimal = Decimal(5)
    status: str = "TRADING"
    kraken: str = ""

    @property
    def name(self) -> str:
        """The spelling of Binance."""
        return self.base + self.quote


@dataclass(slots=True)
class Tape:
    """What happens on a pair, from `listed` on, except in the hours of silence; `fixed` stops its price."""

    pair: Pair
    listed: datetime
    silence: tuple[datetime, datetime] | None = None
    fixed: Decimal | None = None

    def price(self, minute: int) -> Decimal:
        """Return the price at the beginning of a minute."""
        if self.fixed is not None:
            return self.fixed
        return self.pair.middle + self.pair.tick * (minute * 7919 % 2003 - 1001 + minute // 1440 % 50)

    def volume(self, minute: int) -> Decimal:
        """Return what trades in a minute."""
        return self.pair.step * (minute % 17 + 1)

    def silent(self, at_ms: int) -> bool:
        """Return whether nothing is heard of this moment."""
        if at_ms < epoch_ms(self.listed):
            return True
        return self.silence is not None and self.silence[0] <= from_epoch_ms(at_ms) < self.silence[1]

    def candle(self, opened_at: datetime, minutes: int, now: datetime) -> Candle | None:
        """Return what one candle holds by now, None when nothing traded in it."""
        first = epoch_ms(max(opened_at, self.listed)) // MINUTE_MS
        last = epoch_ms(min(opened_at + timedelta(minutes=minutes - 1), now)) // MINUTE_MS
        heard = [n for n in range(first, last + 1) if not self.silent(n * MINUTE_MS)]
        if not heard:
            return None
        prices = [self.price(n) for n in heard] + [self.price(n + 1) for n in heard]
        return Candle(
            opened_at,
            self.price(heard[0]),
            max(prices) + self.pair.tick,
            min(prices) - self.pair.tick,
            self.price(heard[-1] + 1),
            sum((self.volume(n) for n in heard), Decimal(0)),
        )

    def candles(
        self, first: datetime, last: datetime, minutes: int, most: int, now: datetime
    ) -> list[Candle]:
        """Return candles that open from `first` to `last`, both included, oldest first, as of `now`."""
        span = timedelta(minutes=minutes)
        opened_at = from_epoch_ms(-(-epoch_ms(first) // (minutes * MINUTE_MS)) * minutes * MINUTE_MS)
        found: list[Candle] = []
        while opened_at <= min(last, now) and len(found) < most:
            if candle := self.candle(opened_at, minutes, now):
                found.append(candle)
            opened_at += span
        return found

    def trade(self, number: int) -> PublicTrade:
        """Return the trade of a number; three share each moment."""
        at_ms = number // 3 * BURST_MS
        price = self.price(at_ms // MINUTE_MS) + self.pair.tick * (number % 3)
        amount = self.pair.step * (number % 11 + 1)
        side = Side.BUY if number % 2 else Side.SELL
        return PublicTrade(str(number), price, amount, side, from_epoch_ms(at_ms))

    def trades(self, first_ms: int, last_ms: int, most: int) -> list[PublicTrade]:
        """Return the first trades from one moment to another, both included."""
        start = max(first_ms, epoch_ms(self.listed))
        found: list[PublicTrade] = []
        burst = -(-start // BURST_MS)
        while burst * BURST_MS <= last_ms and len(found) < most:
            if not self.silent(burst * BURST_MS):
                found += [self.trade(burst * 3 + n) for n in range(3)]
            burst += 1
        return found[:most]

    def book(self, at_ms: int, depth: int) -> tuple[list[list[str]], list[list[str]]]:
        """Return bids and asks of a moment, best first."""
        price = self.price(at_ms // MINUTE_MS)
        rows = range(1, depth + 1)
        bids = [[str(price - self.pair.tick * n), str(self.pair.step * n)] for n in rows]
        return bids, [[str(price + self.pair.tick * n), str(self.pair.step * 2 * n)] for n in rows]

    def day(self, now_ms: int) -> Candle:
        """Return what happened in the last 24 hours, to the minute."""
        now = from_epoch_ms(now_ms)
        found = self.candle(from_epoch_ms((now_ms // MINUTE_MS - 1440) * MINUTE_MS), 1440, now)
        assert found is not None
        return found
