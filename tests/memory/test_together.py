"""Several transactions as one, on both databases."""

import asyncio

import pytest

from memory.database import Database
from tests.memory.samples import account


async def add(database: Database, name: str) -> None:
    async with database.transact(durable=False) as uow:
        await uow.accounts.add(account(name))


async def add_and_fail(database: Database, name: str, heard: list[str]) -> None:
    async with database.transact(durable=False) as uow:
        await uow.accounts.add(account(name))
        uow.on_commit.append(lambda: heard.append(name))
        raise ZeroDivisionError


async def names(database: Database, brief: bool = False) -> list[str]:
    async with database.read(brief=brief) as uow:
        return sorted(each.id for each in await uow.accounts.all())


async def test_what_is_done_together_is_there_for_others_at_the_end_only(database: Database) -> None:
    inside, looked = asyncio.Event(), asyncio.Event()

    async def look() -> list[str]:
        await inside.wait()
        found = await names(database)
        looked.set()
        return found

    # Begun here: what is begun inside belongs to it.
    other = asyncio.create_task(look())
    async with database.together():
        await add(database, "one")
        await add(database, "two")
        assert await names(database) == ["one", "two"]
        inside.set()
        await looked.wait()
    assert await other == []
    assert await names(database) == ["one", "two"]


async def test_a_part_that_raises_is_undone_alone(database: Database) -> None:
    heard: list[str] = []
    async with database.together():
        await add(database, "one")
        with pytest.raises(ZeroDivisionError):
            await add_and_fail(database, "two", heard)
        async with database.transact(durable=False) as uow:
            uow.on_commit.append(lambda: heard.append("three"))
            await uow.accounts.add(account("three"))
        assert heard == []
    assert await names(database) == ["one", "three"]
    assert heard == ["three"]


async def test_of_a_whole_that_raises_nothing_is_left(database: Database) -> None:
    async def fail() -> None:
        async with database.together():
            await add(database, "one")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await names(database) == []
    await add(database, "two")
    assert await names(database, brief=True) == ["two"]


async def test_nothing_in_it_may_count_on_being_safe_earlier_than_the_whole(database: Database) -> None:
    async with database.together():
        with pytest.raises(RuntimeError):
            async with database.transact():
                pass
        await add(database, "one")
    assert await names(database) == ["one"]
