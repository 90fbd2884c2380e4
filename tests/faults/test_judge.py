"""The judge of crashes finds each breach, and only that."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.faults.judge import Evidence, judge
from trading.exchanges.ccxt_live_venues import client_order_id
from trading.model import Fill, Liquidity, Mode, Order, OrderStatus, OrderType, Side
from trading.stores import ChainedEntry, Entry, Posting
from trading.symbols import Symbol

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
PAIR = Symbol("ETH", "USDT")
ONE = Decimal(1)


def order(name: str, status: OrderStatus = OrderStatus.FILLED, key: str | None = None) -> Order:
    filled = ONE if status is OrderStatus.FILLED else Decimal(0)
    return Order(
        id=name,
        account="live",
        symbol=PAIR,
        side=Side.BUY,
        type=OrderType.LIMIT,
        status=status,
        amount=ONE,
        filled=filled,
        created_at=NOON,
        updated_at=NOON,
        mode=Mode.LIVE,
        exchange="binance",
        key=key,
        venue_id=f"venue-{name}",
    )


def fill(of: str, venue_id: str) -> Fill:
    return Fill(
        id=f"fill-{venue_id}",
        order_id=of,
        account="live",
        symbol=PAIR,
        side=Side.BUY,
        amount=ONE,
        price=Decimal(3000),
        fee=Decimal(0),
        liquidity=Liquidity.TAKER,
        at=NOON,
        exchange="binance",
        mode=Mode.LIVE,
        order_type=OrderType.LIMIT,
        venue_id=venue_id,
    )


def line(name: str) -> Mapping[str, Any]:
    return {"client": client_order_id(name)}


def held(name: str, status: str, *trades: str) -> Mapping[str, Any]:
    traded = [{"id": each, "amount": "1.0", "price": "3000.0"} for each in trades]
    return {**line(name), "status": status, "trades": traded}


SOUND = Evidence(
    log=[line("filled"), line("rests")],
    venue={"balances": {"ETH": "1.0"}, "orders": [held("filled", "filled", "7"), held("rests", "open")]},
    orders=[order("filled", key="fire:kept:1"), order("rests", OrderStatus.ACCEPTED)],
    fills=[fill("filled", "7")],
    balances={"ETH": ONE},
    chain=[],
    sums={},
)
TWICE = replace(order("filled"), id="more", key="fire:kept:2")
UNCHAINED = ChainedEntry(
    "live", 1, "not its hash", Entry("ent", "trade", "x", NOON, (Posting("live", "ETH", Decimal(0)),))
)

WRONG: Mapping[str, Evidence] = {
    "an order is sent once": replace(SOUND, log=[*SOUND.log, line("filled")]),
    "a wish becomes one order": replace(
        SOUND,
        log=[*SOUND.log, line("more")],
        venue={**SOUND.venue, "orders": [*SOUND.venue["orders"], held("more", "filled", "8")]},
        orders=[*SOUND.orders, TWICE],
        fills=[*SOUND.fills, fill("more", "8")],
    ),
    "the intent comes first": replace(SOUND, log=[*SOUND.log, line("stranger")]),
    "balances agree": replace(SOUND, balances={"ETH": ONE, "USDT": Decimal("0.00000001")}),
    "trades agree": replace(SOUND, fills=[replace(SOUND.fills[0], price=Decimal("3000.01"))]),
    "resting orders agree": replace(
        SOUND, venue={**SOUND.venue, "orders": [held("filled", "filled", "7"), held("rests", "canceled")]}
    ),
    "nothing stays undecided": replace(SOUND, orders=[*SOUND.orders, order("lost", OrderStatus.UNKNOWN)]),
    "the ledger is as written": replace(SOUND, chain=[UNCHAINED]),
}


def test_two_books_that_agree_are_sound() -> None:
    assert judge(SOUND) == []


@pytest.mark.parametrize("rule", WRONG)
def test_one_breach_is_named_and_no_other(rule: str) -> None:
    assert {each.rule for each in judge(WRONG[rule])} == {rule}
