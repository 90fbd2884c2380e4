"""A message on its way to its answer, which may be stopped at any moment of it."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from memory.records import TurnStatus
from tools.services import Asked

T = TypeVar("T")


class Stopped(Exception):
    """The work was stopped before its end."""


class Visit:
    """One message from when it is accepted until its turn has ended.

    What may be cut short goes through `run`. Between such works a stop waits for the next one, so that
    nothing is left half-written.
    """

    def __init__(self, principal: str, asked: Asked) -> None:
        self.key = (principal, asked.session_id)
        self.model = asked.model
        self.names = {asked.request_id, asked.frame_id}
        self.stopped: TurnStatus | None = None
        """How the turn shall end, once somebody has stopped it."""
        self.waits = False
        """Whether its turn waits for a person right now."""
        self.gone = asyncio.Event()
        self._over = False
        self._work: asyncio.Task[Any] | None = None

    def stop(self, status: TurnStatus) -> bool:
        """End the turn with this status; tell whether it was not over or stopped before."""
        if self._over or self.stopped is not None:
            return False
        self.stopped = status
        if self._work is not None:
            self._work.cancel()
        return True

    def close(self) -> None:
        """Let nobody stop it any more: what it came to is being written down."""
        self._over = True

    async def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Return what the work comes to; raise Stopped when the visit was stopped before its end."""
        if self.stopped is not None:
            work.close()
            raise Stopped
        task = asyncio.create_task(work)
        self._work = task
        try:
            return await task
        except asyncio.CancelledError:
            if self.stopped is None:
                raise
            raise Stopped from None
        finally:
            self._work = None
