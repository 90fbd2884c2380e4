"""Technical indicators over candles: pure functions on float64 arrays, and a table of them by name.

Every series comes back as long as the one that went in. What has not warmed up yet is NaN; `last` turns it
into None at the border. A value never depends on a later bar. The smoothing is TA-Lib's.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import talib
from numpy.typing import NDArray

from trading.errors import UnknownIndicator
from trading.model import Candle

Series = NDArray[np.float64]

LONGEST: Final = 100_000


class Macd(NamedTuple):
    """Moving average convergence/divergence in price units; `histogram` is `line` minus `signal`."""

    line: Series
    signal: Series
    histogram: Series


class Bands(NamedTuple):
    """Bollinger bands in price units."""

    upper: Series
    middle: Series
    lower: Series


@dataclass(frozen=True, slots=True, eq=False)
class Bars:
    """Candles as columns, oldest first."""

    open: Series
    high: Series
    low: Series
    close: Series
    volume: Series

    @classmethod
    def of(cls, candles: Sequence[Candle]) -> "Bars":
        """Return the columns of candles."""
        rows = [(c.open, c.high, c.low, c.close, c.volume) for c in candles]
        table = np.array(rows, dtype=np.float64).reshape(-1, 5)
        return cls(*np.ascontiguousarray(table.T))

    def __len__(self) -> int:
        return len(self.close)


def sma(close: Series, period: int = 20) -> Series:
    """Return the mean of the last `period` values."""
    period = _period(period)
    (values,) = _columns(close)
    return _warm(values, period - 1, lambda: talib.SMA(values, period))


def ema(close: Series, period: int = 12) -> Series:
    """Return the exponential mean with weight 2 / (period + 1), seeded by the first simple mean."""
    period = _period(period)
    (values,) = _columns(close)
    return _warm(values, period - 1, lambda: talib.EMA(values, period))


def rsi(close: Series, period: int = 14) -> Series:
    """Return Wilder's relative strength index, 0 to 100, seeded by simple means.

    A market that has not moved at all yet stands at 50.
    """
    period = _period(period, least=2)
    (values,) = _columns(close)
    strength = _warm(values, period, lambda: talib.RSI(values, period))
    # Where nothing is divided by nothing TA-Lib writes 0, which would read as "oversold".
    moved = np.nancumsum(np.abs(np.diff(values, prepend=values[:1]))) > 0
    return np.where(np.isnan(strength) | moved, strength, 50.0)


def macd(close: Series, fast: int = 12, slow: int = 26, signal: int = 9) -> Macd:
    """Return EMA(fast) - EMA(slow), its EMA(signal) and their difference.

    Both means start at the bar where the slow one is warm; all three lines show once the signal is.
    """
    fast, slow, signal = _period(fast, least=2), _period(slow, least=2), _period(signal)
    if fast >= slow:
        raise UnknownIndicator(f"the fast period ({fast}) has to be shorter than the slow one ({slow})")
    (values,) = _columns(close)
    if _known(values) <= slow + signal - 2:
        return Macd(*(np.full(len(values), np.nan) for _ in range(3)))
    return Macd(*talib.MACD(values, fast, slow, signal))


def bollinger(close: Series, period: int = 20, width: float = 2.0) -> Bands:
    """Return the simple mean and the lines `width` population deviations above and below it."""
    period = _period(period, least=2)
    if not 0 < width <= 100:
        raise UnknownIndicator(f"a width of {width} deviations is not between 0 and 100")
    (values,) = _columns(close)
    if _known(values) < period:
        return Bands(*(np.full(len(values), np.nan) for _ in range(3)))
    return Bands(*talib.BBANDS(values, period, width, width))


def atr(high: Series, low: Series, close: Series, period: int = 14) -> Series:
    """Return Wilder's average true range in price units, seeded by the simple mean of the first ones."""
    period = _period(period)
    highs, lows, closes = _columns(high, low, close)
    # The first bar has no close before it, so it has no true range.
    return _warm(closes, period, lambda: talib.ATR(highs, lows, closes, period))


def volume_mean(volume: Series, period: int = 20) -> Series:
    """Return the mean volume of the last `period` bars."""
    return sma(volume, period)


def last(series: Series) -> float | None:
    """Return the newest value of a series, None while it is not warm."""
    return float(series[-1]) if len(series) and np.isfinite(series[-1]) else None


@dataclass(frozen=True, slots=True)
class Parameter:
    """A figure that an indicator can be given: its default and its bounds, all inclusive."""

    name: str
    default: float
    least: float
    most: float = LONGEST
    whole: bool = True

    def read(self, value: float) -> float:
        """Return a valid value for this parameter; raise UnknownIndicator for any other."""
        if isinstance(value, bool) or not self.least <= value <= self.most or (self.whole and value % 1):
            kind = "a whole number" if self.whole else "a number"
            raise UnknownIndicator(f"{self.name} is {kind} from {self.least:g} to {self.most:g}, not {value}")
        return int(value) if self.whole else float(value)


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator that can be asked for by name: the columns it reads, its parameters and its lines.

    The first line is the one that is meant when none is named.
    """

    name: str
    columns: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    lines: tuple[str, ...]
    compute: Callable[..., Series | tuple[Series, ...]]

    def __call__(self, bars: Bars, given: Mapping[str, float] | None = None) -> Mapping[str, Series]:
        """Return each line over the bars; raise UnknownIndicator for a parameter it does not have."""
        given = given or {}
        if strange := set(given) - {parameter.name for parameter in self.parameters}:
            raise UnknownIndicator(f"{self.name} has no parameter {', '.join(sorted(strange))}")
        values = [
            parameter.read(given.get(parameter.name, parameter.default)) for parameter in self.parameters
        ]
        answer = self.compute(*(getattr(bars, column) for column in self.columns), *values)
        return dict(zip(self.lines, answer if isinstance(answer, tuple) else (answer,), strict=True))


def _one(name: str, compute: Callable[..., Series], default: int, least: int = 1) -> Indicator:
    return Indicator(name, ("close",), (Parameter("period", default, least),), ("value",), compute)


INDICATORS: Final[Mapping[str, Indicator]] = {
    each.name: each
    for each in (
        _one("sma", sma, 20),
        _one("ema", ema, 12),
        _one("rsi", rsi, 14, least=2),
        Indicator(
            "macd",
            ("close",),
            (Parameter("fast", 12, 2), Parameter("slow", 26, 2), Parameter("signal", 9, 1)),
            ("line", "signal", "histogram"),
            macd,
        ),
        Indicator(
            "bollinger",
            ("close",),
            (Parameter("period", 20, 2), Parameter("width", 2.0, 0.01, 100, whole=False)),
            ("middle", "upper", "lower"),
            lambda close, period, width: _middle_first(bollinger(close, period, width)),
        ),
        Indicator("atr", ("high", "low", "close"), (Parameter("period", 14, 1),), ("value",), atr),
        Indicator("volume", ("volume",), (Parameter("period", 20, 1),), ("value",), volume_mean),
    )
}

_ALIASES: Final = {"ma": "sma", "bb": "bollinger", "bbands": "bollinger", "vol": "volume"}


def indicator(name: str) -> Indicator:
    """Return the indicator of a name (rsi, MACD, bb ...); raise UnknownIndicator."""
    key = name.strip().lower()
    try:
        return INDICATORS[_ALIASES.get(key, key)]
    except KeyError:
        known = ", ".join(INDICATORS)
        raise UnknownIndicator(f"there is no indicator {name[:40]!r}; there are {known}") from None


def _middle_first(bands: Bands) -> tuple[Series, ...]:
    return bands.middle, bands.upper, bands.lower


def _period(period: int, least: int = 1) -> int:
    if not least <= period <= LONGEST:
        raise UnknownIndicator(f"a period of {period} bars is not between {least} and {LONGEST}")
    return period


def _columns(*columns: Series) -> list[Series]:
    """Return columns laid out as TA-Lib needs them; it reads past the end of others."""
    whole = [np.ascontiguousarray(column, dtype=np.float64) for column in columns]
    if any(column.ndim != 1 or len(column) != len(whole[0]) for column in whole):
        raise ValueError("columns are flat and equally long")
    for column in whole:
        if not np.isfinite(column[len(column) - _known(column) :]).all():
            raise ValueError("a series may only miss values before its first one")
    return whole


def _known(values: Series) -> int:
    """Return how many values there are from the first that is not NaN on."""
    if len(values) and not np.isnan(values[0]):
        return len(values)
    real = ~np.isnan(values)
    return len(values) - int(real.argmax()) if real.any() else 0


def _warm(values: Series, lookback: int, compute: Callable[[], Series]) -> Series:
    """Return the series, or only NaN while there are not more values than it looks back on."""
    return compute() if _known(values) > lookback else np.full(len(values), np.nan)
