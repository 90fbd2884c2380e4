"""How far conversations are distilled, and which are due, on both databases."""

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from memory.database import Database
from memory.distilled import Distilled, Due
from memory.errors import MissingReference
from tests.memory.samples import START, later, message, session

MARK = Distilled(
    principal="ada",
    session_id="main",
    upto=7,
    upto_at=START,
    messages=2,
    at=later(1),
    model="scripted:model",
    input_tokens=900,
    output_tokens=30,
    cached_tokens=5,
    cost=Decimal("0.00001234"),
    revision=1,
)


@pytest.fixture
async def db(database: Database) -> Database:
    async with database.transact() as uow:
        for each in ("main", "busy", "empty", "job:daily", "jobs"):
            await uow.sessions.create(session(each, principal="ada"))
        await uow.sessions.create(session(principal="bob"))
        for number in range(2):
            await uow.messages.append(message(f"a{number}", principal="ada", created_at=later(number)))
        await uow.messages.append(message("j", principal="ada", session_id="job:daily", created_at=later(1)))
        await uow.messages.append(message("k", principal="ada", session_id="jobs", created_at=later(9)))
        await uow.messages.append(message("b", principal="bob", created_at=later(3)))
        for number in range(4):
            more = {"session_id": "busy", "created_at": later(100 + number)}
            await uow.messages.append(message(f"c{number}", principal="ada", **more))
    return database


async def put(db: Database, mark: Distilled) -> bool:
    async with db.transact() as uow:
        return await uow.distilled.put(mark)


async def due(db: Database, since: float, rested: float, many: int = 3, limit: int = 9) -> list[str]:
    async with db.read() as uow:
        found = await uow.distilled.due(later(since), later(rested), many, limit)
    return [f"{each.principal} {each.session_id}" for each in found]


async def test_a_mark_replaces_only_the_one_it_was_made_after(db: Database) -> None:
    second = replace(MARK, upto=9, messages=4, cost=None, revision=2)
    assert not await put(db, second)
    assert await put(db, MARK)
    assert not await put(db, replace(MARK, upto=8))
    assert await put(db, second)
    assert not await put(db, replace(second, upto=10))
    async with db.read() as uow:
        assert await uow.distilled.get("ada", "main") == second
        assert await uow.distilled.get("bob", "main") is None


@pytest.mark.parametrize("revision", [1, 2])
async def test_of_several_at_once_one_wins(db: Database, revision: int) -> None:
    if revision == 2:
        assert await put(db, MARK)
    marks = [replace(MARK, upto=10 + each, revision=revision) for each in range(4)]
    assert sorted(await asyncio.gather(*(put(db, each) for each in marks))) == [False, False, False, True]


async def test_a_mark_needs_its_conversation(db: Database) -> None:
    with pytest.raises(MissingReference):
        await put(db, replace(MARK, session_id="none"))


async def test_conversations_are_due_that_rest_or_have_grown_long(db: Database) -> None:
    assert await due(db, 0, 9) == ["ada main", "bob main", "ada jobs", "ada busy"]
    assert await due(db, 0, 9, many=4) == ["ada main", "bob main", "ada jobs"]
    assert await due(db, 0, 3, many=4) == ["ada main", "bob main"]
    assert await due(db, 3, 9, many=4) == ["ada jobs"]
    assert await due(db, 0, 9, limit=1) == ["ada main"]
    async with db.read() as uow:
        (first,) = await uow.distilled.due(later(0), later(1), 9, 9)
    assert first == Due("ada", "main", later(1))


async def test_what_is_distilled_is_due_again_once_more_is_said(db: Database) -> None:
    assert await put(db, MARK)
    assert await due(db, 0, 9, many=4) == ["bob main", "ada jobs"]
    async with db.transact() as uow:
        await uow.messages.append(message("more", principal="ada", created_at=later(5)))
    assert await due(db, 0, 9, many=4) == ["bob main", "ada main", "ada jobs"]
