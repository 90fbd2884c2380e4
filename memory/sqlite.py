"""SQLite: one writer that takes turns, readers that never wait for it.

Going to a thread and back costs more than most statements, so the writer goes there only for what may wait:
a lock that another process holds, the disk and long deletions. Everything else runs in place. Readers go
there for each query, as nothing bounds what a query looks at.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from decimal import Decimal
from functools import partial
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import (
    URL,
    Connection,
    CursorResult,
    Delete,
    Dialect,
    Executable,
    NullPool,
    create_engine,
)
from sqlalchemy.exc import OperationalError

from memory.errors import BadDatabaseUrl, DatabaseUnavailable
from memory.link import Parameters, Row
from memory.types import EXACT

BUSY_SECONDS = 10
READERS = 4
READER_SECONDS = 30.0
OLDEST = (3, 35, 0)

# What a commit waits for: the disk, or the system, which keeps what it was given when only this process dies.
DURABLE = "PRAGMA synchronous = FULL"
QUICK = "PRAGMA synchronous = NORMAL"

T = TypeVar("T")


class Cursor(sqlite3.Cursor):
    """A cursor whose statement fetches all its rows at once, in the thread that runs it."""

    _rows: Any = iter(())

    def execute(self, statement: str, parameters: Any = ()) -> "Cursor":
        """Run one statement and fetch its rows."""
        super().execute(statement, parameters)
        self._rows = iter(super().fetchall())
        return self

    def fetchone(self) -> Any:
        """Return the next row."""
        return next(self._rows, None)

    def fetchmany(self, size: int | None = 1) -> list[Any]:
        """Return the next rows."""
        return list(islice(self._rows, size))

    def fetchall(self) -> list[Any]:
        """Return the rows that are left."""
        return list(self._rows)


class File(sqlite3.Connection):
    """A connection to the file."""

    def cursor(self, factory: Any = None) -> Any:
        """Return a new cursor."""
        return super().cursor(Cursor)


class Threads:
    """Where work goes that may wait."""

    def __init__(self, size: int) -> None:
        self._pool = ThreadPoolExecutor(size, "sqlite")

    async def run(self, work: Callable[[], T]) -> T:
        """Do work in a thread; who is cancelled meanwhile still waits for its end: it uses a connection."""
        future = asyncio.get_running_loop().run_in_executor(self._pool, work)
        cancelled: asyncio.CancelledError | None = None
        while not future.done():
            try:
                await asyncio.wait((future,))
            except asyncio.CancelledError as error:
                cancelled = error
        if cancelled is not None:
            # Seen, so that it is not reported as forgotten: the caller has given up on it.
            future.exception()
            raise cancelled
        return future.result()

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown()


class SqliteLink:
    """An open transaction."""

    def __init__(self, connection: Connection, threads: Threads, writes: bool) -> None:
        self._connection = connection
        self._threads = threads
        self._writes = writes

    @property
    def dialect(self) -> Dialect:
        """How this database spells SQL."""
        return self._connection.dialect

    async def execute(self, statement: Executable, parameters: Parameters = None, /) -> CursorResult[Any]:
        """Run a statement, or one for each row of parameters."""
        if self._writes and not isinstance(statement, Delete):
            return self._connection.execute(statement, parameters)
        return await self._threads.run(partial(self._connection.execute, statement, parameters))

    async def scalar(self, statement: Executable, parameters: Row | None = None, /) -> Any:
        """Run a statement and return the first value of its first row, None where there is none."""
        return (await self.execute(statement, parameters)).scalar()

    async def run_sync(self, work: Callable[[Connection], T], /) -> T:
        """Do work that wants SQLAlchemy's plain connection."""
        return await self._threads.run(partial(work, self._connection))


class Sqlite:
    """The connections to one file."""

    name = "sqlite"

    def __init__(self, url: URL) -> None:
        if not url.database or url.database == ":memory:" or url.query:
            raise BadDatabaseUrl(
                "SQLite needs the path of a file and takes no options: sqlite:///path/to/file"
            )
        self._threads = Threads(READERS + 1)
        self._writing = create_engine(url, poolclass=NullPool, creator=partial(_open_writer, url.database))
        self._reading = create_engine(url, poolclass=NullPool, creator=partial(_open_reader, url.database))
        self._writer: Connection | None = None
        self._readers: list[Connection] = []
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
                    self._writer = await self._threads.run(self._writing.connect)
                async with self._transaction(self._writer, DURABLE if durable else QUICK) as link:
                    yield link
            finally:
                self._holder = None

    @asynccontextmanager
    async def _transaction(self, writer: Connection, mode: str) -> AsyncIterator[SqliteLink]:
        try:
            if mode is not self._mode:
                writer.connection.cursor().execute(mode)
                self._mode = mode
            await self._begin(writer)
            yield SqliteLink(writer, self._threads, writes=True)
            await self._threads.run(writer.commit)
        finally:
            # Nothing to undo after a commit. In WAL mode undoing only forgets, so it does not wait.
            writer.rollback()

    async def _begin(self, writer: Connection) -> None:
        try:
            writer.exec_driver_sql("BEGIN IMMEDIATE")
        except OperationalError as error:
            if not _busy(error):
                raise
            await self._threads.run(partial(_begin_patiently, writer))

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[SqliteLink]:
        """Read one unchanging state."""
        try:
            async with asyncio.timeout(READER_SECONDS):
                await self._slots.acquire()
        except TimeoutError:
            raise DatabaseUnavailable("every connection is in use") from None
        try:
            reader = self._readers.pop() if self._readers else await self._threads.run(self._reading.connect)
            try:
                # The snapshot is taken by the first query: this waits for nothing.
                reader.exec_driver_sql("BEGIN")
                yield SqliteLink(reader, self._threads, writes=False)
            finally:
                reader.rollback()
                self._readers.append(reader)
        finally:
            self._slots.release()

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[SqliteLink]:
        """Hold a write transaction that no other process has beside it."""
        async with self.write() as link:
            yield link

    async def close(self) -> None:
        """Close every connection, the writer last so that it folds the log into the file."""
        for connection in (*self._readers, self._writer):
            if connection is not None:
                await self._threads.run(connection.close)
        self._readers.clear()
        self._writer = None
        self._threads.close()


def _begin_patiently(writer: Connection) -> None:
    writer.exec_driver_sql(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1_000}")
    try:
        writer.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        writer.exec_driver_sql("PRAGMA busy_timeout = 0")


def _busy(error: OperationalError) -> bool:
    return isinstance(error.orig, sqlite3.Error) and error.orig.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY


def _open(path: str) -> sqlite3.Connection:
    if sqlite3.sqlite_version_info < OLDEST:
        raise DatabaseUnavailable(f"SQLite {sqlite3.sqlite_version} is too old; 3.35 is needed")
    # The event loop and the threads use it in turns, never at once.
    connection = sqlite3.connect(
        path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, factory=File
    )
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _open_reader(path: str) -> sqlite3.Connection:
    connection = _open(path)
    connection.execute("PRAGMA query_only = ON")
    return connection


def _open_writer(path: str) -> sqlite3.Connection:
    connection = _open(path)
    _use_wal(connection)
    connection.execute(DURABLE)
    connection.create_function("exact_sum", 2, _exact_sum, deterministic=True)
    connection.create_function("exact_max", 2, _exact_max, deterministic=True)
    # Whoever finds the lock taken does not wait for it on the event loop.
    connection.execute("PRAGMA busy_timeout = 0")
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


def _exact_max(left: str | None, right: str | None) -> str | None:
    known = [each for each in (left, right) if each is not None]
    return max(known, key=Decimal, default=None)
