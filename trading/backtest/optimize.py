"""The best of a grid, and whether to believe it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from trading.backtest.codes import Floats
from trading.backtest.figures import measure
from trading.backtest.grid import axes, combinations, run_grid
from trading.backtest.history import History
from trading.backtest.outcome import Axis, Held, Optimized, Row, Surface
from trading.backtest.overfit import CONVINCING, FEW_TRADES, deflated_sharpe
from trading.backtest.ranking import Metric, ranked
from trading.backtest.run import run, warm_up
from trading.backtest.strategy import Strategy, Values
from trading.backtest.tasks import Tell
from trading.backtest.terms import Terms


def optimize(
    history: History,
    strategy: Strategy,
    fixed: Values,
    grid: Mapping[str, Sequence[Any]],
    terms: Terms,
    by: Metric,
    outside: float,
    tell: Tell,
    threads: int = 1,
) -> Optimized:
    """Run a grid and rank it; hold back the share `outside` of the range to test the best of the rest on.

    Raises InvalidBacktest.
    """
    found = axes(strategy, grid)
    rows = combinations(strategy, fixed, found)
    total = len(rows) * (2 if outside else 1)
    figures = run_grid(history, strategy, rows, terms, lambda done, _: tell(done, total), threads)
    ordered = _ranked(rows, figures, history, terms, by)
    held = None
    if outside:
        held = _hold_back(
            history,
            strategy,
            rows,
            terms,
            by,
            outside,
            lambda done, _: tell(len(rows) + done, total),
            threads,
        )
    best = run(history, strategy, ordered[0].values, terms)
    deflated = deflated_sharpe(best.equity, terms.initial, figures)
    scores = {tuple(row.values.items()): row.score for row in ordered}
    surface = _surface(found, [(values, scores[tuple(values.items())]) for values in rows], by.sign)
    doubts = _doubts(ordered, held, deflated, by)
    if outside and held is None:
        doubts.append("the range is too short to hold a part of it back and test the best on it")
        tell(total, total)
    return Optimized(ordered, surface, held, deflated, doubts)


def _ranked(rows: Sequence[Values], figures: Floats, history: History, terms: Terms, by: Metric) -> list[Row]:
    measured = [measure(row, terms.initial, history.measured, history.timeframe) for row in figures]
    scores = [by.of(each) for each in measured]
    return [Row(rows[place], scores[place], measured[place]) for place in ranked(scores, by.sign)]


def _hold_back(
    history: History,
    strategy: Strategy,
    rows: Sequence[Values],
    terms: Terms,
    by: Metric,
    outside: float,
    tell: Tell,
    threads: int,
) -> Held | None:
    warm = warm_up(strategy, rows)
    cut = history.lead + int(history.measured * (1 - outside))
    if cut - history.lead < warm + 2 or len(history) - cut < 2:
        return None
    first = history.part(history.lead, cut, history.lead)
    figures = run_grid(first, strategy, rows, terms, tell, threads)
    inside = _ranked(rows, figures, first, terms, by)[0]
    rest = history.part(cut, len(history), warm)
    found = run(rest, strategy, inside.values, terms, whole=False).figures
    return Held(inside.values, outside, inside, replace(inside, score=by.of(found), figures=found))


def _surface(found: Sequence[Axis], scored: Sequence[tuple[Values, float | None]], sign: int) -> Surface:
    """Fold all but the two longest axes away, keeping the best."""
    longest = sorted(found, key=lambda axis: -len(axis.values))[:2]
    x, y = longest[0], longest[1] if len(longest) > 1 else None
    width = {value: place for place, value in enumerate(x.values)}
    height = {value: place for place, value in enumerate(y.values)} if y else {}
    table = np.full((len(height) or 1, len(width)), np.nan)
    for values, score in scored:
        row, column = height[values[y.name]] if y else 0, width[values[x.name]]
        if score is not None and not sign * table[row, column] >= sign * score:
            table[row, column] = score
    return Surface(x, y, [[None if np.isnan(each) else float(each) for each in row] for row in table])


def _doubts(rows: Sequence[Row], held: Held | None, deflated: float | None, by: Metric) -> list[str]:
    """Return why the best row may be worth less than it looks."""
    best, said = rows[0], []
    if best.figures.trades < FEW_TRADES:
        said.append(f"the best one has only {best.figures.trades} trades; under {FEW_TRADES} say little")
    if deflated is not None and deflated < CONVINCING and len(rows) > 1:
        said.append(
            f"the best of {len(rows)} tries may be luck: the chance that it is more is {deflated * 100:.0f} %"
        )
    if held is not None and held.inside.score is not None:
        inside, outside = held.inside.score, held.outside.score
        if outside is None or (by.sign * (outside - inside) < 0 and _fell(inside, outside, by.sign)):
            shown = "nothing" if outside is None else f"{outside:.2f}"
            said.append(
                f"over-fitted: the best of the first part scores {inside:.2f} there and {shown} in the rest"
            )
    return said


def _fell(inside: float, outside: float, sign: int) -> bool:
    """Return whether a score lost more than half of what it promised."""
    return outside < inside / 2 if sign > 0 else outside > inside * 2
