"""A gateway for each test."""

from collections.abc import AsyncIterator

import pytest

from memory.database import Database
from tests.gateway.house import House, Running


@pytest.fixture
async def house(sqlite_url: str) -> AsyncIterator[House]:
    """What the capabilities share with a test."""
    async with Database.open(sqlite_url) as database:
        yield House(database)


@pytest.fixture
async def running(house: House) -> AsyncIterator[Running]:
    """A gateway with the settings of a fresh installation."""
    async with house.running() as served:
        yield served
