"""Entries: what a run did in a cycle is kept whole, never goes backwards, and adds up exactly."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.database import Database
from memory.errors import MissingReference
from tests.memory.contest_samples import FULL_ENTRY, cycle, done, entry, populate, said
from tests.memory.samples import later
from tests.memory.test_values import DECIMALS, SHARED
from trading.model import EquityPoint
from trading.runs.cycle import CycleStatus, Entry, Spending, Stage

WAITING = entry()
DECIDED = entry(stage=Stage.DECIDED, decision=said("because"), cost=Decimal("0.5"))


async def prepare(database: Database, *entries: Entry, runs: Sequence[str] = ("r1",)) -> None:
    """Store what entries are of, and these."""
    async with database.transact() as uow:
        await populate(uow, *runs)
        await uow.entries.add(*entries)


async def test_an_entry_is_kept_whole_and_once(database: Database) -> None:
    await prepare(database, FULL_ENTRY)
    async with database.transact() as uow:
        await uow.entries.add(entry(), entry(2))
        assert await uow.entries.of_cycle("y1") == [FULL_ENTRY]
        assert await uow.entries.of_run("r1", 9) == [entry(2), FULL_ENTRY]


async def test_an_entry_is_of_a_cycle_and_a_run_that_are_there(database: Database) -> None:
    await prepare(database)
    for astray in (entry(99), entry(1, "none")):
        with pytest.raises(MissingReference):
            async with database.transact() as uow:
                await uow.entries.put(astray)


@pytest.mark.parametrize("stored", [WAITING, DECIDED, FULL_ENTRY], ids=lambda each: each.stage)
@pytest.mark.parametrize("put", [WAITING, DECIDED, FULL_ENTRY], ids=lambda each: each.stage)
async def test_an_entry_never_goes_back(database: Database, stored: Entry, put: Entry) -> None:
    stages = list(Stage)
    onward = stages.index(put.stage) >= stages.index(stored.stage)
    fresh = replace(put, reason="fresh")
    await prepare(database)
    async with database.transact() as uow:
        assert await uow.entries.put(stored)
        assert await uow.entries.put(fresh) == onward
    async with database.read() as uow:
        assert await uow.entries.of_cycle("y1") == [fresh if onward else stored]


async def test_entries_are_listed_by_cycle_run_and_contest(database: Database) -> None:
    made = {(number, name): entry(number, name) for number in (1, 2, 3) for name in ("b", "B", "a")}
    await prepare(database, *made.values(), runs=("a", "B", "b"))
    async with database.read() as uow:
        assert await uow.entries.of_cycle("y2") == [made[2, "B"], made[2, "a"], made[2, "b"]]
        assert await uow.entries.of_run("a", 9) == [made[number, "a"] for number in (3, 2, 1)]
        assert await uow.entries.of_run("a", 1, before_number=3) == [made[2, "a"]]
        every = await uow.entries.of_contest("c1", 99)
        assert [each.number for each in every] == [3, 3, 3, 2, 2, 2, 1, 1, 1]
        assert await uow.entries.of_contest("c1", 4) == every[:4]
        assert await uow.entries.of_contest("c1", 4, before_number=2) == every[6:]
        assert await uow.entries.of_contest("none", 9) == []


async def test_points_are_those_of_entries_that_are_done(database: Database) -> None:
    await prepare(
        database,
        done(2, equity=Decimal("101.10")),
        done(1, equity=Decimal("100.00")),
        entry(3, stage=Stage.DECIDED, equity=Decimal(9), cash=Decimal(9)),
        done(1, "r2", equity=Decimal("99")),
        runs=("r1", "r2", "r3"),
    )
    first = [
        EquityPoint(later(1), Decimal("100.00"), Decimal("1.10")),
        EquityPoint(later(2), Decimal("101.10"), Decimal("1.10")),
    ]
    async with database.read() as uow:
        assert await uow.entries.points("c1") == {
            "r1": first,
            "r2": [EquityPoint(later(1), Decimal(99), Decimal("1.10"))],
        }
        assert await uow.entries.points_of("r1") == first
        assert await uow.entries.points_of("r3") == []
        assert await uow.entries.points("none") == {}


async def test_spending_adds_up_and_one_unknown_cost_makes_all_unknown(database: Database) -> None:
    tenth = {"input_tokens": 10, "output_tokens": 1, "cost": Decimal("0.1")}
    await prepare(
        database,
        done(1, **tenth),
        done(2, **{**tenth, "cost": Decimal("0.000000000000000000000000000001")}),
        entry(3),
        done(1, "r2", **tenth),
        done(2, "r2", **{**tenth, "cost": None}),
        done(3, "r2", **tenth),
        entry(1, "r3"),
        runs=("r1", "r2", "r3"),
    )
    async with database.read() as uow:
        assert await uow.entries.spending("c1") == {
            "r1": Spending(20, 2, Decimal("0.100000000000000000000000000001")),
            "r2": Spending(30, 3, None),
        }
        assert await uow.entries.spending("none") == {}


async def test_an_order_is_known_by_the_words_of_who_sent_it(database: Database) -> None:
    await prepare(
        database,
        done(1, decision=said("first"), orders=("o1", "o2")),
        entry(2, stage=Stage.DECIDED, decision=said("second"), orders=("o3",)),
        done(1, "r2", decision=said("of another"), orders=("o9",)),
        done(3, orders=("o4",)),
        runs=("r1", "r2"),
    )
    async with database.transact() as uow:
        assert await uow.entries.put(done(2, decision=said("third"), orders=("o3", "o5")))
        assert not await uow.entries.put(entry(1, decision=said("too late"), orders=("o6",)))
        wanted = [f"o{number}" for number in range(10)]
        assert await uow.entries.reasons("r1", wanted) == {
            "o1": "first",
            "o2": "first",
            "o3": "third",
            "o5": "third",
        }
        assert await uow.entries.reasons("r1", []) == {}


@SHARED
@given(worth=st.lists(st.tuples(DECIMALS, DECIMALS), min_size=1, max_size=5), numbers=st.just(count(1)))
async def test_what_an_account_is_worth_comes_back_exactly(
    database: Database, worth: Sequence[tuple[Decimal, Decimal]], numbers: "count[int]"
) -> None:
    name = f"r{next(numbers)}"
    async with database.transact() as uow:
        await populate(uow, name, numbers=0)
        for number, (equity, cash) in enumerate(worth, start=1):
            await uow.cycles.begin(cycle(number, status=CycleStatus.COMPLETED))
            assert await uow.entries.put(done(number, name, equity=equity, cash=cash, cost=cash))
    points = [EquityPoint(later(number), *each) for number, each in enumerate(worth, start=1)]
    async with database.read() as uow:
        assert await uow.entries.points_of(name) == points
        assert (await uow.entries.points("c1"))[name] == points
        cost = (await uow.entries.spending("c1"))[name].cost
    assert cost is not None
    assert Fraction(cost) == sum(Fraction(cash) for _, cash in worth)
