"""Several pairs side by side: each with its equal part of the cash, one equity curve for all."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from trading.backtest.codes import Floats
from trading.backtest.figures import measure, of_curve, with_trades
from trading.backtest.history import History, Times
from trading.backtest.outcome import Figures, Outcome, Ran
from trading.backtest.run import hold, run
from trading.backtest.strategy import Strategy, Values
from trading.backtest.terms import Terms


def run_side_by_side(
    histories: Sequence[History], strategy: Strategy, values: Values, terms: Terms, *, whole: bool = True
) -> Ran:
    """Run one strategy over each history; raise InvalidBacktest."""
    own = replace(terms, initial=terms.initial / len(histories))
    found = [run(each, strategy, values, own, whole=whole or len(histories) > 1) for each in histories]
    pairs = {str(history.symbol): each.figures for history, each in zip(histories, found, strict=True)}
    trades = sorted(
        ((str(h.symbol), trade) for h, each in zip(histories, found, strict=True) for trade in each.trades),
        key=lambda each: (each[1].closed_at, each[1].opened_at),
    )
    positions = {pair: each.position for pair, each in zip(pairs, found, strict=True) if each.position}
    held = float(np.mean([each.buy_and_hold for each in found]))
    if len(histories) == 1:
        times = histories[0].times[histories[0].lead :]
        worth = hold(histories[0], own.initial)
        figures, equity = found[0].figures, found[0].equity
        return Ran(strategy.name, values, figures, held, times, equity, worth, trades, pairs, positions)
    times = np.unique(np.concatenate([each.times[each.lead :] for each in histories]))
    equity = _together(histories, times, [each.equity for each in found], own.initial)
    worth = _together(histories, times, [hold(each, own.initial) for each in histories], own.initial)
    figures = _combined(found, equity, terms.initial, histories)
    return Ran(strategy.name, values, figures, held, times, equity, worth, trades, pairs, positions)


def _together(histories: Sequence[History], times: Times, curves: Sequence[Floats], initial: float) -> Floats:
    """Return the sum of the histories' curves at times; each stays where it was between its own."""
    total = np.zeros(len(times))
    for each, curve in zip(histories, curves, strict=True):
        place = np.searchsorted(each.times[each.lead :], times, side="right")
        total += np.concatenate(([initial], curve))[place]
    return total


def _combined(
    found: Sequence[Outcome], equity: Floats, initial: float, histories: Sequence[History]
) -> Figures:
    whole = measure(of_curve(equity, initial), initial, len(equity), histories[0].timeframe)
    return with_trades(
        whole,
        [trade.pnl for each in found for trade in each.trades],
        fees=sum(each.figures.fees for each in found),
        exposure=float(np.mean([each.figures.exposure for each in found])),
    )
