"""One order out of two: what is near in meaning, and what shares the words of the question."""

import math
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

# Found by measuring; figures a tenth away from these are as good. What has all the words of a question
# comes before what is nearest and has none of them: vectors tell numbers and ids badly apart.
MEANT, SAID, COVERED = 0.4, 0.25, 0.35

LEAST_SPAN = 0.2
"""Cosines closer together than this tell candidates apart less than the words do."""

Id = TypeVar("Id", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is known of a memory that either arm has found: its terms, and when it was written."""

    terms: frozenset[str]
    at: datetime


def fuse(
    near: Sequence[tuple[Id, float]],
    worded: Sequence[tuple[Id, float]],
    asked: Mapping[str, float],
    candidates: Mapping[Id, Candidate],
) -> list[tuple[Id, float]]:
    """Return every candidate with its score (0 to 1), best first, the later one first where scores are equal.

    `near` holds the cosines of the vectors' best, `worded` the scores of full text, of any scale, larger is
    better; either may be empty. `asked` are the terms of the question with what each counts.
    """
    meant = _spread(near)
    said = _of_best(worded)
    covered = _covered(asked, candidates)
    scores = {
        each: MEANT * meant.get(each, 0.0) + SAID * said.get(each, 0.0) + COVERED * covered[each]
        for each in candidates
    }
    return sorted(
        ((each, round(score, 6)) for each, score in scores.items()),
        key=lambda found: (found[1], candidates[found[0]].at),
        reverse=True,
    )


def _spread(near: Sequence[tuple[Id, float]]) -> dict[Id, float]:
    if not near:
        return {}
    best, worst = max(cosine for _, cosine in near), min(cosine for _, cosine in near)
    span = max(best - worst, LEAST_SPAN)
    return {each: 1.0 - (best - cosine) / span for each, cosine in near}


def _of_best(worded: Sequence[tuple[Id, float]]) -> dict[Id, float]:
    best = max((score for _, score in worded), default=0.0)
    if best <= 0.0:
        return {}
    return {each: max(score / best, 0.0) for each, score in worded}


def _covered(asked: Mapping[str, float], candidates: Mapping[Id, Candidate]) -> dict[Id, float]:
    """Return the share of the question's terms that each candidate has, the rare among them counting more."""
    held = Counter(term for each in candidates.values() for term in each.terms & asked.keys())
    weights = {
        term: weight * _sharpness(term) * math.log(1.0 + len(candidates) / (1.0 + held[term]))
        for term, weight in asked.items()
    }
    whole = sum(weights.values())
    if not whole:
        return dict.fromkeys(candidates, 0.0)
    return {
        each: sum(weights[term] for term in found.terms & asked.keys()) / whole
        for each, found in candidates.items()
    }


def _sharpness(term: str) -> float:
    # Who asks for a number or an id means this one, and nothing near it.
    return 2.0 if any(each.isdigit() for each in term) else 1.0
