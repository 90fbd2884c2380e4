"""Works that go on beside a block, and end with it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import structlog

from kit.background.loop import Loop
from tools.events import EventBus

log = structlog.get_logger(__name__)


@asynccontextmanager
async def running(works: Sequence[Callable[[], Awaitable[object]]]) -> AsyncIterator[None]:
    """Run works beside the block and stop them after it; one that has failed by then is told."""
    tasks = [asyncio.create_task(_awaited(work)) for work in works]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(outcome, Exception):
                log.error("a background task failed", exc_info=outcome)


@asynccontextmanager
async def telling(loop: Loop, events: EventBus) -> AsyncIterator[None]:
    """Deliver events until the block ends, and then what is left of them."""
    async with running([loop.run]):
        try:
            yield
        finally:
            # A delivery that is stopped half-way would take its events with it.
            await events.flush()
    await events.drain()


async def _awaited(work: Callable[[], Awaitable[object]]) -> None:
    await work()
