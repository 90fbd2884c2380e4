"""What each indicator says of a market by itself, after the last of some candles."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from trading.indicators import Bars, Series, atr, bollinger, ema, last, macd, rsi, sma
from trading.levels import Zone, supports_and_resistances

OVERSOLD: Final = 30.0
OVERBOUGHT: Final = 70.0
EQUAL: Final = 1e-12


class Trend(StrEnum):
    """Which way prices go."""

    BULLISH = "bullish"
    BEARISH = "bearish"
    NEUTRAL = "neutral"


class Stretch(StrEnum):
    """Whether a market has gone too far down or up."""

    OVERSOLD = "oversold"
    NEUTRAL = "neutral"
    OVERBOUGHT = "overbought"


@dataclass(frozen=True, slots=True)
class RsiReading:
    """RSI(14); below 30 is oversold, above 70 overbought."""

    value: float | None
    signal: Stretch


@dataclass(frozen=True, slots=True)
class MacdReading:
    """MACD(12, 26, 9) in price units; the sign of the histogram is its signal."""

    value: float | None
    signal: Trend
    signal_line: float | None
    histogram: float | None


@dataclass(frozen=True, slots=True)
class MovingAverages:
    """Simple moving averages of 20, 50 and 200 closes."""

    ma20: float | None
    ma50: float | None
    ma200: float | None


@dataclass(frozen=True, slots=True)
class BollingerReading:
    """Bollinger bands (20, 2); a close below the lower one is oversold, above the upper one overbought."""

    upper: float | None
    middle: float | None
    lower: float | None
    signal: Stretch


@dataclass(frozen=True, slots=True)
class AtrReading:
    """ATR(14) in price units and in percent of the close."""

    value: float | None
    percent: float | None


@dataclass(frozen=True, slots=True)
class ExponentialAverages:
    """Exponential moving averages of 12 and 26 closes."""

    ema12: float | None
    ema26: float | None


@dataclass(frozen=True, slots=True)
class Readings:
    """All of them after one candle; zones are nearest first."""

    close: float
    rsi: RsiReading
    macd: MacdReading
    ma: MovingAverages
    bollinger: BollingerReading
    atr: AtrReading
    ema: ExponentialAverages
    supports: tuple[Zone, ...]
    resistances: tuple[Zone, ...]


def read(bars: Bars) -> Readings:
    """Read bars, of which there is at least one."""
    close = float(bars.close[-1])
    strength = last(rsi(bars.close))
    upper, middle, lower = (last(line) for line in bollinger(bars.close))
    range_ = last(atr(bars.high, bars.low, bars.close))
    supports, resistances = supports_and_resistances(bars.high, bars.low, close, range_)
    return Readings(
        close=close,
        rsi=RsiReading(strength, _stretch(strength, OVERSOLD, OVERBOUGHT)),
        macd=_macd(bars.close),
        ma=MovingAverages(*(last(sma(bars.close, period)) for period in (20, 50, 200))),
        bollinger=BollingerReading(upper, middle, lower, _stretch(close, lower, upper)),
        atr=AtrReading(range_, None if range_ is None or not close else range_ / close * 100),
        ema=ExponentialAverages(*(last(ema(bars.close, period)) for period in (12, 26))),
        supports=supports,
        resistances=resistances,
    )


def compare(left: float | None, right: float | None) -> int | None:
    """Return the sign of left - right, None without one of them. Equal to 1e-12 is equal."""
    return None if left is None or right is None else _sign(left - right, EQUAL * max(abs(left), abs(right)))


def direction(vote: int | None) -> Trend:
    """Return the trend of a vote; none or 0 is neutral."""
    return (Trend.BULLISH if vote > 0 else Trend.BEARISH) if vote else Trend.NEUTRAL


def _sign(value: float, tolerance: float) -> int:
    return 0 if abs(value) <= tolerance else 1 if value > 0 else -1


def _stretch(value: float | None, low: float | None, high: float | None) -> Stretch:
    if compare(value, low) == -1:
        return Stretch.OVERSOLD
    return Stretch.OVERBOUGHT if compare(value, high) == 1 else Stretch.NEUTRAL


def _macd(close: Series) -> MacdReading:
    line, smooth, histogram = (last(each) for each in macd(close))
    # A flat market leaves rounding dust in the difference of two means, so the close sets what counts.
    vote = None if histogram is None else _sign(histogram, EQUAL * float(close[-1]))
    return MacdReading(line, direction(vote), smooth, histogram)
