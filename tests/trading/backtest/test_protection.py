"""Stops, targets, trailing stops and liquidations on candles: sums to follow by hand."""

from typing import Any

import pytest

from tests.trading.backtest.scripted import closings, flat, held_to, play
from trading.backtest.codes import ENTER_LONG, ENTER_SHORT, LEAVE_LONG
from trading.backtest.terms import Direction, Fill, Sizing

FIRST = (100.0, 100.0, 100.0, 100.0)
"""The bar that the signal comes from; a position is opened at 100 by the bar after it."""


@pytest.mark.parametrize(
    ("bar", "bar_of_exit", "exit_"),
    [
        # The stop stands at 90 and is traded through.
        ((100, 105, 80, 85), 1, 90),
        ((100, 105, 90, 100), 1, 90),
        # It is not reached in the bar of the entry; the next one opens below it and fills there.
        ((100, 105, 90.01, 100), 2, 70),
    ],
)
def test_a_stop_fills_at_the_worse_of_stop_and_open(
    bar: tuple[float, float, float, float], bar_of_exit: int, exit_: float
) -> None:
    outcome = play([FIRST, bar, (70, 120, 60, 100)], [ENTER_LONG, 0, 0], stop_loss=0.1)
    held_to(outcome, (1, bar_of_exit, 10, 100, exit_, 0, 10 * (exit_ - 100), "stop"))


def test_a_stop_slips_and_pays_the_fee_of_a_taker() -> None:
    outcome = play(
        [FIRST, (100, 100, 80, 100)],
        [ENTER_LONG, 0],
        stop_loss=0.1,
        slippage=0.01,
        fee=0.02,
        maker_fee=0.5,
        sizing=Sizing.FIXED,
        size=101,
    )
    # One coin at 101; the stop at 90.9 slips to 89.991.
    held_to(outcome, (1, 1, 1, 101, 89.991, 2.02 + 1.79982, 89.991 - 101 - 2.02 - 1.79982, "stop"))


@pytest.mark.parametrize(
    ("bar", "bar_of_exit", "exit_"),
    [
        ((100, 130, 95, 125), 1, 120),
        ((100, 120, 95, 100), 1, 120),
        # An open beyond the target is a better price than it.
        ((100, 119.99, 95, 100), 2, 150),
    ],
)
def test_a_target_fills_at_the_better_of_limit_and_open(
    bar: tuple[float, float, float, float], bar_of_exit: int, exit_: float
) -> None:
    outcome = play([FIRST, bar, (150, 160, 140, 150)], [ENTER_LONG, 0, 0], take_profit=0.2)
    held_to(outcome, (1, bar_of_exit, 10, 100, exit_, 0, 10 * (exit_ - 100), "target"))


def test_a_target_does_not_slip_and_pays_the_fee_of_a_maker() -> None:
    outcome = play(
        [FIRST, (100, 200, 100, 100)],
        [ENTER_LONG, 0],
        take_profit=0.5,
        slippage=0.01,
        fee=0.02,
        maker_fee=0.04,
        sizing=Sizing.FIXED,
        size=101,
    )
    # One coin at 101, sold at exactly half as much again.
    held_to(outcome, (1, 1, 1, 101, 151.5, 2.02 + 6.06, 50.5 - 2.02 - 6.06, "target"))


def test_a_bar_that_touches_stop_and_target_takes_the_stop() -> None:
    outcome = play([FIRST, (100, 150, 50, 100)], [ENTER_LONG, 0], stop_loss=0.1, take_profit=0.1)
    held_to(outcome, (1, 1, 10, 100, 90, 0, -100, "stop"))


def test_the_signal_to_leave_fills_at_the_open_before_the_bar_can_stop() -> None:
    rows = [FIRST, FIRST, (95, 95, 50, 60)]
    outcome = play(rows, [ENTER_LONG, LEAVE_LONG, 0], stop_loss=0.1)
    held_to(outcome, (1, 2, 10, 100, 95, 0, -50, "signal"))


def test_a_stop_within_the_bar_comes_before_the_signal_of_its_close() -> None:
    rows = [FIRST, (100, 100, 85, 95)]
    outcome = play(rows, [ENTER_LONG, LEAVE_LONG], stop_loss=0.1, fill=Fill.CLOSE)
    held_to(outcome, (0, 1, 10, 100, 90, 0, -100, "stop"))


def test_a_position_opened_at_a_close_cannot_be_stopped_by_the_bar_before_it() -> None:
    rows = [(100, 200, 10, 100), (100, 100, 95, 100)]
    outcome = play(rows, [ENTER_LONG, 0], stop_loss=0.1, take_profit=0.1, fill=Fill.CLOSE)
    assert closings(outcome) == []


@pytest.mark.parametrize(
    ("rows", "bar_of_exit", "exit_"),
    [
        # Where the open has left it: 90, and the low reaches that.
        ([(100, 150, 90, 100)], 1, 90),
        # Not reached there; the bar's own high moves it to 99 (110 * 0.9), and the low reaches that.
        ([(100, 110, 99, 105)], 1, 99),
        # The high moves it above the open: it cannot have been reached before the high was.
        ([(100, 150, 95, 100)], 1, 135),
        # Moved to 99 without being reached; the next bar opens at 120, moves it to 108 and falls there.
        ([(100, 110, 99.5, 105), (120, 121, 108, 110)], 2, 108),
        # The next bar opens below it: it fills there.
        ([(100, 110, 99.5, 105), (80, 121, 70, 110)], 2, 80),
        # It never goes back: 99 still stands where a bar has been at 100 only.
        ([(100, 110, 99.5, 105), (100, 100, 99.5, 100), (100, 101, 98, 100)], 3, 99),
    ],
)
def test_a_trailing_stop_follows_the_best_price_and_never_goes_back(
    rows: list[tuple[float, float, float, float]], bar_of_exit: int, exit_: float
) -> None:
    outcome = play([FIRST, *rows], [ENTER_LONG] + [0] * len(rows), trailing_stop=0.1)
    held_to(outcome, (1, bar_of_exit, 10, 100, exit_, 0, 10 * (exit_ - 100), "trail"))


def test_a_trailing_stop_follows_the_market_from_the_entry_on_not_what_was_paid() -> None:
    rows = [FIRST, (100, 100, 90, 95)]
    outcome = play(rows, [ENTER_LONG, 0], trailing_stop=0.1, slippage=0.1, sizing=Sizing.FIXED, size=110)
    # One coin bought at 110 when the market was at 100; the stop at 90 slips to 81.
    held_to(outcome, (1, 1, 1, 110, 81, 0, -29, "trail"))


def test_the_tighter_of_two_stops_is_the_one_that_fills() -> None:
    rows = [FIRST, FIRST, (105, 112, 101, 110), (110, 110, 50, 60)]
    outcome = play(rows, [ENTER_LONG, 0, 0, 0], stop_loss=0.05, trailing_stop=0.1)
    # 112 * 0.9 is above 95 by now.
    held_to(outcome, (1, 3, 10, 100, 100.8, 0, 8, "trail"))
    outcome = play([FIRST, (100, 105, 50, 60)], [ENTER_LONG, 0], stop_loss=0.05, trailing_stop=0.1)
    held_to(outcome, (1, 1, 10, 100, 95, 0, -50, "stop"))


def test_the_stops_of_a_short_are_above_it_and_its_target_below() -> None:
    short: Any = {"direction": Direction.SHORT}
    stopped = play([FIRST, (100, 120, 50, 100)], [ENTER_SHORT, 0], stop_loss=0.1, take_profit=0.1, **short)
    held_to(stopped, (1, 1, -10, 100, 110, 0, -100, "stop"))
    gapped = play([FIRST, FIRST, (130, 140, 120, 130)], [ENTER_SHORT, 0, 0], stop_loss=0.1, **short)
    held_to(gapped, (1, 2, -10, 100, 130, 0, -300, "stop"))
    target = play([FIRST, (100, 105, 85, 100)], [ENTER_SHORT, 0], take_profit=0.1, **short)
    held_to(target, (1, 1, -10, 100, 90, 0, 100, "target"))
    # The bar's low moves the stop from 110 to 77 (70 * 1.1), which the way up then reaches.
    trailed = play([FIRST, (100, 105, 70, 100)], [ENTER_SHORT, 0], trailing_stop=0.1, **short)
    held_to(trailed, (1, 1, -10, 100, 77, 0, 230, "trail"))


def test_a_short_is_liquidated_where_its_margin_is_used_up() -> None:
    rows = [FIRST, (100, 150, 100, 150), (180, 250, 180, 200)]
    outcome = play(
        rows, [ENTER_SHORT, 0, 0], direction=Direction.SHORT, fee=0.01, sizing=Sizing.FIXED, size=500
    )
    # 5 coins with a margin of 500: (500 + 500) / (5 * 1.005).
    price = 1000 / 5.025
    fees = 5 + 5 * price * 0.01
    # Without the fee the margin would just last; with it no more than the margin is lost.
    lost = min(5 * (price - 100) + 5 * price * 0.01, 500) + 5
    held_to(outcome, (1, 2, -5, 100, price, fees, -lost, "liquidation"))
    assert outcome.figures.final == pytest.approx(1000 - lost, rel=1e-9)


def test_nobody_loses_more_with_a_short_than_its_margin() -> None:
    rows = [FIRST, FIRST, (900, 1000, 800, 900), (10, 10, 10, 10)]
    outcome = play(
        rows, [ENTER_SHORT, 0, 0, 0], direction=Direction.SHORT, fee=0.01, sizing=Sizing.FIXED, size=500
    )
    # Bought back at 900: a loss of 4000 and a fee of 45, of which the margin of 500 covers 500.
    held_to(outcome, (1, 2, -5, 100, 900, 5 + 45, -500 - 5, "liquidation"))
    assert outcome.equity == pytest.approx([1000, 995, 495, 495], rel=1e-9)


def test_a_stop_before_the_liquidation_comes_first() -> None:
    rows = [FIRST, FIRST, (100, 400, 100, 300)]
    outcome = play(rows, [ENTER_SHORT, 0, 0], direction=Direction.SHORT, stop_loss=0.5)
    held_to(outcome, (1, 2, -10, 100, 150, 0, -500, "stop"))
    outcome = play(rows, [ENTER_SHORT, 0, 0], direction=Direction.SHORT, stop_loss=0.9999)
    price = 200 / 1.005
    held_to(outcome, (1, 2, -10, 100, price, 0, 10 * (100 - price), "liquidation"))


def test_an_account_that_has_lost_everything_stops() -> None:
    rows = [FIRST, FIRST, (900, 900, 900, 900), *flat(100, 100, 50, 50)]
    codes = [ENTER_SHORT, 0, 0, ENTER_SHORT, 0, 0, 0]
    outcome = play(rows, codes, direction=Direction.SHORT, fee=0.01)
    assert closings(outcome) == [(1, 2, "liquidation")]
    assert outcome.equity[2:] == pytest.approx([0, 0, 0, 0, 0], abs=1e-9)
    assert outcome.figures.max_drawdown == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize(
    ("codes", "again"),
    [
        # A signal that has stood since before the stop is not fresh, however long it stands.
        ([1, 1, 1, 1, 1], None),
        # It is, after a bar without it.
        ([1, 1, 0, 1, 1], 4),
        ([1, 1, 2, 2, 1], 5),
        # The close of the bar that stopped is fresh: it fills at the next open.
        ([1, 0, 1, 1, 1], 3),
    ],
)
def test_after_a_stop_only_a_fresh_signal_enters(codes: list[int], again: int | None) -> None:
    rows = [FIRST, FIRST, (100, 100, 80, 100), FIRST, FIRST, FIRST, FIRST]
    outcome = play(rows, [*codes, LEAVE_LONG, 0], stop_loss=0.1)
    second = [] if again is None else [(again, 6, "signal")]
    assert closings(outcome) == [(1, 2, "stop"), *second]


@pytest.mark.parametrize(
    ("codes", "again"),
    [
        # Fresh at the close of the bar that stopped, and lost with it.
        ([1, 0, 1, 1, 1], None),
        ([1, 0, 1, 0, 1], 4),
        ([1, 1, 0, 1, 1], 3),
        ([1, 1, 1, 0, 1], 4),
    ],
)
def test_nothing_enters_at_the_close_of_the_bar_that_stopped(codes: list[int], again: int | None) -> None:
    rows = [FIRST, FIRST, (100, 100, 80, 100), FIRST, FIRST, FIRST]
    outcome = play(rows, [*codes, LEAVE_LONG], stop_loss=0.1, fill=Fill.CLOSE)
    second = [] if again is None else [(again, 5, "signal")]
    assert closings(outcome) == [(0, 2, "stop"), *second]


def test_a_target_blocks_what_is_not_fresh_as_a_stop_does() -> None:
    rows = [FIRST, FIRST, (100, 120, 100, 100), FIRST, FIRST]
    outcome = play(rows, [1, 1, 1, 1, 1], take_profit=0.1)
    assert closings(outcome) == [(1, 2, "target")]
    assert outcome.figures.open_amount == 0


def test_portions_are_stopped_from_their_average_and_altogether() -> None:
    rows = [FIRST, FIRST, (50, 50, 50, 50), (60, 60, 40, 50)]
    outcome = play(rows, [1, 1, 0, 0], [0.5, 0.25, float("nan"), float("nan")], stop_loss=0.3)
    # 5 at 100 and 5 at 50 have cost 75 on average; the stop of 52.5 is below the open of 60.
    # Before that, 50 was above 70 never: the purchase at 50 comes first, at the open.
    held_to(outcome, (1, 2, 10, 75, 50, 0, -250, "stop"))
