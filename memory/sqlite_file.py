"""Connections to a SQLite file: one kind that writes, one that only reads."""

import contextlib
import sqlite3
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from memory.errors import DatabaseUnavailable
from memory.types import EXACT

BUSY_SECONDS = 10
OLDEST = (3, 35, 0)

# What a commit waits for: the disk, or the system, which keeps what it was given when only this process dies.
DURABLE = "PRAGMA synchronous = FULL"
QUICK = "PRAGMA synchronous = NORMAL"

BEGIN = "BEGIN IMMEDIATE"


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


class _ExactTotal:
    """Adds a column up as its rows are read."""

    def __init__(self) -> None:
        self._total: Decimal | None = None

    def step(self, value: Any, /) -> None:
        """Take a row."""
        if value is not None:
            self._total = EXACT.add(self._total or Decimal(0), Decimal(value))

    def finalize(self) -> Any:
        """Return the sum as text, None where there is none."""
        return None if self._total is None else format(self._total, "f")


def _open(path: str) -> sqlite3.Connection:
    if sqlite3.sqlite_version_info < OLDEST:
        raise DatabaseUnavailable(f"SQLite {sqlite3.sqlite_version} is too old; 3.35 is needed")
    # The event loop and the threads use it in turns, never at once.
    connection = sqlite3.connect(
        path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, factory=File
    )
    connection.execute("PRAGMA foreign_keys = ON")
    connection.create_aggregate("exact_total", 1, _ExactTotal)
    return connection


def open_reader(path: str) -> sqlite3.Connection:
    """Open the file for reading only."""
    connection = _open(path)
    connection.execute("PRAGMA query_only = ON")
    return connection


def open_writer(path: str) -> sqlite3.Connection:
    """Open the file for writing."""
    connection = _open(path)
    _use_wal(connection)
    connection.execute(DURABLE)
    # What is deleted is to be gone, not merely free to be written over.
    connection.execute("PRAGMA secure_delete = ON")
    connection.create_function("exact_sum", 2, _exact_sum, deterministic=True)
    connection.create_function("exact_max", 2, _exact_max, deterministic=True)
    # Whoever finds the lock taken does not wait for it on the event loop.
    connection.execute("PRAGMA busy_timeout = 0")
    return connection


def begin_patiently(file: sqlite3.Connection) -> None:
    """Begin to write once nobody else does."""
    file.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1_000}")
    try:
        file.execute(BEGIN)
    finally:
        file.execute("PRAGMA busy_timeout = 0")


def scrub(file: sqlite3.Connection) -> None:
    """Merge the full text, which keeps what was deleted until then, and fold the log into the file.

    Raises DatabaseUnavailable while somebody reads on and on.
    """
    file.execute("INSERT INTO memory_words (memory_words) VALUES ('optimize')")
    file.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1_000}")
    try:
        _fold(file)
    finally:
        file.execute("PRAGMA busy_timeout = 0")


def fold(path: Path) -> None:
    """Fold the log of another file into it, where there is one; raise DatabaseUnavailable."""
    if not path.exists():
        return
    with contextlib.closing(sqlite3.connect(path, timeout=BUSY_SECONDS)) as file:
        _fold(file)


def _fold(file: sqlite3.Connection) -> None:
    (held, *_) = file.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if held:
        raise DatabaseUnavailable("somebody is reading; what was deleted is still in the log")


def busy(error: sqlite3.Error) -> bool:
    """Return whether another connection is in the way."""
    return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY


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
