"""What is found many times over leaves room for what else was found."""

from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

from memory.fusion import Candidate

CROWDED = 0.3
"""What one loses at most that says what others say already; figures from 0.2 to 0.5 are as good."""

Id = TypeVar("Id", bound=Hashable)


def uncrowded(
    ranked: Sequence[tuple[Id, float]], candidates: Mapping[Id, Candidate], limit: int
) -> list[tuple[Id, float]]:
    """Return the best of what was found, no more than `limit`, with what its scores (0 to 1) come to.

    One loses the more, the more alike it is to a second one before it. To the first it may be alike: that
    may be what it corrects.
    """
    left = dict(ranked)
    alike = dict.fromkeys(left, (0.0, 0.0))
    chosen: list[tuple[Id, float]] = []
    while left and len(chosen) < limit:
        scores = {each: score - CROWDED * alike[each][1] for each, score in left.items()}
        best = max(scores, key=scores.__getitem__)
        chosen.append((best, round(max(scores[best], 0.0), 6)))
        del left[best]
        for each in left:
            first, second = alike[each]
            found = _likeness(candidates[best].terms, candidates[each].terms)
            alike[each] = max(first, found), max(second, min(first, found))
    return chosen


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    common = len(one & other)
    return common / (len(one) + len(other) - common) if common else 0.0
