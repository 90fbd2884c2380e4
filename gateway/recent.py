"""Answers that are good for a moment, kept so that the next who asks the same costs next to nothing."""

from datetime import timedelta

import orjson

from gateway.protocol import Request
from tools.policy import Surface
from tools.registry import Registry

MICROSECOND = timedelta(microseconds=1)
MOST_ANSWERS = 1_000
LONGEST_QUESTION = 256
"""Bytes of parameters that are looked at; nobody asks the same long question twice."""


class Recent:
    """The JSON of recent answers. Times are those of a clock in nanoseconds."""

    def __init__(self, registry: Registry) -> None:
        self._good_for = {
            each.name: each.good_for // MICROSECOND * 1_000
            for each in registry.served(Surface.WIRE)
            if each.good_for
        }
        self._answers: dict[tuple[str, bytes], tuple[int, bytes]] = {}

    def find(self, request: Request, now: int) -> bytes | None:
        """Return the answer to a request where it is known and still good."""
        if request.method not in self._good_for:
            return None
        until, answer = self._answers.get((request.method, orjson.dumps(request.params)), (now, None))
        return answer if now < until else None

    def keep(self, request: Request, answer: bytes, asked: int) -> None:
        """Keep an answer to a request of moment `asked`, if it is of a kind that is good for a while."""
        good_for = self._good_for.get(request.method)
        if good_for is None:
            return
        question = orjson.dumps(request.params)
        if len(question) > LONGEST_QUESTION:
            return
        if len(self._answers) >= MOST_ANSWERS:
            self._answers.clear()
        self._answers[request.method, question] = (asked + good_for, answer)
