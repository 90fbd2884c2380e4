"""The floors of a service, one for each contest."""

from collections.abc import Callable
from dataclasses import dataclass, field

from trading.runs.contest import Contest, ContestKind
from trading.runs.floor import Floor

MOST = 100
"""How many floors are kept at hand."""


@dataclass(slots=True)
class HouseFloors:
    """Makes floors: `frozen` one of an arena, `moment` one of a run by itself."""

    frozen: Callable[[Contest], Floor]
    moment: Callable[[Contest], Floor]
    _known: dict[str, Floor] = field(default_factory=dict)

    async def of(self, contest: Contest) -> Floor:
        """Return the floor of a contest."""
        if contest.id not in self._known:
            while len(self._known) >= MOST:
                del self._known[next(iter(self._known))]
            make = self.moment if contest.kind is ContestKind.SINGLE else self.frozen
            self._known[contest.id] = make(contest)
        return self._known[contest.id]
