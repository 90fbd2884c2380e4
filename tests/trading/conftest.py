"""The house that tests of money live in, on a database of their own."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.peers.databases import (
    database,
    database_url,
    postgres_peer,
    postgres_template,
    postgres_url,
    sqlite_template,
    sqlite_url,
)
from tests.trading.house import House, open_house


@pytest_asyncio.fixture
async def house(sqlite_url: str) -> AsyncIterator[House]:
    async with open_house(sqlite_url) as opened:
        yield opened


@pytest_asyncio.fixture
async def any_house(database_url: str) -> AsyncIterator[House]:
    async with open_house(database_url) as opened:
        yield opened


__all__ = [
    "any_house",
    "database",
    "database_url",
    "house",
    "postgres_peer",
    "postgres_template",
    "postgres_url",
    "sqlite_template",
    "sqlite_url",
]
