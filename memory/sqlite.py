"""SQLite: one writer that takes turns, readers that never wait for it.

Going to a thread and back costs more than most statements, so the writer goes there only for what may wait:
a lock that another process holds, the disk and long deletions. Everything else runs in place. Readers go
there for each query, as nothing bounds what a query looks at, unless they say that they look at little.

A statement that a store keeps is prepared and goes straight to the driver; one that is built for the occasion
goes through SQLAlchemy, on the same connection and in the same transaction.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import (
    URL,
    Connection,
    Delete,
    Dialect,
    Engine,
    Executable,
    NullPool,
    create_engine,
)

from memory.errors import BadDatabaseUrl, DatabaseUnavailable
from memory.link import Parameters, Result, Row
from memory.prepared import Statements, rows_of
from memory.sqlite_file import (
    BEGIN,
    DURABLE,
    QUICK,
    File,
    begin_patiently,
    busy,
    open_reader,
    open_writer,
    scrub,
)
from memory.threads import Threads

READERS = 4
READER_SECONDS = 30.0

T = TypeVar("T")


class Handle:
    """One connection, as SQLite's driver knows it and as SQLAlchemy does; transactions are the driver's."""

    def __init__(self, engine: Engine, statements: Statements) -> None:
        self.statements = statements
        self.sqlalchemy = engine.connect()
        # Outside a transaction it would roll back after a value that a column refuses. So it is told of one,
        # which sends nothing and does not end, and takes part in those that the driver begins and ends.
        self.sqlalchemy.begin()
        file = self.sqlalchemy.connection.driver_connection
        assert isinstance(file, File)
        self.file = file


class SqliteLink:
    """An open transaction."""

    def __init__(self, handle: Handle, threads: Threads, in_place: bool) -> None:
        self._handle = handle
        self._threads = threads
        self._in_place = in_place

    @property
    def dialect(self) -> Dialect:
        """How this database spells SQL."""
        return self._handle.sqlalchemy.dialect

    async def execute(self, statement: Executable, parameters: Parameters = None, /) -> Result:
        """Run a statement, or one for each row of parameters."""
        work = self._work(statement, parameters)
        if self._in_place and not isinstance(statement, Delete):
            return work()
        return await self._threads.run(work)

    def _work(self, statement: Executable, parameters: Parameters) -> Callable[[], Result]:
        rows = rows_of(parameters)
        prepared = self._handle.statements.find(statement, rows)
        if prepared is None:
            return partial(self._handle.sqlalchemy.execute, statement, parameters)
        return partial(prepared.run, self._handle.file, rows)

    async def scalar(self, statement: Executable, parameters: Row | None = None, /) -> Any:
        """Run a statement and return the first value of its first row, None where there is none."""
        return (await self.execute(statement, parameters)).scalar()

    async def run_sync(self, work: Callable[[Connection], T], /) -> T:
        """Do work that wants SQLAlchemy's plain connection."""
        return await self._threads.run(partial(work, self._handle.sqlalchemy))

    @asynccontextmanager
    async def begin_nested(self) -> AsyncIterator[None]:
        """Hold a part of the transaction that is undone alone when the block raises."""
        self._handle.file.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            self._handle.file.execute("ROLLBACK TO part")
            raise
        self._handle.file.execute("RELEASE part")


class Sqlite:
    """The connections to one file."""

    name = "sqlite"

    def __init__(self, url: URL) -> None:
        if not url.database or url.database == ":memory:" or url.query:
            raise BadDatabaseUrl(
                "SQLite needs the path of a file and takes no options: sqlite:///path/to/file"
            )
        self._threads = Threads(READERS + 1)
        self._new_writer = _opening(url, partial(open_writer, url.database))
        self._new_reader = _opening(url, partial(open_reader, url.database))
        self._writer: Handle | None = None
        self._readers: list[Handle] = []
        self._slots = asyncio.Semaphore(READERS)
        self._turn = asyncio.Lock()
        self._holder: asyncio.Task[Any] | None = None
        self._mode = DURABLE

    @asynccontextmanager
    async def write(self, durable: bool = True) -> AsyncIterator[SqliteLink]:
        """Hold the one write transaction, committed at the end of the block."""
        if self._holder is not None and self._holder is asyncio.current_task():
            raise RuntimeError("a write transaction inside another would wait for itself for ever")
        async with self._turn:
            self._holder = asyncio.current_task()
            try:
                if self._writer is None:
                    self._writer = await self._threads.run(self._new_writer)
                async with self._transaction(self._writer, DURABLE if durable else QUICK) as link:
                    yield link
            finally:
                self._holder = None

    @asynccontextmanager
    async def _transaction(self, writer: Handle, mode: str) -> AsyncIterator[SqliteLink]:
        try:
            if mode is not self._mode:
                writer.file.execute(mode)
                self._mode = mode
            await self._begin(writer.file)
            yield SqliteLink(writer, self._threads, in_place=True)
            await self._threads.run(writer.file.commit)
        finally:
            # Nothing to undo after a commit. In WAL mode undoing only forgets, so it does not wait.
            writer.file.rollback()

    async def _begin(self, file: sqlite3.Connection) -> None:
        try:
            file.execute(BEGIN)
        except sqlite3.OperationalError as error:
            if not busy(error):
                raise
            await self._threads.run(partial(begin_patiently, file))

    @asynccontextmanager
    async def snapshot(self, brief: bool = False) -> AsyncIterator[SqliteLink]:
        """Read one unchanging state; a `brief` look is taken in place."""
        try:
            async with asyncio.timeout(READER_SECONDS):
                await self._slots.acquire()
        except TimeoutError:
            raise DatabaseUnavailable("every connection is in use") from None
        try:
            reader = self._readers.pop() if self._readers else await self._threads.run(self._new_reader)
            try:
                # The snapshot is taken by the first query: this waits for nothing.
                reader.file.execute("BEGIN")
                yield SqliteLink(reader, self._threads, in_place=brief)
            finally:
                reader.file.rollback()
                self._readers.append(reader)
        finally:
            self._slots.release()

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[SqliteLink]:
        """Hold a write transaction that no other process has beside it."""
        async with self.write() as link:
            yield link

    async def scrub(self) -> None:
        """Leave nothing behind of what was deleted: in the full text, in free pages, in the log."""
        async with self._turn:
            if self._writer is not None:
                await self._threads.run(partial(scrub, self._writer.file))

    async def close(self) -> None:
        """Close every connection, the writer last so that it folds the log into the file."""
        for handle in (*self._readers, self._writer):
            if handle is not None:
                await self._threads.run(handle.sqlalchemy.close)
        self._readers.clear()
        self._writer = None
        self._threads.close()


def _opening(url: URL, open_file: Callable[[], sqlite3.Connection]) -> Callable[[], Handle]:
    engine = create_engine(url, poolclass=NullPool, creator=open_file)
    return partial(Handle, engine, Statements(engine.dialect))
