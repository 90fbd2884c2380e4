"""What a worker process does with a task."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from trading.backtest.catalog import Strategies
from trading.backtest.causality import leaks
from trading.backtest.describing import describe
from trading.backtest.grid import axes, combinations
from trading.backtest.optimize import optimize
from trading.backtest.outcome import Described, Leak, Optimized, Ran, Walked
from trading.backtest.own import load
from trading.backtest.portfolio import run_side_by_side
from trading.backtest.ranking import metric
from trading.backtest.run import warm_up
from trading.backtest.strategy import Strategy
from trading.backtest.tasks import Chosen, DescribeTask, ExamineTask, GridTask, RunTask, Tell, VerifyTask
from trading.backtest.walk import walk_forward
from trading.charts.pictures import Drawn, DrawTask


def perform(task: Any, tell: Tell) -> Any:
    """Do a task, telling of steps done and of all; raise what is wrong with it."""
    return _PERFORMERS[type(task)](task, tell)


def _found(chosen: Chosen) -> tuple[Strategy, dict[str, float]]:
    file = chosen.file
    strategy = load(file, chosen.digest) if file else Strategies().find(chosen.name)
    return strategy, strategy.read(chosen.given)


def _run(task: RunTask, tell: Tell) -> Sequence[Ran]:
    found = []
    for number, chosen in enumerate(task.chosen):
        strategy, values = _found(chosen)
        found.append(run_side_by_side(task.histories, strategy, values, task.terms, whole=task.whole))
        tell(number + 1, len(task.chosen))
    return found


def _grid(task: GridTask, tell: Tell) -> Optimized | Walked:
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


def _examine(task: ExamineTask, tell: Tell) -> int:
    strategy, values = _found(task.chosen)
    if task.grid:
        return warm_up(strategy, combinations(strategy, values, axes(strategy, task.grid)))
    strategy.check(values)
    return warm_up(strategy, [values])


def _describe(task: DescribeTask, tell: Tell) -> Described:
    return describe(_found(task.chosen)[0])


def _draw(task: DrawTask, tell: Tell) -> Drawn:
    # Most workers never draw, and the canvas takes long to load.
    from trading.charts.draw import draw

    return draw(task.picture)


_PERFORMERS: Mapping[type, Callable[[Any, Tell], Any]] = {
    RunTask: _run,
    GridTask: _grid,
    VerifyTask: _verify,
    ExamineTask: _examine,
    DescribeTask: _describe,
    DrawTask: _draw,
}
