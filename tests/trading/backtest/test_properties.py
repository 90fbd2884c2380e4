"""What holds for every run: a grid is its runs, fees never help, sums are those of the curve."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.trading.backtest import drawn
from tests.trading.backtest.scripted import bars_drawn, history, made_bars, saying
from trading.backtest import kernel
from trading.backtest.catalog import Strategies
from trading.backtest.codes import Codes, Floats
from trading.backtest.figures import measure, of_curve
from trading.backtest.grid import axes, combinations, run_grid
from trading.backtest.history import History
from trading.backtest.run import run
from trading.backtest.strategy import Lines
from trading.backtest.terms import Terms
from trading.errors import InvalidBacktest

some = settings(max_examples=60, deadline=None)
seeds = st.integers(0, 2**32 - 1)

CURVE = [kernel.FINAL, kernel.SUM, kernel.SQUARES, kernel.DOWNSIDE, kernel.DRAWDOWN]


def simulated(
    rows: Floats, codes: Codes, portions: Floats | None, terms: Terms, lead: int = 0
) -> tuple[Floats, Floats]:
    """Return the figures of a run and its equity, as the kernel writes them."""
    bars, figures, equity = history(rows).bars, np.zeros(kernel.FIGURES), np.empty(len(rows))
    parts = np.empty(0) if portions is None else portions
    trades = np.empty((0, kernel.COLUMNS))
    columns = terms.columns(lead)
    kernel.simulate(
        bars.open, bars.high, bars.low, bars.close, codes, parts, columns, equity, trades, figures
    )
    return figures, equity


def simulated_many(past: History, grid: Codes, terms: Terms) -> Floats:
    """Return the figures of each row of signals."""
    bars, figures = past.bars, np.zeros((len(grid), kernel.FIGURES))
    kernel.simulate_many(bars.open, bars.high, bars.low, bars.close, grid, terms.columns(past.lead), figures)
    return figures


@some
@given(st.data(), bars_drawn(), drawn.terms())
def test_the_sums_of_a_run_are_those_of_its_curve(data: st.DataObject, rows: Floats, terms: Terms) -> None:
    codes, portions = data.draw(drawn.signals(len(rows)))
    lead = data.draw(st.integers(0, len(rows) - 1))
    figures, equity = simulated(rows, codes, portions, terms, lead)
    assert (equity[:lead] == terms.initial).all()
    # From where nothing is left on there is no return to speak of.
    curve = equity[lead:]
    broke = np.flatnonzero(curve <= kernel.NOTHING * terms.initial)
    if len(broke):
        assert (curve[broke[0] :] == curve[broke[0]]).all()
        curve = curve[: broke[0] + 1]
    assert figures[CURVE] == pytest.approx(of_curve(curve, terms.initial)[CURVE], rel=1e-9, abs=1e-9)


@some
@given(seeds, bars_drawn(least=30), drawn.terms(), st.integers(0, 20))
def test_a_row_of_a_grid_is_a_single_run_to_the_last_bit(
    seed: int, rows: Floats, terms: Terms, lead: int
) -> None:
    grid = np.stack([drawn.made_codes(seed + n, len(rows), 0.2, held=bool(n % 2)) for n in range(5)])
    past = history(rows, lead)
    figures = simulated_many(past, grid, terms)
    for codes, row in zip(grid, figures, strict=True):
        expected = measure(row, terms.initial, past.measured, past.timeframe)
        assert run(past, saying(codes), {}, terms).figures == expected
        assert run(past, saying(codes), {}, terms, whole=False).figures == expected


def test_a_grid_of_averages_is_its_runs_to_the_last_bit() -> None:
    past = history(made_bars(1, 3_000, 0.01, tick=0.1), lead=60)
    strategy, lines = Strategies().find("ma_crossover"), Lines(past.bars)
    pairs = [(fast, slow) for fast in (3, 8, 21) for slow in (30, 55)]
    grid = np.stack([lines.crossed(lines.sma(fast), lines.sma(slow)) for fast, slow in pairs])
    terms = Terms(stop_loss=0.05)
    figures = simulated_many(past, grid, terms)
    for (fast, slow), row in zip(pairs, figures, strict=True):
        values = strategy.read({"fast": fast, "slow": slow})
        expected = measure(row, terms.initial, past.measured, past.timeframe)
        assert run(past, strategy, values, terms).figures == expected


@settings(max_examples=30, deadline=None)
@given(
    bars_drawn(least=60, most=200),
    drawn.terms(),
    st.sampled_from(("ma_crossover", "ema_crossover", "macd", "rsi_reversion", "grid")),
    st.integers(1, 40),
)
def test_each_row_of_a_grid_of_a_strategy_is_its_run(
    rows: Floats, terms: Terms, name: str, count: int
) -> None:
    strategy, past = Strategies().find(name), history(rows, lead=5)
    first, second = strategy.parameters[:2]
    tried = {first.name: [2, 3, 5, 8, 13, 21], second.name: [4, 6, 9, 14, 20, 30, 40]}
    grid = combinations(strategy, strategy.read({}), axes(strategy, tried))[:count]
    figures = run_grid(past, strategy, grid, terms, lambda done, total: None, threads=2)
    for values, row in zip(grid, figures, strict=True):
        expected = measure(row, terms.initial, past.measured, past.timeframe)
        assert run(past, strategy, values, terms).figures == expected


@some
@given(st.lists(st.floats(0, 80, allow_nan=False), min_size=1, max_size=8), st.integers(2, 90))
def test_a_grid_has_too_few_candles_exactly_where_one_of_its_runs_has(needs: list[float], count: int) -> None:
    past = history(made_bars(3, count, 0.01))
    strategy = replace(saying([0] * count), warm_up=lambda values: values["need"])

    def refuses(work: Callable[[], object]) -> bool:
        try:
            work()
        except InvalidBacktest:
            return True
        return False

    grid = [{"need": each} for each in needs]
    alone = [refuses(lambda row=row: run(past, strategy, row, Terms())) for row in grid]  # type: ignore[misc]
    assert refuses(lambda: run_grid(past, strategy, grid, Terms(), lambda done, total: None)) == any(alone)


@pytest.mark.parametrize("needs", [[1, float("nan")], [float("nan"), 1], [float("inf")], [3, -1]], ids=str)
def test_a_strategy_that_cannot_say_what_it_needs_is_refused(needs: list[float]) -> None:
    past = history(made_bars(3, 30, 0.01))
    strategy = replace(saying([0] * 30), warm_up=lambda values: values["need"])
    grid = [{"need": each} for each in needs]
    with pytest.raises(InvalidBacktest):
        run_grid(past, strategy, grid, Terms(), lambda done, total: None)


@some
@given(st.data(), bars_drawn(), drawn.terms())
def test_closed_and_open_profit_are_all_there_is(data: st.DataObject, rows: Floats, terms: Terms) -> None:
    codes, portions = data.draw(drawn.signals(len(rows)))
    outcome = run(history(rows), saying(codes, portions), {}, terms)
    unrealized = 0.0 if outcome.position is None else outcome.position.unrealized
    closed = sum(each.pnl for each in outcome.trades)
    assert (outcome.position is None) == (outcome.figures.open_amount == 0)
    scale = 1e-9 * max(terms.initial, outcome.figures.final)
    assert outcome.figures.pnl == pytest.approx(closed + unrealized, abs=scale)


@some
@given(st.data(), bars_drawn(), drawn.terms(), st.sampled_from((1e-6, 0.001, 0.1)))
def test_a_higher_fee_never_helps(data: st.DataObject, rows: Floats, terms: Terms, more: float) -> None:
    codes, portions = data.draw(drawn.signals(len(rows)))
    maker = terms.fee if terms.maker_fee is None else terms.maker_fee
    dear = replace(terms, fee=terms.fee + more, maker_fee=maker + more)
    cheap_final = simulated(rows, codes, portions, terms)[0][kernel.FINAL]
    assert simulated(rows, codes, portions, dear)[0][kernel.FINAL] <= cheap_final + 1e-9 * terms.initial


@some
@given(st.data(), bars_drawn(), drawn.terms())
def test_nobody_ends_below_nothing(data: st.DataObject, rows: Floats, terms: Terms) -> None:
    codes, portions = data.draw(drawn.signals(len(rows)))
    figures, equity = simulated(rows, codes, portions, terms)
    assert equity.min() >= -1e-9 * terms.initial
    assert 0 <= figures[kernel.DRAWDOWN] <= 1 + 1e-9


@some
@given(bars_drawn(), st.data())
def test_scaling_prices_or_money_changes_no_decision(rows: Floats, data: st.DataObject) -> None:
    codes, portions = data.draw(drawn.signals(len(rows)))
    terms = Terms(initial=1024.0, stop_loss=0.05, take_profit=0.1)
    # Powers of two change no digit.
    figures, equity = simulated(rows, codes, portions, terms)
    scaled, richer = simulated(rows * 8, codes, portions, replace(terms, initial=4096.0))
    np.testing.assert_array_equal(richer, equity * 4)
    assert scaled[kernel.TRADES] == figures[kernel.TRADES]
    assert scaled[kernel.SUM] == figures[kernel.SUM]
