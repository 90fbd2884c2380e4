"""Who looks after which orders: those of a contest are its own desk's, and nobody else's."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
import pytest_asyncio

from tests.trading.house import START, House, account, counting, furnish, usual_pairs
from tests.trading.runs.arena import MINUTE, Arena, a_contest, a_floor, a_market, buy, close, open_arena, sell
from tests.trading.runs.given import BNB, ETH, FIVE, NOW
from trading.accounts import open_account
from trading.amending import Levels
from trading.clock import ManualClock
from trading.closing import Wish
from trading.equity import EquityRecorder
from trading.errors import ExchangeUnavailable, InvalidOrder, NotFound, TradingHalted
from trading.exchanges.scripted import ScriptedMarket
from trading.model import Account, Fill, Mode, Order, OrderRequest, OrderStatus, OrderType, Side
from trading.runs.accounts import open_contest_account
from trading.runs.decision import HOLD
from trading.runs.errors import InvalidRun
from trading.runs.view import ExitReason
from trading.settlement import Settled
from trading.switch import SwitchState

D = Decimal


@pytest_asyncio.fixture
async def arena(database_url: str) -> AsyncIterator[Arena]:
    async with open_arena(database_url) as opened:
        yield opened


async def the_main_house(arena: Arena) -> House:
    """Return the main desk over the database of a contest, in another time and at another price."""
    clock = ManualClock(START)
    market = ScriptedMarket(clock, usual_pairs())
    house = furnish(arena.database, clock, market, counting(10**6), [arena.gate])
    await open_account(arena.database.transact, account(), house.new_id)
    return house


async def test_the_main_desk_leaves_a_contest_alone(arena: Arena) -> None:
    house = await the_main_house(arena)
    run = await arena.enter()
    await arena.floor.open(a_market({ETH: 2_000}))
    await arena.does(run, buy(20, 5, stop_loss="0.05"), "k1")
    before, view = await arena.orders(), await arena.floor.view(run)
    assert len(before) == 2
    house.market.trade(ETH, 1)
    assert await house.desk.settle() == Settled()
    assert await house.desk.recover() == []
    assert await house.desk.guard() == ()
    stopped = await house.desk.switchboard.put(SwitchState.HALTED, "owner")
    assert (stopped.canceled, stopped.open, stopped.staying) == ((), (), ())
    assert await arena.orders() == before
    assert await arena.floor.view(run) == view


async def test_a_contest_leaves_the_main_account_alone(arena: Arena) -> None:
    house = await the_main_house(arena)
    resting = (await house.buy("0.1", ETH, type="limit", price=3_000)).order
    await arena.enter()
    await arena.floor.open(a_market({ETH: 2_000}))
    second = a_market({ETH: 2_000}, NOW + FIVE, a_market({ETH: 2_000}))
    await arena.floor.open(second)
    assert await house.stored(resting) == resting


async def test_two_contests_leave_each_other_alone(arena: Arena) -> None:
    other = a_floor(arena.database, a_contest(id="cst_2"), counting(10**6), arena.gate)
    run = await arena.enter()
    first = a_market({ETH: 2_000})
    await arena.floor.open(first)
    await arena.does(run, buy(20, 5, stop_loss="0.05"), "k1")
    before = await arena.orders()
    await other.open(first)
    bars = {ETH: [(2_000, 2_000, 1_000, 2_000)]}
    await other.open(a_market({ETH: 2_000}, NOW + FIVE, first, bars))
    assert await arena.orders() == before


async def _contest_order(arena: Arena) -> tuple[Order, str]:
    run = await arena.enter()
    await arena.floor.open(a_market({ETH: 2_000}))
    await arena.does(run, buy(20, 5, stop_loss="0.05"), "k1")
    stop = next(each for each in await arena.orders() if each.group and not each.group.startswith("liq"))
    return stop, (await arena.floor.view(run)).positions[0].id


async def test_nobody_trades_an_account_of_a_contest_by_hand(arena: Arena) -> None:
    house = await the_main_house(arena)
    stop, position = await _contest_order(arena)
    desk, name = house.desk, "LLM-A"
    order = OrderRequest(name, ETH, Side.BUY, OrderType.MARKET, amount=D("0.01"))
    for attempt in (
        lambda: desk.execute(order),
        lambda: desk.preview(order),
        lambda: desk.close(name, position),
        lambda: desk.amend(name, position, Levels(stop_loss=D(1_950))),
        lambda: desk.cancel(name, stop.id),
    ):
        with pytest.raises(InvalidOrder, match="in a contest"):
            await attempt()
    [closing] = await desk.close_all(name, Wish())
    assert isinstance(closing, InvalidOrder)
    assert [each.id for each in await arena.orders()].count(stop.id) == 1


async def test_what_a_contest_is_worth_is_written_down_by_its_cycles_alone(arena: Arena) -> None:
    house = await the_main_house(arena)
    await arena.enter()
    recorder = EquityRecorder(arena.database.transact, arena.database.read, house.markets, house.clock)
    assert await recorder.record() == 1


async def test_halted_means_here_too(arena: Arena) -> None:
    house = await the_main_house(arena)
    run = await arena.enter()
    await arena.floor.open(a_market({ETH: 2_000, BNB: 500}))
    await arena.does(run, buy(20, 5, stop_loss="0.05"), "k1")
    await house.desk.switchboard.put(SwitchState.HALTED, "owner")
    for decision in (buy(20, 5, BNB), close(ETH)):
        with pytest.raises(TradingHalted):
            await arena.does(run, decision, "k2")
    # Stops go on working, and its owner may end it.
    [closed] = await arena.floor.close_all(run, "end")
    assert closed.order.status is OrderStatus.FILLED
    await house.desk.switchboard.put(SwitchState.ACTIVE, "owner")
    arena.halted.append("a file")
    with pytest.raises(TradingHalted):
        await arena.does(run, sell(20, 5), "k3")


async def test_the_same_key_does_nothing_new(arena: Arena) -> None:
    run = await arena.enter()
    first = a_market({ETH: 2_000, BNB: 500})
    await arena.floor.open(first)
    opened = await arena.does(run, buy(20, 5), "k1")
    assert await arena.does(run, buy(40, 2, BNB), "k1") == opened
    closed = await arena.does(run, close(ETH), "k2")
    assert await arena.does(run, close(ETH), "k2") == closed
    await arena.floor.open(a_market({}, NOW + FIVE, first))
    assert await arena.does(run, buy(20, 5), "k1") == opened
    assert len(await arena.fills(run.account)) == 2


async def test_what_cannot_be_done_says_so(arena: Arena) -> None:
    run = await arena.enter()
    with pytest.raises(ExchangeUnavailable):
        await arena.floor.view(run)
    await arena.floor.open(a_market({ETH: 2_000}))
    assert (await arena.floor.view(run)).equity == 100
    for decision, error in (
        (HOLD, InvalidOrder),
        (close(ETH), NotFound),
        (buy(20, 5, BNB), ExchangeUnavailable),
        (buy("0.001", 5), InvalidOrder),
    ):
        with pytest.raises(error):
            await arena.does(run, decision, "k1")


async def test_an_account_of_a_contest_is_bound_by_its_run_alone(arena: Arena) -> None:
    run = await arena.enter()
    market = a_market({ETH: 2_000, BNB: 500})
    await arena.floor.open(market)
    await arena.does(run, buy(5_000, 125), "k1")
    await arena.does(run, buy(3_000, 100, BNB), "k2")
    view = await arena.floor.view(run)
    assert [each.leverage for each in view.positions] == [125, 100]
    with pytest.raises(InvalidRun):
        await open_contest_account(
            arena.database.transact,
            Account("x", "local", "USDT", Mode.PAPER, D(1), NOW),
            arena.contest,
            arena.new_id,
        )


async def test_an_order_that_a_crash_cut_off_is_carried_out_while_its_cycle_lasts(arena: Arena) -> None:
    run = await arena.enter()
    market = a_market({ETH: 2_000})
    await arena.floor.open(market)
    done = await arena.does(run, buy(20, 5, stop_loss="0.05"), "k1")
    twin = await arena.enter("LLM-B")
    await _cut_off(arena, twin.account, done.order)
    arena.floor = a_floor(arena.database, arena.contest, arena.new_id, arena.gate)
    await arena.floor.open(market)
    again = await arena.floor.execute(twin, buy(20, 5, stop_loss="0.05"), "k1")
    assert _figures(again.fills) == _figures(done.fills)
    ours, theirs = await arena.floor.view(run), await arena.floor.view(twin)
    assert (ours.equity, ours.available) == (theirs.equity, theirs.available)


async def test_an_order_that_was_cut_off_in_an_earlier_cycle_never_was(arena: Arena) -> None:
    run = await arena.enter()
    market = a_market({ETH: 2_000})
    await arena.floor.open(market)
    done = await arena.does(run, buy(20, 5), "k1")
    twin = await arena.enter("LLM-B")
    await _cut_off(arena, twin.account, done.order)
    arena.floor = a_floor(arena.database, arena.contest, arena.new_id, arena.gate)
    await arena.floor.open(a_market({ETH: 2_000}, NOW + MINUTE, market))
    again = await arena.floor.execute(twin, buy(20, 5), "k1")
    assert (again.order.status, again.fills) == (OrderStatus.CANCELED, ())
    assert (await arena.floor.view(twin)).available == 100


async def test_a_position_that_turns_and_one_that_is_stopped_are_told_apart(arena: Arena) -> None:
    run = await arena.enter()
    first = a_market({ETH: 2_000})
    await arena.floor.open(first)
    await arena.does(run, buy(20, 5), "k1")
    await arena.floor.desk.execute(
        OrderRequest(run.account, ETH, Side.SELL, OrderType.MARKET, amount=D("0.015"), leverage=D(5))
    )
    view = await arena.floor.view(run)
    [held], [trade] = view.positions, view.trades
    assert (held.side, held.amount, trade.amount, trade.reason) == (
        "short",
        D("0.0050"),
        D("0.0100"),
        ExitReason.MANUAL,
    )
    fees = sum(each.fee for each in await arena.fills(run.account))
    # Of the fee of the turn the short has its share, and has paid it.
    assert view.balance == 100 + trade.pnl - (fees - trade.fees)
    assert view.equity == (await arena.floor.worth(run)).equity


async def _cut_off(arena: Arena, account: str, like: Order) -> None:
    """Leave an order on disk as a process does that ends before the answer."""
    intent = replace(
        like,
        id=f"{like.id}_cut",
        account=account,
        status=OrderStatus.INTENT,
        filled=D(0),
        cost=D(0),
        fees=D(0),
        looked_at=None,
        version=0,
        reserved=D("4.1"),
    )
    async with arena.database.transact() as uow:
        await uow.orders.add(intent)


def _figures(fills: Sequence[Fill]) -> list[tuple[Decimal, Decimal, Decimal]]:
    return [(each.amount, each.price, each.fee) for each in fills]
