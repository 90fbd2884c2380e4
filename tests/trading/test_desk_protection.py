"""Stop-loss and take-profit, closing, and what happens when several orders want the same holding."""

import asyncio
from decimal import Decimal

import pytest

from tests.trading.house import BTC, ETHBTC, MAIN, House, Paused, account, counting, furnish
from trading.accounts import open_account
from trading.closing import Wish
from trading.errors import InsufficientFunds, InvalidOrder, NotFound
from trading.model import Order, OrderStatus, OrderType
from trading.portfolio import PositionLine

D = Decimal


async def protection(house: House) -> dict[str, Order]:
    orders = [order for order in await house.open_orders() if order.reduce_only]
    return {order.type.value: order for order in orders}


async def position(house: House) -> PositionLine:
    [line] = await house.portfolio.positions(MAIN)
    return line


async def test_an_entry_is_protected_in_the_moment_it_fills(house: House) -> None:
    bought = await house.buy(cost=100, stop_loss=65_000, take_profit=72_000)
    guards = await protection(house)
    assert {kind: (o.amount, o.stop_price, o.price, o.reserved) for kind, o in guards.items()} == {
        "stop": (bought.order.filled, D(65_000), None, D(0)),
        "limit": (bought.order.filled, None, D(72_000), D(0)),
    }
    assert {order.group for order in guards.values()} == {bought.order.id}
    line = await position(house)
    assert (line.stop_loss, line.take_profit) == (D(65_000), D(72_000))


async def test_an_entry_that_rests_is_protected_only_as_far_as_it_has_filled(house: House) -> None:
    house.market.set_book(BTC, [(66_990, 1)], [(67_000, "0.1"), (67_500, 1)])
    entry = (await house.buy("0.5", type="limit", price=67_000, stop_loss=65_000, take_profit=72_000)).order
    assert {order.amount for order in (await protection(house)).values()} == {D("0.1")}
    await house.moves(66_999)
    assert (await house.stored(entry)).status is OrderStatus.FILLED
    assert {order.amount for order in (await protection(house)).values()} == {D("0.5")}


async def test_a_resting_entry_has_no_protection_yet(house: House) -> None:
    await house.buy("0.5", type="limit", price=66_000, stop_loss=65_000, take_profit=72_000)
    assert await protection(house) == {}


async def test_the_stop_loss_sells_and_takes_the_take_profit_with_it(house: House) -> None:
    await house.buy("0.5", stop_loss=65_000, take_profit=72_000)
    await house.moves(64_990)
    assert await house.open_orders() == []
    assert await house.portfolio.positions(MAIN) == ()
    [_, sold] = await house.fills()
    assert (sold.price, sold.amount, sold.order_type) == (D("64989.99"), D("0.5"), OrderType.STOP)
    assert sold.realized == D("0.5") * (D("64989.99") - D("67000.01")) - sold.fee - D("33.500005")
    await house.audit()


async def test_the_take_profit_sells_and_takes_the_stop_loss_with_it(house: House) -> None:
    await house.buy("0.5", stop_loss=65_000, take_profit=72_000)
    await house.moves(72_001)
    assert await house.open_orders() == []
    assert (await house.fills())[1].price == D(72_000)
    await house.audit()


async def test_a_take_profit_that_fills_in_part_leaves_the_rest_protected(house: House) -> None:
    await house.buy("0.5", stop_loss=65_000, take_profit=72_000)
    await house.moves(67_000)
    await house.moves(72_000, amount="10.2")
    assert {kind: o.remaining for kind, o in (await protection(house)).items()} == {
        "stop": D("0.3"),
        "limit": D("0.3"),
    }
    await house.moves(64_000)
    assert await house.open_orders() == []
    assert (await house.balances()).keys() == {"USDT"}
    await house.audit()


async def test_what_came_first_while_nobody_looked_wins(house: House) -> None:
    await house.buy("0.5", stop_loss=65_000, take_profit=72_000)
    for price in (72_100, 64_000):
        await house.clock.advance(1)
        house.market.trade(BTC, price)
    await house.desk.settle()
    assert (await house.fills())[1].price == D(72_000)
    await house.audit()


async def test_a_bar_that_touches_both_stops_out(house: House) -> None:
    await house.buy("0.5", stop_loss=65_000, take_profit=72_000)
    await house.clock.advance(600)
    for price in (67_000, 72_100, 64_000, 67_000):
        house.market.trade(BTC, price)
    await house.clock.advance(600)
    await house.desk.settle()
    [_, sold] = await house.fills()
    assert sold.price == D("64967.50")
    await house.audit()


async def test_an_entry_filled_in_a_long_absence_is_stopped_out_in_it_too(house: House) -> None:
    await house.buy("0.5", type="limit", price=66_000, stop_loss=65_000, take_profit=72_000)
    for price in (65_900, 66_500, 64_000, 73_000):
        await house.clock.advance(600)
        house.market.trade(BTC, price)
    await house.clock.advance(600)
    await house.desk.settle()
    assert [(fill.price, fill.side) for fill in await house.fills()] == [
        (D(65_900), "buy"),
        (D("63968.00"), "sell"),
    ]
    assert await house.open_orders() == []
    await house.audit()


async def test_a_stop_loss_takes_its_take_profit_with_it_though_more_is_held(house: House) -> None:
    await house.buy("0.8")
    await house.buy("0.5", stop_loss=65_000, take_profit=72_000)
    await house.moves(64_000)
    assert await house.open_orders() == []
    assert (await house.balances())["BTC"] == D("0.8")


async def test_a_stop_that_fires_while_its_holding_is_being_closed_gives_way(house: House) -> None:
    await house.buy("0.5", stop_loss=65_000)
    held = (await position(house)).position
    paused = Paused(house.markets, house.clock)
    closer = furnish(house.database, house.clock, house.market, counting(500_000), exchange=paused)
    closing = asyncio.create_task(closer.desk.close(MAIN, held.id))
    await paused.asked.wait()
    await house.moves(64_000)
    assert (await house.balances())["BTC"] == D("0.5")
    paused.answer.set()
    assert (await closing).closed == D("0.5")
    await house.desk.settle()
    assert await house.open_orders() == []
    await house.audit()


async def test_closing_by_hand_removes_the_protection(house: House) -> None:
    await house.buy("0.5", stop_loss=65_000, take_profit=72_000)
    closing = await house.desk.close(MAIN, (await position(house)).position.id)
    assert (closing.closed, closing.position.amount) == (D("0.5"), D(0))
    assert await house.open_orders() == []
    await house.audit()


async def test_closing_a_part_shrinks_the_protection(house: House) -> None:
    await house.buy("0.5", stop_loss=65_000, take_profit=72_000)
    held = (await position(house)).position
    closing = await house.desk.close(MAIN, held.id, D(40))
    assert (closing.closed, closing.position.amount, closing.position.id) == (D("0.2"), D("0.3"), held.id)
    assert {order.remaining for order in (await protection(house)).values()} == {D("0.3")}
    [fill] = closing.outcome.fills
    assert closing.realized == D("0.2") * (D("66999.99") - D("67000.01")) - fill.fee - D("13.400002")
    await house.moves(64_000)
    assert (await house.balances()).keys() == {"USDT"}
    await house.audit()


async def test_a_plain_sale_shrinks_the_protection_of_the_oldest_entry_first(house: House) -> None:
    first = (await house.buy("0.5", stop_loss=65_000)).order
    await house.clock.advance(1)
    second = (await house.buy("0.5", stop_loss=64_000)).order
    await house.sell("0.6")
    left = {order.group: order.remaining for order in await house.open_orders()}
    assert left == {second.id: D("0.4")}
    assert first.id not in left
    await house.audit()


async def test_two_protected_entries_stop_out_one_after_the_other(house: House) -> None:
    await house.buy("0.5", stop_loss=65_000, take_profit=72_000)
    await house.buy("0.3", stop_loss=64_000, take_profit=73_000)
    await house.moves(64_500)
    assert (await house.balances())["BTC"] == D("0.3")
    await house.moves(63_500)
    assert (await house.balances()).keys() == {"USDT"}
    assert await house.open_orders() == []
    await house.audit()


async def test_a_stop_loss_takes_what_a_resting_sale_had_reserved(house: House) -> None:
    await house.buy("0.5", stop_loss=65_000)
    offer = (await house.sell("0.4", type="limit", price=70_000)).order
    await house.moves(64_000)
    assert (await house.stored(offer)).status is OrderStatus.CANCELED
    assert (await house.balances()).keys() == {"USDT"}
    await house.audit()


async def test_a_resting_sale_that_fills_shrinks_the_protection(house: House) -> None:
    await house.buy("0.5", stop_loss=65_000, take_profit=72_000)
    await house.sell("0.4", type="limit", price=70_000)
    await house.moves(70_001)
    assert {order.remaining for order in (await protection(house)).values()} == {D("0.1")}
    await house.audit()


async def test_closing_cuts_resting_sales_out_of_the_way(house: House) -> None:
    await house.buy("0.5")
    offer = (await house.sell("0.4", type="limit", price=70_000)).order
    await house.desk.close(MAIN, (await position(house)).position.id, D(60))
    left = await house.stored(offer)
    assert (left.status, left.remaining, left.reserved) == (OrderStatus.ACCEPTED, D("0.2"), D("0.2"))
    await house.audit()


async def test_spending_a_protected_asset_in_another_pair_shrinks_its_protection(house: House) -> None:
    await house.buy("0.5", stop_loss=65_000)
    await house.buy(5, ETHBTC)
    held = (await house.balances())["BTC"]
    [stop] = await house.open_orders()
    assert held - D("0.00001") < stop.remaining <= held
    await house.moves(64_000)
    assert (await house.balances()).get("BTC", D(0)) < D("0.00001")
    await house.audit()


async def test_a_reducing_order_is_cut_to_what_is_held(house: House) -> None:
    await house.buy("0.5")
    sold = (await house.sell(2, reduce_only=True)).order
    assert (sold.amount, sold.status) == (D("0.5"), OrderStatus.FILLED)
    with pytest.raises(InvalidOrder):
        await house.sell(1, reduce_only=True)


async def test_what_little_is_left_can_always_be_closed(house: House) -> None:
    await house.buy("0.0005")
    await house.sell("0.00044")
    closing = await house.desk.close(MAIN, (await position(house)).position.id)
    assert closing.closed == D("0.00006")
    assert (await house.balances()).keys() == {"USDT"}


async def test_a_position_keeps_its_id_until_it_is_closed_and_then_gets_another(house: House) -> None:
    await house.buy("0.1")
    first = (await position(house)).position
    await house.buy("0.1")
    assert (await position(house)).position.id == first.id
    await house.sell("0.2")
    await house.buy("0.1")
    assert (await position(house)).position.id != first.id


@pytest.mark.parametrize("share", ["0", "-1", "100.01", "NaN"])
async def test_only_a_sensible_share_can_be_closed(house: House, share: str) -> None:
    await house.buy("0.1")
    with pytest.raises(InvalidOrder):
        await house.desk.close(MAIN, (await position(house)).position.id, D(share))


async def test_a_share_below_one_step_is_refused(house: House) -> None:
    await house.buy("0.0001")
    with pytest.raises(InvalidOrder):
        await house.desk.close(MAIN, (await position(house)).position.id, D(1))


async def test_closing_what_is_not_there_finds_nothing(house: House) -> None:
    with pytest.raises(NotFound):
        await house.desk.close(MAIN, "nothing")
    await house.buy("0.1")
    held = (await position(house)).position
    await open_account(house.database.transact, account("other"), house.new_id)
    with pytest.raises(NotFound):
        await house.desk.close("other", held.id)
    await house.desk.close(MAIN, held.id)
    with pytest.raises(NotFound):
        await house.desk.close(MAIN, held.id)


async def test_closing_again_with_the_same_key_gives_the_first_answer(house: House) -> None:
    await house.buy("0.1")
    held = (await position(house)).position
    first = await house.desk.close(MAIN, held.id, wish=Wish("wish"))
    assert await house.desk.close(MAIN, held.id, wish=Wish("wish")) == first


async def test_protection_survives_a_restart(house: House) -> None:
    await house.buy("0.5", stop_loss=65_000, take_profit=72_000)
    again = furnish(house.database, house.clock, house.market, counting(500_000))
    assert await again.desk.recover() == []
    await again.moves(64_000)
    assert (await again.balances()).keys() == {"USDT"}
    await again.audit()


async def test_a_protective_order_can_be_canceled_alone(house: House) -> None:
    await house.buy("0.5", stop_loss=65_000, take_profit=72_000)
    await house.desk.cancel(MAIN, (await protection(house))["stop"].id)
    assert (await protection(house)).keys() == {"limit"}
    line = await position(house)
    assert (line.stop_loss, line.take_profit) == (None, D(72_000))


async def test_a_protected_holding_cannot_be_sold_twice(house: House) -> None:
    await house.buy("0.5", stop_loss=65_000, take_profit=72_000)
    with pytest.raises(InsufficientFunds):
        await house.sell("0.6")
