"""Works of one kind one after another, the kinds beside each other."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from functools import partial

import structlog

Work = Callable[[], Awaitable[None]]
Failed = Callable[[Exception], Awaitable[None]]

log = structlog.get_logger(__name__)


class Lanes:
    """Does each lane's works in the order they came; one that fails keeps no other."""

    def __init__(self) -> None:
        self._lines: dict[str, deque[tuple[Work, Failed]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def add(self, lane: str, work: Work, failed: Failed) -> None:
        """Have a work done after those that came before it; `failed` hears what nobody foresaw of it."""
        line = self._lines.get(lane)
        if line is not None:
            line.append((work, failed))
            return
        self._lines[lane] = deque([(work, failed)])
        task = asyncio.create_task(self._run(lane))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Stop everything."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, lane: str) -> None:
        line = self._lines[lane]
        while line:
            work, failed = line[0]
            error = await _fault_of(work)
            if error is not None and (worse := await _fault_of(partial(failed, error))) is not None:
                log.error("a failure could not be told", lane=lane, exc_info=worse)
            line.popleft()
        del self._lines[lane]


async def _fault_of(work: Work) -> Exception | None:
    try:
        await work()
    # The scheduler of chats: what nobody foresaw about one message must not end the others.
    except Exception as error:  # noqa: BLE001
        return error
    return None
