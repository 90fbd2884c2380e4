"""What a signal fills at, what it costs and how much it takes: sums to follow by hand."""

from typing import Any

import numpy as np
import pytest

from tests.trading.backtest.scripted import closings, flat, held_open, held_to, history, play, saying
from trading.backtest.codes import ENTER_LONG, ENTER_SHORT, LEAVE_LONG, LEAVE_SHORT
from trading.backtest.run import run
from trading.backtest.terms import Direction, Fill, Sizing, Terms
from trading.errors import InvalidBacktest

NAN = float("nan")
UP, DOWN = ENTER_LONG | LEAVE_SHORT, LEAVE_LONG | ENTER_SHORT
CLIMB = [(100, 101, 99, 100), (102, 111, 101, 110), (120, 126, 119, 125), (124, 131, 120, 130)]


def exact(*values: float) -> object:
    return pytest.approx(values, rel=1e-9, abs=1e-9)


def test_a_signal_fills_at_the_open_of_the_next_bar() -> None:
    outcome = play(CLIMB, [ENTER_LONG, 0, LEAVE_LONG, 0])
    # 1000 / 102 bought at the open of bar 1, sold at the open of bar 3.
    amount = 1000 / 102
    held_to(outcome, (1, 3, amount, 102, 124, 0, amount * (124 - 102), "signal"))
    assert outcome.equity == exact(1000, amount * 110, amount * 125, amount * 124)
    assert outcome.figures.final == pytest.approx(1000 * 124 / 102, rel=1e-9)


def test_a_signal_fills_at_its_own_close_where_that_is_asked_for() -> None:
    outcome = play(CLIMB, [ENTER_LONG, 0, LEAVE_LONG, 0], fill=Fill.CLOSE)
    held_to(outcome, (0, 2, 10, 100, 125, 0, 250, "signal"))
    assert outcome.equity == exact(1000, 1100, 1250, 1250)


def test_the_signal_of_the_last_bar_fills_nothing_at_an_open_that_never_comes() -> None:
    outcome = play(CLIMB, [0, 0, 0, ENTER_LONG])
    assert (closings(outcome), outcome.figures.final, outcome.figures.open_amount) == ([], 1000, 0)


def test_both_sides_pay_slippage_and_the_fee_of_a_taker() -> None:
    outcome = play(flat(100, 100, 200, 200), [ENTER_LONG, 0, LEAVE_LONG, 0], fee=0.01, slippage=0.02)
    # Bought at 100 * 1.02 for all there is, the fee included: 1000 / (102 * 1.01).
    amount = 1000 / (102 * 1.01)
    paid, got = amount * 102 * 0.01, amount * 196 * 0.01  # Sold at 200 * 0.98.
    held_to(outcome, (1, 3, amount, 102, 196, paid + got, amount * 94 - paid - got, "signal"))
    assert outcome.equity == exact(1000, amount * 100, amount * 200, amount * 196 * 0.99)
    assert outcome.figures.fees == pytest.approx(paid + got, rel=1e-9)


def test_all_in_leaves_nothing_and_owes_nothing() -> None:
    outcome = play(flat(100, 100, 50), [ENTER_LONG, 0, 0], fee=0.25)
    # 1000 / 125 = 8 at 100, with a fee of 200.
    assert outcome.figures.open_amount == pytest.approx(8, rel=1e-12)
    assert outcome.equity == exact(1000, 800, 400)


@pytest.mark.parametrize(
    ("sizing", "size", "amounts"),
    [
        # 500 quote at 100, then 500 at 200.
        (Sizing.FIXED, 500, (5, 2.5)),
        # No more than there is to pay for: 1000 / (100 * 1.25), then 1100 / (200 * 1.25).
        (Sizing.FIXED, 5000, (8, None)),
        # Half of 1000 with the fee: 500 / 125. It gains 4 * 100 - 100 - 200: half of 1100 is 550 / 250.
        (Sizing.PERCENT, 0.5, (4, 2.2)),
        # 2 % of 1000 are lost from 100 to the stop at 80: 20 / 20. It gains 100 - 25 - 50: 20.5 / 40.
        (Sizing.RISK, 0.02, (1, 0.5125)),
    ],
)
def test_an_entry_takes_what_its_sizing_says(
    sizing: Sizing, size: float, amounts: tuple[float, float | None]
) -> None:
    codes = [ENTER_LONG, LEAVE_LONG, ENTER_LONG, LEAVE_LONG, 0]
    outcome = play(flat(100, 100, 200, 200, 200), codes, fee=0.25, sizing=sizing, size=size, stop_loss=0.2)
    first, second = outcome.trades
    assert first.amount == pytest.approx(amounts[0], rel=1e-9)
    if amounts[1] is None:
        # 1000 + 8 * 100 - 200 - 400.
        amounts = (8, 1200 / 250)
    assert second.amount == pytest.approx(amounts[1], rel=1e-9)


def test_the_nearer_of_two_stops_is_what_is_at_risk() -> None:
    terms: Any = {"sizing": Sizing.RISK, "size": 0.01, "stop_loss": 0.2, "trailing_stop": 0.05}
    # 1 % of 1000 are lost from 100 to 95.
    assert play(flat(100, 100), [ENTER_LONG, 0], **terms).figures.open_amount == pytest.approx(2, rel=1e-9)


def test_a_short_is_sold_first_and_bought_back() -> None:
    codes = [ENTER_SHORT, 0, LEAVE_SHORT, 0]
    outcome = play(flat(100, 100, 80, 80), codes, fee=0.01, slippage=0.1, direction=Direction.SHORT)
    # Sold at 100 * 0.9: margin and fee take all there is, 1000 / (90 * 1.01). Bought at 80 * 1.1.
    amount = 1000 / (90 * 1.01)
    fees = amount * 90 * 0.01 + amount * 88 * 0.01
    held_to(outcome, (1, 3, -amount, 90, 88, fees, amount * 2 - fees, "signal"))
    sold = 1000 + amount * 90 * 0.99
    assert outcome.equity == exact(1000, sold - amount * 100, sold - amount * 80, 1000 + amount * 2 - fees)


def test_a_cross_turns_a_long_into_a_short_at_one_open() -> None:
    outcome = play(flat(100, 100, 200, 100), [UP, DOWN, 0, 0], direction=Direction.BOTH)
    # 10 bought at 100 are 2000 at 200, which sells 10 short; at 100 they have gained another 1000.
    held_to(outcome, (1, 2, 10, 100, 200, 0, 1000, "signal"))
    assert outcome.figures.open_amount == pytest.approx(-10, rel=1e-12)
    assert outcome.equity == exact(1000, 1000, 2000, 3000)


def test_without_shorts_a_cross_down_only_leaves() -> None:
    outcome = play(flat(100, 100, 200, 100), [UP, DOWN, 0, 0])
    held_to(outcome, (1, 2, 10, 100, 200, 0, 1000, "signal"))
    assert outcome.equity == exact(1000, 1000, 2000, 2000)


def test_without_longs_a_cross_up_only_leaves() -> None:
    outcome = play(flat(100, 100, 50, 50), [DOWN, UP, UP, 0], direction=Direction.SHORT)
    held_to(outcome, (1, 2, -10, 100, 50, 0, 500, "signal"))
    assert outcome.figures.open_amount == 0


def test_an_entry_while_in_position_changes_nothing() -> None:
    outcome = play(flat(100, 100, 50, 80), [ENTER_LONG] * 4)
    assert outcome.figures.open_amount == pytest.approx(10, rel=1e-12)
    assert outcome.equity == exact(1000, 1000, 500, 800)


def test_portions_add_to_a_position_and_leave_it_in_parts() -> None:
    codes = [ENTER_LONG, ENTER_LONG, LEAVE_LONG, LEAVE_LONG, 0]
    outcome = play(flat(100, 100, 50, 100, 100), codes, [0.2, 0.3, 0.25, NAN, NAN], fee=0.01)
    # 200 / 100 = 2 for 200, then 300 / 50 = 6 for 300: 8 for 500, an average of 62.5, with fees of 5.
    # A quarter goes at 100: 2 cost 125 and 1.25 in fees. The rest: 6 cost 375 and 3.75.
    first = (1, 3, 2, 62.5, 100, 1.25 + 2, 200 - 125 - 3.25, "signal")
    held_to(outcome, first, (1, 4, 6, 62.5, 100, 3.75 + 6, 600 - 375 - 9.75, "signal"))
    # 798 in cash and 2 coins; 495 and 8; 495 + 198 and 6; 693 + 594.
    assert outcome.equity == exact(1000, 998, 895, 1293, 1287)


def test_a_portion_takes_no_more_than_there_is() -> None:
    outcome = play(flat(100, 100, 100), [ENTER_LONG, ENTER_LONG, 0], [0.75, 0.75, NAN], fee=0.25)
    # 7.5 for 750 and 187.50; the 62.50 that are left buy 0.5.
    assert outcome.figures.open_amount == pytest.approx(8, rel=1e-12)
    assert outcome.figures.fees == pytest.approx(200, rel=1e-12)


def test_portions_add_to_a_short_as_far_as_its_margin_reaches() -> None:
    outcome = play(
        flat(100, 100, 100), [ENTER_SHORT, ENTER_SHORT, 0], [0.75, 0.75, NAN], direction=Direction.SHORT
    )
    assert outcome.figures.open_amount == pytest.approx(-10, rel=1e-12)


def test_an_open_position_is_marked_at_the_last_close_and_is_no_trade() -> None:
    outcome = play(CLIMB, [ENTER_LONG, 0, 0, 0], fee=0.01, slippage=0.01)
    assert outcome.trades == []
    amount = 1000 / (103.02 * 1.01)
    assert outcome.figures.final == pytest.approx(amount * 130, rel=1e-9)
    assert (outcome.figures.trades, outcome.figures.win_rate) == (0, 0.0)
    assert outcome.figures.exposure == 0.75
    assert outcome.figures.fees == pytest.approx(amount * 103.02 * 0.01, rel=1e-9)
    # Bought at 102 * 1.01 at the open of bar 1: what it is worth at 130 without what it cost, 1000 in all.
    fee = amount * 103.02 * 0.01
    held_open(outcome, 1, amount, 103.02, 130, fee, amount * 130 - 1000)


def test_an_open_short_is_marked_too() -> None:
    outcome = play(flat(100, 100, 80), [ENTER_SHORT, 0, 0], fee=0.25, direction=Direction.SHORT)
    # 8 sold at 100 with a fee of 200; they would be bought back for 640.
    held_open(outcome, 1, -8, 100, 80, 200, -40)
    assert outcome.figures.final == pytest.approx(1000 - 40, rel=1e-9)


def test_what_is_left_of_a_position_after_a_part_of_it_was_sold_stays_open() -> None:
    codes = [ENTER_LONG, ENTER_LONG, LEAVE_LONG, 0]
    outcome = play(flat(100, 100, 50, 100), codes, [0.2, 0.3, 0.25, NAN], fee=0.01)
    # 2 for 200 and 6 for 300, with fees of 5; a quarter went at 100. 6 are left at 62.5, with 3.75 in fees.
    held_to(outcome, (1, 3, 2, 62.5, 100, 1.25 + 2, 200 - 125 - 3.25, "signal"))
    held_open(outcome, 1, 6, 62.5, 100, 3.75, 600 - 375 - 3.75)


def test_nothing_is_open_where_the_last_trade_has_closed_what_there_was() -> None:
    assert play(CLIMB, [ENTER_LONG, 0, LEAVE_LONG, 0]).position is None


@pytest.mark.parametrize(("fill", "bar"), [(Fill.NEXT_OPEN, 3), (Fill.CLOSE, 2)])
def test_nothing_trades_before_the_bars_that_are_measured(fill: Fill, bar: int) -> None:
    outcome = play(flat(100, 50, 40, 20, 80), [ENTER_LONG, 0, ENTER_LONG, LEAVE_LONG, 0], lead=2, fill=fill)
    # A signal in the lead fills nothing, also not at the first open that is measured.
    price = {3: 20, 2: 40}[bar]
    sold = {3: (4, 80), 2: (3, 20)}[bar]
    amount = 1000 / price
    held_to(outcome, (bar, sold[0], amount, price, sold[1], 0, amount * (sold[1] - price), "signal"))
    assert len(outcome.equity) == 3
    assert outcome.buy_and_hold == 1.0


def test_a_signal_of_the_last_bar_of_the_lead_fills_nothing() -> None:
    outcome = play(flat(100, 100, 200, 200), [0, ENTER_LONG, 0, 0], lead=2)
    assert (outcome.figures.open_amount, outcome.figures.final) == (0, 1000)


def test_figures_follow_from_the_curve_and_the_trades() -> None:
    codes = [ENTER_LONG, LEAVE_LONG, ENTER_LONG, LEAVE_LONG, 0]
    figures = play(flat(100, 100, 110, 110, 99), codes).figures
    # 10 won 100; the 10 bought with 1100 at 110 lost 110. Returns: 0, 0, 10 %, 0, -10 %.
    assert (figures.trades, figures.wins, figures.win_rate) == (2, 1, 0.5)
    assert (figures.profit_factor, figures.expectancy) == exact(100 / 110, -5)
    assert (figures.final, figures.pnl, figures.total_return) == exact(990, -10, -0.01)
    assert (figures.max_drawdown, figures.exposure) == exact(0.1, 0.4)
    returns = [0, 0, 0.1, 0, -0.1]
    year = np.sqrt(365 * 24)
    assert figures.sharpe == pytest.approx(np.mean(returns) / np.std(returns, ddof=1) * year, abs=1e-9)
    assert figures.sortino == pytest.approx(np.mean(returns) / np.sqrt(0.01 / 5) * year, abs=1e-9)


def test_the_peak_of_the_drawdown_starts_at_the_initial_cash() -> None:
    figures = play(flat(100, 100, 80, 90), [ENTER_LONG, 0, 0, 0], fee=0.25).figures
    # 8 coins: 800, 640, 720 after 1000.
    assert figures.max_drawdown == pytest.approx(0.36, rel=1e-12)


def test_an_account_that_never_trades_has_no_deviation_and_no_profit_factor() -> None:
    figures = play(CLIMB, [0, 0, 0, 0]).figures
    assert (figures.sharpe, figures.sortino, figures.profit_factor, figures.calmar) == (0, 0, None, None)
    assert (figures.final, figures.max_drawdown, figures.exposure) == (1000, 0, 0)


@pytest.mark.parametrize("portion", [0.0, -0.5])
def test_a_strategy_that_gives_no_real_portion_is_refused(portion: float) -> None:
    with pytest.raises(InvalidBacktest):
        play(flat(100, 100), [ENTER_LONG, 0], [portion, NAN])


def test_a_strategy_gives_a_signal_for_each_candle() -> None:
    with pytest.raises(InvalidBacktest):
        run(history(flat(100, 100, 100)), saying([ENTER_LONG, 0]), {}, Terms())


def test_a_year_of_what_a_few_bars_gained_is_told_only_where_a_number_holds_it() -> None:
    # Four of the 8,760 hours of a year: half as much again, a hundredth, a half lost.
    figures = play(flat(100, 100, 150, 150), [ENTER_LONG, 0, 0, 0]).figures
    assert (figures.annual_return, figures.calmar) == (None, None)
    figures = play(flat(100, 100, 101, 101), [ENTER_LONG, 0, 0, 0]).figures
    assert figures.annual_return == pytest.approx(1.01**2190 - 1, rel=1e-9)
    figures = play(flat(100, 100, 50, 50), [ENTER_LONG, 0, 0, 0]).figures
    assert (figures.annual_return, figures.calmar) == exact(0.5**2190 - 1, -2)
