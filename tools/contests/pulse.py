"""The parts of a cycle and when each was last seen at work: a decision passes through all of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from trading.runs.contest import Contest

SHORTEST = timedelta(minutes=10)
"""How long a part may rest before it counts as inactive, where no contest has its cycles further apart."""


class Node(StrEnum):
    """A part of a cycle, by what it does for a decision."""

    TECHNICAL = "technical"
    TREND = "trend"
    RISK = "risk"
    EXECUTION = "execution"
    STANDINGS = "standings"


WORK: Mapping[Node, str] = {
    Node.TECHNICAL: "freezes prices and indicators of every pair at one moment",
    Node.TREND: "asks what decides for each run",
    Node.RISK: "holds every decision against the rules of its run",
    Node.EXECUTION: "carries decisions out, and closes what stops, targets and liquidations end",
    Node.STANDINGS: "measures every account at the end of the cycle",
}
"""What each does."""


@dataclass(frozen=True, slots=True)
class Beat:
    """When a part was last at work, how often it was, and why it failed the last time (None: it did not)."""

    at: datetime
    count: int
    problem: str | None = None


class Pulse:
    """Holds the last beat of each part that has been at work in this process."""

    def __init__(self) -> None:
        self.beats: dict[Node, Beat] = {}
        self._told: dict[Node, bool | None] = {}

    def beat(self, node: Node, at: datetime, problem: str | None = None) -> None:
        """Take note that a part was at work."""
        known = self.beats.get(node)
        self.beats[node] = Beat(at, known.count + 1 if known else 1, problem)

    def turned(self) -> Mapping[Node, Beat]:
        """Return the parts that are well, or are not, for the first time since this was asked last."""
        found = {
            node: beat
            for node, beat in self.beats.items()
            if self._told.get(node) is not (beat.problem is None)
        }
        self._told |= {node: beat.problem is None for node, beat in found.items()}
        return found

    def fallen_silent(self, now: datetime, patience: timedelta) -> Mapping[Node, Beat]:
        """Return the parts that have rested for too long, each once until it is at work again."""
        found = {
            node: beat
            for node, beat in self.beats.items()
            if now - beat.at > patience and self._told.get(node) is not None
        }
        self._told |= dict.fromkeys(found)
        return found


def patience(contests: Iterable[Contest]) -> timedelta:
    """Return how long a part may rest while these have their cycles."""
    return max([SHORTEST, *(2 * each.every for each in contests)])
