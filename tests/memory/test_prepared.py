"""What is prepared does what SQLAlchemy does with the same statement, in the same transaction."""

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing, suppress
from decimal import Decimal
from functools import partial
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, bindparam, select
from sqlalchemy.exc import DBAPIError, MultipleResultsFound, StatementError

from memory import schema
from memory.address import normalised
from memory.database import Database
from memory.errors import DatabaseUnavailable, NotStorable
from memory.link import Parameters, Result
from memory.prepared import Rows
from memory.sqlite import Sqlite, SqliteLink
from tests.memory.kept import Statement, asked, contents, kept, populate
from tests.memory.samples import account, event, later, order
from trading.model import OrderStatus

KEPT = dict(kept())
ORDERS = schema.orders.c

Run = Callable[[SqliteLink, Statement, Parameters], Awaitable[Result]]


@pytest.fixture
async def backend(sqlite_url: str) -> AsyncIterator[Sqlite]:
    """The connections to a database of this test's own."""
    opened = Sqlite(normalised(sqlite_url))
    yield opened
    await opened.close()


async def as_kept(link: SqliteLink, statement: Statement, parameters: Parameters) -> Result:
    """Run a statement that has come before."""
    result = await link.execute(statement, parameters)
    assert isinstance(result, Rows)
    return result


async def by_sqlalchemy(link: SqliteLink, statement: Statement, parameters: Parameters) -> Result:
    """Run a statement the usual way."""
    return await link.run_sync(lambda connection: connection.execute(statement, parameters))


class Undone(Exception):
    """Ends a transaction that is to leave nothing."""


@asynccontextmanager
async def among_rows(backend: Sqlite) -> AsyncIterator[SqliteLink]:
    """Hold a transaction with some rows in it, which leaves nothing."""
    with suppress(Undone):
        async with backend.write() as link:
            await link.run_sync(populate)
            yield link
            raise Undone


async def effect(backend: Sqlite, run: Run, statement: Statement, parameters: Parameters) -> Any:
    """Return everything that comes of a statement."""
    names = [name or "" for name in statement.exported_columns.keys()]  # noqa: SIM118
    async with among_rows(backend) as link:
        try:
            result = await run(link, statement, parameters)
        except DBAPIError as error:
            return type(error.orig)
        except sqlite3.Error as error:
            return type(error)
        rows = [(tuple(row), [getattr(row, name) for name in names]) for row in result] if names else []
        return rows, result.rowcount, await link.run_sync(contents)


async def assert_same(backend: Sqlite, statement: Statement, parameters: Parameters) -> Any:
    """Hold what a kept statement does against SQLAlchemy, and return it."""
    # The first time a statement is not known yet to be kept.
    await effect(backend, SqliteLink.execute, statement, parameters)
    same = await effect(backend, as_kept, statement, parameters)
    assert same == await effect(backend, by_sqlalchemy, statement, parameters)
    return same


@pytest.mark.parametrize("name", KEPT)
async def test_each_statement_of_the_stores_does_what_it_should(backend: Sqlite, name: str) -> None:
    statement = KEPT[name]
    ask = partial(asked, statement)
    given: list[Parameters] = [ask(1), ask(3), ask(3, full=False)]
    if not statement.exported_columns:
        given.append([ask(3), ask(4)])
    for parameters in given:
        await assert_same(backend, statement, parameters)


async def test_rows_are_tuples_with_names(backend: Sqlite) -> None:
    statuses = (OrderStatus.HELD, OrderStatus.INTENT)
    query = select(ORDERS.id, ORDERS.amount, ORDERS.group).where(
        ORDERS.status.in_(statuses), ORDERS.created_at > later(-9)
    )
    rows, _, _ = await assert_same(backend, query.order_by(ORDERS.id), None)
    assert rows == [
        (("word 1", Decimal("0.01"), "word 1"), ["word 1", Decimal("0.01"), "word 1"]),
        (("word 2", Decimal("0.02"), None), ["word 2", Decimal("0.02"), None]),
    ]


async def test_results_are_asked_alike(backend: Sqlite) -> None:
    query = select(ORDERS.id).where(ORDERS.id <= bindparam("last")).order_by(ORDERS.id)
    none, one, two = {"last": ""}, {"last": "word 1"}, {"last": "word 2"}
    async with among_rows(backend) as link:
        await link.execute(query, none)
        for run in (as_kept, by_sqlalchemy):
            ask = partial(run, link, query)
            assert [(await ask(each)).first() for each in (none, two)] == [None, ("word 1",)]
            assert [(await ask(each)).scalar() for each in (none, two)] == [None, "word 1"]
            assert [(await ask(each)).one_or_none() for each in (none, one)] == [None, ("word 1",)]
            assert list(await ask(two)) == (await ask(two)).all() == [("word 1",), ("word 2",)]
            several = await ask(two)
            with pytest.raises(MultipleResultsFound):
                several.one_or_none()


async def test_what_is_made_anew_each_time_stays_so(backend: Sqlite) -> None:
    numbers, places = count(1), iter(range(3))
    table = Table(
        "scratch",
        MetaData(),
        Column("id", Integer, primary_key=True),
        Column("number", Integer, default=lambda: next(numbers)),
    )
    insert, insert_many = table.insert(), table.insert().returning(table.c.id)
    among = select(table.c.id).where(table.c.id.in_(bindparam("ids", expanding=True)))
    called = select(table.c.number).where(table.c.id == bindparam("place", callable_=lambda: next(places)))
    async with backend.write() as link:
        await link.run_sync(table.create)
        for place in range(3):
            await link.execute(insert, {"id": place})
        assert [await link.scalar(called) for _ in range(3)] == [1, 2, 3]
        for ids in ([0], [1, 2], [0, 1, 2]):
            assert [row.id for row in await link.execute(among, {"ids": ids})] == ids
        for ids in ([3, 4], [5, 6], [7, 8]):
            added = await link.execute(insert_many, [{"id": each, "number": 0} for each in ids])
            assert [row.id for row in added] == ids


async def fill(database: Database, place: int) -> None:
    """Write what is prepared from the second time on, and what never is."""
    async with database.transact() as uow:
        await uow.accounts.add(account(f"a{place}"))
        await uow.events.append([event(), event()])
        assert await uow.fills.of(f"a{place}") == []
        assert await uow.events.prune(keep_newest=1) == 2 - (place == 0)
        if place == 3:
            raise Undone


async def test_a_transaction_holds_both_kinds_of_statement(database: Database) -> None:
    for place in range(3):
        await fill(database, place)
    with pytest.raises(Undone):
        await fill(database, 3)
    async with database.read() as uow:
        assert [each.id for each in await uow.accounts.all()] == ["a0", "a1", "a2"]
        assert await uow.events.oldest_seq() == await uow.events.last_seq() == 6


async def test_a_value_that_is_refused_ends_no_transaction(database: Database) -> None:
    naive = later(0).replace(tzinfo=None)

    async def change(place: int) -> None:
        async with database.transact() as uow:
            for refused in (uow.accounts.add(account(created_at=naive)), uow.fills.of("main", since=naive)):
                with pytest.raises((NotStorable, StatementError)):
                    await refused
            await uow.accounts.add(account(f"a{place}"))
            if place < 2:
                raise Undone

    for place in range(2):
        with pytest.raises(Undone):
            await change(place)
    await change(2)
    async with database.read() as uow:
        assert [each.id for each in await uow.accounts.all()] == ["a2"]


async def test_a_full_disk_is_unavailable(backend: Sqlite) -> None:
    database = Database(backend)
    async with backend.write() as link:
        # It never gets below what is there already.
        await link.run_sync(lambda connection: connection.exec_driver_sql("PRAGMA max_page_count = 1"))

    async def add(name: str, size: int) -> None:
        async with database.transact() as uow:
            await uow.accounts.add(account(name, settings={"note": "x" * size}))

    await add("small", 1)
    with pytest.raises(DatabaseUnavailable):
        await add("large", 100_000)
    await add("other", 1)


async def test_a_reader_that_is_done_holds_nothing(sqlite_url: str) -> None:
    async with Database.open(sqlite_url) as database:
        async with database.transact() as uow:
            await uow.accounts.add(account())
            await uow.orders.add(*(order(f"o{place}") for place in range(3)))
        kept_results = []
        for _ in range(3):
            async with database.read() as uow:
                kept_results.append(await uow.orders.open("main"))
        with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as other:
            busy, left, _ = other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        assert (busy, left) == (0, 0)
        assert [len(each) for each in kept_results] == [3, 3, 3]
