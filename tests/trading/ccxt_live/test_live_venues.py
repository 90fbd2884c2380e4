import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading.exchanges.ccxt_live_venues import client_order_id, refusal, venue
from trading.model import OrderType


@given(st.text(min_size=1), st.text(min_size=1))
def test_our_name_for_an_order_is_short_always_the_same_and_only_its_own(one: str, other: str) -> None:
    assert re.fullmatch(r"[0-9a-f]{32}", client_order_id(one))
    assert client_order_id(one) == client_order_id(one)
    assert (client_order_id(one) == client_order_id(other)) is (one == other)


def test_a_name_survives_every_release() -> None:
    assert client_order_id("ord-1") == "da724c619bef80eed591da798d33cf93"


@pytest.mark.parametrize("name", ["binance", "binanceus", "kraken", "okx", "bybit", "bitget"])
def test_these_are_fit(name: str) -> None:
    assert refusal(name) is None


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("luno", "client order id"),
        ("bitflyer", "fetchOrder"),
        ("upbit", "fetchMyTrades"),
        ("kucoin", "looked up"),
        ("gate", "shorter"),
        ("nowhere", "no exchange"),
    ],
)
def test_one_that_is_not_fit_is_told_why(name: str, reason: str) -> None:
    told = refusal(name)
    assert told is not None
    assert reason in told


def test_only_what_was_tried_holds_stops_and_bounds_arrival() -> None:
    assert venue("kraken").holds == {OrderType.STOP, OrderType.STOP_LIMIT}
    assert (venue("okx").holds, venue("okx").arrives_within) == (frozenset(), None)
