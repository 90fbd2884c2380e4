"""Bringing a database up to date, by one process at a time."""

from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, column, inspect, select, table

from memory.errors import DatabaseTooNew
from memory.link import Link

HEAD = "0019"
"""The newest version; known here so that a start with nothing to do need not load Alembic."""

KNOWN = frozenset({*(f"{number:04}" for number in range(1, 19)), HEAD})
VERSIONS = table("alembic_version", column("version_num"))


class Migratable(Protocol):
    """What a migration needs of a database."""

    def snapshot(self) -> AbstractAsyncContextManager[Link]:
        """Read one unchanging state."""
        ...

    def alone(self) -> AbstractAsyncContextManager[Link]:
        """Hold a write transaction that no other process has beside it."""
        ...


async def migrate(backend: Migratable) -> None:
    """Bring a database to HEAD; raise DatabaseTooNew when it is at a version that is not known here."""
    async with backend.snapshot() as connection:
        version = await version_of(connection)
    if version == HEAD:
        return
    async with backend.alone() as connection:
        # Another process may have done it while this one waited.
        version = await version_of(connection)
        if version is not None and version not in KNOWN:
            raise DatabaseTooNew(f"the database is at version {version}; this program knows {HEAD}")
        if version != HEAD:
            await connection.run_sync(_upgrade)


async def version_of(connection: Link) -> str | None:
    """Return the version of a database, None when it is empty."""
    if not await connection.run_sync(lambda sync: inspect(sync).has_table(VERSIONS.name)):
        return None
    version = await connection.scalar(select(VERSIONS.c.version_num))
    return None if version is None else str(version)


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    command.upgrade(config, "head")
