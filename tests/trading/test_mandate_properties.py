"""Whatever a run wants, and when: what is beyond its mandate never trades without being asked for."""

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.trading.guarded import Fault, Guarded, guarded
from tests.trading.house import MAIN
from tests.trading.test_mandates import EVE, LOOSE, RUN, asked, wants
from trading.errors import TradingError
from trading.mandates import Terms
from trading.model import ZERO, Mode, Order, OrderStatus, Origin
from trading.orders import OPEN
from trading.prices import price_assets

D = Decimal
START = datetime(2026, 11, 21, 18, tzinfo=UTC)
BEGINS = D(67_000)


@dataclass(frozen=True)
class Passed:
    """An order that went without a person, and what it was worth."""

    order_id: str
    value: Decimal
    amount: Decimal
    at: datetime


@dataclass
class Case:
    """A run on two desks, what it may trade by now, and what went without a person."""

    houses: Sequence[Guarded]
    last: Decimal = BEGINS
    mandate: str | None = None
    terms: Terms | None = None
    baseline: Decimal = ZERO
    passed: list[Passed] = field(default_factory=list)

    async def allowed(self, value: Decimal) -> bool:
        """Reckon from orders and fills whether an entry of this value is within everything."""
        if self.terms is None:
            return False
        today = await self.today()
        lost = self.baseline - await self.won()
        within = value <= self.terms.per_order and today + value <= self.terms.per_day
        return within and lost < self.terms.loss

    async def today(self) -> Decimal:
        midnight = self.houses[0].clock.now().replace(hour=0, minute=0, second=0)
        total = D(0)
        async with self.houses[0].database.read() as uow:
            for each in self.passed:
                order = await uow.orders.get(each.order_id)
                assert order is not None
                fills = await uow.fills.of_order(each.order_id)
                moments = [each.at, *(fill.at for fill in fills)]
                if order.status in OPEN:
                    total += each.value
                elif max(moments) >= midnight:
                    total += each.value * sum(fill.amount for fill in fills) / each.amount
        return total

    async def won(self) -> Decimal:
        house = self.houses[0]
        mark = (await price_assets(house.market, "USDT", {"BTC"}))["BTC"]
        amount = cash = D(0)
        async with house.database.read() as uow:
            for fill in await uow.fills.of(MAIN):
                order = await uow.orders.get(fill.order_id)
                if order is not None and order.run == RUN:
                    amount += fill.side.sign * fill.amount
                    cash -= fill.side.sign * fill.notional + fill.fee
        return cash + amount * mark


Step = Callable[[Case], Any]
desks = st.integers(0, 1)


@st.composite
def entries(draw: st.DrawFn) -> Step:
    desk, amount = draw(desks), D(draw(st.integers(1, 25))) / 1_000
    limit = draw(st.none() | st.integers(60_000, 66_000))
    stop, lost = draw(st.none() | st.just(59_000)), draw(st.integers(0, 7)) == 0

    async def step(case: Case) -> None:
        house = case.houses[desk]
        value = amount * (D(limit) if limit else case.last + D("0.01"))
        allowed = await case.allowed(value)
        case.houses[0].venue.faults = [Fault.LOST] if lost else []
        more: dict[str, Any] = {"type": "limit", "price": limit} if limit else {}
        more |= {"stop_loss": stop} if stop else {}
        try:
            order = (await wants(house, amount, **more)).order
        except TradingError:
            # Its stop-loss lies above the market.
            return
        finally:
            case.houses[0].venue.faults = []
        assert (order.status is not OrderStatus.HELD) == allowed, (value, order.verdict)
        if allowed:
            case.passed.append(Passed(order.id, value, amount, house.clock.now()))

    return step


@st.composite
def exits(draw: st.DrawFn) -> Step:
    desk, amount = draw(desks), D(draw(st.integers(1, 25))) / 1_000

    async def step(case: Case) -> None:
        try:
            await case.houses[desk].sell(amount, origin=Origin.RUN, run=RUN, reduce_only=True)
        except TradingError:
            return

    return step


@st.composite
def time(draw: st.DrawFn) -> Step:
    price, amount = draw(st.integers(58_500, 70_000)), D(draw(st.integers(1, 60))) / 1_000
    seconds = draw(st.sampled_from([1, 10, 130, 6 * 3_600]))

    async def step(case: Case) -> None:
        case.last = D(price)
        await case.houses[0].moves(price, seconds, amount=amount)
        await case.houses[1].desk.recover()
        await case.houses[1].desk.held.expire()

    return step


@st.composite
def cancelations(draw: st.DrawFn) -> Step:
    desk, number = draw(desks), draw(st.integers(0, 9))

    async def step(case: Case) -> None:
        if number < len(case.passed):
            await case.houses[desk].desk.cancel(MAIN, case.passed[number].order_id)

    return step


@st.composite
def single_approvals(draw: st.DrawFn) -> Step:
    desk = draw(desks)

    async def step(case: Case) -> None:
        for each in await case.houses[desk].desk.held.listing(True, 1):
            try:
                await case.houses[desk].desk.held.approve(each.approval.id, EVE)
            except TradingError:
                continue

    return step


@st.composite
def grants(draw: st.DrawFn) -> Step:
    order, day, loss = draw(st.integers(1, 1_500)), draw(st.integers(500, 4_000)), draw(st.integers(1, 150))

    async def step(case: Case) -> None:
        terms = Terms(D(order), D(day), D(loss))
        mandate = await asked(case.houses[0], terms)
        case.baseline = await case.won()
        await case.houses[1].desk.mandates.approve(mandate.id, EVE)
        case.mandate, case.terms = mandate.id, terms

    return step


async def revokes(case: Case) -> None:
    if case.mandate is not None:
        await case.houses[1].desk.mandates.revoke(case.mandate, EVE)
        case.mandate = case.terms = None


async def live_through(url: str, steps: Sequence[Step]) -> None:
    async with guarded(url, Mode.LIVE, START) as house:
        await house.limit(**LOOSE)
        case = Case((house, house.another()))
        for step in steps:
            await step(case)
        unasked = {each.order_id for each in case.passed}
        for order in house.venue.sent:
            assert order.id in unasked or await allowed_singly(house, order)
        await house.audit()


async def allowed_singly(house: Guarded, order: Order) -> bool:
    """Return whether an order leaves something, or a person has approved it."""
    async with house.database.read() as uow:
        approval = await uow.approvals.of_order(order.id)
    return order.reduce_only or (approval is not None and approval.resolved_by == "eve")


def run(template: Path, steps: Sequence[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kit.db"
        shutil.copyfile(template, path)
        asyncio.run(live_through(f"sqlite:///{path}", steps))


lives = st.tuples(
    grants(),
    st.lists(
        st.one_of(
            entries(),
            entries(),
            entries(),
            exits(),
            time(),
            cancelations(),
            single_approvals(),
            grants(),
            st.just(revokes),
        ),
        min_size=3,
        max_size=14,
    ),
).map(lambda each: [each[0], *each[1]])
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@settings(unhurried, max_examples=30)
@given(steps=lives)
def test_a_run_never_trades_beyond_its_mandate_unasked(sqlite_template: Path, steps: list[Step]) -> None:
    run(sqlite_template, steps)


@pytest.mark.long
@settings(unhurried, max_examples=1_000)
@given(steps=lives)
def test_a_run_never_trades_beyond_its_mandate_unasked_in_a_thousand_lives(
    sqlite_template: Path, steps: list[Step]
) -> None:
    run(sqlite_template, steps)


def test_an_order_beyond_that_goes_would_be_seen(sqlite_template: Path) -> None:
    async def person(case: Case) -> None:
        await case.houses[0].another(checks=[]).buy("0.01", origin=Origin.RUN, run=RUN)

    with pytest.raises(AssertionError):
        run(sqlite_template, [person])
