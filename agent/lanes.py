"""One turn at a time per conversation; the others wait in line or are told."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from tools.errors import AgentBusy

MAX_WAITING = 20
"""Messages that may wait for one conversation."""

LaneKey = tuple[str, str]
"""A principal and one of its sessions."""


class Lanes:
    """Hands out each conversation to one turn at a time, in the order they came."""

    def __init__(self) -> None:
        # A conversation is in here while a turn holds it, with those that wait behind it.
        self._lines: dict[LaneKey, deque[asyncio.Future[None]]] = {}

    async def enter(self, key: LaneKey, queue: bool, queued: Callable[[int], Awaitable[None]]) -> None:
        """Take a conversation, which the caller then has to `leave`.

        `queued` hears how many turns are ahead before the waiting begins. Raises AgentBusy when it is taken
        and `queue` is False, or the line is full.
        """
        line = self._lines.get(key)
        if line is None:
            self._lines[key] = deque()
            return
        if not queue:
            raise AgentBusy(
                "the agent is still answering in this session; wait, abort it, or send queue: true"
            )
        if len(line) >= MAX_WAITING:
            raise AgentBusy(f"{MAX_WAITING} messages are waiting in this session already")
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        line.append(place)
        try:
            await queued(len(line))
            await place
        except asyncio.CancelledError:
            if place in line:
                line.remove(place)
            elif not place.cancelled():
                # The conversation was handed over a moment before: it goes to the next one.
                self.leave(key)
            raise

    def leave(self, key: LaneKey) -> None:
        """Hand a conversation to whoever waits longest."""
        line = self._lines[key]
        while line:
            place = line.popleft()
            if not place.done():
                place.set_result(None)
                return
        del self._lines[key]
