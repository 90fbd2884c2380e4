"""Requests that have no answer yet."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import inf
from typing import Any

from kit.answers import ANSWER_LOST, TIMEOUT, UNKNOWN_METHOD, Answer, KitError, encode, unknown_method
from kit.repeats import repeatable_for

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Request:
    """One request as its frame, and the answer to come. `sent` is when it first left, on the loop's clock."""

    method: str
    frame: str
    answer: asyncio.Future[Answer]
    sent: float | None = None

    def may_leave(self, now: float) -> bool:
        """Tell whether it may be sent now: for the first time, or again without being done twice."""
        return self.sent is None or now - self.sent < repeatable_for(self.method)

    def lose(self) -> None:
        """Give up on the answer."""
        message = f"the connection was cut before {self.method} was answered; look whether it took effect"
        self.answer.set_exception(KitError(ANSWER_LOST, message, details={"method": self.method}))

    def too_late(self, seconds: float) -> KitError:
        """Return the error for an answer that did not come in time; reading again does no harm."""
        safe = repeatable_for(self.method) == inf
        return KitError(TIMEOUT, f"{self.method} had no answer within {seconds:g} s", retryable=safe)


class Requests:
    """Requests by frame id, oldest first."""

    def __init__(self, new_id: Callable[[], str]) -> None:
        self._new_id = new_id
        self._open: dict[str, Request] = {}
        self.methods: Sequence[str] = ()
        """What the service can be asked for, as far as it has said so."""

    @contextmanager
    def expect(
        self, method: str, params: Mapping[str, Any], frame_id: str | None = None
    ) -> Iterator[Request]:
        """Expect an answer while the context lasts; raise KitError for params that JSON cannot carry."""
        name = frame_id or self._new_id()
        frame = encode(method, {"type": "req", "id": name, "method": method, "params": dict(params)})
        request = Request(method, frame, asyncio.get_running_loop().create_future())
        self._open[name] = request
        try:
            yield request
        finally:
            del self._open[name]

    def unanswered(self) -> list[Request]:
        """Return what still waits, in the order of asking."""
        return [request for request in self._open.values() if not request.answer.done()]

    def settle(self, frame_id: str, frame: Mapping[str, Any]) -> None:
        """Give an answer frame to whoever waits for it."""
        request = self._open.get(frame_id)
        if request is None or request.answer.done():
            log.debug("an answer came that nobody waits for: %s", frame_id)
        elif frame.get("ok"):
            payload = frame.get("payload")
            request.answer.set_result(payload if isinstance(payload, Answer) else Answer())
        else:
            request.answer.set_exception(
                self._refusal(request.method, KitError.from_wire(frame.get("error")))
            )

    def _refusal(self, method: str, error: KitError) -> KitError:
        unknown = UNKNOWN_METHOD in (error.code, *error.details.get("codes", ()))
        return unknown_method(method, self.methods, error) if unknown else error

    def fail(self, error: KitError) -> None:
        """Fail all that waits."""
        for request in self.unanswered():
            request.answer.set_exception(error)
