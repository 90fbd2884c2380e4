"""Threads for what may wait."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


class Threads:
    """Where work goes that may wait."""

    def __init__(self, size: int) -> None:
        self._pool = ThreadPoolExecutor(size, "sqlite")

    async def run(self, work: Callable[[], T]) -> T:
        """Do work in a thread; who is cancelled meanwhile still waits for its end: it uses a connection."""
        future = asyncio.get_running_loop().run_in_executor(self._pool, work)
        cancelled: asyncio.CancelledError | None = None
        while not future.done():
            try:
                await asyncio.wait((future,))
            except asyncio.CancelledError as error:
                cancelled = error
        if cancelled is not None:
            # Seen, so that it is not reported as forgotten: the caller has given up on it.
            future.exception()
            raise cancelled
        return future.result()

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown()
