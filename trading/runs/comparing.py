"""Whether an account is better or worse than the baselines by more than chance.

The test. An account is held against every baseline, cycle by cycle: the differences of their returns have
mean zero unless one of them is better. How far that mean may stray by chance is its standard error under a
stationary bootstrap of the same cycles (`trading.runs.resampling`), widened for short series. An account is
above the baselines only when it is above each one, so that the largest of these one-sided probabilities
counts: an intersection-union test, which keeps its level without a correction (Berger, 1982). As it is asked
as well whether it is below all of them, the smaller one is doubled. Of several accounts these probabilities
are corrected by Holm's step-down method (1979): the chance of *any* wrong call is at most the level.

The looks. A leaderboard is read after every cycle, and who looks often enough is fooled once. So it is tested
only when the cycles have doubled: at 300, 600, 1200 and so on, over exactly that many, and in between the
last look holds. Look k (from 0) may spend 1 / ((k + 1)(k + 2)) of the level, which in all is the level
however long it goes on (spending after Lan and DeMets, 1983, by the union bound): its probability is
multiplied by (k + 1)(k + 2).

The minimum. A mean block is the cube root of the cycles, so that 300 cycles (25 hours at five minutes) are
some 40 blocks, from which on the test keeps its level in simulation with normal, heavy-tailed and dependent
returns. 30 closed trades are what a backtest here is asked for before its figures are taken for more than
luck. Before that nothing is called.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from statistics import NormalDist

import numpy as np

from trading.runs.performance import Entrant, returns
from trading.runs.resampling import Floats, mean_error, resampled_sums, widening

RUIN = 1e-9
"""What is taken for the growth of an account that lost everything in a cycle."""


class Verdict(StrEnum):
    """Whether the place of an account means anything."""

    TOO_EARLY = "too_early"
    NOT_DISTINGUISHABLE = "not_distinguishable"
    DISTINGUISHABLE = "distinguishable"


@dataclass(frozen=True, slots=True)
class Strictness:
    """The level of all calls together, the cycles of the first look, and the least closed trades.

    `resamples` is how often an account is resampled for its interval.
    """

    level: float = 0.05
    cycles: int = 300
    trades: int = 30
    resamples: int = 999


@dataclass(frozen=True, slots=True)
class Comparison:
    """An account held against one baseline over the first `cycles` that both have.

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

    `probability` is that of being so far from all of them by chance, corrected for looks and for how many are
    compared, and `is_above` on which side it is.
    """

    against: tuple[Comparison, ...]
    probability: float
    is_above: bool


@dataclass(frozen=True, slots=True)
class Interval:
    """Where the total return would lie had the cycles come out otherwise: fractions, at 1 - level."""

    low: float
    high: float


def findings(
    entrants: Sequence[Entrant], baselines: Sequence[Entrant], strictness: Strictness
) -> Mapping[str, Finding]:
    """Return what is found of the accounts for which it is not too early, by name; none without baselines."""
    ripe = [each for each in entrants if baselines and _is_ripe(each, baselines, strictness)]
    return _corrected({each.name: _finding(each, baselines, strictness) for each in ripe})


def verdict_of(finding: Finding | None, strictness: Strictness) -> Verdict:
    """Return what may be said of an account."""
    if finding is None:
        return Verdict.TOO_EARLY
    certain = finding.probability <= strictness.level
    return Verdict.DISTINGUISHABLE if certain else Verdict.NOT_DISTINGUISHABLE


def intervals(
    entrants: Sequence[Entrant], strictness: Strictness, generator: np.random.Generator
) -> Mapping[str, Interval]:
    """Return the percentile interval of each total return by name, of those that have enough cycles.

    It is that of one account by itself, at this moment: only `findings` are corrected for comparing and for
    looking again. Accounts with as many cycles are resampled together.
    """
    ripe = [each for each in entrants if len(each.points) >= strictness.cycles]
    found: dict[str, Interval] = {}
    for count in sorted({len(each.points) for each in ripe}):
        group = sorted((each for each in ripe if len(each.points) == count), key=lambda each: each.name)
        growth = np.column_stack([_growth(each) for each in group])
        # Equal curves are reckoned once: how a column is summed may depend on its place.
        growth, places = np.unique(growth, axis=1, return_inverse=True)
        middle = growth.sum(axis=0)
        sums = middle + (resampled_sums(growth, strictness.resamples, generator) - middle) * widening(count)
        low, high = np.quantile(np.expm1(sums), (strictness.level / 2, 1 - strictness.level / 2), axis=0)
        for each, place in zip(group, places.ravel(), strict=True):
            found[each.name] = Interval(float(low[place]), float(high[place]))
    return found


def _growth(entrant: Entrant) -> Floats:
    """Return the logarithm of what an account grows to in each cycle."""
    grown: Floats = np.log(np.maximum(1 + returns(entrant.initial, entrant.points), RUIN))
    return grown


def _is_ripe(entrant: Entrant, baselines: Sequence[Entrant], strictness: Strictness) -> bool:
    enough = _cycles(entrant, baselines) >= strictness.cycles
    return enough and len(entrant.trades) >= strictness.trades


def _cycles(entrant: Entrant, baselines: Sequence[Entrant]) -> int:
    # The first moment that both have is where the first return begins.
    return min(len(_common(entrant, each)) - 1 for each in baselines)


def _finding(entrant: Entrant, baselines: Sequence[Entrant], strictness: Strictness) -> Finding:
    look = (_cycles(entrant, baselines) // strictness.cycles).bit_length() - 1
    against = tuple(_compared(entrant, each, strictness.cycles << look) for each in baselines)
    above, below = max(each.above for each in against), max(each.below for each in against)
    probability = 2 * min(above, below) * (look + 1) * (look + 2)
    return Finding(against, min(1.0, probability), above < below)


def _compared(entrant: Entrant, baseline: Entrant, cycles: int) -> Comparison:
    times = _common(entrant, baseline)[: cycles + 1]
    series = _over(entrant, times) - _over(baseline, times)
    mean, error = float(series.mean()), mean_error(series)
    score = mean / error if error else math.copysign(math.inf, mean) if mean else 0.0
    normal = NormalDist()
    return Comparison(baseline.name, len(series), mean, normal.cdf(-score), normal.cdf(score))


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
