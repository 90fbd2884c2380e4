from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trading.series import candles_closing_at, candles_of, markets, waves
from trading.analysis import Analysis, Signal, analyze
from trading.errors import UnknownIndicator
from trading.indicators import Bars
from trading.levels import Zone, pivot_highs, pivot_lows, supports_and_resistances, zones
from trading.model import Candle
from trading.readings import (
    AtrReading,
    BollingerReading,
    ExponentialAverages,
    MacdReading,
    MovingAverages,
    RsiReading,
    Stretch,
    Trend,
)

SAW_TOOTH = [100 + 0.1 * n + (0.8 if n % 2 else -0.8) for n in range(250)]
PAIRS = {
    "rsi_oversold": "rsi_overbought",
    "macd_bullish": "macd_bearish",
    "ma20_above_ma50": "ma20_below_ma50",
    "above_ma50": "below_ma50",
    "ma50_above_ma200": "ma50_below_ma200",
    "ema12_above_ema26": "ema12_below_ema26",
    "below_lower_band": "above_upper_band",
    "near_support": "near_resistance",
    "bullish": "bearish",
    "buy": "sell",
    "hold": "hold",
    "neutral": "neutral",
}
MIRROR = PAIRS | {down: up for up, down in PAIRS.items()}


def near(figure: float) -> Any:
    return pytest.approx(figure, abs=1e-9)


def test_a_single_candle_says_nothing_and_says_so() -> None:
    candles = candles_closing_at([100.0])
    assert analyze(candles) == Analysis(
        candle=candles[0],
        trend=Trend.NEUTRAL,
        signal=Signal.HOLD,
        confidence=0,
        reasons=(),
        supports=(),
        resistances=(),
        rsi=RsiReading(None, Stretch.NEUTRAL),
        macd=MacdReading(None, Trend.NEUTRAL, None, None),
        ma=MovingAverages(None, None, None),
        bollinger=BollingerReading(None, None, None, Stretch.NEUTRAL),
        atr=AtrReading(None, None),
        ema=ExponentialAverages(None, None),
    )


def test_a_straight_rise_is_read_figure_by_figure() -> None:
    # Closes 1, 2, ... 60: every mean of n closes lies (n - 1) / 2 behind the last one, every EMA too.
    found = analyze(candles_closing_at([float(n) for n in range(1, 61)]))
    deviation = (sum((n - 9.5) ** 2 for n in range(20)) / 20) ** 0.5
    assert found.rsi == RsiReading(100.0, Stretch.OVERBOUGHT)
    assert found.ma == MovingAverages(near(50.5), near(35.5), None)
    assert found.ema == ExponentialAverages(near(54.5), near(47.5))
    assert found.macd == MacdReading(near(7), Trend.NEUTRAL, near(7), near(0))
    assert found.bollinger == BollingerReading(
        near(50.5 + 2 * deviation),
        near(50.5),
        near(50.5 - 2 * deviation),
        Stretch.NEUTRAL,
    )
    assert found.atr == AtrReading(near(1), near(100 / 60))
    assert (found.supports, found.resistances) == ((), ())
    assert found.trend is Trend.BULLISH


def test_votes_are_weighed_and_counted_by_the_documented_table() -> None:
    # RSI -2, MACD 0 of 2, MA20/MA50 +2, close/MA50 +1, EMA +1, band 0 of 1; MA200 and the zones abstain. So
    # +2 of 9 is no decision, and 3 of all 11 say so.
    found = analyze(candles_closing_at([float(n) for n in range(1, 61)]))
    assert found.signal is Signal.HOLD
    assert found.confidence == 25
    assert found.reasons == ("rsi_overbought", "ma20_above_ma50", "above_ma50", "ema12_above_ema26")


def test_a_rise_without_haste_is_a_buy() -> None:
    # A rising saw tooth is not stretched and has no pivot; all means stand in order: 7 of 11.
    found = analyze(candles_closing_at(SAW_TOOTH, reach=0.25))
    assert found.trend is Trend.BULLISH
    assert found.signal is Signal.BUY
    assert found.confidence == 65
    assert found.reasons == (
        "macd_bullish",
        "ma20_above_ma50",
        "above_ma50",
        "ma50_above_ma200",
        "ema12_above_ema26",
    )


@pytest.mark.parametrize(
    "closes", [SAW_TOOTH, waves(230, 0.1), waves(251, 0.3, 8, 50), waves(242, 0.3, 12, 50)]
)
def test_a_mirrored_market_gives_the_mirrored_answer(closes: list[float]) -> None:
    rise = analyze(candles_closing_at(closes, reach=0.5))
    fall = analyze(candles_closing_at([500 - close for close in closes], reach=0.5))
    assert (fall.trend, fall.signal) == (MIRROR[rise.trend], MIRROR[rise.signal])
    assert fall.confidence == rise.confidence
    assert fall.reasons == tuple(MIRROR[reason] for reason in rise.reasons)
    assert [zone.strength for zone in fall.supports] == [zone.strength for zone in rise.resistances]
    assert [zone.price for zone in fall.resistances] == [
        pytest.approx(500 - zone.price) for zone in rise.supports
    ]


def test_four_votes_of_ten_decide_and_three_of_eleven_do_not() -> None:
    # MACD and all means up (7), stretched twice (-3); the zones abstain.
    strong = analyze(candles_closing_at([*waves(257, slope=0.3, height=8, length=50), 228.0], reach=0.5))
    assert (strong.signal, strong.confidence) == (Signal.BUY, 65)
    assert {"rsi_overbought", "above_upper_band"} <= set(strong.reasons)
    # Means up (5), MACD down (-2), nothing stretched and no zone near (4).
    weak = analyze(candles_closing_at(waves(260, slope=0.3, height=3, length=30), reach=0.5))
    assert (weak.signal, weak.confidence) == (Signal.HOLD, 35)
    assert weak.reasons[0] == "macd_bearish"


def test_rounding_dust_does_not_vote() -> None:
    found = analyze(candles_closing_at([0.1 * n for n in range(1, 61)]))
    assert found.macd is not None
    assert found.macd.histogram
    assert found.macd.signal is Trend.NEUTRAL


def test_a_crash_is_oversold_below_the_band_and_bearish() -> None:
    found = analyze(candles_closing_at([*waves(80, height=2), *(98.0 - 4 * n for n in range(8))]))
    assert found.rsi is not None
    assert found.bollinger is not None
    assert found.rsi.signal is Stretch.OVERSOLD
    assert found.bollinger.signal is Stretch.OVERSOLD
    assert {"rsi_oversold", "below_lower_band", "macd_bearish", "below_ma50"} <= set(found.reasons)
    assert found.trend is Trend.BEARISH


def test_a_market_that_never_moves_is_held_on_full_agreement_of_those_who_could_vote() -> None:
    found = analyze(candles_closing_at([42.0] * 250))
    assert found.trend is Trend.NEUTRAL
    assert (found.signal, found.reasons) == (Signal.HOLD, ())
    # Only the zones abstain: 10 of 11 weights.
    assert found.confidence == 90
    assert found.rsi == RsiReading(50.0, Stretch.NEUTRAL)


def test_only_the_readings_asked_for_are_shown_and_the_verdict_stays() -> None:
    candles = candles_closing_at(waves(260, slope=0.2), reach=1)
    everything = analyze(candles)
    assert analyze(candles, ["RSI", "bb"]) == replace(everything, macd=None, ma=None, atr=None, ema=None)
    assert analyze(candles, ["sma", "macd", "atr", "ema"]) == replace(everything, rsi=None, bollinger=None)
    assert analyze(candles, []) == replace(
        everything, rsi=None, macd=None, ma=None, bollinger=None, atr=None, ema=None
    )


def test_an_unknown_reading_is_refused() -> None:
    with pytest.raises(UnknownIndicator):
        analyze(candles_closing_at(waves(60)), ["rsi", "moon"])


def test_no_candles_are_refused() -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        analyze([])


@given(markets(least=30, most=90), st.integers(-20, 20))
def test_the_verdict_does_not_depend_on_the_unit_of_price(candles: Sequence[Candle], power: int) -> None:
    factor = 2.0**power
    scaled = candles_of(
        (
            float(c.open) * factor,
            float(c.high) * factor,
            float(c.low) * factor,
            float(c.close) * factor,
            float(c.volume),
        )
        for c in candles
    )
    here, there = analyze(candles), analyze(scaled)
    assert (there.trend, there.signal, there.confidence, there.reasons) == (
        here.trend,
        here.signal,
        here.confidence,
        here.reasons,
    )
    assert there.supports == tuple(Zone(zone.price * factor, zone.strength) for zone in here.supports)


@given(markets(most=90))
def test_an_analysis_keeps_its_promises(candles: Sequence[Candle]) -> None:
    found = analyze(candles)
    close = float(candles[-1].close)
    assert found.confidence in range(0, 101, 5)
    assert [zone.price for zone in found.supports] == sorted((z.price for z in found.supports), reverse=True)
    assert [zone.price for zone in found.resistances] == sorted(z.price for z in found.resistances)
    assert all(zone.price < close and zone.strength > 0 for zone in found.supports)
    assert all(zone.price > close and zone.strength > 0 for zone in found.resistances)
    assert found.rsi is not None
    assert found.rsi.value is None or 0 <= found.rsi.value <= 100


def naive_tops(high: Sequence[float], span: int) -> list[int]:
    return [
        n
        for n in range(span, len(high) - span)
        if all(high[n] > other for other in high[n - span : n])
        and all(high[n] >= other for other in high[n + 1 : n + span + 1])
    ]


@given(st.lists(st.integers(1, 12).map(float), max_size=80), st.integers(1, 6))
def test_a_pivot_tops_its_neighbours(high: list[float], span: int) -> None:
    series = np.array(high)
    assert pivot_highs(series, span) == naive_tops(high, span)
    assert pivot_lows(-series, span) == naive_tops(high, span)


@given(markets(least=12))
def test_a_pivot_is_known_five_bars_later_and_then_for_good(candles: Sequence[Candle]) -> None:
    high = Bars.of(candles).high
    known = pivot_highs(high)
    for count in range(len(high) + 1):
        assert pivot_highs(high[:count]) == [bar for bar in known if bar + 5 < count]


def test_prices_closer_than_the_gap_are_one_zone() -> None:
    assert zones([110.0, 100.0, 101.0, 101.9, 103.0], gap=1.0) == [
        Zone(100.0, 1),
        Zone(101.45, 2),
        Zone(103.0, 1),
        Zone(110.0, 1),
    ]


def test_zones_are_sorted_into_those_below_and_above() -> None:
    # One peak of 110 and one trough of 90 five bars in from either end, a second peak of 110.2 between.
    high = np.array([100.0] * 5 + [110] + [100] * 12 + [110.2] + [100] * 5)
    low = np.array([99.0] * 11 + [90] + [99] * 12)
    assert supports_and_resistances(high, low, 99.5, atr=2.0) == ((Zone(90.0, 1),), (Zone(110.1, 2),))
    for narrow in (0.3, 0.1):
        assert supports_and_resistances(high, low, 99.5, atr=narrow) == (
            (Zone(90.0, 1),),
            (Zone(110.0, 1), Zone(110.2, 1)),
        )
    assert supports_and_resistances(high, low, 120.0, atr=2.0) == ((Zone(110.1, 2), Zone(90.0, 1)), ())
    assert supports_and_resistances(high, low, 99.5, atr=None) == ((), ())


def test_a_market_at_its_support_says_so() -> None:
    closes = [*waves(100, height=5, length=40), *(100 - 0.7 * n for n in range(1, 8))]
    found = analyze(candles_closing_at(closes, reach=0.4))
    assert found.supports
    assert "near_support" in found.reasons
