"""What protects a live position rests at the exchange where that can hold it, and with us where it cannot."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.trading.guarded import Fault, Guarded, guarded
from tests.trading.house import MAIN
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


async def test_what_the_exchange_refuses_is_tried_again_and_told_once(house: Guarded) -> None:
    house.venue.holds = frozenset()
    house = house.another()
    await house.buy("0.1", stop_loss=60_000)
    house.venue.faults = [Fault.REFUSED, Fault.REFUSED]
    await house.moves(59_000)
    await house.desk.guard()
    assert kept_here((await protection(house))[OrderType.STOP])
    await house.desk.guard()
    assert "BTC" not in await house.balances()
    assert await protection(house) == {}


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
