"""A gateway for each test."""

from collections.abc import AsyncIterator

import pytest

from memory.database import Database
from tests.gateway.house import House, Running
from tests.peers.databases import sqlite_template, sqlite_url

__all__ = ["house", "running", "sqlite_template", "sqlite_url"]


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
