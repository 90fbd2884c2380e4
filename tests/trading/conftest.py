"""The house that tests of money live in, on a database of their own."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.trading.house import House, open_house


@pytest_asyncio.fixture
async def house(sqlite_url: str) -> AsyncIterator[House]:
    async with open_house(sqlite_url) as opened:
        yield opened


@pytest_asyncio.fixture
async def any_house(database_url: str) -> AsyncIterator[House]:
    async with open_house(database_url) as opened:
        yield opened
