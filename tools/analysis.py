"""Reading a market: trend, momentum, levels and one signal out of them."""

from typing import Annotated

from pydantic import Field

from tools.context import Context
from tools.market import EVERYWHERE, OfPair, Quoted
from tools.registry import capability
from tools.wire import CandleLength, Num, Result, percent, unless_none
from trading.analysis import Analysis
from trading.analysis import analyze as analyze_candles
from trading.errors import ExchangeUnavailable
from trading.markets import Venue
from trading.model import Ticker
from trading.timeframes import Timeframe

ANALYSED_CANDLES = 300
"""Enough for a mean of 200 candles to have warmed up and for pivots to have neighbours."""


class OfAnalysis(OfPair):
    """What to analyse; without indicators all of rsi, macd, ma, bollinger, atr and ema are shown."""

    timeframe: CandleLength = Timeframe.H1
    indicators: Annotated[list[Annotated[str, Field(max_length=20)]] | None, Field(max_length=20)] = None


class RsiView(Result):
    """RSI(14): oversold below 30, overbought above 70."""

    value: float | None
    signal: str


class MacdView(Result):
    """MACD(12, 26, 9) in price units."""

    value: float | None
    signal: str
    signal_line: float | None
    histogram: float | None


class AveragesView(Result):
    """Simple moving averages."""

    ma20: float | None
    ma50: float | None
    ma200: float | None


class BandsView(Result):
    """Bollinger bands (20, 2)."""

    upper: float | None
    middle: float | None
    lower: float | None
    signal: str


class RangeView(Result):
    """ATR(14) in price units and in percent of the price."""

    value: float | None
    percent: float | None


class ExponentialView(Result):
    """Exponential moving averages."""

    ema12: float | None
    ema26: float | None


class Indicators(Result):
    """The readings that were asked for; a figure that has not warmed up is null."""

    rsi: RsiView | None = unless_none()
    macd: MacdView | None = unless_none()
    ma: AveragesView | None = unless_none()
    bollinger: BandsView | None = unless_none()
    atr: RangeView | None = unless_none()
    ema: ExponentialView | None = unless_none()


class AnalysisReport(Quoted):
    """What candles say: `change24h` in percent, `confidence` 0 to 100, levels nearest first.

    `reasons` are the votes behind the signal, the weightiest first.
    """

    timeframe: Timeframe
    price: Num
    change_24h: Num
    trend: str
    indicators: Indicators
    support: list[float]
    resistance: list[float]
    signal: str
    confidence: int
    reasons: list[str]


@capability("market.analyze", surfaces=EVERYWHERE)
async def analyze(ctx: Context, params: OfAnalysis) -> AnalysisReport:
    """Analyse a pair: trend, RSI, MACD, averages, bands, levels, and one signal with its confidence."""
    venue = ctx.services.markets.venue(params.exchange)
    candles = await venue.market.candles(params.pair, params.timeframe, limit=ANALYSED_CANDLES)
    ticker = await venue.market.ticker(params.pair)
    if not candles:
        raise ExchangeUnavailable(f"{venue.name} has no candles of {params.pair}")
    return _report(analyze_candles(candles, params.indicators), ticker, venue, params.timeframe)


def _report(analysis: Analysis, ticker: Ticker, venue: Venue, timeframe: Timeframe) -> AnalysisReport:
    shown = {name: getattr(analysis, name) for name in Indicators.model_fields}
    return AnalysisReport(
        pair=ticker.symbol,
        exchange=venue.name,
        source=ticker.source.value,
        timeframe=timeframe,
        price=ticker.last,
        change_24h=percent(ticker.change_24h),
        trend=analysis.trend.value,
        indicators=Indicators.model_validate(shown, from_attributes=True),
        support=[zone.price for zone in analysis.supports],
        resistance=[zone.price for zone in analysis.resistances],
        signal=analysis.signal.value,
        confidence=analysis.confidence,
        reasons=list(analysis.reasons),
    )
