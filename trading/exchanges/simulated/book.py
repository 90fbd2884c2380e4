"""The order book of a moment, hashed from the trade that was last then."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from trading.exchanges.simulated.noise import Noise, Whole, field, unit

MOST_LEVELS: Final = 1000
# A side's levels have their own stretch of the noise; the other side's follows, then the next trade's.
_ROOM: Final = 1024
# Levels lie 1/200,000 of the price apart, the best two up to 1/1,000,000 and a tick.
_GAP: Final = 200_000
_SPREAD: Final = 1_000_000
# The best level holds such a part of a day's volume; each further one a tenth of that more.
_PART_OF_DAY: Final = 1 / 80_000
_GROWTH: Final = 0.1


@dataclass(frozen=True, slots=True)
class Ladder:
    """One side of a book, best price first: ticks and steps."""

    prices: Sequence[int]
    amounts: Sequence[int]


def ladders(
    noise: Noise, trade_id: int, price: int, bought: bool, daily_steps: float, depth: int
) -> tuple[Ladder, Ladder]:
    """Return bids and asks right after a trade: a buy was made at the best ask, a sale at the best bid."""
    first = trade_id * 2 * _ROOM
    count = min(depth, MOST_LEVELS)
    spread = 1 + int(noise.words(np.array([first + _ROOM - 1]))[0]) % (1 + price // _SPREAD)
    bid, ask = (price - spread, price) if bought else (price, price + spread)
    bids = _ladder(noise, first, -1, bid, daily_steps, count)
    asks = _ladder(noise, first + _ROOM, 1, ask, daily_steps, count)
    return bids, asks


def _ladder(noise: Noise, first: int, away: int, best: int, daily_steps: float, count: int) -> Ladder:
    index = np.arange(count, dtype=np.int64)
    words = noise.words(first + index)
    gaps: Whole = 1 + field(words, 0, 32) % max(2 * (best // _GAP), 1)
    gaps[0] = 0
    prices = best + away * np.cumsum(gaps)
    usual = daily_steps * _PART_OF_DAY * (1.0 + _GROWTH * index)
    amounts = np.maximum((usual * (0.1 + 1.8 * unit(words, 32, 32))).astype(np.int64), 1)
    there = prices > 0
    return Ladder(prices[there].tolist(), amounts[there].tolist())
