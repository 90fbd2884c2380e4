"""Every combination of parameters over one history: each row is exactly the single run."""

import math
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from typing import Any

import numpy as np

from trading.backtest import kernel
from trading.backtest.codes import Codes, Floats
from trading.backtest.crossings import cross
from trading.backtest.history import History
from trading.backtest.outcome import Axis
from trading.backtest.run import enough, signals, simulate
from trading.backtest.strategy import Crossing, Lines, Signals, Strategy, Values, plain
from trading.backtest.tasks import Tell
from trading.backtest.terms import Terms
from trading.errors import InvalidBacktest

MOST = 100_000
"""How many combinations one grid may have."""

_AT_ONCE = 128
_TILE = 8
_CELLS = 4_000_000
_NONE = np.empty(0)
_NO_TRADES = np.empty((0, kernel.COLUMNS))


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
        if not all(own in each for each in read):
            raise InvalidBacktest(f"{own} is without a value only where it is not in a grid", parameter=own)
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
    """Run every row, all of them sound; return the kernel's figures of each.

    `tell` hears of rows done and of all. Raises InvalidBacktest where the candles are too few for one.
    """
    enough(strategy, rows, history)
    figures = np.zeros((len(rows), kernel.FIGURES))
    lines, columns, done = Lines(history.bars), terms.columns(history.lead), 0

    order = _neighbours(rows)

    def work(part: slice) -> int:
        places = order[part]
        found = np.zeros((len(places), kernel.FIGURES))
        _run_part(history, strategy, [rows[place] for place in places], lines, columns, found)
        figures[places] = found
        return len(places)

    with ThreadPoolExecutor(threads) as pool:
        for count in pool.map(work, _parts(len(rows), len(history))):
            done += count
            tell(done, len(rows))
    return figures


def _neighbours(rows: Sequence[Values]) -> list[int]:
    """Return the places of rows in an order in which those that read the same lines follow each other.

    In the grid's own order each row reads another line than the one before it, from far away in memory.
    """
    fastest = next((name for name in rows[0] if len(rows) > 1 and rows[0][name] != rows[1].get(name)), None)
    if fastest is None:
        return list(range(len(rows)))
    ranks = {value: rank // _TILE for rank, value in enumerate(sorted({row[fastest] for row in rows}))}
    places: list[int] = np.argsort([ranks[row[fastest]] for row in rows], kind="stable").tolist()
    return places


def _parts(rows: int, bars: int) -> Iterator[slice]:
    size = max(1, min(_AT_ONCE, _CELLS // max(bars, 1)))
    return (slice(start, start + size) for start in range(0, rows, size))


def _run_part(
    history: History, strategy: Strategy, rows: Sequence[Values], lines: Lines, columns: Floats, into: Floats
) -> None:
    bars, parted = history.bars, dict[int, Signals]()
    codes = np.empty((len(rows), len(history)), np.int8)
    if isinstance(strategy.signals, Crossing):
        cross([strategy.signals.pair(lines, values) for values in rows], codes)
    else:
        parted = _say(strategy, rows, lines, codes)
    kernel.simulate_many(bars.open, bars.high, bars.low, bars.close, codes, columns, into)
    for place, given in parted.items():
        simulate(history, given, columns, _NONE, _NO_TRADES, into[place])


def _say(strategy: Strategy, rows: Sequence[Values], lines: Lines, into: Codes) -> dict[int, Signals]:
    """Write what a strategy says with each row; return the signals of those that name portions."""
    parted = dict[int, Signals]()
    for place, values in enumerate(rows):
        given = signals(strategy, values, lines)
        # Copied while it is near: the next one then takes its place in memory.
        into[place] = given.codes
        if given.portions is not None:
            parted[place] = given
    return parted
