import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trading.series import candles_closing_at, candles_of, closes_for, markets, waves
from trading.errors import UnknownIndicator
from trading.indicators import (
    INDICATORS,
    Bars,
    Series,
    atr,
    bollinger,
    ema,
    indicator,
    last,
    macd,
    rsi,
    sma,
    volume_mean,
)
from trading.model import Candle

Row = list[float | None]


def naive_sma(values: Sequence[float], period: int) -> Row:
    return [
        None if n + 1 < period else math.fsum(values[n + 1 - period : n + 1]) / period
        for n in range(len(values))
    ]


def naive_ema(values: Sequence[float], period: int, start: int = 0) -> Row:
    row: Row = [None] * len(values)
    first = start + period - 1
    if len(values) <= first:
        return row
    row[first] = now = math.fsum(values[start : first + 1]) / period
    for n in range(first + 1, len(values)):
        row[n] = now = now + (values[n] - now) * 2 / (period + 1)
    return row


def naive_wilder(values: Sequence[float], period: int) -> Row:
    row: Row = [None] * len(values)
    if len(values) < period:
        return row
    row[period - 1] = now = math.fsum(values[:period]) / period
    for n in range(period, len(values)):
        row[n] = now = (now * (period - 1) + values[n]) / period
    return row


def naive_rsi(values: Sequence[float], period: int) -> Row:
    moves = [after - before for before, after in pairwise(values)]
    gains = naive_wilder([max(move, 0) for move in moves], period)
    losses = naive_wilder([max(-move, 0) for move in moves], period)
    row: Row = [None]
    for gain, loss in zip(gains, losses, strict=True):
        if gain is None or loss is None:
            row.append(None)
        else:
            row.append(100 * gain / (gain + loss) if gain + loss else 50.0)
    return row[: len(values)]


def naive_atr(candles: Sequence[Candle], period: int) -> Row:
    ranges = [
        float(max(now.high, before.close) - min(now.low, before.close)) for before, now in pairwise(candles)
    ]
    return [None, *naive_wilder(ranges, period)][: len(candles)]


def naive_macd(values: Sequence[float], fast: int, slow: int, signal: int) -> tuple[Row, Row]:
    quick, long = naive_ema(values, fast, slow - fast), naive_ema(values, slow)
    line = [a - b for a, b in zip(quick, long, strict=True) if a is not None and b is not None]
    smooth = naive_ema(line, signal)
    padding: Row = [None] * (len(values) - len(line))
    shown: Row = [None if b is None else a for a, b in zip(line, smooth, strict=True)]
    return padding + shown, padding + smooth


def agree(series: Series, row: Row, size: float) -> None:
    assert len(series) == len(row)
    expected = [math.nan if figure is None else figure for figure in row]
    np.testing.assert_allclose(series, expected, rtol=1e-9, atol=1e-9 * size)


def column(values: Sequence[float]) -> Series:
    return np.array(values, dtype=np.float64)


@given(closes_for(0), st.integers(1, 30))
def test_the_simple_mean_is_the_mean_of_the_last_values(closes: list[float], period: int) -> None:
    agree(sma(column(closes), period), naive_sma(closes, period), max(closes, default=1))


@given(closes_for(0), st.integers(1, 30))
def test_the_exponential_mean_starts_at_the_simple_one(closes: list[float], period: int) -> None:
    agree(ema(column(closes), period), naive_ema(closes, period), max(closes, default=1))


@given(closes_for(0), st.integers(2, 20))
def test_rsi_is_wilders(closes: list[float], period: int) -> None:
    agree(rsi(column(closes), period), naive_rsi(closes, period), 100)


@given(closes_for(0), st.integers(2, 12), st.integers(1, 15), st.integers(1, 12))
def test_macd_starts_both_means_at_the_same_bar(
    closes: list[float], fast: int, wider: int, signal: int
) -> None:
    line, smooth = naive_macd(closes, fast, fast + wider, signal)
    found = macd(column(closes), fast, fast + wider, signal)
    size = max(closes, default=1)
    agree(found.line, line, size)
    agree(found.signal, smooth, size)
    agree(found.histogram, [a - b if a and b else a for a, b in zip(line, smooth, strict=True)], size)


@given(closes_for(0), st.integers(2, 25), st.floats(0.5, 4))
def test_bollinger_bands_are_population_deviations_from_the_mean(
    closes: list[float], period: int, width: float
) -> None:
    bands = bollinger(column(closes), period, width)
    means = naive_sma(closes, period)
    agree(bands.middle, means, max(closes, default=1))
    for n, mean in enumerate(means):
        if mean is None:
            assert np.isnan(bands.upper[n])
            assert np.isnan(bands.lower[n])
        else:
            window = closes[n + 1 - period : n + 1]
            variance = math.fsum((close - mean) ** 2 for close in window) / period
            noise = 1e-9 * max(closes) ** 2
            assert ((bands.upper[n] - mean) / width) ** 2 == pytest.approx(variance, rel=1e-6, abs=noise)
            assert bands.upper[n] - mean == pytest.approx(mean - bands.lower[n], abs=1e-9 * max(closes))


@given(markets(), st.integers(1, 20))
def test_atr_is_wilders(candles: Sequence[Candle], period: int) -> None:
    bars = Bars.of(candles)
    agree(atr(bars.high, bars.low, bars.close, period), naive_atr(candles, period), float(bars.high.max()))


@given(markets(), st.integers(1, 20))
def test_volume_is_averaged_over_its_last_bars(candles: Sequence[Candle], period: int) -> None:
    volumes = [float(candle.volume) for candle in candles]
    agree(volume_mean(Bars.of(candles).volume, period), naive_sma(volumes, period), max(volumes))


@pytest.mark.parametrize(
    ("series", "warm"),
    [
        (lambda c: sma(c, 20), 19),
        (lambda c: ema(c, 26), 25),
        (lambda c: rsi(c, 14), 14),
        (lambda c: macd(c).line, 33),
        (lambda c: macd(c).histogram, 33),
        (lambda c: bollinger(c).lower, 19),
        (lambda c: atr(c, c, c, 14), 14),
    ],
)
def test_what_is_not_warm_is_not_a_number_and_none_at_the_border(
    series: Callable[[Series], Series], warm: int
) -> None:
    closes = column(waves(60))
    for count in range(61):
        found = series(closes[:count])
        assert len(found) == count
        assert np.isnan(found[:warm]).all()
        assert np.isfinite(found[warm:]).all()
        assert (last(found) is None) == (count <= warm)


@given(markets(least=2), st.sampled_from(sorted(INDICATORS)), st.data())
def test_a_later_candle_never_changes_an_earlier_value(
    candles: Sequence[Candle], name: str, data: st.DataObject
) -> None:
    cut = data.draw(st.integers(1, len(candles) - 1))
    before = INDICATORS[name](Bars.of(candles[:cut]))
    after = INDICATORS[name](Bars.of(candles))
    for line, series in before.items():
        np.testing.assert_array_equal(series, after[line][:cut])


@given(closes_for(1), st.sampled_from(["sma", "ema", "rsi", "macd", "bollinger"]), st.integers(-60, 60))
def test_a_coin_of_tiny_price_reads_like_a_dear_one(closes: list[float], name: str, power: int) -> None:
    bars = Bars.of(candles_closing_at(closes))
    factor = 2.0**power
    scaled = Bars(*(each * factor for each in (bars.open, bars.high, bars.low, bars.close, bars.volume)))
    unit = 1.0 if name == "rsi" else factor
    for line, series in INDICATORS[name](bars).items():
        np.testing.assert_array_equal(series * unit, INDICATORS[name](scaled)[line])


def test_a_market_that_never_moved_is_neither_strong_nor_weak() -> None:
    assert list(rsi(column([7.0] * 20))[14:]) == [50.0] * 6


def test_a_market_that_stops_moving_keeps_its_strength() -> None:
    closes = [*waves(40), *[123.0] * 2000]
    found = rsi(column(closes))
    assert found[-1] == pytest.approx(found[41])
    assert 0 < found[-1] < 100


def test_a_market_that_only_falls_has_no_strength() -> None:
    assert last(rsi(column([100.0 - n for n in range(30)]))) == 0


def test_an_indicator_can_be_read_from_one_that_warms_up() -> None:
    strength = rsi(column(waves(60)))
    smooth = sma(strength, 5)
    assert np.isnan(smooth[:18]).all()
    assert smooth[18] == pytest.approx(strength[14:19].mean())


@pytest.mark.parametrize("broken", [[1.0, math.nan, 2.0], [1.0, math.inf], [-math.inf, 1.0]])
def test_a_series_with_a_hole_is_refused(broken: list[float]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        sma(column(broken), 1)


def test_columns_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        atr(column([1.0] * 20), column([1.0] * 19), column([1.0] * 20))


def test_any_layout_of_an_array_is_read() -> None:
    plain = column(waves(60))
    other = np.asfortranarray(np.column_stack([plain, plain]))[:, 1]
    np.testing.assert_array_equal(sma(np.repeat(plain, 2)[::2]), sma(plain))
    np.testing.assert_array_equal(sma(other.astype(">f8")), sma(plain))
    np.testing.assert_array_equal(sma(np.full(30, np.nan)), np.full(30, np.nan))


@pytest.mark.parametrize(
    "ask",
    [
        lambda c: sma(c, 0),
        lambda c: ema(c, -3),
        lambda c: rsi(c, 1),
        lambda c: rsi(c, 10**9),
        lambda c: macd(c, 26, 12),
        lambda c: macd(c, 12, 12),
        lambda c: bollinger(c, 1),
        lambda c: bollinger(c, 20, 0),
        lambda c: bollinger(c, 20, math.nan),
        lambda c: atr(c, c, c, 0),
    ],
)
def test_a_period_that_makes_no_sense_is_refused(ask: Callable[[Series], object]) -> None:
    with pytest.raises(UnknownIndicator):
        ask(column(waves(60)))


@pytest.mark.parametrize(
    ("name", "found"),
    [("RSI", "rsi"), ("bb", "bollinger"), (" ma ", "sma"), ("macd", "macd"), ("bbands", "bollinger")],
)
def test_an_indicator_is_found_by_the_names_people_use(name: str, found: str) -> None:
    assert indicator(name) is INDICATORS[found]


@pytest.mark.parametrize("name", ["", "ichimoku", "rsi()", "__class__"])
def test_an_indicator_that_is_not_there_is_refused(name: str) -> None:
    with pytest.raises(UnknownIndicator):
        indicator(name)


@pytest.mark.parametrize(
    ("name", "given_"),
    [
        ("rsi", {"length": 14}),
        ("rsi", {"period": 14.5}),
        ("rsi", {"period": True}),
        ("rsi", {"period": math.nan}),
        ("rsi", {"period": 1}),
        ("macd", {"fast": 30}),
        ("bollinger", {"width": 0}),
    ],
)
def test_a_parameter_outside_its_bounds_is_refused(name: str, given_: dict[str, float]) -> None:
    with pytest.raises(UnknownIndicator):
        INDICATORS[name](Bars.of(candles_closing_at(waves(60))), given_)


def test_the_table_computes_with_defaults_and_with_given_parameters() -> None:
    bars = Bars.of(candles_of((a, a + 2, a - 2, a + 1, n) for n, a in enumerate(waves(60))))
    np.testing.assert_array_equal(INDICATORS["rsi"](bars)["value"], rsi(bars.close))
    np.testing.assert_array_equal(INDICATORS["ema"](bars, {"period": 26})["value"], ema(bars.close, 26))
    np.testing.assert_array_equal(
        INDICATORS["bollinger"](bars, {"width": 1.5})["lower"], bollinger(bars.close, 20, 1.5).lower
    )
    np.testing.assert_array_equal(
        INDICATORS["atr"](bars, {"period": 5})["value"], atr(bars.high, bars.low, bars.close, 5)
    )
    np.testing.assert_array_equal(INDICATORS["volume"](bars)["value"], volume_mean(bars.volume))
    assert list(INDICATORS["macd"](bars)) == ["line", "signal", "histogram"]
