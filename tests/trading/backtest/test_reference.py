"""The compiled rules against the plain ones, over whatever can be drawn."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.trading.backtest import drawn, reference
from tests.trading.backtest.scripted import HOUR, bars_drawn, history, made_bars, saying
from trading.backtest.codes import Codes, Floats
from trading.backtest.outcome import Trade
from trading.backtest.run import run
from trading.backtest.terms import Direction, Terms


def figures_of(trade: Trade | reference.Closed) -> tuple[float, ...]:
    return (trade.amount, trade.entry, trade.exit, trade.fees, trade.pnl)


def compare(rows: Floats, codes: Codes, portions: Floats | None, terms: Terms, lead: int) -> None:
    """Hold a run to the plain rules: the same trades for the same reasons, and equity, to 1e-9."""
    found = run(history(rows, lead), saying(codes, portions), {}, terms)
    plain = reference.replay(
        rows.tolist(), codes.tolist(), None if portions is None else portions.tolist(), terms, lead
    )
    ruined = next((n for n, value in enumerate(plain.curve) if value < 1e-6 * terms.initial), None)
    if ruined is not None:
        # What is left is the rounding of what was lost: what it still does hangs on the last bits.
        assert found.equity[ruined] < 2e-6 * terms.initial
        if lead + ruined >= 2 and ruined > 0:
            rest = None if portions is None else portions[: lead + ruined]
            compare(rows[: lead + ruined], codes[: lead + ruined], rest, terms, lead)
        return
    assert [(t.opened_at // HOUR, t.closed_at // HOUR, t.reason) for t in found.trades] == [
        (t.opened_at, t.closed_at, t.reason) for t in plain.trades
    ]
    for trade, expected in zip(found.trades, plain.trades, strict=True):
        assert figures_of(trade) == pytest.approx(figures_of(expected), rel=1e-9, abs=1e-9)
    # An account that has nearly lost everything shows the rounding of what it has lost.
    assert found.equity == pytest.approx(plain.curve, rel=1e-9, abs=1e-9 * terms.initial)
    figures, pnls = found.figures, [trade.pnl for trade in plain.trades]
    held = plain.position
    assert (figures.final, figures.fees, figures.open_amount) == pytest.approx(
        (plain.curve[-1], plain.fees, held.side * held.amount if held else 0.0),
        rel=1e-9,
        abs=1e-9 * terms.initial,
    )
    assert figures.trades == len(pnls)
    assert round(figures.exposure * len(plain.curve)) == plain.held
    # What is neither won nor lost but for rounding may count either way.
    even = sum(abs(pnl) < 1e-9 for pnl in pnls)
    assert 0 <= figures.wins - sum(pnl >= 1e-9 for pnl in pnls) <= even
    assert figures.expectancy * len(pnls) == pytest.approx(sum(pnls), rel=1e-9, abs=1e-7)
    losses = -sum(pnl for pnl in pnls if pnl < 0)
    if losses > 1e-6:
        gains = sum(pnl for pnl in pnls if pnl > 0)
        assert figures.profit_factor == pytest.approx(gains / losses, rel=1e-9, abs=1e-9)


@settings(max_examples=300, deadline=None)
@given(st.data(), bars_drawn(), drawn.terms())
def test_a_run_is_what_the_rules_say(data: st.DataObject, rows: Floats, terms: Terms) -> None:
    codes, portions = data.draw(drawn.signals(len(rows)))
    compare(rows, codes, portions, terms, data.draw(st.integers(0, len(rows) - 1)))


@pytest.mark.long
@settings(max_examples=5_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data(), bars_drawn(most=150), drawn.terms())
def test_any_run_is_what_the_rules_say(data: st.DataObject, rows: Floats, terms: Terms) -> None:
    codes, portions = data.draw(drawn.signals(len(rows)))
    compare(rows, codes, portions, terms, data.draw(st.integers(0, len(rows) - 1)))


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**32 - 1), drawn.terms(), st.sampled_from((0.002, 0.02)))
def test_a_long_run_with_few_signals_is_what_the_rules_say(seed: int, terms: Terms, wild: float) -> None:
    # Long enough for positions that look further ahead than one step of the search does.
    rows = made_bars(seed, 2_500, wild, tick=0.01)
    for often in (0.002, 0.0005):
        compare(rows, drawn.made_codes(seed, len(rows), often, held=False), None, terms, lead=7)


def test_the_plain_rules_know_each_reason() -> None:
    reasons = set()
    for seed in range(60):
        rows = made_bars(seed, 60, 0.2)
        codes = drawn.made_codes(seed, 60, 0.2, held=False)
        for stop, trail in ((0.1, 0.0), (0.0, 0.2), (0.0, 0.0)):
            terms = Terms(direction=Direction.BOTH, stop_loss=stop, trailing_stop=trail, take_profit=0.25)
            reasons |= {
                t.reason for t in reference.replay(rows.tolist(), codes.tolist(), None, terms, 0).trades
            }
    assert reasons == {"signal", "stop", "target", "trail", "liquidation"}
