"""Price series to read indicators from."""

import math
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from trading.model import Candle

START = datetime(2026, 1, 1, tzinfo=UTC)


def candles_of(rows: Iterable[tuple[float, float, float, float, float]]) -> list[Candle]:
    """Make hourly candles of (open, high, low, close, volume)."""
    return [
        Candle(START + timedelta(hours=n), *(Decimal(repr(float(figure))) for figure in row))
        for n, row in enumerate(rows)
    ]


def candles_closing_at(closes: Iterable[float], reach: float = 0.0) -> list[Candle]:
    """Make candles that open where the last one closed and swing `reach` beyond both."""
    made: list[tuple[float, float, float, float, float]] = []
    for close in closes:
        start = made[-1][3] if made else close
        made.append((start, max(start, close) + reach, min(start, close) - reach, close, 1.0))
    return candles_of(made)


def waves(count: int, slope: float = 0.0, height: float = 5.0, length: float = 40.0) -> list[float]:
    """Return closes that swing around a rising or falling line."""
    return [100 + slope * n + height * math.sin(2 * math.pi * n / length) for n in range(count)]


def closes_for(least: int, most: int = 120) -> st.SearchStrategy[list[float]]:
    """Draw closes between a cent and a million, in ticks of a cent."""
    tick = st.integers(1, 10**8).map(lambda cents: cents / 100)
    return st.lists(tick, min_size=least, max_size=most)


@st.composite
def markets(draw: st.DrawFn, least: int = 1, most: int = 120) -> Sequence[Candle]:
    """Draw candles whose figures fit each other."""
    tick = st.integers(1, 10**6).map(lambda cents: cents / 100)
    rows = draw(st.lists(st.tuples(tick, tick, tick, tick, tick), min_size=least, max_size=most))
    return candles_of((a, max(a, b, c, d), min(a, b, c, d), d, volume) for a, b, c, d, volume in rows)
