"""Markets as this API tells of them: of the arena's pairs all at once, and of any other by its name."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import TypeAdapter, ValidationError

from gateway.dialects.llm_trading.answers import (
    Day,
    Indicators,
    IndicatorsOf,
    MarketSnapshot,
    MarketSummary,
    Price,
    Prices,
    Ticker,
)
from tools.analysis import AnalysisReport
from tools.errors import InvalidParams
from tools.market import PriceReport, PriceReports
from tools.wire import CandleLength, Pair

SYMBOLS: Mapping[str, str] = {
    f"{base}USDT": f"{base}/USDT" for base in ("ETH", "BNB", "XRP", "DOGE", "ADA", "AVAX")
}
"""The pairs by the names that this API has for them."""

ALL: Mapping[str, Any] = {"pairs": list(SYMBOLS.values())}
"""Asks for all of them."""

Fields = Mapping[str, Any]

_INTERVALS: TypeAdapter[Any] = TypeAdapter(CandleLength)
_PAIRS: TypeAdapter[Any] = TypeAdapter(Pair)


def of_one(fields: Fields) -> Fields:
    """Ask for one pair, in any spelling, also for one that the arena does not trade.

    Raises InvalidParams for what is no pair.
    """
    symbol = str(fields["pair"])
    try:
        pair = _PAIRS.validate_python(symbol)
    except ValidationError:
        said = f"Invalid trading symbol '{symbol[:40]}'"
        raise InvalidParams(said, details={"fields": ["symbol"]}) from None
    return {**fields, "pair": str(pair)}


def of_indicators(fields: Fields) -> Fields:
    """Ask for what this API shows of one pair; raise InvalidParams for no pair or interval of it."""
    interval = str(fields.get("timeframe", "1h"))
    try:
        _INTERVALS.validate_python(interval)
    except ValidationError:
        said = f"Invalid interval '{interval[:40]}'"
        raise InvalidParams(said, details={"fields": ["interval"]}) from None
    return {**of_one(fields), "timeframe": interval, "indicators": ["ma", "ema", "rsi", "macd", "bollinger"]}


def prices(told: PriceReports, at: datetime) -> Prices:
    """Return the price of every pair, and the moment among them."""
    found: dict[str, Any] = {each.pair.joined: each.price for each in told.prices}
    return Prices(**found, timestamp=_latest(told.prices, at))


def snapshot(told: PriceReports, at: datetime) -> MarketSnapshot:
    """Return all markets and what they come to."""
    changes = [each.change_24h for each in told.prices]
    latest = _latest(told.prices, at)
    return MarketSnapshot(
        symbols={each.pair.joined: Day(**_day(each)) for each in told.prices},
        summary=MarketSummary(
            total_symbols=len(told.prices),
            average_change_24h=round(sum(changes, Decimal(0)) / max(len(changes), 1), 4),
            total_volume_24h=sum((each.turnover_24h for each in told.prices), Decimal(0)),
            last_updated=latest,
        ),
        timestamp=latest,
    )


def price(told: PriceReport, at: datetime) -> Price:
    """Return one price."""
    return Price(symbol=told.pair.joined, price=told.price, timestamp=told.timestamp)


def ticker(told: PriceReport, at: datetime) -> Ticker:
    """Return one market."""
    return Ticker(
        **_day(told),
        symbol=told.pair.joined,
        bid=told.bid,
        ask=told.ask,
        price_change_24h=told.last - told.open_24h,
        timestamp=told.timestamp,
    )


def indicators(told: AnalysisReport, at: datetime) -> IndicatorsOf:
    """Return the indicators of one market."""
    shown = told.indicators
    ma, ema, rsi, macd, bands = shown.ma, shown.ema, shown.rsi, shown.macd, shown.bollinger
    return IndicatorsOf(
        symbol=told.pair.joined,
        interval=told.timeframe.value,
        indicators=Indicators(
            sma_20=ma and ma.ma20,
            sma_50=ma and ma.ma50,
            ema_12=ema and ema.ema12,
            ema_26=ema and ema.ema26,
            rsi_14=rsi and rsi.value,
            macd=macd and macd.value,
            macd_signal=macd and macd.signal_line,
            bollinger_upper=bands and bands.upper,
            bollinger_middle=bands and bands.middle,
            bollinger_lower=bands and bands.lower,
        ),
        timestamp=at,
    )


def _day(told: PriceReport) -> dict[str, Any]:
    return {
        "price": told.price,
        "price_change_pct_24h": told.change_24h,
        "volume_24h": told.turnover_24h,
        "high_24h": told.high_24h,
        "low_24h": told.low_24h,
    }


def _latest(told: Sequence[PriceReport], at: datetime) -> datetime:
    return max((each.timestamp for each in told), default=at)
