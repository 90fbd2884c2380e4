"""What happens inside a minute: a fixed number of trades that make exactly its candle."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from trading.exchanges.simulated.bars import CLOSE, HIGH, LOW, OPEN, VOLUME, Bars
from trading.exchanges.simulated.noise import Noise, Real, Whole, field, unit

PER_MINUTE: Final = 12
MINUTE_MS: Final = 60_000
SLOT_MS: Final = MINUTE_MS // PER_MINUTE
_LAST: Final = PER_MINUTE - 1
_INNER: Final = PER_MINUTE - 2


@dataclass(frozen=True, slots=True)
class Deals:
    """Trades in a row, oldest first; ids grow by one. Prices in ticks, amounts in steps, `buy` 0 or 1."""

    first_id: int
    at_ms: Whole
    prices: Whole
    amounts: Whole
    buy: Whole

    def __len__(self) -> int:
        return int(self.prices.size)

    def part(self, start: int, stop: int) -> "Deals":
        """Return the trades from position `start` up to before `stop`."""
        rows = (self.at_ms, self.prices, self.amounts, self.buy)
        return Deals(self.first_id + start, *(row[start:stop] for row in rows))

    def fold(self) -> Bars:
        """Return the candle that these trades make; there must be one at least."""
        first, last = self.prices[0], self.prices[-1]
        rows = [first, self.prices.max(), self.prices.min(), last, self.amounts.sum()]
        return Bars(np.array(rows, dtype=np.int64).reshape(5, 1))


def deals(noise: Noise, first_minute: int, bars: Bars) -> Deals:
    """Return the trades of minutes in a row.

    A minute's first trade comes as it begins, at the open; one more in each slot after it, the last at the
    close. One each touches the high and the low, and their amounts add up to the volume.
    """
    count = len(bars)
    ids = np.arange(first_minute * PER_MINUTE, (first_minute + count) * PER_MINUTE, dtype=np.int64)
    words = noise.words(ids)
    lag = field(words, 0, 16) * SLOT_MS >> 16
    lag[::PER_MINUTE] = 0
    grid = (count, PER_MINUTE)
    weights = 1 + field(words, 16, 12).reshape(grid)
    prices = _prices(bars, field(words[::PER_MINUTE], 48, 15), unit(words, 28, 20).reshape(grid)).ravel()
    up = np.sign(np.diff(prices, prepend=prices[:1]))
    up[::PER_MINUTE] = 0
    coin = field(words, 63, 1)
    return Deals(
        first_id=first_minute * PER_MINUTE,
        at_ms=ids * SLOT_MS + lag,
        prices=prices,
        amounts=_split(bars.rows[VOLUME], weights).ravel(),
        buy=np.where(up == 0, coin, (up > 0).astype(np.int64)),
    )


def _split(volumes: Whole, weights: Whole) -> Whole:
    """Return whole parts of at least 1 that add up to each volume, about by weight."""
    spare = (volumes - PER_MINUTE)[:, None]
    parts: Whole = 1 + spare * weights // weights.sum(axis=1, keepdims=True)
    parts[:, -1] += volumes - parts.sum(axis=1)
    return parts


def _prices(bars: Bars, choice: Whole, jitter: Real) -> Whole:
    """Return a path for each minute: open, the extremes in hashed slots, close, and noise in between."""
    high_slot = 1 + choice % _INNER
    low_slot = 1 + (high_slot + choice // _INNER % (_INNER - 1)) % _INNER
    opened, high, low, closed = (bars.rows[row][:, None] for row in (OPEN, HIGH, LOW, CLOSE))
    high_at, low_at = high_slot[:, None], low_slot[:, None]
    rising = high_at < low_at
    near_at, far_at = np.minimum(high_at, low_at), np.maximum(high_at, low_at)
    near, far = np.where(rising, high, low), np.where(rising, low, high)
    slots = np.arange(PER_MINUTE, dtype=np.int64)[None, :]
    path = np.where(
        slots <= near_at,
        _between(opened, near, slots, near_at),
        np.where(
            slots <= far_at,
            _between(near, far, slots - near_at, far_at - near_at),
            _between(far, closed, slots - far_at, _LAST - far_at),
        ),
    )
    fixed = (slots == 0) | (slots == near_at) | (slots == far_at) | (slots == _LAST)
    swing = ((jitter - 0.5) * (0.5 * (high - low))).astype(np.int64)
    return np.where(fixed, path, np.clip(path + swing, low, high))


def _between(start: Whole, end: Whole, step: Whole, steps: Whole) -> Whole:
    return start + (end - start) * step // steps
