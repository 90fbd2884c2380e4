import math
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trading.ccxt_market.world import BTC_USD
from trading.exchanges import ccxt_reading as reading


def market_of(precision: dict[str, object], **more: object) -> dict[str, Any]:
    return {"BTC/USD": {"spot": True, "precision": precision, "limits": {}, **more}}


@pytest.mark.parametrize(
    ("grid", "precision", "last", "tick", "step"),
    [
        (reading.Grid.TICKS, {"price": 0.05, "amount": 1e-8}, None, "0.05", "1e-8"),
        (reading.Grid.TICKS, {"price": 10.0, "amount": 1}, None, "10", "1"),
        (reading.Grid.TICKS, {}, None, "1e-8", "1e-8"),
        (reading.Grid.DECIMALS, {"price": 2, "amount": 5}, None, "0.01", "0.00001"),
        (reading.Grid.DECIMALS, {"price": -1, "amount": 0}, None, "10", "1"),
        (reading.Grid.DIGITS, {"price": 5, "amount": 8}, 90123.0, "1", "1e-8"),
        (reading.Grid.DIGITS, {"price": 5, "amount": 8}, 1234.5, "0.1", "1e-8"),
        (reading.Grid.DIGITS, {"price": 5, "amount": 8}, 0.00012345, "1e-8", "1e-8"),
        (reading.Grid.DIGITS, {"price": 5, "amount": 8}, 0.0000012345, "1e-8", "1e-8"),
    ],
)
def test_every_way_to_state_precision_is_understood(
    grid: reading.Grid, precision: dict[str, object], last: float | None, tick: str, step: str
) -> None:
    found = reading.instruments(market_of(precision), grid, {"BTC/USD": {"last": last}})
    assert found[BTC_USD].tick == Decimal(tick)
    assert found[BTC_USD].step == Decimal(step)
    assert found[BTC_USD].min_amount == found[BTC_USD].step


@pytest.mark.parametrize(
    "market",
    [
        market_of({"price": 0}),
        market_of({"price": -0.01}),
        market_of({"price": math.nan}),
        market_of({"amount": "x"}),
        market_of({}, taker=-0.001),
        market_of({}, maker=math.inf),
        market_of({}, limits={"amount": {"min": -1}}),
        market_of({}, active=False),
        market_of({}, spot=False),
    ],
)
def test_a_pair_whose_rules_make_no_sense_is_left_out(market: dict[str, Any]) -> None:
    assert reading.instruments(market, reading.Grid.TICKS, {}) == {}


def test_a_maker_may_be_paid() -> None:
    found = reading.instruments(market_of({}, maker=-0.0001, taker=0.0005), reading.Grid.TICKS, {})
    assert (found[BTC_USD].maker_fee, found[BTC_USD].taker_fee) == (Decimal("-0.0001"), Decimal("0.0005"))


@given(st.integers(1, 10**12), st.integers(0, 8))
def test_a_price_on_the_grid_survives_as_a_float(ticks: int, places: int) -> None:
    tick = Decimal(1).scaleb(-places)
    price = ticks * tick
    assert reading.positive(float(price), tick) == price
    assert reading.positive(math.nextafter(float(price), math.inf), tick) == price


def test_a_price_off_the_grid_is_left_as_it_is() -> None:
    assert reading.positive(100.004, Decimal("0.01")) == Decimal("100.004")
