"""Work that goes on when nobody waits for it any more."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Begun:
    """What was begun and has to come to its end: half of it would be wrong."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    async def finish(self, work: Coroutine[Any, Any, T]) -> T:
        """Do some work; whoever stops waiting for it does not stop it."""
        return await asyncio.shield(self._begin(work))

    async def attempt(self, work: Coroutine[Any, Any, T]) -> T | Exception:
        """Do some work as `finish` does, and return what went wrong with it instead of raising that."""
        task = self._begin(work)
        await asyncio.wait([task])
        error = task.exception()
        return task.result() if error is None or not isinstance(error, Exception) else error

    async def drain(self) -> None:
        """Return once everything that was begun has ended."""
        while self._running:
            await asyncio.wait(self._running)

    def _begin(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task
