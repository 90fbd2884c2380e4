"""Walking forward: each window with what was best before it, and one account through all of them."""

import numpy as np
import pytest

from tests.trading.backtest.scripted import HOUR, flat, history
from trading.backtest.codes import ENTER_LONG, LEAVE_LONG
from trading.backtest.history import as_moment
from trading.backtest.outcome import Walked
from trading.backtest.ranking import metric
from trading.backtest.strategy import Lines, Parameter, Signals, Strategy, Values
from trading.backtest.terms import Terms
from trading.backtest.walk import walk_forward

TERMS = Terms(initial=1_000, fee=0.01, slippage=0)


def cheap(lines: Lines, values: Values) -> Signals:
    """Buy after a close below a price, sell after one of 100 or more."""
    below, above = lines.close < values["price"], lines.close >= 100
    return Signals((below * ENTER_LONG + above * LEAVE_LONG).astype(np.int8))


CHEAP = Strategy("cheap", "Buy low.", (Parameter("price", 92, 1, 99, "below it"),), cheap, lambda values: 0)


def walked(*prices: float, windows: int) -> Walked:
    """Walk through candles that stand still, with a price that is met and one that never is."""
    grid = {"price": [92, 1]}
    past, by = history(flat(*prices)), metric("totalReturn")
    return walk_forward(past, CHEAP, {}, grid, TERMS, by, windows, lambda done, total: None)


def test_the_trades_of_all_windows_are_those_of_one_account() -> None:
    found = walked(*(90, 90, 110, 110), *(90, 90, 110, 110), *(90, 95, 110, 76), windows=2)
    # Bought at 90 and sold at 110, then bought at 95 and sold at 76 with what there was by then.
    first = 1000 / (90 * 1.01)
    paid = first * (90 + 110) * 0.01
    won = first * 20 - paid
    second = (1000 + won) / (95 * 1.01)
    lost = second * 19 + second * (95 + 76) * 0.01
    figures = found.figures
    assert (figures.trades, figures.wins, figures.win_rate, figures.exposure) == (2, 1, 0.5, 0.5)
    assert (figures.profit_factor, figures.expectancy, figures.fees, figures.final) == pytest.approx(
        (won / lost, (won - lost) / 2, paid + second * (95 + 76) * 0.01, 1000 + won - lost), rel=1e-9
    )
    assert [(each.figures.trades, each.figures.wins) for each in found.windows] == [(1, 1), (1, 0)]
    assert found.windows[1].begins == as_moment(8 * HOUR)


def test_what_a_window_holds_at_its_end_is_no_trade_and_the_next_starts_flat() -> None:
    found = walked(*(90, 90, 110, 110), *(90, 90, 90, 99), *(95, 95, 95, 95), windows=2)
    held = 1000 / (90 * 1.01) * 99
    figures = found.figures
    assert (figures.trades, figures.win_rate, figures.profit_factor) == (0, 0.0, None)
    assert figures.final == pytest.approx(held, rel=1e-9)
    assert figures.exposure == 3 / 8
