"""Whether an account is better or worse than the baselines by more than chance.

The test. An account is held against every baseline, cycle by cycle: the differences of their returns have
mean zero unless one of them is better. How far that mean may stray by chance is told by a stationary
bootstrap of the same cycles (`trading.runs.resampling`), centred at zero, its spread widened for short
series. An account is above the baselines only when it is above each one, so that the largest of these
one-sided probabilities counts: an intersection-union test, which keeps its level without a correction
(Berger, 1982). As it is asked as well whether it is below all of them, the smaller one is doubled. Of
several accounts these probabilities are corrected by Holm's step-down method (1979): the chance of *any*
wrong call is at most the level.

The minimum. A mean block is the cube root of the cycles, so that 300 cycles (25 hours at five minutes) are
some 40 blocks, from which on the test keeps its level in simulation with normal, heavy-tailed and dependent
returns. 30 closed trades are what a backtest here is asked for before its figures are taken for more than
luck. Before that nothing is called.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

import numpy as np

from trading.runs.performance import Entrant, returns
from trading.runs.resampling import Floats, weights, widening

RUIN = 1e-9
"""What is taken for the growth of an account that lost everything in a cycle."""


class Verdict(StrEnum):
    """Whether the place of an account means anything."""

    TOO_EARLY = "too_early"
    NOT_DISTINGUISHABLE = "not_distinguishable"
    DISTINGUISHABLE = "distinguishable"


@dataclass(frozen=True, slots=True)
class Strictness:
    """The level of all calls together, and the least cycles and closed trades that are looked at."""

    level: float = 0.05
    cycles: int = 300
    trades: int = 30
    resamples: int = 1_999


@dataclass(frozen=True, slots=True)
class Comparison:
    """An account held against one baseline over the cycles that both have.

    `difference` is the mean of its return per cycle less the baseline's; `above` and `below` are how probable
    at least such a difference is without any edge.
    """

    baseline: str
    cycles: int
    difference: float
    above: float
    below: float


@dataclass(frozen=True, slots=True)
class Finding:
    """What the comparison of an account with all baselines comes to.

    `probability` is that of being so far from all of them by chance, and `is_above` the nearer side.
    """

    against: tuple[Comparison, ...]
    probability: float
    is_above: bool


@dataclass(frozen=True, slots=True)
class Interval:
    """Where the total return would lie had the cycles come out otherwise: fractions, at 1 - level."""

    low: float
    high: float


class Resampler:
    """Rows of a resampling by how many cycles it has: the same seed draws the same ones, in any order."""

    def __init__(self, times: int, seed: int) -> None:
        self._times = times
        self._seed = seed
        self._known: dict[int, Floats] = {}

    def rows(self, count: int) -> Floats:
        """Return how often each of `count` cycles is drawn, one row each time."""
        if count not in self._known:
            generator = np.random.default_rng((self._seed, count))
            self._known[count] = weights(count, self._times, generator)
        return self._known[count]


def findings(
    entrants: Sequence[Entrant], baselines: Sequence[Entrant], strictness: Strictness, drawn: Resampler
) -> Mapping[str, Finding]:
    """Return what is found of the accounts for which it is not too early, by name; none without baselines."""
    ripe = [each for each in entrants if baselines and _is_ripe(each, baselines, strictness)]
    return _corrected({each.name: _finding(each, baselines, drawn) for each in ripe})


def verdict_of(finding: Finding | None, strictness: Strictness) -> Verdict:
    """Return what may be said of an account."""
    if finding is None:
        return Verdict.TOO_EARLY
    certain = finding.probability <= strictness.level
    return Verdict.DISTINGUISHABLE if certain else Verdict.NOT_DISTINGUISHABLE


def interval(entrant: Entrant, strictness: Strictness, drawn: Resampler) -> Interval | None:
    """Return the percentile interval of the total return, None before there are enough cycles."""
    if len(entrant.points) < strictness.cycles:
        return None
    series = returns(entrant.initial, entrant.points)
    growth = np.log(np.maximum(1 + series, RUIN))
    middle = float(growth.sum())
    sums = middle + (drawn.rows(len(series)) @ growth - middle) * widening(len(series))
    low, high = np.quantile(np.expm1(sums), (strictness.level / 2, 1 - strictness.level / 2))
    return Interval(float(low), float(high))


def _is_ripe(entrant: Entrant, baselines: Sequence[Entrant], strictness: Strictness) -> bool:
    # The first moment that both have is where the first return begins.
    cycles = min(len(_common(entrant, each)) - 1 for each in baselines)
    return cycles >= strictness.cycles and len(entrant.trades) >= strictness.trades


def _finding(entrant: Entrant, baselines: Sequence[Entrant], drawn: Resampler) -> Finding:
    against = tuple(_compared(entrant, each, drawn) for each in baselines)
    above, below = max(each.above for each in against), max(each.below for each in against)
    return Finding(against, min(1.0, 2 * min(above, below)), above < below)


def _compared(entrant: Entrant, baseline: Entrant, drawn: Resampler) -> Comparison:
    times = _common(entrant, baseline)
    series = _over(entrant, times) - _over(baseline, times)
    count = len(series)
    rows = drawn.rows(count)
    mean = float(series.mean())
    strayed = (rows @ series / count - mean) * widening(count)
    return Comparison(
        baseline.name,
        count,
        mean,
        (1 + int((strayed >= mean).sum())) / (len(rows) + 1),
        (1 + int((strayed <= mean).sum())) / (len(rows) + 1),
    )


def _common(one: Entrant, other: Entrant) -> list[datetime]:
    times = {each.at for each in other.points}
    return [each.at for each in one.points if each.at in times]


def _over(entrant: Entrant, times: Sequence[datetime]) -> Floats:
    """Return the returns from each of these moments to the next."""
    wanted = set(times)
    points = [each for each in entrant.points if each.at in wanted]
    return returns(points[0].equity, points[1:])


def _corrected(found: Mapping[str, Finding]) -> dict[str, Finding]:
    """Return the findings with their probabilities corrected after Holm."""
    ordered = sorted(found.items(), key=lambda each: (each[1].probability, each[0]))
    corrected: dict[str, Finding] = {}
    highest = 0.0
    for place, (name, finding) in enumerate(ordered):
        highest = max(highest, min(1.0, (len(ordered) - place) * finding.probability))
        corrected[name] = replace(finding, probability=highest)
    return corrected
