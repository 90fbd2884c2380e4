"""A gateway with our own API and a small foreign one."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any

import pytest

from gateway.rest.routes import OWN
from tests.gateway.house import House, Running
from tests.gateway.rest.tiny import TINY

Open = Callable[..., AbstractAsyncContextManager[Running]]


@pytest.fixture
def served(house: House) -> Open:
    """Return what opens a gateway with both APIs."""
    return partial(house.running, dialects=(OWN, TINY))


@pytest.fixture
async def both(served: Any) -> AsyncIterator[Running]:
    """A gateway with both APIs and the settings of a fresh installation."""
    async with served() as running:
        yield running
