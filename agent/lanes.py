"""One turn at a time per conversation; the others wait in line or are told."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tools.errors import AgentBusy

MAX_WAITING = 20
"""Messages that may wait for one conversation."""

LaneKey = tuple[str, str]
"""A principal and one of its sessions."""


@dataclass(slots=True)
class _Lane:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0


class Lanes:
    """Hands out each conversation to one turn at a time, in the order they came."""

    def __init__(self) -> None:
        self._lanes: dict[LaneKey, _Lane] = {}

    @asynccontextmanager
    async def enter(
        self, key: LaneKey, queue: bool, queued: Callable[[int], Awaitable[None]]
    ) -> AsyncIterator[None]:
        """Hold a conversation; raise AgentBusy when it is taken and `queue` is False or the line is full.

        `queued` hears how many turns are ahead before the waiting begins.
        """
        lane = self._lanes.setdefault(key, _Lane())
        ahead = lane.waiting + lane.lock.locked()
        if ahead and not queue:
            raise AgentBusy(
                "the agent is still answering in this session; wait, abort it, or send queue: true"
            )
        if lane.waiting >= MAX_WAITING:
            raise AgentBusy(f"{MAX_WAITING} messages are waiting in this session already")
        lane.waiting += 1
        try:
            if ahead:
                await queued(ahead)
            await lane.lock.acquire()
        finally:
            lane.waiting -= 1
            self._forget(key, lane)
        try:
            yield
        finally:
            lane.lock.release()
            self._forget(key, lane)

    def _forget(self, key: LaneKey, lane: _Lane) -> None:
        if not lane.waiting and not lane.lock.locked():
            self._lanes.pop(key, None)
