"""Whatever is answered, replayed, mistyped or tampered with: what goes is what was asked for, once."""

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.trading.guarded import Guarded, guarded
from tests.trading.house import ETH
from trading.approvals import Approval
from trading.errors import NotFound, StaleOrder, Unapproved
from trading.held import Answer
from trading.model import Mode, Order, OrderStatus, Side

D = Decimal
ASKED = 3


@dataclass
class Case:
    """Orders that wait, and what may become of each by the answers so far."""

    houses: Sequence[Guarded]
    asked: list[Approval]
    held: list[Order]
    waiting: set[int] = field(default_factory=lambda: set(range(ASKED)))
    changed: set[int] = field(default_factory=set)
    allowed: list[str] = field(default_factory=list)

    def expired(self, number: int) -> bool:
        return self.asked[number].expires_at <= self.houses[0].clock.now()


Step = Callable[[Case], Any]
numbers, desks = st.integers(0, ASKED - 1), st.integers(0, 1)


@st.composite
def approvals(draw: st.DrawFn) -> Step:
    number, desk, who = draw(numbers), draw(desks), draw(st.sampled_from(["ada", "eve", ""]))

    async def step(case: Case) -> None:
        goes = number in case.waiting and number not in case.changed and not case.expired(number)
        case.waiting.discard(number)
        if goes:
            case.allowed.append(case.held[number].id)
        try:
            await case.houses[desk].desk.held.approve(case.asked[number].id, Answer(who))
        except Unapproved:
            assert not goes
        else:
            assert goes

    return step


@st.composite
def denials(draw: st.DrawFn) -> Step:
    number, desk, cancels = draw(numbers), draw(desks), draw(st.booleans())

    async def step(case: Case) -> None:
        house, approval = case.houses[desk], case.asked[number]
        case.waiting.discard(number)
        try:
            if cancels:
                await house.desk.cancel(approval.account, approval.order_id)
            else:
                await house.desk.held.deny(approval.id, Answer("eve"))
        except Unapproved:
            return

    return step


MANGLED: tuple[Callable[[str], str], ...] = (
    str.upper,
    str.title,
    str.strip,
    lambda text: text[:-1],
    lambda text: text + "\x00",
    lambda _: "%",
)


@st.composite
def wrong_names(draw: st.DrawFn) -> Step:
    number, desk = draw(numbers), draw(desks)
    mangle = draw(st.sampled_from(MANGLED))
    made_up = draw(st.none() | st.text(max_size=30))
    of_order = draw(st.booleans())

    async def step(case: Case) -> None:
        right = case.asked[number].order_id if of_order else case.asked[number].id
        name = mangle(right) if made_up is None else made_up
        if name in {each.id for each in case.asked}:
            return
        with pytest.raises(NotFound):
            await case.houses[desk].desk.held.approve(name, Answer("eve"))

    return step


CHANGES: tuple[dict[str, Any], ...] = (
    {"amount": D("0.5")},
    {"symbol": ETH},
    {"side": Side.SELL},
    {"price": D(90_000)},
    {"budget": D(50_000)},
    {"reserved": D(0)},
    {"status": OrderStatus.HELD},
    {"status": OrderStatus.INTENT},
    {"status": OrderStatus.ACCEPTED},
    {"by": "eve"},
)


@st.composite
def tampering(draw: st.DrawFn) -> Step:
    number, change = draw(numbers), draw(st.sampled_from(CHANGES))

    async def step(case: Case) -> None:
        if case.held[number].id in case.allowed and "status" not in change:
            return
        async with case.houses[0].database.transact() as uow:
            order = await uow.orders.get(case.held[number].id)
            assert order is not None
            await uow.orders.save(replace(order, **change))
        case.changed.add(number)

    return step


@st.composite
def time(draw: st.DrawFn) -> Step:
    seconds, sweeps = draw(st.sampled_from([0.5, 30, 60, 119, 121])), draw(st.booleans())

    async def step(case: Case) -> None:
        await case.houses[0].clock.advance(seconds)
        if sweeps:
            # An order that was tampered with may be beyond what can follow: it stays unsent all the same.
            try:
                await case.houses[1].desk.held.expire()
            except StaleOrder:
                assert case.changed

    return step


async def live_through(url: str, steps: Sequence[Step]) -> None:
    async with guarded(url, Mode.LIVE) as house:
        asked = [await house.ask("0.01"), await house.ask("0.02"), await house.ask("0.2", symbol=ETH)]
        case = Case((house, house.another()), asked, [await house.order_of(each) for each in asked])
        for step in steps:
            await step(case)
        sent = house.venue.sent
        assert [order.id for order in sent] == case.allowed
        asked_for = {order.id: order for order in case.held}
        for order in sent:
            before = asked_for[order.id]
            assert order == replace(
                before,
                status=OrderStatus.INTENT,
                version=1,
                verdict=order.verdict,
                updated_at=order.updated_at,
            )


def run(template: Path, steps: Sequence[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kit.db"
        shutil.copyfile(template, path)
        asyncio.run(live_through(f"sqlite:///{path}", steps))


attempts = st.lists(
    st.one_of(approvals(), approvals(), denials(), wrong_names(), tampering(), time()), min_size=1, max_size=8
)
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@settings(unhurried, max_examples=40)
@given(steps=attempts)
def test_whatever_is_tried_only_what_was_asked_for_goes(sqlite_template: Path, steps: list[Step]) -> None:
    run(sqlite_template, steps)


@pytest.mark.long
@settings(unhurried, max_examples=1_000)
@given(steps=attempts)
def test_whatever_is_tried_a_thousand_times_only_what_was_asked_for_goes(
    sqlite_template: Path, steps: list[Step]
) -> None:
    run(sqlite_template, steps)


def test_an_order_that_goes_twice_would_be_seen(sqlite_template: Path) -> None:
    async def resend(case: Case) -> None:
        house = case.houses[0]
        case.allowed.append(case.held[0].id)
        outcome = await house.desk.held.approve(case.asked[0].id, Answer("ada"))
        await house.venue.place(outcome.order)

    with pytest.raises(AssertionError):
        run(sqlite_template, [resend])
