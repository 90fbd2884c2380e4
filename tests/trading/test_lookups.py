"""Orders whose outcome nobody knows: kept, told of, asked for and never sent again."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio

from tests.trading.guarded import Crash, Fault, Guarded, guarded, outcomes, told
from tests.trading.house import BTC, ETHBTC, MAIN, Heard, counting, request
from trading.desk import Desk
from trading.errors import AccountLocked, InsufficientFunds, InvalidOrder
from trading.funds import holdings
from trading.locks import Locks
from trading.model import Fill, Liquidity, Mode, Order, OrderStatus, Side
from trading.ports import Execution, Report, UnitOfWork
from trading.risk.gate import RiskGate

D = Decimal
CUT_OFF_AFTER = timedelta(minutes=5)
UNKNOWN = [("owner", "order.unknown"), ("ada", "order.unknown")]
FOUND = [("owner", "order.found"), ("ada", "order.found")]


@pytest_asyncio.fixture
async def house(sqlite_url: str) -> AsyncIterator[Guarded]:
    async with guarded(sqlite_url, Mode.LIVE) as opened:
        yield opened


async def lost(house: Guarded, fault: Fault = Fault.LOST, **more: Any) -> Order:
    """Hand an order in that is not answered."""
    house.venue.faults = [fault]
    order = (await house.buy("0.1", by="ada", **more)).order
    assert order.status is OrderStatus.UNKNOWN
    return order


async def looks(house: Guarded, times: int, every: float = 3) -> OrderStatus:
    """Look so often, with time between, and return where the only order stands then."""
    for _ in range(times):
        await house.desk.recover()
        await house.clock.advance(every)
    return (await house.stored(house.venue.sent[0])).status


async def locked(house: Guarded) -> Decimal:
    return holdings(await house.balances(), await house.open_orders())["USDT"].locked


async def test_what_is_not_answered_stays_reserved_and_is_told(house: Guarded, sqlite_url: str) -> None:
    order = await lost(house)
    assert await house.stored(order) == order
    assert await locked(house) == order.reserved > 6_700
    assert told(sqlite_url) == UNKNOWN
    assert house.heard[-1] == (order, ())
    await looks(house, 3)
    assert told(sqlite_url) == UNKNOWN
    assert len(house.venue.sent) == 1
    await house.audit()


async def test_an_order_of_the_owner_is_told_once(house: Guarded, sqlite_url: str) -> None:
    house.venue.faults = [Fault.LOST]
    await house.buy("0.1")
    assert told(sqlite_url) == UNKNOWN[:1]


async def test_an_unknown_order_and_the_notice_of_it_are_on_disk_together_or_not_at_all(
    house: Guarded, sqlite_url: str
) -> None:
    class Breaking(Heard):
        async def order(self, uow: UnitOfWork, order: Order, fills: Sequence[Fill]) -> None:
            if order.status is OrderStatus.UNKNOWN:
                raise Crash

    desk = Desk(
        exchanges={Mode.LIVE: house.venue},
        markets=house.markets,
        transact=house.database.transact,
        read=house.database.read,
        clock=house.clock,
        new_id=counting(500_000),
        news=Breaking(),
    )
    house.venue.faults = [Fault.LOST]
    with pytest.raises(Crash):
        await desk.execute(request(Side.BUY, "0.1", by="ada"))
    [order] = await house.open_orders()
    assert (order.status, told(sqlite_url)) == (OrderStatus.INTENT, [])


async def test_an_order_that_the_exchange_has_taken_is_booked_once(house: Guarded, sqlite_url: str) -> None:
    order = await lost(house, Fault.UNANSWERED)
    [found] = await house.desk.recover()
    assert (found.id, found.status, found.filled, found.reserved) == (
        order.id,
        OrderStatus.FILLED,
        D("0.1"),
        D(0),
    )
    assert await house.desk.recover() == []
    assert len(await house.fills()) == 1
    assert told(sqlite_url) == UNKNOWN + FOUND
    assert len(house.venue.sent) == 1
    await house.audit()


async def test_an_order_that_rests_at_the_exchange_goes_on_resting(house: Guarded) -> None:
    await lost(house, Fault.UNANSWERED, type="limit", price=66_000)
    [found] = await house.desk.recover()
    assert found.status is OrderStatus.ACCEPTED
    await house.moves(65_000)
    assert (await house.stored(found)).status is OrderStatus.FILLED
    await house.audit()


async def test_an_order_that_filled_in_part_goes_on_resting_with_its_rest(house: Guarded) -> None:
    house.market.set_book(BTC, [(66_000, 1)], [(67_000, "0.04")])
    await lost(house, Fault.UNANSWERED, type="limit", price=67_000)
    [found] = await house.desk.recover()
    assert (found.status, found.filled) == (OrderStatus.PARTIAL, D("0.04"))
    assert await locked(house) == found.reserved == D("0.06") * 67_000 * D("1.001")
    await house.audit()


@pytest.mark.parametrize("status", [OrderStatus.REJECTED, OrderStatus.CANCELED, OrderStatus.EXPIRED])
async def test_an_order_that_the_exchange_has_ended_gives_its_funds_back(
    house: Guarded, sqlite_url: str, status: OrderStatus
) -> None:
    order = await lost(house)
    house.venue.books[order.id] = Report(order.id, status, reason="post only")
    [found] = await house.desk.recover()
    assert (found.status, found.reason, await locked(house)) == (status, "post only", D(0))
    assert told(sqlite_url) == UNKNOWN + FOUND


async def test_an_order_that_is_denied_often_and_long_enough_never_arrived(house: Guarded) -> None:
    order = await lost(house)
    assert await looks(house, 4) is OrderStatus.UNKNOWN
    assert await locked(house) == order.reserved
    assert await looks(house, 1) is OrderStatus.CANCELED
    assert (await locked(house), len(house.venue.sent)) == (D(0), 1)


async def test_denials_in_quick_succession_do_not_count_as_time(house: Guarded) -> None:
    await lost(house)
    assert await looks(house, 10, every=1) is OrderStatus.UNKNOWN
    assert await looks(house, 1) is OrderStatus.CANCELED


async def test_few_denials_over_a_long_time_are_not_enough(house: Guarded) -> None:
    await lost(house)
    assert await looks(house, 4, every=3_600) is OrderStatus.UNKNOWN
    assert await looks(house, 1) is OrderStatus.CANCELED


async def test_denials_span_the_time_an_order_may_take_to_arrive(house: Guarded) -> None:
    house.venue.arrives_within = timedelta(seconds=60)
    await lost(house)
    assert await looks(house, 15, every=4) is OrderStatus.UNKNOWN
    assert await looks(house, 1) is OrderStatus.CANCELED


async def test_an_exchange_that_does_not_say_how_long_orders_take_is_never_believed(house: Guarded) -> None:
    house.venue.arrives_within = None
    order = await lost(house)
    assert await looks(house, 30, every=3_600) is OrderStatus.UNKNOWN
    assert await locked(house) == order.reserved


async def test_silence_is_no_denial(house: Guarded) -> None:
    await lost(house)
    house.venue.silent = True
    assert await looks(house, 30) is OrderStatus.UNKNOWN
    house.venue.silent = False
    assert await looks(house, 4) is OrderStatus.UNKNOWN
    assert await looks(house, 1) is OrderStatus.CANCELED


async def test_a_market_that_is_silent_puts_it_off(house: Guarded) -> None:
    await lost(house, Fault.UNANSWERED)
    house.market.fail()
    assert await looks(house, 3) is OrderStatus.UNKNOWN
    house.market.fail(None)
    assert await looks(house, 1) is OrderStatus.FILLED


async def test_after_a_restart_denials_are_counted_anew(house: Guarded) -> None:
    await lost(house)
    assert await looks(house, 4) is OrderStatus.UNKNOWN
    again = house.another()
    assert await looks(again, 4) is OrderStatus.UNKNOWN
    assert await looks(again, 1) is OrderStatus.CANCELED
    assert len(house.venue.sent) == 1


async def test_an_order_that_arrives_after_all_is_booked(house: Guarded) -> None:
    order = await lost(house, type="limit", price=66_000)
    assert await looks(house, 4) is OrderStatus.UNKNOWN
    house.venue.books[order.id] = Report(order.id, OrderStatus.ACCEPTED, looked_at=house.clock.now())
    assert await looks(house, 1) is OrderStatus.ACCEPTED


@pytest.mark.parametrize("fault", [Fault.CRASH_BEFORE, Fault.CRASH_AFTER])
async def test_a_live_order_that_was_cut_off_is_unknown_until_the_exchange_tells(
    house: Guarded, sqlite_url: str, fault: Fault
) -> None:
    house.venue.faults = [fault]
    house.venue.silent = True
    with pytest.raises(Crash):
        await house.buy("0.1", by="ada")
    [order] = await house.open_orders()
    again = house.another()
    await again.desk.recover()
    assert (await again.stored(order)).status is OrderStatus.UNKNOWN
    assert told(sqlite_url) == UNKNOWN
    house.venue.silent = False
    for _ in range(5):
        await again.desk.recover()
        await house.clock.advance(3)
    ended = OrderStatus.FILLED if fault is Fault.CRASH_AFTER else OrderStatus.CANCELED
    assert (await again.stored(order)).status is ended
    assert told(sqlite_url) == UNKNOWN + FOUND
    assert len(house.venue.sent) == (fault is Fault.CRASH_AFTER)


async def test_a_paper_order_that_was_cut_off_has_never_been(sqlite_url: str) -> None:
    async with guarded(sqlite_url) as house:
        house.venue.arrives_within = timedelta(0)
        house.venue.faults = [Fault.CRASH_BEFORE]
        with pytest.raises(Crash):
            await house.buy("0.1")
        [order] = await house.another().desk.recover()
        assert (order.status, await locked(house), told(sqlite_url)) == (OrderStatus.CANCELED, D(0), [])


async def test_an_order_that_is_just_being_placed_is_not_looked_for(house: Guarded) -> None:
    house.venue.gate.clear()
    placing = asyncio.create_task(house.buy("0.1"))
    await house.venue.taken.wait()
    assert await house.desk.recover() == []
    # Another process does not know of it, and leaves what is young alone.
    assert await house.another().desk.recover(older_than=timedelta(seconds=30)) == []
    house.venue.gate.set()
    assert (await placing).order.status is OrderStatus.FILLED
    assert house.venue.asked == []


async def test_an_answer_that_could_not_be_written_down_is_asked_for_again_at_once(house: Guarded) -> None:
    class Broken(Heard):
        """Keeps the first answer from getting to disk."""

        answers = 0

        async def order(self, uow: UnitOfWork, order: Order, fills: Sequence[Fill]) -> None:
            self.answers += 1
            if self.answers == 1:
                raise Crash

    desk = Desk(
        exchanges={Mode.LIVE: house.venue},
        markets=house.markets,
        transact=house.database.transact,
        read=house.database.read,
        clock=house.clock,
        new_id=counting(500_000),
        news=Broken(),
    )
    with pytest.raises(Crash):
        await desk.execute(request(Side.BUY, "0.1", key="wish"))
    [order] = await house.open_orders()
    assert order.status is OrderStatus.INTENT
    # Another process cannot know that nobody is placing it any more.
    assert await house.another().desk.recover(CUT_OFF_AFTER) == []
    [found] = await desk.recover(CUT_OFF_AFTER)
    assert (found.id, found.status, found.filled) == (order.id, OrderStatus.FILLED, D("0.1"))
    again = await desk.execute(request(Side.BUY, "0.1", key="wish"))
    assert (again.order.id, len(house.venue.sent)) == (order.id, 1)
    await house.audit()


async def test_an_answer_that_comes_after_another_process_gave_the_order_up_still_counts(
    house: Guarded, sqlite_url: str
) -> None:
    house.venue.gate.clear()
    placing = asyncio.create_task(house.buy("0.1", by="ada"))
    await house.venue.taken.wait()
    house.venue.silent = True
    await house.clock.advance(60)
    await house.another().desk.recover(older_than=timedelta(seconds=30))
    assert told(sqlite_url) == UNKNOWN
    house.venue.gate.set()
    outcome = await placing
    assert (outcome.order.status, len(outcome.fills)) == (OrderStatus.FILLED, 1)
    assert told(sqlite_url) == UNKNOWN + FOUND
    await house.audit()


async def test_an_answer_to_what_another_process_has_found_is_not_booked_twice(house: Guarded) -> None:
    house.venue.gate.clear()
    placing = asyncio.create_task(house.buy("0.1", by="ada"))
    await house.venue.taken.wait()
    await house.clock.advance(60)
    await house.another().desk.recover(older_than=timedelta(seconds=30))
    house.venue.gate.set()
    outcome = await placing
    assert (outcome.order.status, len(outcome.fills)) == (OrderStatus.FILLED, 1)
    assert (await house.balances())["BTC"] == D("0.1")
    await house.audit()


def filled(order: Order, amount: str) -> Report:
    """What an exchange says of a market order that has filled, with so much traded."""
    execution = Execution(D(amount), D(67_000), D(1), Liquidity.TAKER, order.created_at)
    return Report(order.id, OrderStatus.FILLED, (execution,))


async def test_an_order_that_cannot_be_booked_locks_its_account_and_keeps_no_other_waiting(
    sqlite_url: str,
) -> None:
    async with guarded(sqlite_url) as house:
        locks = Locks()
        house.venue.faults = [Fault.LOST] * 2
        bad, good = (await house.buy("0.1")).order, (await house.buy("0.1")).order
        # More than the account could ever have paid for.
        house.venue.books = {bad.id: filled(bad, "1000"), good.id: filled(good, "0.1")}
        again = house.another(checks=[RiskGate(lambda: False, locks)], locks=locks)
        found = await again.desk.recover()
        assert [(each.id, each.status) for each in found] == [(good.id, OrderStatus.FILLED)]
        with pytest.raises(AccountLocked):
            await again.buy("0.01")
        assert await again.desk.recover() == []
        locked = [kind for _, kind in told(sqlite_url) if kind.startswith("account")]
        assert locked == ["account.locked"]
        house.venue.books[bad.id] = filled(bad, "0.1")
        assert [each.id for each in await again.desk.recover()] == [bad.id]
        assert (await again.buy("0.01")).order.status is OrderStatus.FILLED
        assert told(sqlite_url)[-1] == ("owner", "account.unlocked")
        assert [each.id for each in house.venue.sent[:2]] == [bad.id, good.id]
        await house.audit()


async def test_two_processes_that_look_at_once_book_once(database_url: str) -> None:
    async with guarded(database_url, Mode.LIVE) as house:
        await house.limit(order=1, position=1, exposure=1)
        house.venue.faults = [Fault.UNANSWERED] * 10
        unknown = [(await house.buy("0.01")).order for _ in range(10)]
        others = [house.another(500_000 * number) for number in (1, 2)]
        changed = await asyncio.gather(*(each.desk.recover() for each in (house, *others)))
        assert sorted(order.id for each in changed for order in each) == [order.id for order in unknown]
        assert len(await house.fills()) == 10
        assert (await house.balances())["BTC"] == D("0.1")
        assert len(house.venue.sent) == 10
        await house.audit()


async def test_an_unknown_order_cannot_be_canceled_away(house: Guarded) -> None:
    order = await lost(house)
    assert (await house.desk.cancel(MAIN, order.id)).order == order
    assert await locked(house) == order.reserved


async def test_the_same_wish_is_not_sent_again_while_its_order_is_unknown(house: Guarded) -> None:
    order = await lost(house, key="wish")
    passed, refused = await outcomes(house.buy("0.1", key="wish"), house.another().buy("0.1", key="wish"))
    assert ([each.order.id for each in passed], refused) == ([order.id] * 2, [])
    assert len(house.venue.sent) == 1


async def test_what_an_unknown_exit_may_have_sold_is_not_sold_again(house: Guarded) -> None:
    await house.buy("0.1", stop_loss=60_000)
    house.venue.faults = [Fault.UNANSWERED]
    [line] = await house.portfolio.positions(MAIN)
    closing = await house.desk.close(MAIN, line.position.id)
    assert closing.outcome.order.status is OrderStatus.UNKNOWN
    assert holdings(await house.balances(), await house.open_orders())["BTC"].free == 0
    sent = len(house.venue.sent)
    for again in (
        house.desk.close(MAIN, line.position.id),
        house.sell("0.1"),
        house.sell("0.1", reduce_only=True),
    ):
        with pytest.raises((InvalidOrder, InsufficientFunds)):
            await again
    await house.moves(59_000)
    assert len(house.venue.sent) == sent
    await house.desk.recover()
    await house.desk.settle()
    assert "BTC" not in await house.balances()
    assert [order for order in await house.open_orders() if order.symbol == BTC] == []
    await house.audit()


async def test_an_exit_leaves_what_an_unknown_order_may_have_spent(house: Guarded) -> None:
    await house.limit(order=1, position=1, exposure=1)
    await house.buy("0.5")
    house.venue.faults = [Fault.UNANSWERED]
    await house.buy(5, ETHBTC)
    [line] = await house.portfolio.positions(MAIN)
    closed = await house.desk.close(MAIN, line.position.id)
    assert closed.outcome.order.amount < D("0.5") - 5 * D("0.0537")
    await house.desk.recover()
    assert (await house.balances())["ETH"] == 5
    await house.audit()
