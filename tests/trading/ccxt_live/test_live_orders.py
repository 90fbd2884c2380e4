from dataclasses import replace
from decimal import Decimal

import pytest

from tests.trading.ccxt_live.world import NOW, World
from trading.errors import ExchangeUnavailable, InsufficientFunds, InvalidOrder
from trading.exchanges.ccxt_live_venues import client_order_id
from trading.model import Liquidity, Order, OrderStatus, OrderType, Side
from trading.ports import Report, VenueOrder


def booked(order: Order, report: Report) -> Order:
    """Return an order as the desk keeps it after a report."""
    return replace(
        order,
        status=report.status,
        filled=order.filled + sum((each.amount for each in report.executions), Decimal(0)),
        venue_id=report.venue_id,
    )


async def test_a_market_order_tells_its_executions_with_price_fee_and_the_exchanges_names(
    world: World,
) -> None:
    order = world.order(type=OrderType.MARKET)
    report = await world.live.place(order)
    assert (report.order_id, report.status) == (order.id, OrderStatus.FILLED)
    (execution,) = report.executions
    (trade,) = world.placed(order).trades
    assert (execution.amount, execution.price) == (Decimal("0.1"), Decimal("3000.01"))
    assert execution.liquidity is Liquidity.TAKER
    assert execution.at == NOW
    assert execution.venue_id is not None
    assert execution.venue_id.endswith(str(trade.id))
    assert report.venue_id is not None
    assert report.venue_id.endswith(str(world.placed(order).id))


async def test_a_fee_in_base_is_told_in_base_and_worth_its_price(binance: World) -> None:
    (execution,) = (await binance.live.place(binance.order(type=OrderType.MARKET))).executions
    assert (execution.fee_asset, execution.fee_amount) == ("ETH", Decimal("0.0001"))
    assert execution.fee == Decimal("0.0001") * execution.price


async def test_a_fee_in_quote_is_just_that(kraken: World) -> None:
    (execution,) = (await kraken.live.place(kraken.order(type=OrderType.MARKET))).executions
    assert (execution.fee_asset, execution.fee_amount) == (None, None)
    assert execution.fee == Decimal("0.30000")


async def test_a_fee_in_a_third_asset_is_worth_what_the_market_says(binance: World) -> None:
    binance.peer.account.fee_asset = "BNB"
    (execution,) = (await binance.live.place(binance.order(type=OrderType.MARKET))).executions
    assert (execution.fee_asset, execution.fee_amount) == ("BNB", Decimal("0.0005"))
    assert execution.fee == Decimal("0.0005") * 600


async def test_a_fee_that_nobody_can_value_is_not_invented(binance: World) -> None:
    binance.peer.account.fee_asset = "XYZ"
    order = binance.order(type=OrderType.MARKET)
    report = await binance.live.place(order)
    assert (report.status, report.executions) == (OrderStatus.ACCEPTED, ())
    with pytest.raises(ExchangeUnavailable):
        await binance.live.find(order)


async def test_an_order_is_sent_once_under_a_name_made_of_its_id(world: World) -> None:
    order = world.order()
    report = await world.live.place(order)
    assert (report.status, report.executions) == (OrderStatus.ACCEPTED, ())
    (taken,) = world.peer.account.taken
    assert (taken.client, taken.side, taken.kind) == (client_order_id(order.id), "buy", "limit")
    assert (Decimal(taken.amount), Decimal(taken.price or 0)) == (Decimal("0.1"), Decimal(2900))


async def test_an_order_sized_in_quote_is_sent_for_no_more_than_its_amount(world: World) -> None:
    order = world.order(type=OrderType.MARKET, amount=Decimal("0.03336"), budget=Decimal(100), quoted=True)
    report = await world.live.place(order)
    assert [Decimal(each.amount) for each in world.peer.account.taken] == [Decimal("0.0333")]
    assert report.status is OrderStatus.FILLED


@pytest.mark.parametrize("kind", [OrderType.STOP, OrderType.STOP_LIMIT])
async def test_stops_rest_at_the_exchange_and_trade_when_they_are_triggered(
    world: World, kind: OrderType
) -> None:
    assert kind in world.live.holds
    price = Decimal(2890) if kind is OrderType.STOP_LIMIT else None
    order = world.order(Side.SELL, kind, stop_price=Decimal(2900), price=price)
    report = await world.live.place(order)
    assert (report.status, report.triggered) == (OrderStatus.ACCEPTED, False)
    resting = booked(order, report)
    (quiet,) = await world.live.watch([resting], NOW)
    assert (quiet.status, quiet.triggered, quiet.executions) == (OrderStatus.ACCEPTED, False, ())
    world.move(2895)
    (event,) = await world.live.watch([resting], NOW)
    assert (event.status, event.triggered) == (OrderStatus.FILLED, True)
    assert [each.amount for each in event.executions] == [Decimal("0.1")]


async def test_what_an_exchange_refuses_is_refused(world: World) -> None:
    with pytest.raises(InsufficientFunds):
        await world.live.place(world.order(amount=Decimal(50)))
    with pytest.raises(InsufficientFunds):
        await world.live.place(world.order(Side.SELL, price=Decimal(3100), amount=Decimal(50)))
    with pytest.raises(InvalidOrder):
        await world.live.place(world.order(amount=Decimal("0.0001")))
    with pytest.raises(InvalidOrder):
        await world.live.place(world.order(amount=Decimal("0.00001")))
    assert world.peer.account.orders == {}


async def test_one_look_at_unchanged_orders_is_one_request_and_no_news(world: World) -> None:
    orders = [world.order(price=Decimal(2900 - n)) for n in range(5)]
    resting = [booked(each, await world.live.place(each)) for each in orders]
    world.peer.asked.clear()
    reports = await world.live.watch(resting, NOW)
    assert len(world.peer.asked) == 1
    assert reports == [
        Report(each.id, OrderStatus.ACCEPTED, looked_at=NOW, venue_id=each.venue_id) for each in resting
    ]


async def test_a_look_tells_what_traded_of_each_order_until_it_is_booked(world: World) -> None:
    first, second = world.order(), world.order(price=Decimal(2800))
    resting = [booked(each, await world.live.place(each)) for each in (first, second)]
    world.fill(first, "0.04", 2900)
    part, quiet = await world.live.watch(resting, NOW)
    assert (part.status, [each.amount for each in part.executions]) == (
        OrderStatus.PARTIAL,
        [Decimal("0.04")],
    )
    assert part.executions[0].liquidity is Liquidity.MAKER
    assert quiet.executions == ()
    resting[0] = booked(resting[0], part)
    assert [each.executions for each in await world.live.watch(resting, NOW)] == [(), ()]
    world.fill(first, "0.06", 2899)
    full, _ = await world.live.watch(resting, NOW)
    assert full.status is OrderStatus.FILLED
    assert [each.amount for each in full.executions] == [Decimal("0.04"), Decimal("0.06")]
    assert full.executions[0].venue_id == part.executions[0].venue_id


async def test_an_order_cancelled_by_somebody_else_is_told_as_cancelled(world: World) -> None:
    order = world.order()
    resting = booked(order, await world.live.place(order))
    world.peer.account.cancel(world.placed(order))
    (report,) = await world.live.watch([resting], NOW)
    assert (report.status, report.executions) == (OrderStatus.CANCELED, ())


async def test_nothing_is_asked_when_nothing_rests(world: World) -> None:
    assert await world.live.watch([], NOW) == []
    assert world.peer.asked == []


async def test_cancelling_tells_what_traded_before(world: World) -> None:
    order = world.order()
    resting = booked(order, await world.live.place(order))
    world.fill(order, "0.04", 2900)
    report = await world.live.cancel(resting)
    assert report.status is OrderStatus.CANCELED
    assert [each.amount for each in report.executions] == [Decimal("0.04")]
    assert world.placed(order).status == "canceled"


async def test_an_order_whose_answer_was_never_seen_can_be_cancelled_by_our_name_for_it(world: World) -> None:
    order = world.order()
    await world.live.place(order)
    assert (await world.live.cancel(order)).status is OrderStatus.CANCELED


async def test_cancelling_what_is_already_over_tells_how_it_ended(world: World) -> None:
    filled, gone = world.order(), world.order(price=Decimal(2800))
    resting = [booked(each, await world.live.place(each)) for each in (filled, gone)]
    world.move(2890)
    world.peer.account.cancel(world.placed(gone))
    first, second = [await world.live.cancel(each) for each in resting]
    assert (first.status, [each.amount for each in first.executions]) == (
        OrderStatus.FILLED,
        [Decimal("0.1")],
    )
    assert (second.status, second.executions) == (OrderStatus.CANCELED, ())


@pytest.mark.parametrize("state", ["open", "part", "filled", "canceled"])
async def test_an_order_is_found_by_our_name_for_it_wherever_it_stands(world: World, state: str) -> None:
    order = world.order()
    await world.live.place(order)
    if state == "part":
        world.fill(order, "0.04", 2900)
    elif state == "filled":
        world.fill(order, "0.1", 2900)
    elif state == "canceled":
        world.peer.account.cancel(world.placed(order))
    expected = {
        "open": (OrderStatus.ACCEPTED, []),
        "part": (OrderStatus.PARTIAL, [Decimal("0.04")]),
        "filled": (OrderStatus.FILLED, [Decimal("0.1")]),
        "canceled": (OrderStatus.CANCELED, []),
    }
    report = await world.live.find(order)
    assert report is not None
    assert (report.status, [each.amount for each in report.executions]) == expected[state]
    known = await world.live.find(replace(order, venue_id=report.venue_id))
    assert known == report


async def test_an_order_that_never_arrived_is_not_known(world: World) -> None:
    await world.live.place(world.order())
    assert await world.live.find(world.order()) is None


async def test_a_statement_holds_all_balances_and_open_orders_and_knows_ours(world: World) -> None:
    ours, others = world.order(), world.order(Side.SELL, price=Decimal(3500))
    placed = [await world.live.place(each) for each in (ours, others)]
    world.fill(ours, "0.04", 2900)
    world.peer.account.balances["BNB"] = Decimal("12345678901.12345678")
    statement = await world.live.statement([ours.id, "ord-of-another-time"])
    assert statement.at == NOW
    assert statement.balances == {
        asset: amount for asset, amount in world.peer.account.balances.items() if amount
    }
    assert set(statement.orders) == {
        VenueOrder(str(placed[0].venue_id), ours.id, world.symbol, Side.BUY, Decimal("0.06")),
        VenueOrder(str(placed[1].venue_id), None, world.symbol, Side.SELL, Decimal("0.1")),
    }
