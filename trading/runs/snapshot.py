"""What every decider of a cycle sees of the market: one moment, made of candles that had closed by then."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import orjson

from trading.indicators import Bars, atr, bollinger, ema, last, macd, rsi, sma
from trading.model import ZERO, Candle
from trading.symbols import Symbol, parse_symbol
from trading.timeframes import Timeframe

LOOKBACK = 250
"""The newest closed candles that indicators are reckoned from: older ones change nothing."""

DIGITS = 10
"""Significant digits of an indicator: what lies beyond differs between machines."""

DAY = timedelta(hours=24)

OLDEST = 2
"""So many candle lengths after the newest one has closed its price is too old to trade by."""


@dataclass(frozen=True, slots=True)
class MarketView:
    """One pair at the moment of a snapshot.

    `price` is the newest close. The figures of 24 hours are those of the candles that opened within them,
    volume in base units, and `change_24h` is a fraction, None where candles do not reach that far back. An
    indicator that is not warm is None.
    """

    symbol: Symbol
    price: Decimal
    closed_at: datetime
    change_24h: Decimal | None
    high_24h: Decimal
    low_24h: Decimal
    volume_24h: Decimal
    indicators: Mapping[str, Decimal | None]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The market of a cycle, pairs in the order of the run; `unpriced` are those without a sound price."""

    at: datetime
    timeframe: Timeframe
    markets: tuple[MarketView, ...]
    unpriced: tuple[Symbol, ...] = ()

    @property
    def priced(self) -> tuple[Symbol, ...]:
        """The pairs that can be traded in this cycle."""
        return tuple(each.symbol for each in self.markets)

    def of(self, symbol: Symbol) -> MarketView | None:
        """Return what is known of one pair, None without a price."""
        return next((each for each in self.markets if each.symbol == symbol), None)

    @property
    def digest(self) -> str:
        """The SHA-256 of its canonical form, in hex: the same market has the same one on every machine."""
        return hashlib.sha256(orjson.dumps(plain(self), option=orjson.OPT_SORT_KEYS)).hexdigest()


def snapshot(at: datetime, timeframe: Timeframe, candles: Mapping[Symbol, Sequence[Candle]]) -> Snapshot:
    """Return the market at a moment out of candles of one timeframe, oldest first.

    A candle that had not closed by `at` is not looked at. A pair without candles, or whose newest closed one
    is too old, or whose candles are out of order or hold what is no price, is unpriced.
    """
    found = {symbol: _market(symbol, at, timeframe, rows) for symbol, rows in candles.items()}
    return Snapshot(
        at,
        timeframe,
        tuple(each for each in found.values() if each is not None),
        tuple(symbol for symbol, each in found.items() if each is None),
    )


def plain(seen: Snapshot) -> dict[str, Any]:
    """Return a snapshot in its canonical form: figures as text, without trailing zeros or exponent."""
    return {
        "at": _moment(seen.at),
        "timeframe": str(seen.timeframe),
        "markets": [_plain_market(each) for each in seen.markets],
        "unpriced": [str(symbol) for symbol in seen.unpriced],
    }


def from_plain(stored: Mapping[str, Any]) -> Snapshot:
    """Return the snapshot of a canonical form."""
    return Snapshot(
        datetime.fromisoformat(stored["at"]),
        Timeframe(stored["timeframe"]),
        tuple(_stored_market(each) for each in stored["markets"]),
        tuple(parse_symbol(text) for text in stored["unpriced"]),
    )


def _market(
    symbol: Symbol, at: datetime, timeframe: Timeframe, candles: Sequence[Candle]
) -> MarketView | None:
    closed = [each for each in candles if each.opened_at + timeframe.span <= at]
    if not closed or not is_sound(closed):
        return None
    newest = closed[-1]
    closed_at = newest.opened_at + timeframe.span
    if at - closed_at > timeframe.span * OLDEST:
        return None
    day = [each for each in closed if each.opened_at >= closed_at - DAY]
    return MarketView(
        symbol=symbol,
        price=newest.close,
        closed_at=closed_at,
        change_24h=_change(closed, day),
        high_24h=max(each.high for each in day),
        low_24h=min(each.low for each in day),
        volume_24h=sum((each.volume for each in day), ZERO),
        indicators=_indicators(closed[-LOOKBACK:]),
    )


def is_sound(candles: Sequence[Candle]) -> bool:
    """Return whether candles are in order, and their prices and volumes such as a market can have."""
    return all(before.opened_at < after.opened_at for before, after in pairwise(candles)) and all(
        map(_is_sound, candles)
    )


def _is_sound(candle: Candle) -> bool:
    first, last, low, high, volume = candle.open, candle.close, candle.low, candle.high, candle.volume
    if not all(map(Decimal.is_finite, (first, last, low, high, volume))):
        return False
    return 0 < low <= first <= high and low <= last <= high and volume >= 0


def _change(closed: Sequence[Candle], day: Sequence[Candle]) -> Decimal | None:
    if len(day) == len(closed):
        return None
    before = closed[-len(day) - 1].close
    return (closed[-1].close / before - 1).quantize(Decimal("1e-8"))


def _indicators(candles: Sequence[Candle]) -> dict[str, Decimal | None]:
    bars = Bars.of(candles)
    close = bars.close
    lines, bands = macd(close), bollinger(close)
    found = {
        "sma_20": sma(close, 20),
        "sma_50": sma(close, 50),
        "ema_12": ema(close, 12),
        "ema_26": ema(close, 26),
        "rsi_14": rsi(close, 14),
        "macd": lines.line,
        "macd_signal": lines.signal,
        "macd_histogram": lines.histogram,
        "bollinger_upper": bands.upper,
        "bollinger_middle": bands.middle,
        "bollinger_lower": bands.lower,
        "atr_14": atr(bars.high, bars.low, close, 14),
    }
    return {name: _rounded(last(series)) for name, series in found.items()}


def _rounded(figure: float | None) -> Decimal | None:
    return None if figure is None else Decimal(f"{figure:.{DIGITS}g}")


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def _plain_market(seen: MarketView) -> dict[str, Any]:
    return {
        "symbol": str(seen.symbol),
        "price": text_of(seen.price),
        "closedAt": _moment(seen.closed_at),
        "change24h": None if seen.change_24h is None else text_of(seen.change_24h),
        "high24h": text_of(seen.high_24h),
        "low24h": text_of(seen.low_24h),
        "volume24h": text_of(seen.volume_24h),
        "indicators": {
            name: None if figure is None else text_of(figure) for name, figure in seen.indicators.items()
        },
    }


def _stored_market(stored: Mapping[str, Any]) -> MarketView:
    change = stored["change24h"]
    return MarketView(
        symbol=parse_symbol(stored["symbol"]),
        price=Decimal(stored["price"]),
        closed_at=datetime.fromisoformat(stored["closedAt"]),
        change_24h=None if change is None else Decimal(change),
        high_24h=Decimal(stored["high24h"]),
        low_24h=Decimal(stored["low24h"]),
        volume_24h=Decimal(stored["volume24h"]),
        indicators={
            name: None if text is None else Decimal(text) for name, text in stored["indicators"].items()
        },
    )


def text_of(figure: Decimal) -> str:
    """Return a figure as plain text, the same for equal figures however they are written."""
    text = f"{figure:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", ""} else text
