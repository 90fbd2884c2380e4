"""The requests that are under way, over all connections: they outlive a client that has gone."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, TypeVar

T = TypeVar("T")


class UnderWay:
    """Keeps hold of running requests until they end."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self.stopping = False
        """No new request is begun."""

    def start(
        self, work: Coroutine[Any, Any, T], ended: Callable[[asyncio.Task[T]], None]
    ) -> asyncio.Task[T]:
        """Run a request in a task of its own; `ended` is called with it."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(partial(self._ended, ended))
        return task

    def _ended(self, ended: Callable[[asyncio.Task[T]], None], task: asyncio.Task[T]) -> None:
        self._tasks.discard(task)
        ended(task)

    async def finish(self, seconds: float) -> None:
        """Begin nothing more, let what runs end within `seconds`, then cancel the rest."""
        self.stopping = True
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=seconds)
        late = set(self._tasks)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=seconds)
