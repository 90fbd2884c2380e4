"""What a failing statement means to the caller."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, OperationalError, StatementError
from sqlalchemy.exc import TimeoutError as NoConnection

from memory.errors import AlreadyStored, DatabaseUnavailable, MissingReference, ReadOnly, StoreError

BY_NAME: dict[str, type[StoreError]] = {
    "SQLITE_CONSTRAINT_UNIQUE": AlreadyStored,
    "SQLITE_CONSTRAINT_PRIMARYKEY": AlreadyStored,
    "SQLITE_CONSTRAINT_FOREIGNKEY": MissingReference,
    "SQLITE_READONLY": ReadOnly,
    "23505": AlreadyStored,
    "23503": MissingReference,
    "25006": ReadOnly,
}
"""SQLite's names and Postgres' SQLSTATEs of what a caller can act on."""

UNAVAILABLE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_NOTADB,
    }
)


@contextmanager
def translated() -> Iterator[None]:
    """Raise database errors as what `memory.errors` names; what no caller can act on stays as it is."""
    try:
        yield
    except NoConnection as error:
        raise DatabaseUnavailable("every connection is in use") from error
    except (DBAPIError, sqlite3.Error) as error:
        # What is prepared for SQLite goes past SQLAlchemy, and so do its errors.
        fault = _of_sqlalchemy(error) if isinstance(error, DBAPIError) else _of_sqlite(error)
        if fault is None:
            raise
        raise fault from error
    except StatementError as error:
        # A value that its column refused, wrapped on the way.
        if isinstance(error.orig, StoreError):
            raise error.orig from None
        raise


def _of_sqlalchemy(error: DBAPIError) -> StoreError | None:
    """Return what a database error means to the caller, None when it is a fault of ours."""
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        return _of_sqlite(cause)
    unavailable = isinstance(error, OperationalError) or error.connection_invalidated
    return _named(getattr(cause, "sqlstate", None) or "", unavailable, str(cause))


def _of_sqlite(cause: sqlite3.Error) -> StoreError | None:
    # Errors of the driver's own have neither name nor code.
    code = getattr(cause, "sqlite_errorcode", 0)
    return _named(getattr(cause, "sqlite_errorname", ""), code & 0xFF in UNAVAILABLE, str(cause))


def _named(name: str, unavailable: bool, said: str) -> StoreError | None:
    if name in BY_NAME:
        return BY_NAME[name](said)
    return DatabaseUnavailable(said) if unavailable else None
