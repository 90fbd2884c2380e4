"""What the indicators say about a market, and one signal out of all of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from trading.errors import UnknownIndicator
from trading.indicators import Bars
from trading.levels import Zone
from trading.model import Candle
from trading.readings import (
    AtrReading,
    BollingerReading,
    ExponentialAverages,
    MacdReading,
    MovingAverages,
    Readings,
    RsiReading,
    Stretch,
    Trend,
    compare,
    direction,
    read,
)

DECISIVE: Final = 1 / 3


class Signal(StrEnum):
    """What the votes add up to."""

    BUY = "buy"
    SELL = "sell"
    HOLD = "hold"


@dataclass(frozen=True, slots=True)
class Analysis:
    """What candles say. A figure that is not warm is None; a reading nobody asked for is None as a whole.

    `confidence` is 0 to 100 in steps of 5; `reasons` are the votes cast for a side, the weightiest first.
    Zones are nearest first.
    """

    candle: Candle
    trend: Trend
    signal: Signal
    confidence: int
    reasons: tuple[str, ...]
    supports: tuple[Zone, ...]
    resistances: tuple[Zone, ...]
    rsi: RsiReading | None
    macd: MacdReading | None
    ma: MovingAverages | None
    bollinger: BollingerReading | None
    atr: AtrReading | None
    ema: ExponentialAverages | None


@dataclass(frozen=True, slots=True)
class _Voter:
    weight: int
    up: str
    down: str
    vote: Callable[[Readings], int | None]


_SIGNALS: Final = {1: Signal.BUY, 0: Signal.HOLD, -1: Signal.SELL}
_STRETCHES: Final = {Stretch.OVERSOLD: 1, Stretch.NEUTRAL: 0, Stretch.OVERBOUGHT: -1}
_TRENDS: Final = {Trend.BULLISH: 1, Trend.NEUTRAL: 0, Trend.BEARISH: -1}


def _rsi(reading: Readings) -> int | None:
    return None if reading.rsi.value is None else _STRETCHES[reading.rsi.signal]


def _macd(reading: Readings) -> int | None:
    return None if reading.macd.histogram is None else _TRENDS[reading.macd.signal]


def _bands(reading: Readings) -> int | None:
    return None if reading.bollinger.middle is None else _STRETCHES[reading.bollinger.signal]


def _nearness(reading: Readings) -> int | None:
    if reading.atr.value is None or not (reading.supports or reading.resistances):
        return None
    reach = reading.atr.value / 2
    down = reading.close - reading.supports[0].price if reading.supports else float("inf")
    up = reading.resistances[0].price - reading.close if reading.resistances else float("inf")
    return 0 if min(down, up) > reach or down == up else 1 if down < up else -1


# Each votes +1 (up), -1 (down), 0 (neither) or abstains with None.
_VOTERS: Final = (
    _Voter(2, "rsi_oversold", "rsi_overbought", _rsi),
    _Voter(2, "macd_bullish", "macd_bearish", _macd),
    _Voter(2, "ma20_above_ma50", "ma20_below_ma50", lambda r: compare(r.ma.ma20, r.ma.ma50)),
    _Voter(1, "above_ma50", "below_ma50", lambda r: compare(r.close, r.ma.ma50)),
    _Voter(1, "ma50_above_ma200", "ma50_below_ma200", lambda r: compare(r.ma.ma50, r.ma.ma200)),
    _Voter(1, "ema12_above_ema26", "ema12_below_ema26", lambda r: compare(r.ema.ema12, r.ema.ema26)),
    _Voter(1, "below_lower_band", "above_upper_band", _bands),
    _Voter(1, "near_support", "near_resistance", _nearness),
)

_NAMES: Final[Mapping[str, str]] = {
    "rsi": "rsi",
    "macd": "macd",
    "ma": "ma",
    "sma": "ma",
    "bb": "bollinger",
    "bbands": "bollinger",
    "bollinger": "bollinger",
    "atr": "atr",
    "ema": "ema",
}


def analyze(candles: Sequence[Candle], names: Sequence[str] | None = None) -> Analysis:
    """Read candles (oldest first) and say where the market stands after the last of them.

    `names` picks the readings that are shown (rsi, macd, ma, bollinger, atr, ema; None: all). The trend and
    the signal always rest on all of them.

    Trend: close against MA20, close against MA50, MA20 against MA50 and MA50 against MA200 each count +1 or
    -1. It is bullish when their mean is at least 1/2, bearish when at most -1/2, otherwise neutral.

    Signal: these vote for up or down, or for neither; what has not warmed up abstains.

        weight 2   RSI oversold | overbought
        weight 2   MACD above | below its signal line
        weight 2   MA20 above | below MA50
        weight 1   close above | below MA50
        weight 1   MA50 above | below MA200
        weight 1   EMA12 above | below EMA26
        weight 1   close below the lower | above the upper Bollinger band
        weight 1   close within half an ATR of the nearest support | resistance, whichever is nearer

    score = sum of weight * vote / sum of the weights that did not abstain: buy from 1/3 on, sell from -1/3
    on, otherwise hold. Confidence is the weight of the votes that say just that (up for buy, down for sell,
    neither for hold) out of all weights, in percent, rounded to 5. It measures agreement; it is no
    probability.

    Raises UnknownIndicator for a name that is none of these, ValueError without candles.
    """
    if not candles:
        raise ValueError("there is nothing to analyze without candles")
    shown = {_known(name) for name in names} if names is not None else set(_NAMES.values())
    reading = read(Bars.of(candles))
    signal, confidence, reasons = _tally(reading)
    return Analysis(
        candle=candles[-1],
        trend=_trend(reading),
        signal=signal,
        confidence=confidence,
        reasons=reasons,
        supports=reading.supports,
        resistances=reading.resistances,
        rsi=reading.rsi if "rsi" in shown else None,
        macd=reading.macd if "macd" in shown else None,
        ma=reading.ma if "ma" in shown else None,
        bollinger=reading.bollinger if "bollinger" in shown else None,
        atr=reading.atr if "atr" in shown else None,
        ema=reading.ema if "ema" in shown else None,
    )


def _known(name: str) -> str:
    try:
        return _NAMES[name.strip().lower()]
    except KeyError:
        raise UnknownIndicator(
            f"there is no indicator {name[:40]!r}; there are {', '.join(_NAMES)}"
        ) from None


def _trend(reading: Readings) -> Trend:
    ma = reading.ma
    pairs = ((reading.close, ma.ma20), (reading.close, ma.ma50), (ma.ma20, ma.ma50), (ma.ma50, ma.ma200))
    votes = [vote for pair in pairs if (vote := compare(*pair)) is not None]
    mean = sum(votes) / len(votes) if votes else 0
    return direction((mean >= 0.5) - (mean <= -0.5))


def _tally(reading: Readings) -> tuple[Signal, int, tuple[str, ...]]:
    cast = [(voter, vote) for voter in _VOTERS if (vote := voter.vote(reading)) is not None]
    weight = sum(voter.weight for voter, _ in cast)
    score = sum(voter.weight * vote for voter, vote in cast) / weight if weight else 0
    side = (score >= DECISIVE) - (score <= -DECISIVE)
    agreed = sum(voter.weight for voter, vote in cast if vote == side)
    reasons = tuple(voter.up if vote > 0 else voter.down for voter, vote in cast if vote)
    return _SIGNALS[side], 5 * round(20 * agreed / sum(voter.weight for voter in _VOTERS)), reasons
