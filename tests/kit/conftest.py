from collections.abc import AsyncIterator

import pytest

from kit import KitClient
from kit.backoff import Backoff
from tests.kit.service import Service, served


async def _no_wait(_: float) -> None:
    return None


AT_ONCE = Backoff(attempts=200, sleep=_no_wait)


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    async with served(Service()) as running:
        yield running


@pytest.fixture
async def client(service: Service) -> AsyncIterator[KitClient]:
    async with KitClient(service.url, token="", backoff=AT_ONCE) as connected:
        yield connected
