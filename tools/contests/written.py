"""Answers on their way to the disk: those that come at once are put there at once."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

from memory.database import UnitOfWork
from tools.contests.holding import hold
from tools.contests.parts import Parts
from trading.runs.cycle import Cycle

Write = Callable[[UnitOfWork], Awaitable[None]]


class Written:
    """Writes what is said in a cycle, as long as that is this worker's."""

    def __init__(self, parts: Parts, cycle: Cycle) -> None:
        self._parts = parts
        self._cycle = cycle
        self._waiting: list[Write] = []
        self._next: asyncio.Task[datetime] | None = None

    async def add(self, write: Write) -> datetime:
        """Return once this is on disk, with all else that was there to be written; raise Overtaken.

        Returns until when the cycle is kept. Whoever is cancelled meanwhile waits for it, too.
        """
        self._waiting.append(write)
        if self._next is None:
            self._next = asyncio.create_task(self._write())
        task = self._next
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            await asyncio.wait([task])
            raise

    async def _write(self) -> datetime:
        # Whoever is ready by now comes before this goes on.
        await asyncio.sleep(0)
        self._next, together, self._waiting = None, self._waiting, []
        async with self._parts.database.transact(durable=False) as uow:
            lease = await hold(self._parts, uow, self._cycle)
            for write in together:
                await write(uow)
        return lease
