"""Waiting for what another process does and nobody tells of: looked at again and again, up to a deadline."""

import asyncio
from collections.abc import Awaitable, Callable

PATIENCE = 120.0
"""A machine may be busy with other things; nothing here depends on how long it takes."""

PACE = 0.03


async def until(true: Callable[[], Awaitable[object]], within: float = PATIENCE) -> None:
    """Return once a condition holds; raise TimeoutError when it does not in time."""
    async with asyncio.timeout(within):
        while not await true():  # noqa: ASYNC110 - it is another process's to set
            await asyncio.sleep(PACE)
