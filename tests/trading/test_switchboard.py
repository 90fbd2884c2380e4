"""The kill switch: what may trade in each state, what it cancels, and that nothing slips past it."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from memory.database import Database
from tests.trading.guarded import Fault, Guarded, gate, guarded, outcomes, told
from tests.trading.house import ETH, ETHBTC, Heard, account, counting, request
from trading.accounts import open_account
from trading.desk import Desk
from trading.errors import ExchangeUnavailable, InvalidOrder, OutcomeUnknown, TradingHalted
from trading.model import Mode, OrderStatus, Origin, Side
from trading.ports import UnitOfWork
from trading.risk.proposal import Check, Proposal, Verdict
from trading.switch import EVERYTHING, Switch, SwitchState

HALTED, REDUCING, ACTIVE = SwitchState.HALTED, SwitchState.REDUCING, SwitchState.ACTIVE
WIDE = {"order": 1, "position": 1, "exposure": 1, "orders_per_minute": 10_000}


@pytest_asyncio.fixture
async def house(sqlite_url: str) -> AsyncIterator[Guarded]:
    async with guarded(sqlite_url) as opened:
        await opened.limit(**WIDE)
        yield opened


async def entry(house: Guarded, origin: Origin) -> Any:
    return await house.buy("0.01", origin=origin)


async def rotation(house: Guarded, origin: Origin) -> Any:
    return await house.buy("0.1", ETHBTC, origin=origin)


async def leaving(house: Guarded, origin: Origin) -> Any:
    return await house.sell("0.01", origin=origin)


async def protection(house: Guarded, origin: Origin) -> Any:
    return await house.sell("0.01", type="stop", stop_price=60_000, reduce_only=True, origin=origin)


PERSON, GUARD = Origin.PERSON, Origin.GUARD
EVERYBODY = frozenset(Origin)
NOBODY: frozenset[Origin] = frozenset()
TABLE: Mapping[SwitchState, Mapping[Any, Collection[Origin]]] = {
    ACTIVE: {entry: EVERYBODY, rotation: EVERYBODY, leaving: EVERYBODY, protection: EVERYBODY},
    REDUCING: {entry: NOBODY, rotation: NOBODY, leaving: EVERYBODY, protection: EVERYBODY},
    HALTED: {entry: NOBODY, rotation: NOBODY, leaving: {PERSON, GUARD}, protection: {PERSON, GUARD}},
}


@pytest.mark.parametrize("origin", list(Origin))
@pytest.mark.parametrize(("state", "what"), [(state, what) for state in TABLE for what in TABLE[state]])
async def test_who_may_do_what_in_which_state(
    house: Guarded, state: SwitchState, what: Any, origin: Origin
) -> None:
    await house.buy("0.1")
    await house.desk.switchboard.put(state, "eve")
    # What an alert proposes always waits for a person, also what only reduces.
    done = (OrderStatus.HELD,) if origin is Origin.ALERT else (OrderStatus.FILLED, OrderStatus.ACCEPTED)
    if origin in TABLE[state][what]:
        assert (await what(house, origin)).order.status in done
    else:
        with pytest.raises(TradingHalted):
            await what(house, origin)
        assert len(house.venue.sent) == 1
    await house.audit()


@pytest.mark.parametrize("state", [REDUCING, HALTED])
async def test_entries_of_every_account_are_canceled_and_what_protects_stays(
    house: Guarded, sqlite_url: str, state: SwitchState
) -> None:
    await open_account(house.database.transact, account("other"), house.new_id)
    await house.buy("0.1", stop_loss=60_000, take_profit=80_000)
    own = (await house.buy("0.01", type="limit", price=60_000)).order
    swap = (await house.sell("0.01", type="limit", price=90_000)).order
    other = (
        await house.desk.execute(
            replace(request(Side.BUY, "0.1", ETH, type="stop", stop_price=4_000), account="other")
        )
    ).order
    stopped = await house.desk.switchboard.put(state, "eve", "panic")
    assert {order.id for order in stopped.canceled} == {own.id, other.id}
    assert {order.status for order in stopped.canceled} == {OrderStatus.CANCELED}
    assert len(stopped.staying) == 3
    assert swap.id in {order.id for order in stopped.staying}
    assert (stopped.open, stopped.denied) == ((), ())
    assert stopped.switch == Switch(EVERYTHING, state, "eve", house.clock.now(), "panic")
    assert house.news.switches == [stopped.switch]
    assert told(sqlite_url) == [("owner", "trading.switch")]
    await house.moves(59_000)
    assert (await house.fills())[-1].side is Side.SELL
    assert "BTC" not in await house.balances()
    await house.audit()


async def test_a_position_that_waits_for_protection_gets_it_while_halted(house: Guarded) -> None:
    house.venue.gate.clear()
    buying = asyncio.create_task(house.buy("0.1", stop_loss=60_000))
    await house.venue.taken.wait()
    await house.desk.switchboard.put(HALTED, "eve")
    house.venue.gate.set()
    await buying
    await house.desk.switchboard.sweep()
    assert [order.stop_price for order in await house.open_orders()] == [60_000]
    await house.moves(59_000)
    assert "BTC" not in await house.balances()


async def test_the_switch_stands_where_it_was_put_after_a_restart(house: Guarded, sqlite_url: str) -> None:
    await house.desk.switchboard.put(HALTED, "eve", "panic")
    async with Database.open(sqlite_url) as database:
        again = replace(house, database=database).another()
        assert await again.desk.switchboard.state() == Switch(
            EVERYTHING, HALTED, "eve", house.clock.now(), "panic"
        )
        with pytest.raises(TradingHalted):
            await again.buy("0.01")
        await again.desk.switchboard.put(ACTIVE, "eve")
    assert (await house.buy("0.01")).order.status is OrderStatus.FILLED


async def test_what_comes_to_rest_after_the_switch_is_canceled_by_the_next_look(house: Guarded) -> None:
    house.venue.gate.clear()
    placing = asyncio.create_task(house.buy("0.01", type="limit", price=60_000))
    await house.venue.taken.wait()
    assert (await house.desk.switchboard.put(HALTED, "eve")).canceled == ()
    house.venue.gate.set()
    resting = (await placing).order
    assert resting.status is OrderStatus.ACCEPTED
    assert [order.id for order in (await house.desk.switchboard.sweep()).canceled] == [resting.id]
    assert await house.open_orders() == []


async def test_nothing_is_canceled_while_the_switch_is_active(house: Guarded) -> None:
    resting = (await house.buy("0.01", type="limit", price=60_000)).order
    assert (await house.desk.switchboard.sweep()).canceled == ()
    assert (await house.desk.switchboard.put(ACTIVE, "eve")).canceled == ()
    assert await house.stored(resting) == resting


@pytest.mark.parametrize(
    "error", [ExchangeUnavailable("closed"), OutcomeUnknown("timed out"), InvalidOrder("no")]
)
async def test_an_entry_that_cannot_be_canceled_keeps_no_other_open(house: Guarded, error: Any) -> None:
    first = (await house.buy("0.01", type="limit", price=60_000)).order
    second = (await house.buy("0.01", type="limit", price=60_000)).order
    house.venue.stubborn[first.id] = error
    stopped = await house.desk.switchboard.put(HALTED, "eve")
    assert [order.id for order in stopped.canceled] == [second.id]
    assert [(order.id, why) for order, why in stopped.open] == [(first.id, str(error))]
    house.venue.stubborn.clear()
    assert [order.id for order in (await house.desk.switchboard.sweep()).canceled] == [first.id]


async def test_an_entry_of_money_that_is_not_traded_here_any_more_keeps_no_other_open(house: Guarded) -> None:
    resting = (await house.buy("0.01", type="limit", price=60_000)).order
    live = account("real", mode=Mode.LIVE)
    await open_account(house.database.transact, live, house.new_id)
    async with house.database.transact() as uow:
        await uow.orders.add(replace(resting, id="stranded", account="real", mode=Mode.LIVE))
    stopped = await house.desk.switchboard.put(HALTED, "eve")
    assert [order.id for order in stopped.canceled] == [resting.id]
    assert [order.id for order, _ in stopped.open] == ["stranded"]


async def test_an_unknown_order_stays_until_the_exchange_tells(house: Guarded) -> None:
    house.venue.faults = [Fault.UNANSWERED]
    unknown = (await house.buy("0.01", type="limit", price=60_000)).order
    assert (await house.desk.switchboard.put(HALTED, "eve")).canceled == ()
    await house.desk.recover()
    assert [order.id for order in (await house.desk.switchboard.sweep()).canceled] == [unknown.id]


class Committing:
    """Transactions that are written down in the order in which they are on disk."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._labels: dict[int, str] = {}
        self.done: list[str] = []
        self.some = asyncio.Event()

    @asynccontextmanager
    async def transact(self) -> AsyncIterator[UnitOfWork]:
        async with self._database.transact() as uow:
            yield uow
        label = self._labels.pop(id(uow), None)
        if label is not None:
            self.done.append(label)
        if len(self.done) >= 5:
            self.some.set()

    def label(self, uow: UnitOfWork, label: str) -> None:
        self._labels[id(uow)] = label


class Labeling(Heard):
    def __init__(self, committing: Committing, switching: asyncio.Event) -> None:
        super().__init__()
        self._committing = committing
        self._switching = switching

    async def switch(self, uow: UnitOfWork, switch: Switch) -> None:
        self._switching.set()
        self._committing.label(uow, "switch")


def watched(
    house: Guarded, committing: Committing, first_id: int, checks: Sequence[Check], put: asyncio.Event
) -> Desk:
    class Label:
        async def __call__(self, uow: UnitOfWork, proposal: Proposal) -> Verdict | None:
            committing.label(uow, "entry")
            return None

    return Desk(
        exchanges={Mode.PAPER: house.venue},
        markets=house.markets,
        transact=committing.transact,
        read=house.database.read,
        clock=house.clock,
        new_id=counting(first_id),
        news=Labeling(committing, put),
        checks=[*checks, Label()],
    )


async def test_no_entry_is_on_disk_after_the_switch(database_url: str) -> None:
    async with guarded(database_url) as house:
        await house.limit(**WIDE)
        committing, put = Committing(house.database), asyncio.Event()
        desks = [watched(house, committing, 1_000_000 * number, [gate()], put) for number in (1, 2)]
        terms: dict[str, Any] = {"type": "limit", "price": 60_000}
        orders = [desks[n % 2].execute(request(Side.BUY, "0.001", **terms)) for n in range(50)]
        before = asyncio.create_task(outcomes(*orders[:25]))
        await committing.some.wait()
        putting = asyncio.create_task(desks[0].switchboard.put(HALTED, "eve"))
        passed, refused = await outcomes(*orders[25:])
        stopped = await putting
        earlier, denied = await before
        passed, refused = [*passed, *earlier], [*refused, *denied]
        assert (len(passed) + len(refused), len(passed) >= 5, len(refused) > 0) == (50, True, True)
        assert {type(each) for each in refused} <= {TradingHalted}
        assert committing.done == ["entry"] * len(passed) + ["switch"]
        again = await desks[1].switchboard.sweep()
        canceled = {order.id for order in (*stopped.canceled, *again.canceled)}
        assert canceled == {each.order.id for each in passed}
        assert await house.open_orders() == []
        await house.audit()


async def test_an_order_that_was_judged_before_the_switch_is_on_disk_before_it(database_url: str) -> None:
    """Hold an order between its verdict and its commit: the switch has to wait for it."""
    async with guarded(database_url) as house:
        committing, put, judged = Committing(house.database), asyncio.Event(), asyncio.Event()

        class Slow:
            async def __call__(self, uow: UnitOfWork, proposal: Proposal) -> Verdict | None:
                judged.set()
                with suppress(TimeoutError):
                    await asyncio.wait_for(put.wait(), 0.3)
                return None

        desk = watched(house, committing, 1_000_000, [gate(), Slow()], put)
        placing = asyncio.create_task(desk.execute(request(Side.BUY, "0.001", type="limit", price=60_000)))
        await judged.wait()
        await desk.switchboard.put(HALTED, "eve")
        await placing
        assert committing.done == ["entry", "switch"]
