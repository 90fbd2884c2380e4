"""How often people in chats may call: no person keeps the others waiting."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tools.errors import RateLimited
from trading.clock import Clock

MOST_A_MINUTE = 60
STOPS = frozenset({"trading.halt", "trading.reduce"})
MINUTE = timedelta(minutes=1)


@dataclass(slots=True)
class PersonalBudget:
    """What one person may call within a minute, whatever it is."""

    clock: Clock
    most: int
    spent: deque[datetime] = field(default_factory=deque)

    def spend(self, capability: str) -> None:
        """Count a call; raise RateLimited when it is one too many. What stops trading never is."""
        if capability in STOPS:
            return
        now = self.clock.now()
        while self.spent and now - self.spent[0] >= MINUTE:
            self.spent.popleft()
        if len(self.spent) >= self.most:
            wait = self.spent[0] + MINUTE - now
            raise RateLimited(
                f"{self.most} requests a minute are the most",
                retry_after_ms=wait // timedelta(milliseconds=1),
            )
        self.spent.append(now)


class Budgets:
    """One budget for each person who was let in."""

    def __init__(self, clock: Clock, most: int = MOST_A_MINUTE) -> None:
        self._clock = clock
        self._most = most
        self._by_person: dict[str, PersonalBudget] = {}

    def of(self, person: str) -> PersonalBudget:
        """Return somebody's budget."""
        return self._by_person.setdefault(person, PersonalBudget(self._clock, self._most))
