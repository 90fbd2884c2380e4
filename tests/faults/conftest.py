"""One house for all named points: a service that is killed and started again is as good as a new one."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.faults.house import House, house


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def lasting(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """Run an exchange and a service until the last test has ended."""
    async with house(tmp_path_factory.mktemp("house")) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def service(lasting: House) -> House:
    """Return the service that lasts, with nothing failing."""
    await lasting.calm()
    return lasting
