"""Who wants to hear of which event."""

import asyncio
import inspect
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from kit.answers import Answer, KitError

log = logging.getLogger(__name__)

Handler = Callable[[Answer], Any]
"""Gets an event's payload; may be async."""
OnError = Callable[[BaseException], Any]

DRAIN_SECONDS = 5.0


def canonical(event: str) -> str:
    """Return an event's name with dots: `trade:executed` and `trade.executed` are one."""
    return event.replace(":", ".")


@dataclass(slots=True, eq=False)
class _Subscription:
    handler: Handler
    waiting: deque[Answer] = field(default_factory=deque)
    worker: asyncio.Task[None] | None = None


class Subscriptions:
    """Calls each handler with its events in order, one after another; a slow one holds up nobody else.

    What a handler raises is logged and given to `on_error`, and the handler goes on with the next event.
    """

    def __init__(self, on_error: OnError | None) -> None:
        self._on_error = on_error
        self._of: dict[str, list[_Subscription]] = {}

    def add(self, event: str, handler: Handler) -> Callable[[], None]:
        """Call `handler` with the payload of each such event; the answer stops it."""
        wanted = self._of.setdefault(canonical(event), [])
        subscription = _Subscription(handler)
        wanted.append(subscription)

        def stop() -> None:
            subscription.waiting.clear()
            if subscription in wanted:
                wanted.remove(subscription)

        return stop

    def deliver(self, event: str, payload: Answer) -> None:
        """Hand an event to whoever wants it."""
        for subscription in self._of.get(canonical(event), ()):
            subscription.waiting.append(payload)
            if subscription.worker is None:
                self._start(subscription)

    def failed(self, error: BaseException) -> None:
        """Log an error that no caller waits for, and hand it to `on_error`."""
        log.error("%s", error, exc_info=None if isinstance(error, KitError) else error)
        if self._on_error is not None:
            asyncio.get_running_loop().call_soon(self._on_error, error)

    async def drain(self) -> None:
        """Let handlers finish what they have, for a moment; then stop them."""
        end = asyncio.get_running_loop().time() + DRAIN_SECONDS
        while workers := self._workers():
            left = end - asyncio.get_running_loop().time()
            if left <= 0:
                for worker in workers:
                    worker.cancel()
            await asyncio.wait(workers, timeout=max(left, 0.0) or None)

    def _workers(self) -> set[asyncio.Task[None]]:
        subscriptions = [each for wanted in self._of.values() for each in wanted]
        working = {each.worker for each in subscriptions if each.worker is not None}
        return {worker for worker in working if worker is not asyncio.current_task()}

    def _start(self, subscription: _Subscription) -> None:
        subscription.worker = asyncio.create_task(_work(subscription), name="kit-event-handler")
        subscription.worker.add_done_callback(lambda task: self._worked(subscription, task))

    def _worked(self, subscription: _Subscription, task: asyncio.Task[None]) -> None:
        subscription.worker = None
        if task.cancelled():
            subscription.waiting.clear()
            return
        error = task.exception()
        if error is not None:
            self.failed(error)
        if subscription.waiting:
            self._start(subscription)


async def _work(subscription: _Subscription) -> None:
    while subscription.waiting:
        result = subscription.handler(subscription.waiting.popleft())
        if inspect.isawaitable(result):
            await result
