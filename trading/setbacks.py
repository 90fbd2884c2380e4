"""How long an order waits that could not be sent: longer each time, and never for good."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Attempt:
    """A kind of thing that is tried with an order; `words` say that it failed, and what that means.

    The wait after the first failure is `first`, and doubles up to `longest`.
    """

    words: str
    first: timedelta
    longest: timedelta


@dataclass(frozen=True, slots=True)
class Setback:
    """How often in a row an attempt has failed, and until when it is not tried again."""

    count: int
    until: datetime


def pushed_back(before: Setback | None, attempt: Attempt, at: datetime) -> Setback:
    """Return the setback after one more failure; one that is over for longer than any wait is forgotten."""
    failed = 0 if before is None or at > before.until + attempt.longest else before.count
    # Beyond this many doublings any wait is the longest.
    wait = min(attempt.first * 2 ** min(failed, 30), attempt.longest)
    return Setback(failed + 1, at + wait)


class Setbacks:
    """The setbacks of orders, by order and attempt. They end with the process: a new one tries at once."""

    def __init__(self) -> None:
        self._all: dict[tuple[str, Attempt], Setback] = {}

    def due(self, order_id: str, attempt: Attempt, now: datetime) -> bool:
        """Return whether something may be tried with an order by now."""
        setback = self._all.get((order_id, attempt))
        return setback is None or now >= setback.until

    def add(self, order_id: str, attempt: Attempt, now: datetime) -> Setback:
        """Count one more failure and return what came of it."""
        key = order_id, attempt
        self._all[key] = pushed_back(self._all.get(key), attempt, now)
        return self._all[key]

    def clear(self, order_id: str, attempt: Attempt) -> None:
        """Forget the failures of an attempt that went well."""
        self._all.pop((order_id, attempt), None)

    def keep(self, order_ids: Collection[str]) -> None:
        """Forget all orders but these."""
        self._all = {key: each for key, each in self._all.items() if key[0] in order_ids}
