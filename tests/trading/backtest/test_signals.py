"""What strategies say, against TA-Lib and a plain loop; and that none of them sees what is still to come."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
import talib
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.trading.backtest.scripted import bars_drawn, history, made_bars
from trading.backtest.catalog import Strategies
from trading.backtest.codes import ENTER_LONG, ENTER_SHORT, LEAVE_LONG, LEAVE_SHORT, Floats
from trading.backtest.grid import axes, run_grid
from trading.backtest.run import run, signals
from trading.backtest.strategy import Crossing, Lines, Signals, Strategy, Values
from trading.backtest.terms import Direction, Fill, Terms
from trading.errors import InvalidBacktest

CATALOG = Strategies().all
UP, DOWN = ENTER_LONG | LEAVE_SHORT, LEAVE_LONG | ENTER_SHORT

each = pytest.mark.parametrize("strategy", CATALOG, ids=lambda strategy: strategy.name)


def said(strategy: Strategy, values: Values, rows: Floats) -> Signals:
    return signals(strategy, values, Lines(history(rows).bars))


@pytest.mark.parametrize("lengths", [(60, 59), (59, 60), (61, 61)], ids=str)
def test_lines_that_cross_are_as_long_as_the_candles(lengths: tuple[int, int]) -> None:
    past = history(made_bars(1, 60, 0.01))

    def pair(lines: Lines, values: Values) -> tuple[Floats, Floats]:
        return np.ones(lengths[0]), np.ones(lengths[1])

    strategy = Strategy("uneven", "Lines of any length.", (), Crossing(pair), lambda values: 0)
    with pytest.raises(InvalidBacktest):
        run(past, strategy, {}, Terms())
    with pytest.raises(InvalidBacktest):
        run_grid(past, strategy, [{}] * 3, Terms(), lambda done, total: None)


def test_a_grid_names_a_value_for_what_has_no_default() -> None:
    strategy = Strategies().find("test_strategy")
    with pytest.raises(InvalidBacktest):
        axes(strategy, {"slow": [None, 30]})
    assert axes(strategy, {"period": [None, 30]})[0].values == (20, 30)


# Against TA-Lib


def walk(fast: Floats, slow: Floats) -> list[int]:
    """Return the signals of a line crossing another, bar by bar."""
    codes = [0]
    for i in range(1, len(fast)):
        before, now = fast[i - 1] - slow[i - 1], fast[i] - slow[i]
        last, band = 1e-12 * abs(slow[i - 1]), 1e-12 * abs(slow[i])
        if now > band and before <= last:
            codes.append(UP)
        elif now < -band and before >= -last:
            codes.append(DOWN)
        else:
            codes.append(0)
    return codes


def simple(close: Floats) -> list[int]:
    return walk(talib.SMA(close, 5), talib.SMA(close, 20))


def exponential(close: Floats) -> list[int]:
    return walk(talib.EMA(close, 5), talib.EMA(close, 20))


def macd(close: Floats) -> list[int]:
    line, signal, _ = talib.MACD(close, 5, 12, 4)
    return walk(line, signal)


def rsi(close: Floats) -> list[int]:
    strength = talib.RSI(close, 5)
    low, high = walk(strength, np.full(len(close), 35.0)), walk(strength, np.full(len(close), 65.0))
    return [(a if a == UP else 0) | (b if b == DOWN else 0) for a, b in zip(low, high, strict=True)]


def back_into_bands(close: Floats) -> list[int]:
    upper, middle, lower = (walk(close, line) for line in talib.BBANDS(close, 10, 1.5, 1.5))
    return [
        (ENTER_LONG if lower[i] == UP else 0)
        | (ENTER_SHORT if upper[i] == DOWN else 0)
        | (LEAVE_LONG if middle[i] == UP else 0)
        | (LEAVE_SHORT if middle[i] == DOWN else 0)
        for i in range(len(close))
    ]


def out_of_bands(close: Floats) -> list[int]:
    upper, middle, lower = (walk(close, line) for line in talib.BBANDS(close, 10, 1.5, 1.5))
    return [
        (ENTER_LONG if upper[i] == UP else 0)
        | (ENTER_SHORT if lower[i] == DOWN else 0)
        | (LEAVE_LONG if middle[i] == DOWN else 0)
        | (LEAVE_SHORT if middle[i] == UP else 0)
        for i in range(len(close))
    ]


def beyond_average(close: Floats) -> list[int]:
    mean = talib.SMA(close, 20)
    return [
        UP if now > line * 1.01 else DOWN if now < line * 0.99 else 0
        for now, line in zip(close, mean, strict=True)
    ]


PLAIN: Mapping[str, tuple[Mapping[str, float], Callable[[Floats], list[int]]]] = {
    "ma_crossover": ({"fast_period": 5, "slow_period": 20}, simple),
    "ema_crossover": ({"fast_period": 5, "slow_period": 20}, exponential),
    "macd": ({"fast_period": 5, "slow_period": 12, "signal_period": 4}, macd),
    "rsi_reversion": ({"period": 5, "oversold": 35, "overbought": 65}, rsi),
    "bollinger_reversion": ({"period": 10, "width": 1.5}, back_into_bands),
    "bollinger_breakout": ({"period": 10, "width": 1.5}, out_of_bands),
    "test_strategy": ({"period": 20, "threshold": 0.01}, beyond_average),
}


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_strategy_says_what_its_lines_of_ta_lib_say(name: str, seed: int) -> None:
    given, plain = PLAIN[name]
    strategy = Strategies().find(name)
    rows = made_bars(seed, 2_000, 0.01, tick=0.1)
    codes = said(strategy, strategy.read(given), rows).codes
    assert np.count_nonzero(codes) > 30
    assert codes.tolist() == plain(np.ascontiguousarray(rows[:, 3]))


def test_a_breakout_is_beyond_the_extremes_of_the_bars_before() -> None:
    strategy = Strategies().find("donchian_breakout")
    rows = made_bars(4, 500, 0.01, tick=0.1)
    _, high, low, close = rows.T
    codes = said(strategy, strategy.read({"period": 20, "exit_period": 7}), rows).codes
    for i in range(len(rows)):
        enter, leave = slice(max(i - 20, 0), i), slice(max(i - 7, 0), i)
        expected = 0
        if i >= 20:
            expected |= ENTER_LONG if close[i] > high[enter].max() else 0
            expected |= ENTER_SHORT if close[i] < low[enter].min() else 0
            expected |= LEAVE_LONG if close[i] < low[leave].min() else 0
            expected |= LEAVE_SHORT if close[i] > high[leave].max() else 0
        assert codes[i] == expected


def test_lines_are_those_of_ta_lib_and_nothing_before_they_are_warm() -> None:
    rows = made_bars(5, 300, 0.01, tick=0.1)
    lines, close = Lines(history(rows).bars), np.ascontiguousarray(rows[:, 3])
    bands, theirs = lines.bollinger(20, 2.0), talib.BBANDS(close, 20, 2.0, 2.0)
    moving, macd_ = lines.macd(12, 26, 9), talib.MACD(close, 12, 26, 9)
    for ours, other, warm in (
        (lines.sma(20), talib.SMA(close, 20), 19),
        (lines.ema(20), talib.EMA(close, 20), 19),
        (lines.rsi(14), talib.RSI(close, 14), 14),
        *((ours, other, 19) for ours, other in zip(bands, theirs, strict=True)),
        *((ours, other, 33) for ours, other in zip(moving, macd_, strict=True)),
    ):
        np.testing.assert_array_equal(ours, other)
        assert np.isnan(ours[:warm]).all()
        assert np.isfinite(ours[warm:]).all()


# No look-ahead


@st.composite
def settings_of(draw: st.DrawFn, strategy: Strategy) -> dict[str, float]:
    """Draw valid values for a strategy's parameters, periods short enough for short histories."""
    given: dict[str, Any] = {}
    for parameter in strategy.parameters:
        if parameter.default is None and draw(st.booleans()):
            continue
        most = min(parameter.most, 25)
        if parameter.whole:
            given[parameter.name] = draw(st.integers(int(parameter.least), int(most)))
        else:
            given[parameter.name] = draw(st.floats(parameter.least, most, allow_subnormal=False))
    values = strategy.read(given)
    try:
        strategy.check(values)
    except InvalidBacktest:
        assume(False)
    return values


@each
@settings(max_examples=12, deadline=None)
@given(st.data(), bars_drawn(least=40, most=90), st.sampled_from(Fill))
def test_no_strategy_and_no_trade_knows_what_comes_later(
    strategy: Strategy, data: st.DataObject, rows: Floats, fill: Fill
) -> None:
    values = data.draw(settings_of(strategy))
    # As many as a run needs, which is two more than come before the first signal.
    cut = data.draw(st.integers(int(strategy.warm_up(values)) + 2, max(len(rows), 80)))
    assume(cut <= len(rows))
    others = np.concatenate((rows[:cut], made_bars(data.draw(st.integers(0, 99)), 20, 0.3)))
    whole, short, changed = (said(strategy, values, each) for each in (rows, rows[:cut], others))
    for known in (whole, changed):
        np.testing.assert_array_equal(known.codes[:cut], short.codes)
        if short.portions is not None and known.portions is not None:
            np.testing.assert_array_equal(known.portions[:cut], short.portions)
    terms = Terms(fill=fill, direction=Direction.BOTH, stop_loss=0.05, trailing_stop=0.1)
    early = run(history(rows[:cut]), strategy, values, terms)
    for known_rows in (rows, others):
        late = run(history(known_rows), strategy, values, terms)
        np.testing.assert_array_equal(late.equity[:cut], early.equity)
        assert list(late.trades[: len(early.trades)]) == list(early.trades)


@each
@settings(max_examples=15, deadline=None)
@given(st.data(), bars_drawn(least=60, most=90))
def test_no_signal_comes_before_the_warm_up(strategy: Strategy, data: st.DataObject, rows: Floats) -> None:
    values = data.draw(settings_of(strategy))
    codes = said(strategy, values, rows).codes
    assert not codes[: int(strategy.warm_up(values))].any()


def test_a_history_that_is_too_short_for_any_signal_is_refused() -> None:
    strategy = Strategies().find("ma_crossover")
    values = strategy.read({"fast_period": 5, "slow_period": 20})
    assert len(run(history(made_bars(1, 22, 0.1)), strategy, values, Terms()).equity) == 22
    with pytest.raises(InvalidBacktest):
        run(history(made_bars(1, 21, 0.1)), strategy, values, Terms())
