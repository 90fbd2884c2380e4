"""What an order would be is told exactly, for as little as looking costs: nothing of it stays."""

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio

from tests.trading.guarded import Guarded, guarded
from tests.trading.house import BTC, ETH, MAIN, START, request
from trading.errors import NotArmed, TradingError
from trading.model import Mode, Order, OrderStatus, Origin, Side
from trading.switch import SwitchState
from trading.symbols import Symbol

D = Decimal


@pytest_asyncio.fixture
async def house(sqlite_url: str) -> AsyncIterator[Guarded]:
    async with guarded(sqlite_url, Mode.LIVE) as opened:
        await opened.buy("0.1")
        yield opened


async def everything(house: Guarded) -> Any:
    """Return what is on disk, and what was told and sent."""
    async with house.database.read() as uow:
        orders = await uow.orders.recent(MAIN, list(OrderStatus), None, 500)
        rows = orders, await uow.ledger.balances(MAIN), await uow.approvals.pending()
    return rows, list(house.heard), list(house.news.approvals), list(house.venue.sent)


def as_sent(order: Order) -> Order:
    return replace(order, id="", verdict=None, version=0)


@pytest.mark.parametrize(
    ("side", "amount", "more"),
    [
        (Side.BUY, "0.0512345", {}),
        (Side.BUY, None, {"cost": 3_333}),
        (
            Side.BUY,
            "0.05",
            {"type": "limit", "price": "66000.017", "stop_loss": 60_000, "take_profit": 70_000},
        ),
        (Side.BUY, "0.05", {"type": "stop-limit", "stop_price": 68_000, "price": 68_100}),
        (Side.BUY, "0.5", {"leverage": 3, "symbol": ETH}),
        (Side.SELL, "7", {"reduce_only": True}),
        (Side.SELL, "0.05", {"type": "trailing-stop", "trail": "0.02"}),
    ],
    ids=["market", "cost", "limit", "stop-limit", "margin", "reducing", "trailing"],
)
async def test_the_order_is_the_one_that_is_sent_next(
    house: Guarded, side: Side, amount: str | None, more: dict[str, Any]
) -> None:
    before = await everything(house)
    wish = request(side, amount, **more)
    told = await house.desk.preview(wish)
    assert await everything(house) == before
    await house.desk.execute(wish)
    sent = house.venue.sent[-1]
    assert as_sent(told.order) == as_sent(sent)
    assert (told.order.verdict, told.order.mode, told.held) == (sent.verdict, Mode.LIVE, False)


async def test_what_it_costs_is_told(house: Guarded) -> None:
    told = await house.desk.preview(request(Side.BUY, "0.05"))
    assert (told.cost, told.fee, told.reference) == (D("3350.0005"), D("3.35000050"), D(67_000))
    reduced = await house.desk.preview(request(Side.SELL, 7, reduce_only=True))
    assert (reduced.order.amount, reduced.cost) == (D("0.1"), D("6699.999"))


async def test_one_that_would_wait_for_a_person_says_so(house: Guarded) -> None:
    told = await house.desk.preview(request(Side.BUY, "0.05", origin=Origin.MODEL))
    assert (told.held, told.order.status) == (True, OrderStatus.HELD)
    assert await house.desk.held.listing(True, 5) == []


async def test_what_rests_does_not_give_way_to_a_look(house: Guarded) -> None:
    resting = await house.sell("0.08", type="limit", price=70_000)
    before = await everything(house)
    told = await house.desk.preview(request(Side.SELL, "0.1", reduce_only=True))
    assert told.order.amount == D("0.1")
    assert await everything(house) == before
    assert (await house.stored(resting.order)).remaining == D("0.08")


@pytest.mark.parametrize(
    "more",
    [
        {"amount": 5},
        {"amount": "0.5"},
        {"amount": "0.0000001"},
        {"amount": "0.01", "stop_loss": 68_000},
        {"amount": "0.01", "leverage": 50},
        {"amount": "0.01", "symbol": Symbol("NOPE", "USDT")},
        {"amount": "0.01", "exchange": "mtgox"},
        {"amount": "0.01", "symbol": ETH, "side": Side.SELL},
        {"amount": "0.01", "type": "limit"},
    ],
    ids=["funds", "risk", "step", "stop", "leverage", "pair", "exchange", "holding", "price"],
)
async def test_it_is_refused_for_what_sending_would_be_refused_for(
    house: Guarded, more: dict[str, Any]
) -> None:
    wish = request(**{"side": Side.BUY, "symbol": BTC, **more})
    with pytest.raises(TradingError) as looked:
        await house.desk.preview(wish)
    with pytest.raises(TradingError) as sent:
        await house.desk.execute(wish)
    assert (type(looked.value), str(looked.value)) == (type(sent.value), str(sent.value))


async def test_it_is_refused_while_nothing_may_trade(house: Guarded) -> None:
    for stop in (
        house.desk.switchboard.put(SwitchState.HALTED, "bob"),
        house.arm(False),
    ):
        await stop
        wish = request(Side.BUY, "0.01")
        with pytest.raises(TradingError) as looked:
            await house.desk.preview(wish)
        with pytest.raises(TradingError) as sent:
            await house.desk.execute(wish)
        assert type(looked.value) is type(sent.value)
        await house.desk.switchboard.put(SwitchState.ACTIVE, "owner")
    with pytest.raises(NotArmed):
        await house.desk.preview(request(Side.BUY, "0.01"))


async def test_a_wish_that_was_looked_at_is_still_to_be_sent(house: Guarded) -> None:
    wish = request(Side.BUY, "0.01", key="wish")
    await house.desk.preview(wish)
    outcome = await house.desk.execute(wish)
    told = await house.desk.preview(wish)
    assert (outcome.order.status, len(house.venue.sent)) == (OrderStatus.FILLED, 2)
    assert told.order.created_at == START
