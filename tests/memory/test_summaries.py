"""Summaries of conversations and what was said after them, on both databases."""

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from memory.database import Database
from memory.errors import MissingReference
from memory.records import SessionSummary
from tests.memory.samples import START, later, message, session

SUMMARY = SessionSummary(
    principal="ada",
    session_id="main",
    upto=7,
    upto_id="m7",
    upto_at=START,
    messages=7,
    text="- süß ₿",
    open={"items": [{"by": "agent", "text": "how\0much?", "at": "now", "then": ""}]},
    at=later(1),
    model="scripted:model",
    input_tokens=900,
    output_tokens=30,
    cached_tokens=0,
    cost=Decimal("0.00001234"),
    revision=1,
)


@pytest.fixture
async def db(database: Database) -> Database:
    async with database.transact() as uow:
        await uow.sessions.create(session())
        await uow.sessions.create(session(principal="bob"))
    return database


async def put(db: Database, summary: SessionSummary) -> bool:
    async with db.transact() as uow:
        return await uow.summaries.put(summary)


async def test_a_summary_replaces_only_the_one_it_was_made_after(db: Database) -> None:
    second = replace(SUMMARY, upto=9, text="- more", cost=None, revision=2)
    assert not await put(db, second)
    assert await put(db, SUMMARY)
    assert not await put(db, replace(SUMMARY, text="- late"))
    assert await put(db, second)
    assert not await put(db, replace(second, text="- late"))
    assert await put(db, replace(SUMMARY, principal="bob"))
    async with db.read() as uow:
        assert await uow.summaries.get("ada", "main") == second
        assert await uow.summaries.get("bob", "main") == replace(SUMMARY, principal="bob")
        assert await uow.summaries.get("ada", "other") is None


@pytest.mark.parametrize("revision", [1, 2])
async def test_of_many_at_once_one_is_stored(db: Database, revision: int) -> None:
    if revision == 2:
        assert await put(db, SUMMARY)
    each = [replace(SUMMARY, text=f"- {number}", revision=revision) for number in range(5)]
    done = await asyncio.gather(*(put(db, one) for one in each))
    assert sorted(done) == [False] * 4 + [True]
    async with db.read() as uow:
        assert await uow.summaries.get("ada", "main") == each[done.index(True)]


async def test_a_summary_without_its_session_is_refused(db: Database) -> None:
    with pytest.raises(MissingReference):
        await put(db, replace(SUMMARY, session_id="other"))


async def test_what_was_said_after_a_place_is_read_in_order_and_measured(db: Database) -> None:
    async with db.transact() as uow:
        for number in range(6):
            await uow.messages.append(message(f"m{number}", content="ü" * number))
            await uow.messages.append(message(f"theirs{number}", principal="bob"))
    async with db.transact() as uow:
        everything = await uow.messages.since("ada", "main", 0, 100)
        assert [each.message.id for each in everything] == [f"m{number}" for number in range(6)]
        assert [each.seq for each in everything] == sorted(each.seq for each in everything)
        third = everything[2].seq
        assert await uow.messages.since("ada", "main", third, 2) == everything[3:5]
        newest = await uow.messages.recent("ada", "main", 2, after=third)
        assert newest == [each.message for each in everything[4:]]
        assert await uow.messages.recent("ada", "main", 9, third) == [each.message for each in everything[3:]]
        held = await uow.messages.hold("ada", "main", third, everything[4].seq)
        assert held == [each.message for each in everything[3:5]]
        assert await uow.messages.size_since("ada", "main", third) == (3, 3 + 4 + 5)
        assert await uow.messages.size_since("ada", "main", everything[-1].seq) == (0, 0)
        assert await uow.messages.size_since("ada", "other", 0) == (0, 0)
