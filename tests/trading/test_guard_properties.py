"""Whatever becomes of a live entry and of the process, what is held is protected, and once."""

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.trading.guarded import Fault, Guarded
from tests.trading.house import BTC, MAIN
from tests.trading.mortal import goes_on, lived, strict, venue
from trading.amending import Levels
from trading.errors import ExchangeUnavailable, InsufficientFunds, InvalidOrder, NotFound
from trading.model import Order, OrderType
from trading.orders import parked

D = Decimal
ONE = D(1)
QUIET = 67_400
"""A price at which nothing fires."""

FAULTS = [None, None, Fault.CRASH_BEFORE, Fault.CRASH_AFTER, Fault.LOST, Fault.UNANSWERED, Fault.DOWN]


@dataclass
class Life:
    """A house, and how many processes it has seen."""

    house: Guarded
    processes: int = 1

    def first_id(self) -> int:
        """Return the first id of the next process."""
        self.processes += 1
        return self.processes * 10_000

    def restart(self) -> None:
        """Let a new process take over."""
        self.house = self.house.another(self.first_id())

    async def trades(self, price: int, amount: Decimal = ONE) -> None:
        """Let a second pass, and one trade happen at its end."""
        await self.house.clock.advance(1)
        self.house.market.trade(BTC, price, amount)


@dataclass(frozen=True)
class Step:
    """Something that happens, and how a failing example tells of it."""

    name: str
    act: Callable[[Life], Awaitable[object]]

    def __repr__(self) -> str:
        return self.name


def entry(amount: Decimal, limit: bool, target: int | None) -> Step:
    async def step(life: Life) -> None:
        figures: dict[str, Any] = {"type": "trailing-stop", "trail": "0.01"}
        # Nothing rests before it, and what is sent at the market finds enough.
        life.house.market.set_book(BTC, [(66_990, 100)], [(67_500, 100)])
        if limit:
            figures = {"type": "limit", "price": 67_000}
        if target is not None:
            figures["take_profit"] = target
        await life.house.buy(amount, stop_loss=65_000, **figures)

    return Step(f"entry of {amount}, limit {limit}, target {target}", step)


def fill(amount: Decimal) -> Step:
    async def step(life: Life) -> None:
        await life.trades(67_000, amount)
        await life.house.desk.settle()

    return Step(f"fill of {amount}", step)


def price_of(price: int) -> Step:
    async def step(life: Life) -> None:
        await life.trades(price)

    return Step(f"price of {price}", step)


def look(seconds: int, price: int) -> Step:
    async def step(life: Life) -> None:
        await life.trades(price)
        for _ in range(seconds):
            await life.house.clock.advance(1)
            await life.house.desk.recover()
            await life.house.desk.settle()
            await life.house.desk.guard()

    return Step(f"look for {seconds} s at {price}", step)


def death(after: int, fault: Fault | None) -> Step:
    async def step(life: Life) -> None:
        life.house.venue.faults = [fault]
        await lived(life.house, after, life.first_id())
        life.house.venue.faults = []
        life.restart()

    return Step(f"death after {after}, {fault and fault.name}", step)


def sale(share: int) -> Step:
    async def step(life: Life) -> None:
        for line in await life.house.portfolio.positions(MAIN):
            await life.house.desk.close(MAIN, line.position.id, D(share))

    return Step(f"sale of {share} %", step)


def amendment(level: Decimal) -> Step:
    async def step(life: Life) -> None:
        for line in await life.house.portfolio.positions(MAIN):
            await life.house.desk.amend(MAIN, line.position.id, Levels(stop_loss=level))

    return Step(f"stop at {level}", step)


async def protected(house: Guarded) -> None:
    """Hold the house to protecting all that it holds, and nothing more, at the exchange where that can."""
    held = (await house.balances()).get("BTC", D(0))
    # A stop can be refused for as long as another one's fate is not known, when a sale came in between.
    assert venue(house).held == held
    assert sum(venue(house).resting.values()) <= held
    groups: dict[str, list[Order]] = {}
    for order in await house.open_orders():
        if order.reduce_only:
            groups.setdefault(order.group or order.id, []).append(order)
    stops = [[each for each in group if each.type is OrderType.STOP] for group in groups.values()]
    assert sum((max(each.remaining for each in own) for own in stops), D(0)) == held
    for group, own in zip(groups.values(), stops, strict=True):
        there = [each for each in group if parked(each)]
        assert len(there) == 1
        assert venue(house).resting[there[0].id] == there[0].remaining
        assert there == own or there[0].type is OrderType.LIMIT


async def live_through(url: str, steps: Sequence[Step]) -> None:
    async with strict(url) as house:
        life = Life(house)
        # Most of what can go wrong begins with an entry that has filled in part.
        house.market.set_book(BTC, [(66_990, 100)], [(67_500, 100)])
        await house.buy("0.5", type="limit", price=67_000, stop_loss=65_000, take_profit=72_000)
        await life.trades(67_000, D("0.05"))
        await house.desk.settle()
        await house.desk.guard()
        for step in steps:
            try:
                await step.act(life)
            except (InsufficientFunds, InvalidOrder, NotFound, ExchangeUnavailable):
                continue
            assert venue(life.house).held >= sum(venue(life.house).resting.values())
        again = await goes_on(life.house, QUIET, 30, life.first_id())
        await again.audit()
        await protected(again)


def run(template: Path, steps: Sequence[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kit.db"
        shutil.copyfile(template, path)
        asyncio.run(live_through(f"sqlite:///{path}", steps))


sizes = st.integers(1, 100).map(lambda thousandths: D(thousandths) / 1000)
entries = st.builds(entry, sizes, st.booleans(), st.sampled_from([None, 72_000]))
fills = st.builds(fill, sizes)
prices = st.builds(price_of, st.sampled_from([64_000, 66_900, QUIET, QUIET, 68_500, 72_500]))
looks = st.builds(look, st.integers(1, 8), st.sampled_from([QUIET, QUIET, 64_000, 72_500]))
deaths = st.builds(death, st.integers(0, 12), st.sampled_from(FAULTS))
sales = st.builds(sale, st.integers(1, 100))
amendments = st.builds(amendment, st.integers(64_500, 65_500).map(D))
lives = st.lists(
    st.one_of(entries, fills, fills, prices, looks, deaths, deaths, sales, amendments),
    min_size=2,
    max_size=14,
)
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def test_a_sale_leaves_room_for_a_stop_that_nobody_knows_to_have_arrived(sqlite_template: Path) -> None:
    bought = [entry(D("0.03"), True, None), death(0, None), entry(D("0.001"), True, None), fill(D("0.03"))]
    # The process ends before it hears that the exchange took a stop, and most of what is held is sold before
    # anybody asks: that stop protects its part of the rest.
    run(sqlite_template, [*bought, sale(1), death(6, None), sale(73)])


@settings(unhurried, max_examples=12)
@given(steps=lives)
def test_whatever_happens_what_is_held_is_protected_once(sqlite_template: Path, steps: list[Step]) -> None:
    run(sqlite_template, steps)


@pytest.mark.long
@settings(unhurried, max_examples=1_000)
@given(steps=lives)
def test_whatever_happens_in_a_thousand_lives_what_is_held_is_protected_once(
    sqlite_template: Path, steps: list[Step]
) -> None:
    run(sqlite_template, steps)
