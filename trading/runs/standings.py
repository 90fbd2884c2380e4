"""The leaderboard: who is ahead, by how much, and whether that means anything."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from trading.runs.comparing import (
    Finding,
    Interval,
    Strictness,
    Verdict,
    findings,
    intervals,
    verdict_of,
)
from trading.runs.performance import Entrant, Performance, measure


@dataclass(frozen=True, slots=True)
class Line:
    """One account on the leaderboard. Equal returns share a rank, and the ranks after them are left out.

    `verdict` is None for a baseline, `finding` also while it is too early, `interval` before there are enough
    cycles.
    """

    rank: int
    entrant: Entrant
    figures: Performance
    interval: Interval | None
    verdict: Verdict | None
    finding: Finding | None


def standings(
    entrants: Sequence[Entrant],
    every: timedelta,
    generator: np.random.Generator,
    strictness: Strictness | None = None,
) -> tuple[Line, ...]:
    """Return the leaderboard, best return first, accounts of one rank by name.

    `every` is how far apart the points are. The same entrants, seed of the generator and strictness give the
    same lines in whatever order they come; only the intervals are drawn. Raises ValueError where an account
    began with nothing, and for two of one name.
    """
    strictness = strictness or Strictness()
    ordered = sorted(entrants, key=lambda each: each.name)
    if len({each.name for each in ordered}) != len(ordered):
        raise ValueError("every account on a leaderboard has a name of its own")
    figures = {each.name: measure(each, every) for each in ordered}
    rivals = [each for each in ordered if not each.baseline]
    found = findings(rivals, [each for each in ordered if each.baseline], strictness)
    spans = intervals(ordered, strictness, generator)
    lines = [
        Line(
            rank=_rank(each.name, figures),
            entrant=each,
            figures=figures[each.name],
            interval=spans.get(each.name),
            verdict=None if each.baseline else verdict_of(found.get(each.name), strictness),
            finding=found.get(each.name),
        )
        for each in ordered
    ]
    return tuple(sorted(lines, key=lambda line: line.rank))


def _rank(name: str, figures: dict[str, Performance]) -> int:
    own = figures[name].total_return
    return 1 + sum(each.total_return > own for each in figures.values())
