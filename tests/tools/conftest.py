"""A running service, and a door to its parts."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from agent.models.scripted import ScriptedModel
from tests.service import Running, running
from tests.tools.door import Door


@pytest_asyncio.fixture
async def service(tmp_path: Path) -> AsyncIterator[Running]:
    """A service without a model."""
    async with running(tmp_path, model=ScriptedModel([])) as opened:
        yield opened


@pytest.fixture
def door(service: Running) -> Door:
    """A door to its parts."""
    return Door(service.app.services)
