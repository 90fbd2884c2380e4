"""SQLite: one writer that takes turns, readers that never wait for it.

A connection runs in a thread of its own. Going there and back costs more than most statements, so the
writer goes there only for what may wait: the lock, the disk and long deletions. Once it holds the lock, its
statements run in place. Readers go there for each query, as nothing bounds what a query looks at.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar, cast

import aiosqlite
from sqlalchemy import URL
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from memory.errors import BadDatabaseUrl, DatabaseUnavailable
from memory.types import EXACT

BUSY_SECONDS = 10.0
READERS = 4
OLDEST = (3, 35, 0)

T = TypeVar("T")


class Cursor:
    """What SQLAlchemy's adapter expects of a cursor, with all rows fetched by the statement itself."""

    arraysize = 1

    def __init__(self, link: "Link") -> None:
        self._link = link
        self._cursor: sqlite3.Cursor | None = None
        self._rows: list[Any] = []

    async def __aenter__(self) -> "Cursor":
        return self

    async def execute(self, statement: str, parameters: Sequence[Any] = ()) -> None:
        """Run one statement and fetch its rows."""

        def work(connection: sqlite3.Connection) -> tuple[sqlite3.Cursor, list[Any]]:
            cursor = connection.execute(statement, parameters)
            return cursor, cursor.fetchall()

        self._cursor, self._rows = await self._link.run(statement, work)

    async def executemany(self, statement: str, parameters: Sequence[Sequence[Any]]) -> None:
        """Run one statement for each row of parameters."""
        self._cursor = await self._link.run(statement, lambda each: each.executemany(statement, parameters))

    async def fetchall(self) -> list[Any]:
        """Return the rows of the last statement."""
        return self._rows

    async def close(self) -> None:
        """Let the statement go."""
        if self._cursor is not None:
            self._cursor.close()

    @property
    def description(self) -> Any:
        """The columns of the last statement, None when it has no rows."""
        return self._cursor.description if self._cursor else None

    @property
    def rowcount(self) -> int:
        """How many rows the last statement changed."""
        return self._cursor.rowcount if self._cursor else -1

    @property
    def lastrowid(self) -> int | None:
        """The number of the row that was inserted last."""
        return self._cursor.lastrowid if self._cursor else None


class Link(aiosqlite.Connection):
    """A connection that goes to its thread only for what may wait."""

    def __init__(self, connector: Callable[[], sqlite3.Connection], writes: bool) -> None:
        super().__init__(connector, iter_chunk_size=64)
        self._writes = writes

    async def run(self, statement: str, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do a statement's work, here or in the thread."""
        if self._conn.in_transaction == self._writes and not statement.startswith("DELETE"):
            return work(self._conn)
        return await self.wait_for(partial(work, self._conn))

    async def wait_for(self, work: Callable[[], T]) -> T:
        """Do work in the thread."""
        return cast(T, await self._execute(work))  # type: ignore[no-untyped-call]

    def cursor(self) -> Cursor:  # type: ignore[override]
        """Return a new cursor."""
        return Cursor(self)

    async def rollback(self) -> None:
        """Undo what the transaction changed: in WAL mode this only forgets, so it does not wait."""
        self._conn.rollback()


class Sqlite:
    """The engines on one file."""

    name = "sqlite"

    def __init__(self, url: URL) -> None:
        if not url.database or url.database == ":memory:" or url.query:
            raise BadDatabaseUrl(
                "SQLite needs the path of a file and takes no options: sqlite:///path/to/file"
            )
        self._writer = _engine(url, url.database, writes=True, size=1)
        self._readers = _engine(url, url.database, writes=False, size=READERS)
        self._turn = asyncio.Lock()
        self._holder: asyncio.Task[Any] | None = None

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """Hold the one write transaction, committed at the end of the block."""
        if self._holder is not None and self._holder is asyncio.current_task():
            raise RuntimeError("a write transaction inside another would wait for itself for ever")
        async with self._turn, self._writer.connect() as connection:
            self._holder = asyncio.current_task()
            try:
                await connection.exec_driver_sql("BEGIN IMMEDIATE")
                yield connection
                await connection.commit()
            finally:
                self._holder = None

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncConnection]:
        """Read one unchanging state."""
        async with self._readers.connect() as connection:
            await connection.exec_driver_sql("BEGIN")
            yield connection

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[AsyncConnection]:
        """Hold a write transaction that no other process has beside it."""
        async with self.write() as connection:
            yield connection

    async def close(self) -> None:
        """Close every connection, the writer last so that it folds the log into the file."""
        await self._readers.dispose()
        await self._writer.dispose()


def _engine(url: URL, path: str, writes: bool, size: int) -> AsyncEngine:
    async def connect() -> Link:
        link = Link(partial(_open_writer if writes else _open_reader, path), writes)
        link._thread.daemon = True
        return cast(Link, await link)

    return create_async_engine(
        url, async_creator=connect, pool_size=size, max_overflow=0, pool_reset_on_return=None
    )


def _open(path: str) -> sqlite3.Connection:
    if sqlite3.sqlite_version_info < OLDEST:
        raise DatabaseUnavailable(f"SQLite {sqlite3.sqlite_version} is too old; 3.35 is needed")
    # The event loop and the connection's thread use it in turns, never at once.
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _open_reader(path: str) -> sqlite3.Connection:
    connection = _open(path)
    connection.execute("PRAGMA query_only = ON")
    return connection


def _open_writer(path: str) -> sqlite3.Connection:
    connection = _open(path)
    _use_wal(connection)
    connection.execute("PRAGMA synchronous = FULL")
    connection.create_function("exact_sum", 2, _exact_sum, deterministic=True)
    return connection


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switch the file to a write-ahead log.

    SQLite does not wait for its own lock in this switch, so when several processes try it at once, those who
    lose wait for an exclusive transaction instead and look again.
    """
    while connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        try:
            if connection.execute("PRAGMA journal_mode = WAL").fetchone() != ("wal",):
                raise DatabaseUnavailable("this file system cannot hold a write-ahead log; move the database")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("ROLLBACK")


def _exact_sum(left: str, right: str) -> str:
    return format(EXACT.add(Decimal(left), Decimal(right)), "f")
