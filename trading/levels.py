"""Supports and resistances: prices at which a market has turned before."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from trading.indicators import Series

SPAN: Final = 5


@dataclass(frozen=True, slots=True)
class Zone:
    """A price where the market turned; `strength` is how often."""

    price: float
    strength: int


def pivot_highs(high: Series, span: int = SPAN) -> list[int]:
    """Return the bars whose high tops those of `span` bars on either side, oldest first.

    A bar is not reported before all of them are there. Of equal highs side by side the first one counts.
    """
    width = 2 * span + 1
    if len(high) < width:
        return []
    windows = np.lib.stride_tricks.sliding_window_view(high, width)
    middle = windows[:, span]
    tops = (middle > windows[:, :span].max(axis=1)) & (middle >= windows[:, span + 1 :].max(axis=1))
    return [int(bar) + span for bar in np.flatnonzero(tops)]


def pivot_lows(low: Series, span: int = SPAN) -> list[int]:
    """Return the bars whose low undercuts those of `span` bars on either side; see `pivot_highs`."""
    return pivot_highs(-low, span)


def zones(prices: Sequence[float], gap: float) -> list[Zone]:
    """Return the clusters of prices, lowest first: neighbours less than `gap` apart belong together."""
    clusters: list[list[float]] = []
    for price in sorted(prices):
        if clusters and price - clusters[-1][-1] < gap:
            clusters[-1].append(price)
        else:
            clusters.append([price])
    return [Zone(sum(cluster) / len(cluster), len(cluster)) for cluster in clusters]


def supports_and_resistances(
    high: Series, low: Series, price: float, atr: float | None
) -> tuple[tuple[Zone, ...], tuple[Zone, ...]]:
    """Return the zones below and those above a price, nearest first.

    Highs and lows count alike, since a broken resistance supports. Zones are half an ATR apart at least;
    without an ATR there are none.
    """
    if atr is None:
        return (), ()
    turns = [float(high[bar]) for bar in pivot_highs(high)] + [float(low[bar]) for bar in pivot_lows(low)]
    found = zones(turns, atr / 2)
    below = tuple(zone for zone in reversed(found) if zone.price < price)
    return below, tuple(zone for zone in found if zone.price > price)
