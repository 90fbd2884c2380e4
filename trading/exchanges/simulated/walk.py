"""Random walks without a past: any stretch of minutes can be computed alone.

Lévy's construction of Brownian motion: hashed knots far apart, then every midpoint is the mean of its
neighbours plus hashed noise, down to the minute. A stretch costs its own length plus some twenty knots.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from math import sqrt
from typing import Final

import numpy as np

from trading.exchanges.simulated.noise import Noise, Real, Whole, exp

MINUTES_A_DAY: Final = 1440

# A minute's path is knotted every 2^20 minutes (two years). Up to 2^18 (half a year) it spreads like
# Brownian motion; beyond that it stops spreading, so that no price runs away for good.
_LEVELS: Final = 20
_BROWNIAN: Final = 18

# The mood of the market lasts for a quarter of an hour at a time and wanders over six weeks.
_MOOD_SHIFT: Final = 4
_MOOD_LEVELS: Final = 12
_MOOD_STEP: Final = 0.16
# Swings longer than this many halvings of the path do not feel the mood.
_MOODY: Final = 10

# In this quarter every market is range-bound around its anchors, so that the documented examples, which carry
# stops and targets a few percent from the price (65,000 and 72,000 for BTC/USDT, 3,450 and 4,000 for
# ETH/USDT), make sense when tried as written. On both sides of it the walks find their own way again.
_CALM: Final = (datetime(2026, 10, 25, tzinfo=UTC), datetime(2027, 2, 7, tzinfo=UTC))
_CALM_RAMP: Final = 120 * MINUTES_A_DAY
# Then each of these halvings, of 17 hours to half a year, brings the level reached so far this much nearer
# to the anchor, and the mood is so much quieter.
_CALM_LEVELS: Final = range(10, 19)
_CALM_PULL: Final = 0.4
_CALM_HUSH: Final = 0.35

Moods = Callable[[Whole], Real]
Scale = Callable[[int, Whole], Real | None]


def grow(
    noise: Noise,
    amplitudes: Sequence[float],
    first: int,
    last: int,
    gain: Scale | None = None,
    pull: Scale | None = None,
) -> Real:
    """Return the walk at the points `first`..`last` (both given, not negative).

    `amplitudes[j]` is the deviation of the points that are odd multiples of 2^j; the last one is that of
    the knots. `gain` scales the noise at points, `pull` the level reached at points of a halving.
    """
    level = len(amplitudes) - 1
    low, high = first >> level, -(-last >> level)
    knots = noise.signed(_points(low, high, 1, level)) * amplitudes[level]
    while level:
        level -= 1
        points = _points(2 * low + 1, 2 * high, 2, level)
        steps = noise.signed(points)
        steps *= amplitudes[level]
        _scale(steps, gain, level, points)
        finer = np.empty(2 * knots.size - 1)
        finer[::2] = knots
        middle = knots[:-1] + knots[1:]
        middle *= 0.5
        middle += steps
        finer[1::2] = middle
        start, low, high = 2 * low, first >> level, -(-last >> level)
        knots = finer[low - start : high - start + 1]
        _scale(knots, pull, level, _points(low, high, 1, level))
    return knots


def _scale(figures: Real, scale: Scale | None, level: int, points: Whole) -> None:
    factor = scale(level, points) if scale is not None else None
    if factor is not None:
        figures *= factor


def _points(low: int, high: int, step: int, level: int) -> Whole:
    return np.arange(low << level, (high << level) + 1, step << level, dtype=np.int64)


def calm(minutes: Whole) -> Real:
    """Return how range-bound the market is at these minutes, from 0 to 1."""
    start, end = (int(edge.timestamp()) // 60 for edge in _CALM)
    outside = np.maximum(np.maximum(start - minutes, minutes - end), 0)
    near = 1.0 - np.minimum(outside, _CALM_RAMP) / float(_CALM_RAMP)
    return near * near * (3.0 - 2.0 * near)


class Mood:
    """How lively the market is: the volatility everybody shares, 1 on a middling day."""

    def __init__(self, seed: int) -> None:
        self._noise = Noise(seed, "mood")

    def around(self, first: int, last: int) -> Moods:
        """Return a function from minutes to their mood, for a walk over `first`..`last` (both given)."""
        # Knots of a halving lie up to its length outside of the stretch.
        first, last = max(first - (2 << _MOODY), 0), last + (2 << _MOODY)
        begin = first >> _MOOD_SHIFT
        blocks = np.arange(begin, (last >> _MOOD_SHIFT) + 1, dtype=np.int64)
        lively = exp(grow(self._noise, [_MOOD_STEP] * (_MOOD_LEVELS + 1), begin, int(blocks[-1])))
        lively *= 1.0 - _CALM_HUSH * calm(blocks << _MOOD_SHIFT)

        def at(minutes: Whole) -> Real:
            taken: Real = lively[(minutes >> _MOOD_SHIFT) - begin]
            return taken

        return at


class Walk:
    """The logarithm of a price against its anchor, minute by minute."""

    def __init__(self, seed: int, name: str, daily_volatility: float) -> None:
        self._noise = Noise(seed, f"walk/{name}")
        minute = daily_volatility / sqrt(MINUTES_A_DAY)
        # A midpoint of 2^(j+1) minutes of Brownian motion deviates by half the motion's own deviation.
        self._amplitudes = [minute * sqrt(1 << min(j + 1, _BROWNIAN)) / 2 for j in range(_LEVELS)]
        self._amplitudes.append(2 * self._amplitudes[-1])

    def between(self, first: int, last: int, mood: Moods) -> Real:
        """Return the walk at the start of each minute `first`..`last` (both given)."""

        def gain(level: int, minutes: Whole) -> Real | None:
            return mood(minutes) if level <= _MOODY else None

        return grow(self._noise, self._amplitudes, first, last, gain, _pull)


def _pull(level: int, minutes: Whole) -> Real | None:
    if level not in _CALM_LEVELS:
        return None
    return 1.0 - _CALM_PULL * calm(minutes)
