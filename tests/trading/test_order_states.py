"""Which status may follow which."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.trading.house import BTC, START
from trading.errors import StaleOrder
from trading.model import Mode, Order, OrderStatus, OrderType, Side
from trading.orders import IN_FLIGHT, NEXT, OPEN, RESTING, advance

S = OrderStatus
CLOSED = {S.FILLED, S.CANCELED, S.EXPIRED, S.REJECTED, S.DENIED}
ORDER = Order(
    id="o",
    account="main",
    symbol=BTC,
    side=Side.BUY,
    type=OrderType.LIMIT,
    status=S.INTENT,
    amount=Decimal(1),
    created_at=START,
    updated_at=START,
    mode=Mode.PAPER,
    exchange="scripted",
    price=Decimal(100),
    reserved=Decimal(100),
)


def test_every_status_is_either_open_or_closed() -> None:
    assert set(NEXT) == set(OrderStatus)
    assert set(OrderStatus) - OPEN == CLOSED
    assert IN_FLIGHT | RESTING | {S.HELD, S.UNKNOWN} == OPEN


@pytest.mark.parametrize("path", [(S.SENT, S.ACCEPTED, S.PARTIAL, S.FILLED), (S.SENT, S.UNKNOWN, S.FILLED)])
def test_an_order_can_live_its_life(path: tuple[OrderStatus, ...]) -> None:
    order = ORDER
    for status in path:
        order = advance(order, status, START)
    assert order.status is path[-1]


@pytest.mark.parametrize(
    ("status", "following"),
    [
        (S.INTENT, S.FILLED),
        (S.INTENT, S.ACCEPTED),
        (S.SENT, S.INTENT),
        (S.HELD, S.SENT),
        (S.INTENT, S.HELD),
        (S.SENT, S.DENIED),
        (S.PARTIAL, S.ACCEPTED),
        (S.UNKNOWN, S.SENT),
        *((closed, any_other) for closed in sorted(CLOSED) for any_other in sorted(OrderStatus)),
    ],
)
def test_what_the_table_does_not_allow_is_refused(status: OrderStatus, following: OrderStatus) -> None:
    with pytest.raises(StaleOrder):
        advance(replace(ORDER, status=status), following, START)


def test_a_closed_order_reserves_nothing_and_says_why() -> None:
    open_ = advance(ORDER, S.SENT, START)
    closed = advance(open_, S.CANCELED, START, "because")
    assert (open_.reserved, closed.reserved, closed.reason) == (Decimal(100), Decimal(0), "because")
