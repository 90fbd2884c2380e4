"""The tape of one pair: its minutes, hours and trades, each computed when asked for."""

from collections.abc import Mapping
from itertools import pairwise
from math import sqrt
from typing import Final

import numpy as np

from trading.exchanges.simulated.bars import Bars, join
from trading.exchanges.simulated.deals import MINUTE_MS, PER_MINUTE, Deals, deals
from trading.exchanges.simulated.listing import Listing
from trading.exchanges.simulated.noise import Noise, Real, Whole, exp, unit
from trading.exchanges.simulated.shelf import Shelf
from trading.exchanges.simulated.walk import MINUTES_A_DAY, Mood, Moods, Walk

# So much at once that a processor's cache holds it and the coarse knots are shared by many minutes.
_BATCH_DAYS: Final = 32
# Longer stretches of minutes are computed in batches and not kept.
_SHORT_DAYS: Final = 3
_KEPT_DAYS: Final = 40
_KEPT_DAYS_OF_HOURS: Final = 4000
_KEPT_HOURS_OF_TRADES: Final = 16

# A price of a few ticks would make a market of jumps; no walk comes near it.
_FLOOR_TICKS: Final = 10
# Wicks average 0.4 of a minute's deviation beyond open and close, as those of Brownian motion do.
_WICK: Final = 1.2

# How busy each hour of the day (UTC) is: quiet before Asia wakes, busiest when America joins Europe.
_HOURS: Final = (
    *(0.95, 0.90, 0.85, 0.75, 0.70, 0.70, 0.75, 0.85, 0.95, 1.00, 1.00, 1.05),
    *(1.15, 1.35, 1.55, 1.55, 1.40, 1.25, 1.15, 1.10, 1.05, 1.00, 0.95, 0.95),
)
_WEEKEND: Final = 0.65
_SATURDAY: Final = 2  # The Unix epoch was a Thursday.


class Tape:
    """Everything that trades in one pair, a pure function of the seed and the minute."""

    def __init__(self, seed: int, listing: Listing, walks: Mapping[str, Walk], mood: Mood) -> None:
        name = listing.instrument.symbol
        self.listing = listing
        self._walks = [(walks[walk], weight) for walk, weight in listing.weights.items()]
        self._mood = mood
        self._minute_noise = Noise(seed, f"minute/{name}")
        self._trade_noise = Noise(seed, f"trade/{name}")
        self._deviation = listing.volatility / sqrt(MINUTES_A_DAY)
        self._days: Shelf[Bars] = Shelf(_KEPT_DAYS)
        self._hours: Shelf[Bars] = Shelf(_KEPT_DAYS_OF_HOURS)
        self._trades: Shelf[Deals] = Shelf(_KEPT_HOURS_OF_TRADES)

    def minutes(self, start: int, stop: int) -> Bars:
        """Return the whole candles of minutes `start` up to before `stop`, counted from the Unix epoch."""
        if stop - start > _SHORT_DAYS * MINUTES_A_DAY:
            cuts = [*range(start, stop, _BATCH_DAYS * MINUTES_A_DAY), stop]
            return join([self._compute(low, high) for low, high in pairwise(cuts)])
        first = start // MINUTES_A_DAY
        days = [self._day(day) for day in range(first, -(-stop // MINUTES_A_DAY))]
        return join(days).part(start - first * MINUTES_A_DAY, stop - first * MINUTES_A_DAY)

    def hours(self, start: int, stop: int) -> Bars:
        """Return the whole candles of hours `start` up to before `stop`, counted from the Unix epoch."""
        first, end = start // 24, -(-stop // 24)
        days = []
        for low in range(first, end, _BATCH_DAYS):
            high = min(low + _BATCH_DAYS, end)
            kept = [bars for day in range(low, high) if (bars := self._hours.get(day)) is not None]
            days += kept if len(kept) == high - low else self._fold(low, high)
        return join(days).part(start - first * 24, stop - first * 24)

    def trades(self, start: int, stop: int) -> Deals:
        """Return the trades of minutes `start` up to before `stop`, which must come after it."""
        hour = start // 60
        if stop > (hour + 1) * 60:
            return deals(self._trade_noise, start, self.minutes(start, stop))
        kept = self._trades.get(hour)
        if kept is None:
            kept = deals(self._trade_noise, hour * 60, self.minutes(hour * 60, hour * 60 + 60))
            self._trades.put(hour, kept)
        return kept.part((start - hour * 60) * PER_MINUTE, (stop - hour * 60) * PER_MINUTE)

    def so_far(self, now_ms: int) -> Deals:
        """Return the trades of the minute of `now_ms` (Unix milliseconds) up to that moment, at least one."""
        minute = now_ms // MINUTE_MS
        whole = self.trades(minute, minute + 1)
        return whole.part(0, int(np.searchsorted(whole.at_ms, now_ms, side="right")))

    def up_to(self, start: int, now_ms: int) -> Bars:
        """Return the candles of minutes from `start` on, the last one as it stands at `now_ms`."""
        minute = now_ms // MINUTE_MS
        forming = self.so_far(now_ms).fold()
        return join([self.minutes(start, minute), forming]) if start < minute else forming

    def _day(self, day: int) -> Bars:
        kept = self._days.get(day)
        if kept is None:
            kept = self._compute(day * MINUTES_A_DAY, (day + 1) * MINUTES_A_DAY)
            self._days.put(day, kept)
        return kept

    def _fold(self, low: int, high: int) -> list[Bars]:
        hours = self._compute(low * MINUTES_A_DAY, high * MINUTES_A_DAY).fold(60)
        days = [Bars(hours.part(24 * day, 24 * day + 24).rows.copy()) for day in range(high - low)]
        for day, bars in enumerate(days, start=low):
            self._hours.put(day, bars)
        return days

    def _compute(self, start: int, stop: int) -> Bars:
        minutes = np.arange(start, stop, dtype=np.int64)
        moods = self._mood.around(start, stop)
        mood = moods(minutes)
        words = self._minute_noise.words(minutes)
        prices = self._prices(start, stop, moods)
        turns = np.maximum(np.rint(prices).astype(np.int64), _FLOOR_TICKS)
        opened, closed = turns[:-1], turns[1:]
        reach = prices[:-1] * self._deviation * mood
        rows = np.empty((5, minutes.size), dtype=np.int64)
        rows[0], rows[3] = opened, closed
        rows[1] = np.maximum(opened, closed) + _wick(reach, unit(words, 0, 21))
        rows[2] = np.maximum(np.minimum(opened, closed) - _wick(reach, unit(words, 21, 21)), 1)
        effort = np.abs(closed - opened) / (reach + 1.0)
        rows[4] = self._volumes(minutes, mood, effort, unit(words, 42, 22))
        return Bars(rows)

    def _prices(self, start: int, stop: int, moods: Moods) -> Real:
        log = np.zeros(stop - start + 1)
        for walk, weight in self._walks:
            log += weight * walk.between(start, stop, moods)
        return exp(log) * self.listing.anchor_ticks

    def _volumes(self, minutes: Whole, mood: Real, effort: Real, dice: Real) -> Whole:
        usual = self.listing.daily_steps / MINUTES_A_DAY * _WEEK[minutes % _WEEK.size]
        figures = usual * mood * (0.25 + 3.0 * dice * dice * dice) * (0.5 + 0.6 * effort)
        return np.maximum(figures.astype(np.int64), PER_MINUTE)


def _wick(reach: Real, dice: Real) -> Whole:
    return (reach * dice * dice * _WICK).astype(np.int64)


def _week() -> Real:
    """Return how busy each minute of a week is, Thursday first."""
    minute = np.arange(7 * MINUTES_A_DAY)
    day, hour, past = minute // MINUTES_A_DAY, minute // 60 % 24, minute % 60
    table = np.array(_HOURS)
    busy: Real = (table[hour] * (60 - past) + table[(hour + 1) % 24] * past) / 60.0
    weekend = (day == _SATURDAY) | (day == _SATURDAY + 1)
    return np.where(weekend, busy * _WEEKEND, busy)


_WEEK: Final = _week()
