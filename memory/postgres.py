"""Postgres: many writers, kept apart by the rows they lock."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import URL, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

CONNECTIONS = 10
DO_NOT_WAIT = text("SET LOCAL synchronous_commit TO OFF")
MIGRATION_LOCK = 0x4B49_5401


class Postgres:
    """The engine on one server."""

    name = "postgresql"

    def __init__(self, url: URL) -> None:
        self._engine = create_async_engine(url, pool_size=CONNECTIONS, max_overflow=CONNECTIONS)
        self._reader = self._engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )

    @asynccontextmanager
    async def write(self, durable: bool = True) -> AsyncIterator[AsyncConnection]:
        """Hold a write transaction, committed at the end of the block."""
        async with self._engine.begin() as connection:
            if not durable:
                await connection.execute(DO_NOT_WAIT)
            yield connection

    @asynccontextmanager
    async def snapshot(self, brief: bool = False) -> AsyncIterator[AsyncConnection]:
        """Read one unchanging state, `brief` or not."""
        async with self._reader.connect() as connection:
            yield connection

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[AsyncConnection]:
        """Hold a write transaction that no other process has beside it."""
        async with self.write() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
            yield connection

    async def scrub(self) -> None:
        """Leave what was deleted to the server, which reuses its place in its own time."""

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()
