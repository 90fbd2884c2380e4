"""Orders that wait: limits, stops, cancelling, and what happened while nobody was looking."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.trading.house import BTC, ETH, ETHBTC, MAIN, House, Paused, counting, furnish
from trading.errors import ExchangeUnavailable, InsufficientFunds, NotFound
from trading.exchanges.paper import PaperExchange
from trading.model import Liquidity, Order, OrderStatus, OrderType
from trading.orders import IN_FLIGHT, OPEN
from trading.ports import Report, UnitOfWork
from trading.risk.proposal import Proposal

D = Decimal


async def test_a_limit_order_rests_until_the_market_comes_through_it(house: House) -> None:
    bid = (await house.buy("0.5", type="limit", price=66_000)).order
    assert (bid.status, bid.filled, bid.reserved) == (OrderStatus.ACCEPTED, D(0), D("33033"))
    await house.moves("66000.01")
    assert (await house.stored(bid)).status is OrderStatus.ACCEPTED
    await house.moves("65999.99", amount="0.00001")
    bid = await house.stored(bid)
    assert (bid.status, bid.average, bid.reserved) == (OrderStatus.FILLED, D(66_000), D(0))
    [fill] = await house.fills()
    assert (fill.liquidity, fill.at) == (Liquidity.MAKER, house.clock.now())
    await house.audit()


async def test_a_touch_fills_only_what_is_left_behind_the_queue(house: House) -> None:
    house.market.set_book(BTC, [(66_990, 1), (66_000, 2)], [(67_000, 1)])
    bid = (await house.buy("0.5", type="limit", price=66_000)).order
    await house.moves(66_000, amount="1.5")
    assert (await house.stored(bid)).filled == 0
    await house.moves(66_000, amount="0.8")
    bid = await house.stored(bid)
    assert (bid.status, bid.filled) == (OrderStatus.PARTIAL, D("0.3"))
    assert bid.reserved == D("0.2") * 66_000 * D("1.001")
    await house.moves(66_000, amount="0.1")
    await house.moves(66_000, amount="9")
    assert (await house.stored(bid)).status is OrderStatus.FILLED
    assert [fill.amount for fill in await house.fills()] == [D("0.3"), D("0.1"), D("0.1")]
    await house.audit()


async def test_beyond_the_book_shown_the_queue_is_taken_from_its_deepest_level(house: House) -> None:
    house.market.set_book(BTC, [(66_990, 1), (66_900, 4)], [(67_000, 1)])
    bid = (await house.buy("0.5", type="limit", price=60_000)).order
    assert bid.queue_ahead == 4


async def test_a_limit_above_the_market_takes_what_it_allows_and_rests_with_the_rest(house: House) -> None:
    house.market.set_book(BTC, [(66_990, 1)], [(67_000, "0.1"), (67_050, "0.1"), (67_200, 5)])
    bought = await house.buy("0.5", type="limit", price=67_100)
    assert (bought.order.status, bought.order.filled) == (OrderStatus.PARTIAL, D("0.2"))
    assert {fill.liquidity for fill in bought.fills} == {Liquidity.TAKER}
    await house.moves(67_099)
    whole = await house.stored(bought.order)
    assert (whole.status, whole.filled) == (OrderStatus.FILLED, D("0.5"))
    assert [fill.price for fill in await house.fills()] == [D(67_000), D(67_050), D(67_100)]


async def test_a_limit_sized_in_quote_is_an_amount_at_its_price(house: House) -> None:
    bid = (await house.buy(cost=660, type="limit", price=66_000)).order
    assert (bid.amount, bid.status) == (D("0.01"), OrderStatus.ACCEPTED)


async def test_reserved_money_cannot_be_spent_again(house: House) -> None:
    await house.buy(1, type="limit", price=60_000)
    with pytest.raises(InsufficientFunds):
        await house.buy(1, type="limit", price=60_000)
    with pytest.raises(InsufficientFunds):
        await house.buy(cost=50_000)
    assert (await house.buy(cost=30_000)).order.status is OrderStatus.FILLED
    await house.audit()


async def test_a_stop_buys_at_the_book_of_the_moment_not_at_its_price(house: House) -> None:
    stop = (await house.buy("0.1", type="stop", stop_price=68_000)).order
    await house.moves("67999.99")
    assert (await house.stored(stop)).status is OrderStatus.ACCEPTED
    house.market.set_book(BTC, [(68_100, 1)], [(68_150, 1)])
    await house.moves(68_000)
    done = await house.stored(stop)
    assert (done.status, done.triggered, done.average) == (OrderStatus.FILLED, True, D(68_150))
    await house.audit()


async def test_a_stop_that_runs_away_spends_no_more_than_was_reserved(house: House) -> None:
    stop = (await house.buy("1", type="stop", stop_price=68_000)).order
    assert stop.reserved == D("68000") * D("1.05") * D("1.001")
    house.market.set_book(BTC, [(79_000, 9)], [(80_000, 9)])
    await house.moves(80_000)
    done = await house.stored(stop)
    assert (done.status, done.filled) == (OrderStatus.CANCELED, D("0.8925"))
    await house.audit()


async def test_a_stop_limit_rests_at_its_limit_once_it_is_triggered(house: House) -> None:
    await house.buy("0.2")
    stop = (await house.sell("0.2", type="stop-limit", stop_price=66_000, price=65_900)).order
    house.market.set_book(BTC, [(65_950, "0.05"), (65_800, 1)], [(66_000, 1)])
    await house.moves(66_000)
    partly = await house.stored(stop)
    assert (partly.status, partly.triggered, partly.filled) == (OrderStatus.PARTIAL, True, D("0.05"))
    await house.moves(65_901)
    whole = await house.stored(stop)
    assert (whole.status, whole.filled) == (OrderStatus.FILLED, D("0.2"))
    assert [fill.price for fill in (await house.fills())[1:]] == [D(65_950), D(65_900)]
    await house.audit()


async def test_canceling_frees_what_was_reserved(house: House) -> None:
    bid = (await house.buy(1, type="limit", price=66_000)).order
    canceled = await house.desk.cancel(MAIN, bid.id)
    assert (canceled.order.status, canceled.order.reserved) == (OrderStatus.CANCELED, D(0))
    assert (await house.buy(1, type="limit", price=66_000)).order.status is OrderStatus.ACCEPTED


async def test_an_order_that_is_due_fills_before_it_is_canceled(house: House) -> None:
    bid = (await house.buy("0.1", type="limit", price=66_000)).order
    await house.clock.advance(5)
    house.market.trade(BTC, 65_000)
    outcome = await house.desk.cancel(MAIN, bid.id)
    assert outcome.order.status is OrderStatus.FILLED
    assert [fill.amount for fill in outcome.fills] == [D("0.1")]


async def test_canceling_a_stranger_s_order_finds_nothing(house: House) -> None:
    bid = (await house.buy("0.1", type="limit", price=66_000)).order
    with pytest.raises(NotFound):
        await house.desk.cancel("another", bid.id)
    with pytest.raises(NotFound):
        await house.desk.cancel(MAIN, "nothing")


async def test_what_happened_before_the_order_came_does_not_fill_it(house: House) -> None:
    house.market.trade(BTC, 65_000)
    house.market.trade(BTC, 67_000)
    bid = (await house.buy("0.1", type="limit", price=66_000)).order
    await house.moves(67_000)
    assert (await house.stored(bid)).status is OrderStatus.ACCEPTED


class Death(BaseException):
    """The process ends here."""


class Dying(PaperExchange):
    """An exchange that never comes to answer."""

    def __init__(self, house: House) -> None:
        super().__init__(house.markets, house.clock)

    async def place(self, order: Order) -> Report:
        raise Death


async def restarted(house: House) -> House:
    """Another process on the same database, whose market remembers what happened meanwhile."""
    again = furnish(house.database, house.clock, house.market, counting(500_000))
    await again.desk.recover()
    return again


@pytest.mark.parametrize("minutes", [1, 3, 90, 60 * 24 * 3], ids=str)
async def test_a_limit_due_while_the_process_was_down_fills_at_the_restart(
    house: House, minutes: int
) -> None:
    bid = (await house.buy("0.1", type="limit", price=66_000)).order
    other = (await house.buy("0.1", type="limit", price=65_000)).order
    await house.clock.advance(20)
    house.market.trade(BTC, 65_999, "0.001")
    await house.clock.advance(20)
    house.market.trade(BTC, 67_500)
    await house.clock.advance(60 * minutes)
    again = await restarted(house)
    await again.desk.settle()
    filled = await house.stored(bid)
    assert (filled.status, filled.average) == (OrderStatus.FILLED, D(66_000))
    assert (await house.stored(other)).status is OrderStatus.ACCEPTED
    await house.audit()


async def test_a_candle_that_opened_beyond_a_limit_fills_it_at_the_better_open(house: House) -> None:
    bid = (await house.buy("0.1", type="limit", price=66_000)).order
    await house.clock.advance(60 * 30)
    house.market.trade(BTC, 65_000)
    await house.clock.advance(60 * 30)
    await house.desk.settle()
    assert (await house.stored(bid)).average == D(65_000)


async def test_a_stop_due_while_the_process_was_down_fills_slipped_at_the_worse_of_stop_and_open(
    house: House,
) -> None:
    await house.buy("0.2")
    inside = (await house.sell("0.1", type="stop", stop_price=66_000)).order
    gap = (await house.sell("0.1", type="stop", stop_price=64_000)).order
    await house.clock.advance(60 * 10)
    house.market.trade(BTC, 66_500)
    house.market.trade(BTC, 65_500)
    await house.clock.advance(60 * 10)
    house.market.trade(BTC, 63_000)
    await house.clock.advance(60 * 10)
    await house.desk.settle()
    assert (await house.stored(inside)).average == D("65967.00")
    assert (await house.stored(gap)).average == D("62968.50")
    await house.audit()


async def test_a_silent_market_delays_a_fill_and_loses_none(house: House) -> None:
    bid = (await house.buy("0.1", type="limit", price=66_000)).order
    await house.clock.advance(30)
    house.market.trade(BTC, 65_000)
    house.market.fail()
    silent = (await house.desk.settle()).silent
    assert [(each.exchange, each.symbol) for each in silent] == [("scripted", BTC)]
    house.market.fail(None)
    await house.clock.advance(600)
    house.market.trade(BTC, 67_000)
    await house.desk.settle()
    assert (await house.stored(bid)).status is OrderStatus.FILLED


async def test_looking_again_changes_nothing(house: House) -> None:
    await house.buy("0.1", type="limit", price=66_000)
    await house.moves(65_000)
    assert (await house.desk.settle()).orders == ()
    assert (await house.desk.settle()).orders == ()
    assert len(await house.fills()) == 1


async def test_two_processes_that_look_at_once_fill_an_order_once(any_house: House) -> None:
    house = any_house
    bid = (await house.buy("0.1", type="limit", price=66_000)).order
    again = furnish(house.database, house.clock, house.market, counting(500_000))
    await house.clock.advance(1)
    house.market.trade(BTC, 65_000)
    await house.desk.settle()
    await again.desk.settle()
    assert (await house.stored(bid)).status is OrderStatus.FILLED
    assert len(await house.fills()) == 1
    await house.audit()


async def test_an_order_that_another_process_filled_meanwhile_is_not_filled_again(house: House) -> None:
    bid = (await house.buy("0.1", type="limit", price=66_000)).order
    paused = Paused(house.markets, house.clock)
    watcher = furnish(house.database, house.clock, house.market, counting(500_000), exchange=paused)
    looking = asyncio.create_task(watcher.moves(65_000))
    await paused.asked.wait()
    await house.desk.settle()
    filled = await house.stored(bid)
    assert filled.status is OrderStatus.FILLED
    paused.answer.set()
    await looking
    assert await house.stored(bid) == filled
    assert len(await house.fills()) == 1
    await house.audit()


async def test_a_long_wait_is_looked_through_from_where_the_last_look_ended(house: House) -> None:
    bid = (await house.buy("0.1", type="limit", price=66_000)).order
    for _ in range(5):
        await house.moves(67_000, seconds=45)
    kept = await house.stored(bid)
    assert kept.looked_at is not None
    assert house.clock.now() - kept.looked_at < timedelta(minutes=2)


async def test_orders_of_several_pairs_fill_in_one_look(house: House) -> None:
    first = (await house.buy("0.1", type="limit", price=66_000)).order
    second = (await house.buy(1, ETH, type="limit", price=3_500)).order
    await house.clock.advance(1)
    house.market.trade(BTC, 65_000)
    house.market.trade(ETH, 3_400)
    changed = (await house.desk.settle()).orders
    assert {order.id for order in changed} == {first.id, second.id}


async def test_orders_due_on_the_same_trade_all_fill(house: House) -> None:
    for price in (66_000, 65_900, 65_800):
        await house.buy("0.1", type="limit", price=price)
    await house.moves(65_000)
    assert [fill.price for fill in await house.fills()] == [D(66_000), D(65_900), D(65_800)]
    await house.audit()


async def test_an_order_cut_off_by_a_crash_is_canceled_at_the_start_and_its_money_freed(
    house: House,
) -> None:
    dying = furnish(house.database, house.clock, house.market, counting(400_000), exchange=Dying(house))
    with pytest.raises(Death):
        await dying.buy(1, key="wish")
    [cut] = await house.open_orders()
    assert cut.status in IN_FLIGHT
    again = await restarted(house)
    recovered = await again.stored(cut)
    assert (recovered.status, recovered.reason, recovered.reserved) == (
        OrderStatus.CANCELED,
        "interrupted",
        D(0),
    )
    assert (await again.buy(1)).order.status is OrderStatus.FILLED
    await house.audit()


async def test_recovering_leaves_resting_orders_and_young_ones_alone(house: House) -> None:
    bid = (await house.buy("0.1", type="limit", price=66_000)).order
    assert await house.desk.recover() == []
    assert await house.stored(bid) == bid


async def test_a_refused_placing_is_recorded_and_frees_its_money(house: House) -> None:
    async def silence(uow: UnitOfWork, proposal: Proposal) -> None:
        house.market.fail()

    unlucky = furnish(house.database, house.clock, house.market, counting(500_000), [silence])
    with pytest.raises(ExchangeUnavailable):
        await unlucky.buy("0.1")
    assert await house.open_orders() == []
    [(refused, _)] = unlucky.heard
    assert (refused.status, refused.reserved) == (OrderStatus.REJECTED, D(0))
    assert refused.status not in OPEN
    assert refused.type is OrderType.MARKET


async def test_an_order_that_another_pair_has_just_cut_keeps_no_other_waiting(house: House) -> None:
    await house.buy("0.5", stop_loss=65_000)
    await house.buy(2, ETH)
    bid = (await house.buy(1, ETHBTC, type="limit", price="0.05")).order
    offer = (await house.sell(2, ETHBTC, type="limit", price="0.06")).order
    await house.clock.advance(1)
    house.market.trade(BTC, 64_000)
    house.market.trade(ETHBTC, "0.049")
    await house.clock.advance(1)
    house.market.trade(ETHBTC, "0.061")
    await house.desk.settle()
    assert (await house.stored(bid)).status is OrderStatus.CANCELED
    assert (await house.stored(offer)).status is OrderStatus.FILLED
    await house.audit()
