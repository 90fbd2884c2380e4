"""What protects a live position rests at the exchange where that can hold it, and with us where it cannot."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.trading.guarded import Fault, Guarded, guarded, told
from tests.trading.house import BTC, MAIN
from trading.held import Answer
from trading.model import Mode, Order, OrderStatus, OrderType, Origin, Side
from trading.orders import kept_here, parked
from trading.switch import SwitchState

D = Decimal


@pytest.fixture
async def house(sqlite_url: str) -> AsyncIterator[Guarded]:
    async with guarded(sqlite_url, Mode.LIVE) as opened:
        await opened.limit(order=1, position=1, exposure=1)
        yield opened


async def protection(house: Guarded) -> dict[OrderType, Order]:
    """Return the open orders that protect the account, one of each type."""
    return {order.type: order for order in await house.open_orders() if order.reduce_only}


def sent(house: Guarded) -> Sequence[tuple[Side, OrderType, Decimal]]:
    return [(order.side, order.type, order.amount) for order in house.venue.sent]


async def test_a_stop_is_parked_and_the_target_beside_it_kept_here(house: Guarded) -> None:
    await house.buy("0.1", stop_loss=60_000, take_profit=70_000)
    await house.desk.guard()
    guards = await protection(house)
    assert parked(guards[OrderType.STOP])
    assert kept_here(guards[OrderType.LIMIT])
    assert sent(house) == [
        (Side.BUY, OrderType.MARKET, D("0.1")),
        (Side.SELL, OrderType.STOP, D("0.1")),
    ]
    await house.desk.guard()
    assert len(sent(house)) == 2
    await house.audit()


async def test_an_exchange_that_holds_no_stops_leaves_them_to_us(sqlite_url: str) -> None:
    async with guarded(sqlite_url, Mode.LIVE) as house:
        house.venue.holds = frozenset()
        furnished = house.another()
        await furnished.buy("0.1", stop_loss=60_000)
        await furnished.desk.guard()
        assert kept_here((await protection(furnished))[OrderType.STOP])
        await furnished.moves(59_000)
        assert await protection(furnished) == {}
        assert "BTC" not in await furnished.balances()
        assert sent(furnished)[1:] == [(Side.SELL, OrderType.MARKET, D("0.1"))]


async def test_a_target_takes_the_stop_back_before_it_sells(house: Guarded) -> None:
    await house.buy("0.1", stop_loss=60_000, take_profit=70_000)
    await house.desk.guard()
    await house.moves(70_500)
    assert "BTC" not in await house.balances()
    assert await protection(house) == {}
    assert sent(house)[2:] == [(Side.SELL, OrderType.LIMIT, D("0.1"))]
    assert house.venue.canceled == [house.venue.sent[1].id]
    await house.audit()


async def test_selling_a_part_leaves_the_rest_protected(house: Guarded) -> None:
    await house.buy("0.1", stop_loss=60_000)
    await house.desk.guard()
    assert (await house.sell("0.04")).order.status is OrderStatus.FILLED
    await house.desk.guard()
    stop = (await protection(house))[OrderType.STOP]
    assert (parked(stop), stop.remaining, stop.stop_price) == (True, D("0.06"), D(60_000))
    assert house.venue.canceled == [house.venue.sent[1].id]
    await house.audit()


async def test_a_trailing_stop_follows_and_sells(house: Guarded) -> None:
    house.venue.holds = frozenset({OrderType.STOP})
    house = house.another()
    await house.buy("0.1")
    await house.sell("0.1", type="trailing-stop", trail=D("0.1"), reduce_only=True)
    await house.moves(80_000)
    [trailing] = (await protection(house)).values()
    assert trailing.stop_price == D(72_000)
    await house.moves(75_000)
    assert (await protection(house))[OrderType.TRAILING_STOP].stop_price == D(72_000)
    await house.moves(71_900)
    assert "BTC" not in await house.balances()


async def test_what_the_exchange_refuses_is_tried_again_later_each_time_and_told_once(
    house: Guarded, sqlite_url: str
) -> None:
    house.venue.holds = frozenset()
    house = house.another()
    await house.buy("0.1", stop_loss=60_000)
    house.venue.faults = [Fault.REFUSED] * 9
    handed_in: list[float] = []
    for second in range(250):
        before = len(house.venue.sent)
        await house.moves(59_000)
        handed_in += [second] * (len(house.venue.sent) - before)
        if handed_in[8:] == [second]:
            # What is on disk is as good as what is remembered: it is told once, also after a restart.
            assert kept_here((await protection(house))[OrderType.STOP])
            assert told(sqlite_url) == [("owner", "order.stuck")]
            house = house.another(700_000)
    assert handed_in == [0, 1, 3, 7, 15, 31, 63, 123, 183, 184]
    assert "BTC" not in await house.balances()
    assert await protection(house) == {}
    assert told(sqlite_url) == [("owner", "order.stuck")]


async def test_a_stop_that_the_exchange_does_not_take_is_kept_here_and_offered_again(
    house: Guarded, sqlite_url: str
) -> None:
    await house.buy("0.1", stop_loss=60_000)
    house.venue.faults = [Fault.REFUSED, Fault.DOWN]
    offered = []
    for second in range(20):
        before = len(house.venue.sent)
        await house.moves(67_000)
        offered += [second] * (len(house.venue.sent) - before)
        assert (await protection(house))[OrderType.STOP].remaining == D("0.1")
    assert offered == [0, 5, 15]
    assert [parked(each) for each in (await protection(house)).values()] == [True]
    assert told(sqlite_url) == [("owner", "order.stuck")]


async def test_a_refused_sale_is_told_of_though_its_stop_was_refused_before(
    house: Guarded, sqlite_url: str
) -> None:
    await house.buy("0.1", stop_loss=60_000)
    house.venue.faults = [Fault.REFUSED, Fault.REFUSED]
    await house.desk.guard()
    await house.moves(59_000)
    assert told(sqlite_url) == [("owner", "order.stuck")] * 2
    await house.moves(59_000)
    assert "BTC" not in await house.balances()


async def test_an_unanswered_sale_is_never_sent_again(house: Guarded) -> None:
    house.venue.holds = frozenset()
    house = house.another()
    await house.buy("0.1", stop_loss=60_000)
    house.venue.faults = [Fault.UNANSWERED]
    await house.moves(59_000)
    for _ in range(3):
        await house.desk.guard()
    assert len(house.venue.sent) == 2
    await house.desk.recover()
    await house.desk.guard()
    assert "BTC" not in await house.balances()
    assert len(house.venue.sent) == 2


async def test_an_unanswered_entry_is_not_sent_again_though_its_stop_has_moved(house: Guarded) -> None:
    house.venue.holds, house.venue.silent = frozenset(), True
    house = house.another()
    await house.buy("0.1", type="trailing-stop", trail=D("0.1"))
    house.venue.faults = [Fault.UNANSWERED]
    for price in (74_000, 60_000, 67_000):
        await house.moves(price)
    assert [(each.type, each.stop_price) for each in await house.open_orders()] == [
        (OrderType.TRAILING_STOP, D(66_000)),
        (OrderType.MARKET, None),
    ]
    house.venue.silent = False
    await house.desk.recover()
    await house.moves(67_000)
    assert len(house.venue.sent) == 1
    assert (await house.balances())["BTC"] == D("0.1")
    assert await house.open_orders() == []


async def test_a_restart_between_sending_and_writing_down_sends_nothing_twice(house: Guarded) -> None:
    await house.buy("0.1", stop_loss=60_000)
    stop = (await protection(house))[OrderType.STOP]
    await house.desk.guard()
    # As if the process had died before the kept order was ended.
    async with house.database.transact() as uow:
        current = await uow.orders.get(stop.id)
        assert current is not None
        assert current.status is OrderStatus.CANCELED
        await uow.orders.save(replace(current, status=OrderStatus.ACCEPTED))
    again = house.another()
    await again.desk.guard()
    await again.desk.guard()
    assert len(house.venue.sent) == 2
    assert [parked(each) for each in await again.open_orders()] == [True]


async def test_nothing_is_sent_for_an_account_that_is_not_armed(house: Guarded) -> None:
    await house.buy("0.1", stop_loss=60_000)
    await house.arm(False)
    await house.moves(59_000)
    assert len(house.venue.sent) == 1
    assert kept_here((await protection(house))[OrderType.STOP])


async def test_a_sale_cuts_what_is_kept_here_before_what_the_exchange_has(house: Guarded) -> None:
    await house.buy("0.05", stop_loss=60_000)
    sale = (await house.sell("0.02", type="limit", price=69_000)).order
    await house.desk.guard()
    await house.buy("0.03", stop_loss=61_000)
    await house.clock.advance(1)
    house.market.trade(BTC, 69_100)
    await house.desk.settle()
    assert (await house.stored(sale)).status is OrderStatus.FILLED
    stops = [each for each in await house.open_orders() if each.reduce_only]
    assert {(each.stop_price, parked(each), each.remaining) for each in stops} == {
        (D(60_000), True, D("0.05")),
        (D(61_000), False, D("0.01")),
    }
    await house.audit()


async def test_protection_works_while_trading_is_halted(house: Guarded) -> None:
    await house.buy("0.1", stop_loss=60_000)
    await house.desk.switchboard.put(SwitchState.HALTED, "eve")
    await house.moves(59_000)
    assert "BTC" not in await house.balances()


async def test_a_model_needs_nobody_for_the_stop_of_an_approved_entry(house: Guarded) -> None:
    asked = await house.ask("0.1", stop_loss=60_000)
    await house.desk.held.approve(asked.id, Answer("eve"))
    await house.desk.guard()
    stop = (await protection(house))[OrderType.STOP]
    assert (parked(stop), stop.origin) == (True, Origin.GUARD)
    async with house.database.read() as uow:
        assert await uow.approvals.pending() == []
    assert stop.account == MAIN


async def test_an_entry_that_waits_here_counts_once_against_the_limits(house: Guarded) -> None:
    house.venue.holds = frozenset()
    house = house.another()
    await house.limit(order="0.1", position="0.1", exposure="0.1")
    await house.buy("0.1", type="stop", stop_price=69_000)
    await house.moves(69_200)
    assert (await house.balances())["BTC"] == D("0.1")
    assert await house.open_orders() == []


async def test_an_entry_that_the_limits_refuse_waits_on_and_its_owner_is_told(
    house: Guarded, sqlite_url: str
) -> None:
    house.venue.holds = frozenset()
    house = house.another()
    entry = (await house.buy("0.1", type="stop", stop_price=69_000)).order
    await house.limit(order="0.01")
    await house.moves(69_200)
    await house.moves(69_200)
    assert kept_here(await house.stored(entry))
    assert told(sqlite_url) == [("owner", "order.stuck")]
    assert house.venue.sent == []
