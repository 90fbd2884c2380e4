"""What is kept here comes to its end exactly once, wherever the process ends in between."""

from collections.abc import AsyncIterator, Sequence
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio

from tests.thinned import thinned
from tests.trading.guarded import Fault, Guarded
from tests.trading.house import BTC
from tests.trading.mortal import goes_on, lived, strict, venue
from trading.amending import Levels
from trading.errors import ExchangeUnavailable
from trading.model import Order, OrderStatus, OrderType, Side
from trading.orders import elsewhere, kept_here, parked

D = Decimal


@pytest_asyncio.fixture
async def house(sqlite_url: str) -> AsyncIterator[Guarded]:
    async with strict(sqlite_url) as opened:
        yield opened


def bought(house: Guarded) -> list[Decimal]:
    return [
        each.amount for each in house.venue.sent if each.side is Side.BUY and each.id in house.venue.books
    ]


FAULTS = [None, Fault.CRASH_BEFORE, Fault.CRASH_AFTER, Fault.LOST, Fault.UNANSWERED]
ENTRIES: dict[str, dict[str, Any]] = {
    "trailing": {"type": "trailing-stop", "trail": "0.03"},
    "stop": {"type": "stop", "stop_price": 69_000},
    "stop-limit": {"type": "stop-limit", "stop_price": 69_000, "price": 69_500},
}


async def waiting_entry(house: Guarded, entry: str) -> Order:
    """Let an entry with a stop-loss wait here, and the market come to its price."""
    house.venue.holds = frozenset()
    made = house.another(100_000)
    order = (await made.buy("0.1", stop_loss=60_000, **ENTRIES[entry])).order
    assert kept_here(order)
    await house.clock.advance(1)
    house.market.trade(BTC, 69_200)
    return order


async def entered_once(house: Guarded) -> None:
    assert (await house.balances())["BTC"] == D("0.1") == sum(bought(house))
    open_orders = await house.open_orders()
    assert [(each.type, each.reduce_only, each.remaining) for each in open_orders] == [
        (OrderType.STOP, True, D("0.1"))
    ]
    await house.audit()


@pytest.mark.parametrize("entry", ENTRIES)
@pytest.mark.parametrize("after", range(6))
async def test_an_entry_is_made_once_wherever_the_process_ends(
    house: Guarded, entry: str, after: int
) -> None:
    order = await waiting_entry(house, entry)
    # Its group, the asking for prices, its intent, and the answer, which ends it: each a transaction.
    assert await lived(house, after) == (after >= 4)
    again = await goes_on(house, 69_200)
    await entered_once(again)
    assert (await again.stored(order)).status is OrderStatus.CANCELED


@pytest.mark.parametrize("after", range(7))
async def test_an_entry_that_comes_to_rest_at_the_exchange_is_there_once(house: Guarded, after: int) -> None:
    house.venue.holds = frozenset()
    made = house.another(100_000)
    await made.buy("0.1", type="stop-limit", stop_price=69_000, price=69_100, stop_loss=60_000)
    await house.clock.advance(1)
    house.market.trade(BTC, 69_200)
    assert await lived(house, after) == (after >= 5)
    again = await goes_on(house, 69_200)
    [rests] = await again.open_orders()
    assert (elsewhere(rests), rests.remaining) == (True, D("0.1"))
    await again.moves(69_050)
    await entered_once(again)


@pytest.mark.parametrize("fault", [Fault.CRASH_BEFORE, Fault.CRASH_AFTER, Fault.LOST, Fault.UNANSWERED])
async def test_an_entry_is_made_once_though_nobody_hears_of_it(house: Guarded, fault: Fault) -> None:
    await waiting_entry(house, "trailing")
    house.venue.faults = [fault]
    await lived(house, 100)
    await entered_once(await goes_on(house, 69_200))


@pytest.mark.parametrize("fault", [Fault.REFUSED, Fault.DOWN])
async def test_an_entry_that_is_refused_waits_on_and_is_tried_again(house: Guarded, fault: Fault) -> None:
    order = await waiting_entry(house, "trailing")
    house.venue.faults = [fault]
    await lived(house, 100)
    assert kept_here(await house.stored(order))
    assert (await house.balances()).keys() == {"USDT"}
    await entered_once(await goes_on(house, 69_200))


async def test_an_entry_whose_price_is_gone_again_is_not_made_after_a_restart(house: Guarded) -> None:
    order = await waiting_entry(house, "stop")
    assert not await lived(house, 0)
    again = await goes_on(house, 68_000)
    assert kept_here(await again.stored(order))
    assert bought(again) == []


async def partly(house: Guarded, amount: Any, **more: Any) -> Order:
    """Let an entry of so much rest of which a tenth is filled, with a stop-loss at 65,000."""
    house.market.set_book(BTC, [(66_990, 1)], [(67_000, D(str(amount)) / 10), (67_500, 1)])
    return (await house.buy(amount, type="limit", price=67_000, stop_loss=65_000, **more)).order


async def protecting(house: Guarded) -> Sequence[Order]:
    return [each for each in await house.open_orders() if each.reduce_only and each.type is OrderType.STOP]


async def covered(house: Guarded) -> None:
    """Hold the house to a stop at the exchange for all that is held, and nothing beside it."""
    [stop] = await protecting(house)
    held = (await house.balances())["BTC"]
    assert (parked(stop), stop.remaining, stop.stop_price) == (True, held, D(65_000))
    assert venue(house).resting == {stop.id: held}
    assert (venue(house).held, venue(house).refused) == (held, 0)
    await house.audit()


async def test_a_stop_at_the_exchange_grows_with_its_entry(house: Guarded) -> None:
    entry = await partly(house, "0.5", take_profit=72_000)
    await house.desk.guard()
    await covered(house)
    for filled in ("0.1", "0.2"):
        await house.moves(67_000, amount=filled)
        await covered(house)
    await house.moves(66_999)
    assert (await house.stored(entry)).status is OrderStatus.FILLED
    await covered(house)
    await house.moves(64_000)
    assert (await house.balances()).keys() == {"USDT"}
    assert await house.open_orders() == []


async def test_a_moved_stop_grows_where_it_was_moved_to(house: Guarded) -> None:
    await partly(house, "0.5")
    [line] = await house.portfolio.positions("main")
    await house.desk.amend("main", line.position.id, Levels(stop_loss=D(66_000)))
    await house.desk.guard()
    await house.moves(67_000, amount="0.1")
    [stop] = await protecting(house)
    assert (parked(stop), stop.remaining, stop.stop_price) == (True, D("0.15"), D(66_000))


async def test_all_that_is_held_is_protected_before_the_exchange_knows(house: Guarded) -> None:
    await partly(house, "0.5")
    await house.desk.guard()
    await house.clock.advance(1)
    house.market.trade(BTC, 67_000, "0.1")
    await house.desk.settle()
    assert [(parked(each), each.remaining) for each in await protecting(house)] == [
        (True, D("0.05")),
        (False, D("0.15")),
    ]
    house.venue.holds = frozenset()
    await house.moves(64_000)
    assert (await house.balances()).keys() == {"USDT"}
    assert venue(house).held == 0


async def test_a_stop_that_cannot_be_taken_back_stays_and_is_tried_again(house: Guarded) -> None:
    await partly(house, "0.5")
    await house.desk.guard()
    [stop] = await protecting(house)
    house.venue.stubborn[stop.id] = ExchangeUnavailable("closed")
    for _ in range(4):
        await house.moves(67_000, amount="0.05")
        assert elsewhere(await house.stored(stop))
    house.venue.stubborn.clear()
    for _ in range(12):
        await house.moves(67_000, amount="0.001")
    await covered(house)


@pytest.mark.parametrize(("after", "fault"), thinned([0, 1, 2, 3, 4, 5, 100], FAULTS))
async def test_a_stop_grows_wherever_the_process_ends(
    house: Guarded, after: int, fault: Fault | None
) -> None:
    await partly(house, "0.5", take_profit=72_000)
    await house.desk.guard()
    await house.clock.advance(1)
    house.market.trade(BTC, 67_000, "0.1")
    house.venue.faults = [fault]
    await lived(house, after)
    house.venue.faults = []
    again = await goes_on(house, 67_400, 40)
    assert (await again.balances())["BTC"] == D("0.15")
    await covered(again)


@pytest.mark.parametrize("after", range(8))
@pytest.mark.parametrize("share", [100, 50])
async def test_a_stop_covers_what_a_sale_left_before_anybody_knew_of_it(
    house: Guarded, after: int, share: int
) -> None:
    await partly(house, "0.5")
    await house.desk.guard()
    await house.clock.advance(1)
    house.market.trade(BTC, 67_000, "0.1")
    house.venue.faults = [Fault.CRASH_BEFORE]
    await lived(house, after)
    house.venue.faults = []
    again = house.another(400_000)
    [line] = await again.portfolio.positions("main")
    await again.desk.close("main", line.position.id, D(share))
    await again.clock.advance(1)
    again.market.trade(BTC, 67_000, "0.1")
    await again.desk.settle()
    await covered(await goes_on(again, 67_400, 40))


@pytest.mark.parametrize(("after", "fault"), thinned(range(4), FAULTS))
async def test_a_stop_that_is_moved_before_anybody_knows_of_it_rests_where_it_was_moved_to(
    house: Guarded, after: int, fault: Fault | None
) -> None:
    await partly(house, "0.5")
    house.venue.faults = [fault]
    await lived(house, after)
    house.venue.faults = []
    again = house.another(400_000)
    [line] = await again.portfolio.positions("main")
    await again.desk.amend("main", line.position.id, Levels(stop_loss=D(64_900)))
    again = await goes_on(again, 67_400, 40)
    [stop] = await protecting(again)
    assert (parked(stop), stop.remaining, stop.stop_price) == (True, D("0.05"), D(64_900))
    assert [each.stop_price for each in venue(again).sent if each.id == stop.id] == [D(64_900)]


@pytest.mark.parametrize(
    ("after", "fault"), thinned(range(3, 8), [None, Fault.CRASH_AFTER, Fault.UNANSWERED])
)
async def test_a_target_that_is_moved_before_anybody_knows_of_its_sale_is_taken_back(
    house: Guarded, after: int, fault: Fault | None
) -> None:
    await partly(house, "0.5", take_profit=72_000)
    await house.desk.guard()
    await house.clock.advance(1)
    # The price comes for an instant: what is sent then rests.
    house.market.trade(BTC, 72_000, "0.0001")
    house.venue.faults = [fault]
    await lived(house, after)
    house.venue.faults = []
    again = house.another(400_000)
    await again.clock.advance(1)
    again.market.trade(BTC, 67_400)
    for line in await again.portfolio.positions("main"):
        await again.desk.amend("main", line.position.id, Levels(take_profit=D(75_000)))
    again = await goes_on(again, 67_400, 40)
    held = (await again.balances())["BTC"]
    assert venue(again).held == held
    resting = [
        each for each in await again.open_orders() if each.type is OrderType.LIMIT and each.side is Side.SELL
    ]
    assert [(each.price, each.remaining) for each in resting] == [(D(75_000), held)]
    assert [each.type for each in venue(again).sent if each.id in venue(again).resting] == [OrderType.STOP]
    await again.audit()


@pytest.mark.parametrize("after", range(10))
@pytest.mark.parametrize("price", [64_000, 73_000])
async def test_what_is_held_is_sold_once_wherever_the_process_ends(
    house: Guarded, after: int, price: int
) -> None:
    await partly(house, "0.5", take_profit=72_000)
    await house.desk.guard()
    await house.clock.advance(1)
    house.market.trade(BTC, 67_000, "0.1")
    await house.desk.settle()
    await house.clock.advance(1)
    house.market.trade(BTC, price)
    await lived(house, after)
    again = await goes_on(house, price)
    assert (await again.balances()).keys() == {"USDT"}
    assert await protecting(again) == []
    assert venue(again).refused == 0
