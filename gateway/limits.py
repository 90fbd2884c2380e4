"""How often a client may call: sliding windows, by the rules of its dialect."""

from collections import OrderedDict, deque
from collections.abc import Callable, Mapping, Sequence

from gateway.dialects import Dialect
from tools.errors import RateLimited
from tools.policy import UNLIMITED, Budget

Nanoseconds = Callable[[], int]
"""A clock that only goes forward."""

SECOND = 1_000_000_000

PER_MINUTE: Mapping[str, int] = {"chat": 10, "trade": 60, "market": 100, "backtest": 5}
"""Calls a minute of each group of methods in the device dialect."""

LIGHT = frozenset({"backtest.cancel", "backtest.get", "backtest.list"})
"""What reckons nothing, and counts as one of the others: nobody waits a minute to end what runs."""

OTHERS_PER_MINUTE = 100

OVERALL: Sequence[tuple[int, int]] = ((10, 1), (300, 60))
"""Calls and seconds: what the client dialect allows over all methods."""

REMEMBERED_CLIENTS = 10_000


class SlidingWindow:
    """At most `limit` calls within any `seconds`."""

    def __init__(self, limit: int, seconds: int) -> None:
        self._limit = limit
        self._length = seconds * SECOND
        self._calls: deque[int] = deque()

    def wait(self, now: int) -> int:
        """Return nanoseconds until one more call fits; 0 when it does now."""
        calls = self._calls
        while calls and now - calls[0] >= self._length:
            calls.popleft()
        return 0 if len(calls) < self._limit else calls[0] + self._length - now

    def add(self, now: int) -> None:
        """Count a call."""
        self._calls.append(now)


class Windows:
    """Several windows that a call has to fit into at once."""

    def __init__(self, rules: Sequence[tuple[int, int]], clock: Nanoseconds) -> None:
        self._windows = [SlidingWindow(limit, seconds) for limit, seconds in rules]
        self._clock = clock

    def spend(self, capability: str) -> None:
        """Count one call; raise RateLimited, with the exact wait, when it is one too many."""
        now = self._clock()
        wait = max(window.wait(now) for window in self._windows)
        if wait > 0:
            milliseconds = -(-wait // 1_000_000)
            raise RateLimited(
                f"too many requests; wait {milliseconds} ms before {capability}", retry_after_ms=milliseconds
            )
        for window in self._windows:
            window.add(now)


class Groups:
    """A bucket for each group of methods, and one for all the others."""

    def __init__(self, factor: int, clock: Nanoseconds) -> None:
        self._buckets = {group: Windows([(limit * factor, 60)], clock) for group, limit in PER_MINUTE.items()}
        self._others = Windows([(OTHERS_PER_MINUTE * factor, 60)], clock)

    def spend(self, capability: str) -> None:
        """Count one call in its group; raise RateLimited when it is one too many."""
        group = "" if capability in LIGHT else capability.partition(".")[0]
        self._buckets.get(group, self._others).spend(capability)


class Budgets:
    """The budget of each client, which stays with it over its connections."""

    def __init__(self, limited: bool, factor: int, clock: Nanoseconds) -> None:
        self._limited = limited
        self._factor = factor
        self._clock = clock
        self._budgets: OrderedDict[tuple[Dialect, str], Budget] = OrderedDict()

    def of(self, dialect: Dialect, holder: str) -> Budget:
        """Return the budget of a client in a dialect; the longest unused ones are forgotten."""
        if not self._limited:
            return UNLIMITED
        key = (dialect, holder)
        budget = self._budgets.get(key)
        if budget is None:
            budget = self._budgets[key] = self._fresh(dialect)
            if len(self._budgets) > REMEMBERED_CLIENTS:
                self._budgets.popitem(last=False)
        self._budgets.move_to_end(key)
        return budget

    def describe(self, dialect: Dialect) -> Mapping[str, object]:
        """Return the limits of a dialect as `connect` tells them; None when there are none."""
        if not self._limited:
            return {"limited": False}
        factor = self._factor
        if dialect is Dialect.CLIENT:
            (second, _), (minute, _) = OVERALL
            return {"limited": True, "perSecond": second * factor, "perMinute": minute * factor}
        groups = {group: limit * factor for group, limit in PER_MINUTE.items()}
        return {"limited": True, "perMinute": {**groups, "other": OTHERS_PER_MINUTE * factor}}

    def _fresh(self, dialect: Dialect) -> Budget:
        if dialect is Dialect.DEVICE:
            return Groups(self._factor, self._clock)
        return Windows([(limit * self._factor, seconds) for limit, seconds in OVERALL], self._clock)
