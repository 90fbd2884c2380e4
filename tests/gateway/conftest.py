"""A gateway for each test."""

import logging
from collections.abc import AsyncIterator, Iterator

import pytest
import structlog

from memory.database import Database
from tests.gateway.house import House, Running
from tests.peers.databases import sqlite_template, sqlite_url

__all__ = ["house", "quiet", "running", "sqlite_template", "sqlite_url"]


@pytest.fixture(autouse=True, scope="package")
def quiet() -> Iterator[None]:
    """Log as a running service does."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))
    yield
    structlog.reset_defaults()


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
