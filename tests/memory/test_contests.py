"""Contests and runs: kept whole, and of many who change one at once, one does."""

import asyncio
from dataclasses import replace
from datetime import UTC, timedelta
from decimal import Decimal
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.database import Database
from memory.errors import MissingReference
from tests.memory.contest_samples import FULL_CONTEST, FULL_RUN, contest, run
from tests.memory.samples import account, later
from tests.memory.test_values import SHARED
from trading.runs.record import DeciderKind, DeciderSpec, Run, Schedule
from trading.runs.rules import RunRules

figures = st.decimals(min_value=1, max_value=10**9, allow_nan=False)
settings = st.dictionaries(
    st.text(max_size=5),
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=9),
    max_size=4,
)
# In UTC: where clocks are put back, the same time of two zones is not equal even to itself.
moments = st.datetimes(timezones=st.just(UTC))
schedules = st.builds(
    Schedule,
    st.timedeltas(timedelta(minutes=1), timedelta(days=7)),
    st.none() | st.integers(1, 10**9),
    st.none() | moments,
)


async def store(database: Database, *runs: Run) -> None:
    """Store runs, with the contest and the accounts they want."""
    async with database.transact() as uow:
        for name in sorted({each.account for each in runs}):
            await uow.accounts.add(account(name))
        await uow.contests.add(contest())
        for each in runs:
            assert await uow.runs.add(each)


async def test_a_contest_is_kept_whole_and_once(database: Database) -> None:
    async with database.transact() as uow:
        assert await uow.contests.add(FULL_CONTEST)
        assert not await uow.contests.add(replace(FULL_CONTEST, name="another"))
        assert not await uow.contests.add(replace(FULL_CONTEST, id="another"))
        assert await uow.contests.add(replace(FULL_CONTEST, id="of bob", owner="bob"))
    async with database.read() as uow:
        assert await uow.contests.get("full") == FULL_CONTEST
        assert await uow.contests.get("another") is None


async def test_of_many_who_change_the_same_contest_one_does(database: Database) -> None:
    made = contest()
    async with database.transact() as uow:
        assert await uow.contests.add(made)

    async def change(number: int) -> bool:
        async with database.transact() as uow:
            return await uow.contests.change(replace(made, number=number, version=1))

    assert sorted(await asyncio.gather(*map(change, range(1, 7)))) == [False] * 5 + [True]
    async with database.transact() as uow:
        changed = replace(FULL_CONTEST, id="c1", version=2)
        assert await uow.contests.change(changed)
        assert await uow.contests.get("c1") == changed
        assert not await uow.contests.change(contest("none", version=1))


async def test_contests_are_found_by_whose_they_are_and_by_when_they_are_due(database: Database) -> None:
    first = contest("c1", name="A", next_at=later(9))
    second = contest("c2", name="A", season=2, next_at=later(5), created_at=later(1))
    over = contest("c3", name="B", next_at=later(1), ended_at=later(2), created_at=later(2))
    idle = contest("c0", name="A", owner="bob", created_at=later(3))
    async with database.transact() as uow:
        for each in (over, idle, second, first):
            assert await uow.contests.add(each)
    async with database.read() as uow:
        assert await uow.contests.active() == [first, second, idle]
        assert await uow.contests.of("ada") == [over, second, first]
        assert await uow.contests.named("ada", "A") == second
        assert await uow.contests.named("bob", "B") is None
        assert await uow.contests.due(later(4), 9) == []
        assert await uow.contests.due(later(5), 9) == [second]
        assert await uow.contests.due(later(9), 9) == [second, first]
        assert await uow.contests.due(later(9), 1) == [second]


async def test_a_run_is_kept_whole_and_once(database: Database) -> None:
    await store(database, FULL_RUN)
    async with database.transact() as uow:
        assert not await uow.runs.add(run("full", name="another"))
        found = await uow.runs.get("full")
        assert found == FULL_RUN
        assert str(found.rules.least_size) == "10.10"
        assert found.decider.settings == FULL_RUN.decider.settings
        assert await uow.runs.get("none") is None


async def test_a_run_is_of_a_contest_and_an_account_that_are_there(database: Database) -> None:
    await store(database, run())
    for astray in (run("r2", contest="none"), run("r2", account="none")):
        with pytest.raises(MissingReference):
            async with database.transact() as uow:
                await uow.runs.add(astray)


async def test_of_many_who_change_the_same_run_one_does(database: Database) -> None:
    await store(database, run())

    async def change(number: int) -> bool:
        async with database.transact() as uow:
            return await uow.runs.change(run(failures=number, version=1))

    assert sorted(await asyncio.gather(*map(change, range(1, 7)))) == [False] * 5 + [True]
    async with database.transact() as uow:
        changed = replace(FULL_RUN, id="r1", contest="c1", version=2)
        assert await uow.runs.change(changed)
        assert await uow.runs.get("r1") == changed
        assert not await uow.runs.change(run("none", version=1))


async def test_runs_are_found_by_contest_owner_account_and_name(database: Database) -> None:
    one = run("r1", name="a")
    two = run("r2", name="b", account="other", created_at=later(1))
    three = run("r3", name="B", created_at=later(1))
    four = run("r4", name="a", created_at=later(2))
    foreign = run("r5", name="a", owner="bob", account="other", created_at=later(3))
    async with database.transact() as uow:
        await uow.contests.add(contest("c2", name="other"))
    four = replace(four, contest="c2")
    await store(database, foreign, three, one, four, two)
    async with database.read() as uow:
        assert await uow.runs.of_contest("c1") == [three, one, foreign, two]
        assert await uow.runs.of("ada", 9) == [four, three, two, one]
        assert await uow.runs.of("ada", 2) == [four, three]
        assert await uow.runs.of("ada", 9, before="r3") == [two, one]
        assert await uow.runs.of("ada", 9, before="r5") == []
        assert await uow.runs.of("ada", 9, before="none") == []
        assert await uow.runs.of_account("other") == foreign
        assert await uow.runs.of_account("none") is None
        assert await uow.runs.named("ada", "a") == four
        assert await uow.runs.named("bob", "b") is None


@SHARED
@given(least=figures, spread=figures, settings=settings, schedule=schedules, numbers=st.just(count()))
async def test_what_a_run_is_made_of_comes_back_exactly(
    database: Database,
    least: Decimal,
    spread: Decimal,
    settings: dict[str, str | int | float | bool | None],
    schedule: Schedule,
    numbers: "count[int]",
) -> None:
    made = run(
        f"r{next(numbers)}",
        decider=DeciderSpec(DeciderKind.STRATEGY, "own", settings),
        schedule=schedule,
        rules=RunRules(least_size=least, most_size=least + spread),
    )
    async with database.transact() as uow:
        await uow.accounts.add(account())
        await uow.contests.add(contest())
        assert await uow.runs.add(made)
        found = await uow.runs.get(made.id)
    assert found == made
    assert repr(found.rules) == repr(made.rules)
    assert repr(found.decider) == repr(made.decider)
