"""What happens between two moments: while an order is being looked at, canceled or told, and late trades."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.trading.house import BTC, ETH, MAIN, Heard, House, Paused, counting, furnish
from trading.clock import ManualClock
from trading.desk import Desk
from trading.exchanges.paper import PaperExchange
from trading.markets import CachedMarket, Markets
from trading.model import Fill, Mode, Order, OrderStatus, Source
from trading.orders import advance
from trading.ports import Report, UnitOfWork

D = Decimal


class Waiting(PaperExchange):
    """An exchange that takes an order back once the test says so."""

    def __init__(self, markets: Markets, clock: ManualClock) -> None:
        super().__init__(markets, clock)
        self.asked, self.answer = asyncio.Event(), asyncio.Event()

    async def cancel(self, order: Order) -> Report:
        self.asked.set()
        await self.answer.wait()
        return await super().cancel(order)


async def test_an_order_that_fills_while_it_is_being_canceled_has_filled(house: House) -> None:
    bid = (await house.buy("0.1", type="limit", price=66_000)).order
    slow = Waiting(house.markets, house.clock)
    other = furnish(house.database, house.clock, house.market, counting(500_000), exchange=slow)
    canceling = asyncio.create_task(other.desk.cancel(MAIN, bid.id))
    await slow.asked.wait()
    await house.moves(65_000)
    slow.answer.set()
    outcome = await canceling
    assert (outcome.order.status, len(outcome.fills)) == (OrderStatus.FILLED, 1)
    await house.audit()


async def test_a_look_that_is_stopped_still_tells_what_it_wrote_down(house: House) -> None:
    telling, go_on, told = asyncio.Event(), asyncio.Event(), []

    class Slow(Heard):
        async def order(self, uow: UnitOfWork, order: Order, fills: Sequence[Fill]) -> None:
            telling.set()
            await go_on.wait()
            told.append(order.id)

    bid = (await house.buy("0.1", type="limit", price=66_000)).order
    desk = Desk(
        exchanges={Mode.PAPER: house.exchange},
        markets=house.markets,
        transact=house.database.transact,
        read=house.database.read,
        clock=house.clock,
        new_id=counting(500_000),
        news=Slow(),
    )
    await house.clock.advance(1)
    house.market.trade(BTC, 65_000)
    looking = asyncio.create_task(desk.settle())
    await telling.wait()
    looking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await looking
    go_on.set()
    await desk.drain()
    assert told == [bid.id]


async def test_an_order_closed_while_another_pair_is_looked_at_does_not_stop_the_look(house: House) -> None:
    bid = (await house.buy("0.1", type="limit", price=66_000)).order
    other = (await house.buy(1, ETH, type="limit", price=3_500)).order
    paused = Paused(house.markets, house.clock)
    watcher = furnish(house.database, house.clock, house.market, counting(500_000), exchange=paused)
    await house.clock.advance(1)
    house.market.trade(BTC, 65_000)
    looking = asyncio.create_task(watcher.desk.settle())
    await paused.asked.wait()
    async with house.database.transact() as uow:
        await uow.orders.save(advance(await house.stored(other), OrderStatus.CANCELED, house.clock.now()))
    paused.answer.set()
    assert [order.id for order in (await looking).orders] == [bid.id]


async def test_a_stop_does_not_sell_to_the_book_of_before_the_fall(house: House) -> None:
    exchange = PaperExchange(Markets(CachedMarket(house.market, house.clock)), house.clock)
    remembering = furnish(house.database, house.clock, house.market, counting(500_000), exchange=exchange)
    await remembering.buy("0.1", stop_loss=65_000)
    await house.clock.advance(0.5)
    house.market.trade(BTC, 60_000)
    await remembering.desk.settle()
    assert [fill.price for fill in await house.fills()] == [D("67000.01"), D("59970")]
    await house.audit()


async def test_a_live_trade_that_turns_up_late_still_fills_an_order(house: House) -> None:
    house.market.source = Source.LIVE
    bid = (await house.buy("0.1", type="limit", price=66_000)).order
    for _ in range(3):
        await house.moves(67_000, seconds=10)
    await house.clock.advance(2)
    await house.desk.settle()
    await house.clock.advance(1)
    house.market.trade(BTC, 65_000, at=house.clock.now() - timedelta(seconds=2))
    await house.desk.settle()
    assert (await house.stored(bid)).status is OrderStatus.FILLED
    await house.audit()


async def test_a_live_trade_is_counted_once_however_often_it_is_looked_at(house: House) -> None:
    house.market.source = Source.LIVE
    house.market.set_book(BTC, [(66_990, 1), (66_000, 2)], [(67_000, 1)])
    bid = (await house.buy("0.5", type="limit", price=66_000)).order
    await house.moves(66_000, amount="1.5")
    for _ in range(4):
        await house.clock.advance(1)
        await house.desk.settle()
    assert (await house.stored(bid)).filled == 0
    await house.moves(66_000, amount="0.8")
    await house.desk.settle()
    assert (await house.stored(bid)).filled == D("0.3")


async def test_fills_are_dated_in_the_order_they_are_booked_in(house: House) -> None:
    await house.buy("0.5")
    stop = (await house.sell("0.1", type="stop", stop_price=66_000)).order
    offer = (await house.sell("0.1", type="limit", price=68_000)).order
    for price in (65_900, 68_100):
        await house.clock.advance(1)
        house.market.trade(BTC, price)
    await house.clock.advance(1)
    await house.desk.settle()
    moments = {fill.order_id: fill.at for fill in await house.fills()}
    assert moments[stop.id] < moments[offer.id] < house.clock.now()
