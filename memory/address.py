"""Which database a URL names."""

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from memory.errors import BadDatabaseUrl
from memory.postgres import Postgres
from memory.sqlite import Sqlite

DRIVERS = {
    "sqlite": "sqlite",
    "sqlite+aiosqlite": "sqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}


def normalised(url: str) -> URL:
    """Return a URL with the driver that is used; raise BadDatabaseUrl for another kind of database."""
    try:
        given = make_url(url)
    except (ArgumentError, ValueError):
        raise BadDatabaseUrl(
            "a database URL looks like sqlite:///path or postgresql://user@host/name"
        ) from None
    driver = DRIVERS.get(given.drivername)
    if driver is None:
        raise BadDatabaseUrl(f"{given.drivername} is not supported; use sqlite or postgresql")
    return given.set(drivername=driver)


def backend_of(url: str) -> Sqlite | Postgres:
    """Return the engines for a URL; nothing is opened yet."""
    parsed = normalised(url)
    return Sqlite(parsed) if parsed.get_backend_name() == "sqlite" else Postgres(parsed)
