"""What a worker process is asked, and its answer: data that can be sent, and one function for each kind."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from trading.backtest.catalog import Strategies
from trading.backtest.causality import Leak, leaks
from trading.backtest.codes import Floats
from trading.backtest.history import History
from trading.backtest.outcome import Figures, Trade
from trading.backtest.ranking import metric
from trading.backtest.strategy import Strategy, Values
from trading.backtest.terms import Terms

R = TypeVar("R")
Tell = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Chosen:
    """A strategy and its parameters as they were given; `file` and `digest` name one of a person's own."""

    name: str
    given: Mapping[str, Any] = field(default_factory=dict)
    file: Path | None = None
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class RunTask:
    """Run strategies over the same candles, each by itself.

    Several histories share the cash in equal parts, side by side.
    """

    chosen: Sequence[Chosen]
    histories: Sequence[History]
    terms: Terms
    whole: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Ran:
    """What came of one strategy; `equity` is of all pairs together at `times` (milliseconds, bar opens)."""

    strategy: str
    values: Values
    figures: Figures
    buy_and_hold: float
    times: Any
    equity: Floats
    trades: Sequence[tuple[str, Trade]]
    pairs: Mapping[str, Figures]


@dataclass(frozen=True, slots=True)
class GridTask:
    """Try every combination of a grid; hold back `outside` of the range, or walk forward in `windows`."""

    chosen: Chosen
    history: History
    grid: Mapping[str, Sequence[Any]]
    terms: Terms
    metric: str
    outside: float = 0.0
    windows: int = 0
    threads: int = 1


@dataclass(frozen=True, slots=True)
class VerifyTask:
    """Look for look-ahead."""

    chosen: Chosen
    history: History


@dataclass(frozen=True, slots=True)
class DescribeTask:
    """Load a person's own strategy and say what it is."""

    chosen: Chosen


@dataclass(frozen=True, slots=True)
class Described:
    """What a strategy says of itself; `warm_up` with its default parameters, in bars."""

    name: str
    summary: str
    parameters: Sequence[Mapping[str, Any]]
    aliases: Sequence[str]
    warm_up: int


def describe(strategy: Strategy) -> Described:
    """Return what a strategy says of itself."""
    values = strategy.read({})
    parameters = [
        {
            "name": each.name,
            "default": each.default,
            "least": each.least,
            "most": each.most,
            "whole": each.whole,
            "aliases": list(each.aliases),
            "help": each.help,
        }
        for each in strategy.parameters
    ]
    return Described(
        strategy.name, strategy.summary, parameters, strategy.aliases, int(strategy.warm_up(values))
    )


def perform(task: Any, tell: Tell) -> Any:
    """Do a task, telling of steps done and of all; raise what is wrong with it."""
    return _PERFORMERS[type(task)](task, tell)


def _found(chosen: Chosen) -> tuple[Strategy, dict[str, float]]:
    if chosen.file is not None:
        from trading.backtest.own import load

        strategy = load(chosen.file, chosen.digest)
    else:
        strategy = Strategies().find(chosen.name)
    return strategy, strategy.read(chosen.given)


def _run(task: RunTask, tell: Tell) -> Sequence[Ran]:
    from trading.backtest.portfolio import run_side_by_side

    found = []
    for number, chosen in enumerate(task.chosen):
        strategy, values = _found(chosen)
        found.append(run_side_by_side(task.histories, strategy, values, task.terms, whole=task.whole))
        tell(number + 1, len(task.chosen))
    return found


def _grid(task: GridTask, tell: Tell) -> Any:
    from trading.backtest.optimize import optimize
    from trading.backtest.walk import walk_forward

    strategy, fixed = _found(task.chosen)
    by = metric(task.metric)
    if task.windows:
        return walk_forward(
            task.history, strategy, fixed, task.grid, task.terms, by, task.windows, tell, task.threads
        )
    return optimize(
        task.history, strategy, fixed, task.grid, task.terms, by, task.outside, tell, task.threads
    )


def _verify(task: VerifyTask, tell: Tell) -> Sequence[Leak]:
    strategy, values = _found(task.chosen)
    return leaks(task.history, strategy, values, tell)


def _describe(task: DescribeTask, tell: Tell) -> Described:
    return describe(_found(task.chosen)[0])


_PERFORMERS: Mapping[type, Callable[[Any, Tell], Any]] = {
    RunTask: _run,
    GridTask: _grid,
    VerifyTask: _verify,
    DescribeTask: _describe,
}
