"""How often a client may call: sliding windows, by the rules of its dialect."""

from collections import OrderedDict, deque
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from gateway.vocabulary import Dialect
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

Rule = tuple[int, int]
"""Calls, and the seconds they are counted over."""

OVERALL: Sequence[Rule] = ((10, 1), (300, 60))
"""Calls and seconds: what the client dialect allows over all methods."""

REMEMBERED_CLIENTS = 10_000


class Standing(NamedTuple):
    """How a budget stands: calls allowed, calls left, and seconds until the first one counted is over."""

    limit: int
    left: int
    reset: int


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

    def standing(self, now: int) -> Standing:
        """Return how many calls are left."""
        self.wait(now)
        until = self._calls[0] + self._length - now if self._calls else 0
        return Standing(self._limit, self._limit - len(self._calls), -(-until // SECOND))


class Windows:
    """Several windows that a call has to fit into at once."""

    def __init__(self, windows: Sequence[SlidingWindow], clock: Nanoseconds) -> None:
        self._windows = windows
        self._clock = clock

    def of(self, capability: str) -> Sequence[SlidingWindow]:
        """Return the windows that a call of a capability has to fit into."""
        return self._windows

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

    def standing(self, capability: str) -> Standing:
        """Return how the window stands that has the fewest calls left."""
        now = self._clock()
        return min((window.standing(now) for window in self._windows), key=lambda each: each.left)


class Groups:
    """A bucket for each group of methods, and one for all the others."""

    def __init__(self, factor: int, clock: Nanoseconds) -> None:
        self._buckets = {
            group: Windows([SlidingWindow(limit * factor, 60)], clock) for group, limit in PER_MINUTE.items()
        }
        self._others = Windows([SlidingWindow(OTHERS_PER_MINUTE * factor, 60)], clock)

    def of(self, capability: str) -> Sequence[SlidingWindow]:
        """Return the windows that a call of a capability has to fit into."""
        return self._bucket(capability).of(capability)

    def spend(self, capability: str) -> None:
        """Count one call in its group; raise RateLimited when it is one too many."""
        self._bucket(capability).spend(capability)

    def standing(self, capability: str) -> Standing:
        """Return how the bucket of a capability's group stands."""
        return self._bucket(capability).standing(capability)

    def _bucket(self, capability: str) -> Windows:
        group = "" if capability in LIGHT else capability.partition(".")[0]
        return self._buckets.get(group, self._others)


class Budgets:
    """The budget of each client, which stays with it over its connections."""

    def __init__(self, limited: bool, factor: int, clock: Nanoseconds) -> None:
        self._limited = limited
        self._factor = factor
        self._clock = clock
        self._budgets: OrderedDict[tuple[str, str], Budget] = OrderedDict()

    def of(self, dialect: Dialect, holder: str) -> Budget:
        """Return the budget of a client in a dialect; the longest unused ones are forgotten."""
        return self.under(dialect, None if dialect is Dialect.DEVICE else OVERALL, holder)

    def under(self, name: str, rules: Sequence[Rule] | None, holder: str) -> Budget:
        """Return the budget of a client under named rules: None are those of the groups, () is none."""
        if not self._limited or (rules is not None and not rules):
            return UNLIMITED
        key = (name, holder)
        budget = self._budgets.get(key)
        if budget is None:
            budget = self._budgets[key] = self._fresh(rules)
            if len(self._budgets) > REMEMBERED_CLIENTS:
                self._budgets.popitem(last=False)
        self._budgets.move_to_end(key)
        return budget

    def both(self, name: str, rules: Sequence[Rule], holder: str, whole: Budget, capability: str) -> Budget:
        """Return the budget of a capability's calls that have to fit into `whole` and under named rules.

        What does not fit into both counts in neither.
        """
        own = self.under(name, rules, holder)
        if not isinstance(own, Windows):
            return whole
        over = whole.of(capability) if isinstance(whole, Windows | Groups) else ()
        return Windows([*own.of(capability), *over], self._clock)

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

    def _fresh(self, rules: Sequence[Rule] | None) -> Budget:
        if rules is None:
            return Groups(self._factor, self._clock)
        windows = [SlidingWindow(limit * self._factor, seconds) for limit, seconds in rules]
        return Windows(windows, self._clock)
