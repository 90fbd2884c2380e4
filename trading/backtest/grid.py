"""Every combination of parameters over one history: each row is exactly the single run."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from trading.backtest import kernel
from trading.backtest.codes import Floats
from trading.backtest.history import History
from trading.backtest.run import ready, signals, simulate
from trading.backtest.strategy import Lines, Strategy, Values, plain
from trading.backtest.terms import Terms
from trading.errors import InvalidBacktest

MOST = 100_000
"""How many combinations one grid may have."""

Tell = Callable[[int, int], None]

_AT_ONCE = 256
_CELLS = 4_000_000
_NONE = np.empty(0)
_NO_TRADES = np.empty((0, kernel.COLUMNS))


@dataclass(frozen=True, slots=True)
class Axis:
    """A parameter and the values it takes."""

    name: str
    values: tuple[float, ...]


def axes(strategy: Strategy, grid: Mapping[str, Sequence[Any]]) -> tuple[Axis, ...]:
    """Read a grid of parameters; raise InvalidBacktest for an unknown, empty or too large one."""
    if not grid:
        raise InvalidBacktest("a grid needs at least one parameter with the values to try")
    spellings, found = strategy.spellings(), []
    for name, values in grid.items():
        if not values:
            raise InvalidBacktest(f"the grid has no values for {name[:40]}", parameter=name[:40])
        read = [strategy.read({name: value}) for value in values]
        own = spellings[plain(name)].name
        found.append(Axis(own, tuple(dict.fromkeys(each[own] for each in read))))
    if len({axis.name for axis in found}) < len(found):
        raise InvalidBacktest("a parameter is in the grid twice")
    total = math.prod(len(axis.values) for axis in found)
    if total > MOST:
        raise InvalidBacktest(
            f"this grid has {total:,} combinations, and at most {MOST:,} are run at once",
            combinations=total,
            most=MOST,
        )
    return tuple(found)


def combinations(strategy: Strategy, fixed: Values, found: Sequence[Axis]) -> list[dict[str, float]]:
    """Return every combination that contradicts itself nowhere, in the grid's own order.

    Raises InvalidBacktest when none is left.
    """
    names = [axis.name for axis in found]
    every = ({**fixed, **dict(zip(names, each, strict=True))} for each in product(*(a.values for a in found)))
    sound = [values for values in every if all(rule.holds(values) for rule in strategy.rules)]
    if not sound:
        raise InvalidBacktest(f"{strategy.name}: {strategy.rules[0].says}, which no combination here does")
    return sound


def run_grid(
    history: History,
    strategy: Strategy,
    rows: Sequence[Values],
    terms: Terms,
    tell: Tell,
    threads: int = 1,
) -> Floats:
    """Run every row; return the kernel's figures of each. `tell` hears of rows done and of all."""
    ready(strategy, max(rows, key=strategy.warm_up), history)
    figures = np.zeros((len(rows), kernel.FIGURES))
    lines, columns, done = Lines(history.bars), terms.columns(history.lead), 0

    def work(part: slice) -> int:
        _run_part(history, strategy, rows[part], lines, columns, figures[part])
        return len(rows[part])

    with ThreadPoolExecutor(threads) as pool:
        for count in pool.map(work, _parts(len(rows), len(history))):
            done += count
            tell(done, len(rows))
    return figures


def _parts(rows: int, bars: int) -> Iterator[slice]:
    size = max(1, min(_AT_ONCE, _CELLS // max(bars, 1)))
    return (slice(start, start + size) for start in range(0, rows, size))


def _run_part(
    history: History, strategy: Strategy, rows: Sequence[Values], lines: Lines, columns: Floats, into: Floats
) -> None:
    given = [signals(strategy, values, lines) for values in rows]
    if any(each.portions is not None for each in given):
        for each, row in zip(given, into, strict=True):
            simulate(history, each, columns, _NONE, _NO_TRADES, row)
        return
    bars, codes = history.bars, np.stack([each.codes for each in given])
    kernel.simulate_many(bars.open, bars.high, bars.low, bars.close, codes, columns, into)
