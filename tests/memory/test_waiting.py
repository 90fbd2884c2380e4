"""What a transaction waits for, and what goes on meanwhile."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from memory.database import Database
from tests.memory.samples import account, entry


@contextmanager
def locked(url: str) -> Iterator[sqlite3.Connection]:
    """Hold the file's write lock, as another process would."""
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other


async def test_a_commit_that_does_not_wait_for_the_disk_is_there_for_everybody(database_url: str) -> None:
    async with Database.open(database_url) as here, Database.open(database_url) as there:
        async with here.transact(durable=False) as uow:
            await uow.accounts.add(account())
        async with there.read() as uow:
            assert await uow.accounts.all() == [account()]
        async with there.transact() as uow:
            assert not await uow.accounts.add(account())
    async with Database.open(database_url) as again, again.read() as uow:
        assert await uow.accounts.all() == [account()]


async def test_quick_and_durable_commits_take_turns(database: Database) -> None:
    async def pay(place: int) -> None:
        async with database.transact(durable=place % 2 == 0) as uow:
            await uow.ledger.append(entry(f"e{place}", ("main", "USDT", "1"), ("capital", "USDT", "-1")))

    await asyncio.gather(*(pay(place) for place in range(40)))
    async with database.read() as uow:
        assert await uow.ledger.balances("main") == {"USDT": 40}


async def add(database: Database, name: str) -> None:
    async with database.transact() as uow:
        await uow.accounts.add(account(name))


async def names(database: Database) -> list[str]:
    async with database.read() as uow:
        return [each.id for each in await uow.accounts.all()]


async def test_everything_else_goes_on_while_a_transaction_waits_for_another_process(sqlite_url: str) -> None:
    async with Database.open(sqlite_url) as database:
        await add(database, "first")
        with locked(sqlite_url) as other:
            writing = asyncio.create_task(add(database, "second"))
            assert await names(database) == ["first"]
            assert not writing.done()
            other.execute("ROLLBACK")
            await writing
        assert await names(database) == ["first", "second"]


async def test_a_transaction_cancelled_while_it_waits_leaves_the_lock_to_others(sqlite_url: str) -> None:
    async with Database.open(sqlite_url) as database:
        await add(database, "first")
        with locked(sqlite_url) as other:
            writing = asyncio.create_task(add(database, "second"))
            assert await names(database) == ["first"]
            writing.cancel()
            other.execute("ROLLBACK")
            with pytest.raises(asyncio.CancelledError):
                await writing
            other.execute("BEGIN IMMEDIATE")
            other.execute("ROLLBACK")
        await add(database, "third")
        assert await names(database) == ["first", "third"]
