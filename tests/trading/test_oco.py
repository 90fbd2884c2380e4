"""Two orders of which the first that fills cancels the other."""

from decimal import Decimal
from typing import Any

import pytest

from tests.trading.house import BTC, House, request
from trading.errors import InsufficientFunds, InvalidOrder
from trading.model import Order, OrderStatus, OrderType, Side
from trading.oco import split

D = Decimal


async def oco(house: House, side: Side, amount: Any, price: Any, stop: Any, **more: Any) -> list[Order]:
    wish = request(side, amount, type="limit", price=price, stop_price=stop, **more)
    return [(await house.desk.execute(each)).order for each in split(wish, "one")]


async def states(house: House, orders: list[Order]) -> list[OrderStatus]:
    return [(await house.stored(order)).status for order in orders]


def test_one_wish_becomes_a_stop_and_a_limit_of_one_group() -> None:
    wish = request(Side.SELL, 1, type="limit", price=70_000, stop_price=60_000, key="k", reduce_only=True)
    stop, limit = split(wish, "x")
    assert (stop.type, stop.price, stop.stop_price) == (OrderType.STOP, None, D(60_000))
    assert (limit.type, limit.price, limit.stop_price) == (OrderType.LIMIT, D(70_000), None)
    assert (stop.group, limit.group, stop.key, limit.key) == ("oco:x", "oco:x", "k:stop", "k")
    assert {(each.amount, each.reduce_only, each.side) for each in (stop, limit)} == {(D(1), True, Side.SELL)}


@pytest.mark.parametrize(
    ("side", "amount", "more"),
    [
        (Side.SELL, 1, {"price": 70_000}),
        (Side.SELL, 1, {"stop_price": 60_000}),
        (Side.SELL, 1, {"price": 60_000, "stop_price": 70_000}),
        (Side.BUY, 1, {"price": 70_000, "stop_price": 60_000}),
        (Side.BUY, None, {"cost": 100, "price": 60_000, "stop_price": 70_000}),
    ],
)
def test_prices_the_wrong_way_round_are_refused(side: Side, amount: Any, more: dict[str, Any]) -> None:
    with pytest.raises(InvalidOrder):
        split(request(side, amount, type="limit", **more), "x")


async def test_both_sales_share_one_holding(house: House) -> None:
    await house.buy("0.5")
    orders = await oco(house, Side.SELL, "0.5", 70_000, 60_000)
    assert [order.reserved for order in orders] == [D("0.5"), D("0.5")]
    with pytest.raises(InsufficientFunds):
        await house.sell("0.1")
    await house.audit()


@pytest.mark.parametrize(
    ("price", "ends"),
    [
        (70_001, [OrderStatus.CANCELED, OrderStatus.FILLED]),
        (59_999, [OrderStatus.FILLED, OrderStatus.CANCELED]),
    ],
)
async def test_the_first_sale_that_fills_cancels_the_other(
    house: House, price: int, ends: list[OrderStatus]
) -> None:
    await house.buy("0.5")
    orders = await oco(house, Side.SELL, "0.5", 70_000, 60_000)
    await house.moves(price)
    assert await states(house, orders) == ends
    assert (await house.balances()).keys() == {"USDT"}
    await house.audit()


@pytest.mark.parametrize(
    ("price", "ends"),
    [
        (59_999, [OrderStatus.CANCELED, OrderStatus.FILLED]),
        (70_001, [OrderStatus.FILLED, OrderStatus.CANCELED]),
    ],
)
async def test_the_first_purchase_that_fills_cancels_the_other(
    house: House, price: int, ends: list[OrderStatus]
) -> None:
    orders = await oco(house, Side.BUY, "1.3", 60_000, 70_000)
    await house.audit()
    await house.moves(price)
    assert await states(house, orders) == ends
    assert (await house.balances())["BTC"] == D("1.3")
    assert await house.open_orders() == []
    await house.audit()


async def test_a_part_of_one_cuts_the_other_by_as_much(house: House) -> None:
    stop, limit = await oco(house, Side.BUY, 1, 60_000, 70_000)
    await house.moves(60_500)
    await house.moves(60_000, amount="10.4")
    cut, rest = await house.stored(stop), await house.stored(limit)
    assert (rest.filled, rest.remaining) == (D("0.4"), D("0.6"))
    assert (cut.remaining, cut.reserved) == (D("0.6"), stop.reserved * D("0.6"))
    await house.audit()


async def test_both_purchases_need_their_money_once(house: House) -> None:
    orders = await oco(house, Side.BUY, "1.3", 60_000, 70_000)
    assert sum(order.reserved for order in orders) > 100_000
    with pytest.raises(InsufficientFunds):
        await house.buy("0.3", type="limit", price=60_000)


async def test_what_a_pair_of_orders_needs_once_leaves_the_rest_free(house: House) -> None:
    await oco(house, Side.BUY, "0.5", 60_000, 70_000)
    await house.buy(1, type="limit", price=60_000)
    await house.audit()


async def test_a_limit_that_fills_at_once_takes_the_stop_with_it(house: House) -> None:
    await house.buy("0.5")
    stop, limit = await oco(house, Side.SELL, "0.5", 66_000, 60_000)
    assert await states(house, [stop, limit]) == [OrderStatus.CANCELED, OrderStatus.FILLED]


async def test_margin_entries_of_one_group_open_one_position(house: House) -> None:
    orders = await oco(house, Side.SELL, 1, 70_000, 60_000, leverage=5)
    await house.audit()
    await house.moves(59_999)
    assert await states(house, orders) == [OrderStatus.FILLED, OrderStatus.CANCELED]
    [line] = await house.portfolio.positions("main")
    assert (line.position.side, line.position.amount) == ("short", D(1))
    assert line.position.symbol == BTC
    await house.audit()
