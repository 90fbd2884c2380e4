"""Walk-forward: optimise on a window, trade the next one with what was best, and go on."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from trading.backtest.figures import measure, of_curve, with_trades
from trading.backtest.grid import axes, combinations, run_grid
from trading.backtest.history import History
from trading.backtest.outcome import Walked, Window
from trading.backtest.ranking import Metric, ranked
from trading.backtest.run import run, warm_up
from trading.backtest.strategy import Strategy, Values
from trading.backtest.tasks import Tell
from trading.backtest.terms import Terms
from trading.errors import InvalidBacktest

MOST_WINDOWS = 50


def walk_forward(
    history: History,
    strategy: Strategy,
    fixed: Values,
    grid: Mapping[str, Sequence[Any]],
    terms: Terms,
    by: Metric,
    windows: int,
    tell: Tell,
    threads: int = 1,
) -> Walked:
    """Cut the range into `windows` + 1 parts; each after the first is traded with what was best before.

    Raises InvalidBacktest.
    """
    rows = combinations(strategy, fixed, axes(strategy, grid))
    warm = warm_up(strategy, rows)
    edges = [history.lead + history.measured * part // (windows + 1) for part in range(windows + 2)]
    if not 1 <= windows <= MOST_WINDOWS or min(np.diff(edges)) < warm + 2:
        raise InvalidBacktest(f"{windows} windows of at least {warm + 2} candles do not fit into this range")
    steps, curves, cash = [], [], terms.initial
    pnls, fees, held = list[float](), 0.0, 0.0
    for number, (start, cut, stop) in enumerate(zip(edges, edges[1:], edges[2:], strict=False)):
        before, after = history.part(start, cut, warm), history.part(cut, stop, warm)

        def told(done: int, total: int, number: int = number) -> None:
            tell(number * total + done, windows * total)

        figures = run_grid(before, strategy, rows, terms, told, threads)
        scores = [by.of(measure(row, terms.initial, before.measured, before.timeframe)) for row in figures]
        best = ranked(scores, by.sign)[0]
        found = run(after, strategy, rows[best], terms)
        # Each window is run with the initial cash, and counts as much as there is by then.
        scale = cash / terms.initial
        curves.append(found.equity * scale)
        pnls += [trade.pnl * scale for trade in found.trades]
        fees += found.figures.fees * scale
        held += found.figures.exposure * after.measured
        cash = float(curves[-1][-1])
        steps.append(
            Window(after.begins, after.ends, rows[best], scores[best], by.of(found.figures), found.figures)
        )
    equity = np.concatenate(curves)
    whole = measure(of_curve(equity, terms.initial), terms.initial, len(equity), history.timeframe)
    return Walked(steps, equity, with_trades(whole, pnls, fees, held / len(equity)))
