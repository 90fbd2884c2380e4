"""A snapshot is one moment of the market: nothing later is in it, and the same market has the same hash."""

import hashlib
import random
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.trading.runs.given import BNB, ETH, FIVE, NOW, XRP, candles
from trading.indicators import rsi, sma
from trading.model import Candle
from trading.runs.snapshot import LOOKBACK, Snapshot, from_plain, plain, snapshot
from trading.timeframes import Timeframe

D = Decimal
M5 = Timeframe.M5


def walk(count: int, seed: int = 1) -> list[Decimal]:
    drawn = random.Random(seed)
    price, prices = D(2_000), []
    for _ in range(count):
        price += D(drawn.randrange(-100, 101)) / 10
        prices.append(price)
    return prices


def seen(rows: list[Candle]) -> Snapshot:
    return snapshot(NOW, M5, {ETH: rows})


def test_the_figures_are_those_of_the_last_24_hours() -> None:
    # A day is 288 candles: the one before it stands at 1600, the day begins at 2000 and ends at 2400.
    closes = [1_600] * 12 + [2_000] * 287 + [2_400]
    market = seen(candles(closes, volume=3)).of(ETH)
    assert market is not None
    assert (market.price, market.closed_at, market.change_24h) == (D(2_400), NOW, D("0.5"))
    assert (market.high_24h, market.low_24h, market.volume_24h) == (D(2_401), D(1_999), D(864))
    assert market.indicators["sma_20"] == D(2_020)
    assert market.indicators["sma_50"] == D(2_008)


def test_indicators_are_the_houses_rounded_to_ten_digits() -> None:
    rows = candles(walk(LOOKBACK))
    market = seen(rows).of(ETH)
    assert market is not None
    closes = np.array([float(each.close) for each in rows])
    for name, value in (("sma_50", sma(closes, 50)[-1]), ("rsi_14", rsi(closes, 14)[-1])):
        figure = market.indicators[name]
        assert figure is not None
        assert float(figure) == pytest.approx(float(value), rel=1e-9)


def test_what_is_not_warm_or_not_known_is_none() -> None:
    market = seen(candles([2_000] * 20)).of(ETH)
    assert market is not None
    assert market.change_24h is None
    assert market.indicators["sma_20"] == D(2_000)
    assert [market.indicators[name] for name in ("sma_50", "macd", "macd_signal")] == [None] * 3


def test_a_candle_of_tomorrow_changes_nothing() -> None:
    rows = candles(walk(400))
    trap = [Candle(NOW + FIVE * n, D(9), D("1e9"), D("-5"), D("NaN"), D("NaN")) for n in range(300)]
    forming = Candle(NOW - FIVE + timedelta(microseconds=1), D(9), D(9), D(9), D(9), D(9))
    for later in (trap, [forming], [forming, *trap]):
        assert seen([*rows, *later]) == seen(rows)
        assert seen([*rows, *later]).digest == seen(rows).digest


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 250))
def test_every_moment_sees_only_what_had_closed_by_then(ago: int) -> None:
    rows, at = candles(walk(600)), NOW - FIVE * ago
    assert snapshot(at, M5, {ETH: rows}) == snapshot(at, M5, {ETH: rows[:-ago]})


def test_candles_older_than_the_lookback_change_no_indicator() -> None:
    newest = walk(LOOKBACK)
    short, long = (seen(candles([*older, *newest])).of(ETH) for older in ([], [10**9] * 50))
    assert short is not None
    assert long is not None
    assert short.indicators == long.indicators


def test_a_pair_without_a_sound_price_is_named_and_the_others_go_on() -> None:
    good = candles(walk(300))
    flawed = {
        "none": [],
        "too old": candles(walk(300), NOW - FIVE * 3),
        "out of order": [*good[:-2], good[-1], good[-2]],
        "twice": [*good, good[-1]],
        "no number": [*good[:-1], replace(good[-1], close=D("NaN"))],
        "nothing": [*good[:-1], replace(good[-1], low=D(0))],
        "less than nothing": [*good[:-1], replace(good[-1], volume=D(-1))],
    }
    for rows in flawed.values():
        found = snapshot(NOW, M5, {BNB: rows, ETH: good, XRP: rows})
        assert found == replace(seen(good), unpriced=(BNB, XRP))


def test_the_newest_price_may_be_two_candles_old() -> None:
    assert snapshot(NOW + FIVE * 2, M5, {ETH: candles(walk(30))}).priced == (ETH,)


def test_equal_figures_hash_alike_however_they_are_written() -> None:
    rows = candles(walk(300))
    written = [replace(each, close=D(f"{each.close:.6f}"), volume=D("1.000")) for each in rows]
    assert seen(written).digest == seen(rows).digest
    other = [*rows[:-1], replace(rows[-1], close=rows[-1].close + D("0.01"))]
    assert seen(other).digest != seen(rows).digest


def test_the_hash_is_that_of_the_canonical_form() -> None:
    found = snapshot(NOW, M5, {ETH: candles([2_000] * 30), BNB: []})
    assert found.digest == hashlib.sha256("".join(CANONICAL.split()).encode()).hexdigest()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 999_999), st.integers(0, 400))
def test_a_stored_snapshot_comes_back_as_it_was(microseconds: int, count: int) -> None:
    at = NOW + timedelta(microseconds=microseconds)
    found = snapshot(at, M5, {ETH: candles(walk(count)), BNB: []})
    stored = orjson.loads(orjson.dumps(plain(found)))
    assert from_plain(stored) == found
    assert from_plain(stored).digest == found.digest


CANONICAL = """
{"at":"2026-03-02T12:00:00+00:00","markets":[{"change24h":null,"closedAt":"2026-03-02T12:00:00+00:00",
"high24h":"2001","indicators":{"atr_14":"2","bollinger_lower":"2000","bollinger_middle":"2000",
"bollinger_upper":"2000","ema_12":"2000","ema_26":"2000","macd":null,"macd_histogram":null,"macd_signal":null,
"rsi_14":"50","sma_20":"2000","sma_50":null},"low24h":"1999","price":"2000","symbol":"ETH/USDT",
"volume24h":"30"}],"timeframe":"5m","unpriced":["BNB/USDT"]}
"""
