"""The leaderboard's figures by hand, ties to the last unit, and verdicts that chance alone seldom earns."""

import math
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.trading.runs.given import FIVE, NOW, a_trade, an_entrant, curve
from trading.runs import standings as leaderboard
from trading.runs.comparing import Strictness, Verdict
from trading.runs.performance import Entrant, measure, returns
from trading.runs.resampling import Floats, block_length, mean_error, resampled_sums, widening
from trading.runs.standings import Line

D = Decimal
QUICK = Strictness(resamples=499)
TRADES = [a_trade()] * 30


def standings(
    entrants: Sequence[Entrant], every: timedelta, seed: int, strictness: Strictness | None = None
) -> tuple[Line, ...]:
    return leaderboard.standings(entrants, every, np.random.default_rng(seed), strictness)


def of(lines: Sequence[Line], name: str) -> Line:
    return next(line for line in lines if line.entrant.name == name)


def test_the_figures_of_an_account_by_hand() -> None:
    trades = [a_trade("12"), a_trade("-4"), a_trade("0"), a_trade("3")]
    found = measure(an_entrant("a", [110, 99, 108.9], trades=trades, fees=D("0.5")), timedelta(hours=1))
    # Returns of +10 %, -10 % and +10 %: mean 1/30, deviation 0.2/sqrt(3).
    sharpe = (0.1 / 3) / (0.2 / math.sqrt(3))
    assert (found.cycles, found.equity, found.pnl) == (3, D("108.9"), D("8.9"))
    assert (found.total_return, found.max_drawdown) == (D("0.089"), D("0.1"))
    assert found.drawdown_percent == D(-10)
    assert found.sharpe_per_cycle == pytest.approx(sharpe)
    assert found.sharpe == pytest.approx(sharpe * math.sqrt(365 * 24))
    assert (found.trades, found.won, found.lost, found.win_rate) == (4, 2, 1, D("0.5"))
    assert (found.realized, found.fees) == (D(11), D("0.5"))


def test_an_account_that_did_nothing_has_zeros() -> None:
    found = measure(an_entrant("a", []), FIVE)
    assert (found.equity, found.pnl, found.total_return, found.max_drawdown) == (D(100), D(0), D(0), D(0))
    assert (found.sharpe, found.win_rate, found.drawdown_percent) == (0.0, D(0), D(0))
    assert measure(an_entrant("a", [100] * 9), FIVE).sharpe == 0.0


def test_a_drawdown_counts_from_the_initial_money() -> None:
    assert measure(an_entrant("a", [90, 95, 99]), FIVE).max_drawdown == D("0.1")


def test_an_account_that_lost_everything_stays_at_nothing() -> None:
    found = measure(an_entrant("a", [50, 0, 0]), FIVE)
    assert (found.total_return, found.max_drawdown) == (D(-1), D(1))
    assert list(returns(D(100), curve([50, 0, 0]))) == [-0.5, -1.0, 0.0]


def test_equal_returns_share_a_rank_and_the_least_unit_parts_them() -> None:
    lines = standings(
        [
            an_entrant("d", ["99"]),
            an_entrant("c", ["101.00000001"]),
            an_entrant("b", ["101"]),
            an_entrant("a", ["101.00"]),
        ],
        FIVE,
        seed=1,
    )
    assert [(line.rank, line.entrant.name) for line in lines] == [(1, "c"), (2, "a"), (2, "b"), (4, "d")]


def walk(seed: int, count: int, drift: float = 0.0, spread: float = 0.002) -> list[Decimal]:
    """Return a curve from 100 on with normal returns, to eight places."""
    moves = np.random.default_rng(seed).normal(drift, spread, count)
    return [D(f"{each:.8f}") for each in 100 * np.cumprod(1 + moves)]


def board(**curves: list[Decimal]) -> list[Entrant]:
    """Return accounts by name; a baseline's begins with `base_`."""
    return [
        an_entrant(name, each, baseline=True)
        if name.startswith("base_")
        else an_entrant(name, each, trades=TRADES)
        for name, each in curves.items()
    ]


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6))
def test_identical_curves_tie_exactly_whoever_they_are(seed: int) -> None:
    same = walk(seed, 310)
    lines = standings(board(a=same, b=list(same), base_x=walk(seed + 1, 310), base_y=same), FIVE, seed, QUICK)
    a, b = of(lines, "a"), of(lines, "b")
    assert replace(a, entrant=b.entrant) == b
    assert (a.verdict, a.finding and a.finding.probability) == (Verdict.NOT_DISTINGUISHABLE, 1.0)


def test_the_same_accounts_give_the_same_lines_in_any_order() -> None:
    entrants = board(a=walk(1, 320), b=walk(2, 301), c=walk(3, 400), base_x=walk(4, 400), base_y=walk(5, 400))
    mixed = list(entrants)
    random.Random(9).shuffle(mixed)
    assert standings(mixed, FIVE, 5, QUICK) == standings(entrants, FIVE, 5, QUICK)
    assert standings(entrants, FIVE, 6, QUICK) != standings(entrants, FIVE, 5, QUICK)


@pytest.mark.parametrize(
    ("cycles", "trades", "verdict"),
    [
        (301, 30, Verdict.DISTINGUISHABLE),
        (300, 30, Verdict.TOO_EARLY),
        (301, 29, Verdict.TOO_EARLY),
        (0, 0, Verdict.TOO_EARLY),
    ],
)
def test_nothing_is_called_before_there_is_enough_of_it(cycles: int, trades: int, verdict: Verdict) -> None:
    model = an_entrant("model", walk(1, cycles, drift=0.002), trades=[a_trade()] * trades)
    line = of(standings([model, an_entrant("cash", [100] * 400, baseline=True)], FIVE, 1, QUICK), "model")
    assert line.verdict == verdict
    assert (line.finding is None) == (verdict is Verdict.TOO_EARLY)


def test_without_a_baseline_nothing_is_called_and_a_baseline_is_never_called() -> None:
    lines = standings(board(a=walk(1, 400, drift=0.002)), FIVE, 1, QUICK)
    assert of(lines, "a").verdict is Verdict.TOO_EARLY
    lines = standings(board(a=walk(1, 400), base_x=walk(2, 400, drift=0.01)), FIVE, 1, QUICK)
    assert (of(lines, "base_x").verdict, of(lines, "base_x").finding) == (None, None)


def test_a_model_that_came_later_is_held_against_the_same_cycles_only() -> None:
    early = an_entrant("base_x", [*walk(1, 300, drift=0.01), *([D(5_000)] * 400)], baseline=True)
    late = Entrant("late", D(100), curve(["0"] * 300 + ["100"] * 400)[300:], TRADES)
    line = of(standings([early, late], FIVE, 1, QUICK), "late")
    assert line.finding is not None
    [against] = line.finding.against
    assert (against.cycles, against.difference, line.finding.probability) == (300, 0.0, 1.0)


def test_it_is_looked_anew_only_when_the_cycles_have_doubled() -> None:
    model, cash = walk(1, 2_401, drift=0.0003), [D(100)] * 2_401
    lengths = (300, 301, 600, 601, 1_200, 1_201, 2_400, 2_401)
    lines = [of(standings(board(m=model[:n], base_x=cash), FIVE, 1, QUICK), "m") for n in lengths]
    found = [line.finding for line in lines]
    assert [each and each.against[0].cycles for each in found] == [
        None,
        300,
        300,
        600,
        600,
        1_200,
        1_200,
        2_400,
    ]
    assert (found[1], found[3], found[5]) == (found[2], found[4], found[6])
    for each, factor in zip(found[1::2], (2, 6, 12, 20), strict=True):
        assert each is not None
        assert each.probability == pytest.approx(min(1, 2 * each.against[0].above * factor))


def test_to_be_called_a_model_has_to_be_off_every_baseline() -> None:
    curves: dict[str, Any] = {"model": walk(1, 600, drift=0.001), "base_cash": [D(100)] * 600}
    assert of(standings(board(**curves), FIVE, 1, QUICK), "model").verdict is Verdict.DISTINGUISHABLE
    curves["base_hold"] = walk(2, 600, drift=0.001)
    assert of(standings(board(**curves), FIVE, 1, QUICK), "model").verdict is Verdict.NOT_DISTINGUISHABLE


def test_a_loser_is_called_too_and_on_which_side() -> None:
    line = of(standings(board(a=walk(1, 600, drift=-0.001), base_x=[D(100)] * 600), FIVE, 1, QUICK), "a")
    assert line.verdict is Verdict.DISTINGUISHABLE
    assert line.finding is not None
    assert not line.finding.is_above


def test_several_models_are_corrected_for_being_several() -> None:
    one = board(m=walk(1, 400, drift=0.0004), base_x=[D(100)] * 400)
    alone = of(standings(one, FIVE, 1, QUICK), "m").finding
    many = of(standings([*one, *board(a=walk(2, 400), b=walk(3, 400))], FIVE, 1, QUICK), "m").finding
    assert alone is not None
    assert many is not None
    assert alone.probability < 0.3
    assert many.probability == pytest.approx(3 * alone.probability)


def test_the_interval_holds_the_return_and_widens_with_the_spread() -> None:
    calm = of(standings(board(a=walk(1, 400, spread=0.001)), FIVE, 1, QUICK), "a")
    wild = of(standings(board(a=walk(1, 400, spread=0.004)), FIVE, 1, QUICK), "a")
    assert calm.interval is not None
    assert wild.interval is not None
    assert calm.interval.low < calm.figures.total_return < calm.interval.high
    assert wild.interval.high - wild.interval.low > 3 * (calm.interval.high - calm.interval.low)
    assert of(standings(board(a=walk(1, 299)), FIVE, 1, QUICK), "a").interval is None


def noise(kind: str, seed: int, count: int) -> Floats:
    drawn = np.random.default_rng(seed)
    shocks = drawn.standard_t(3, count + 1) if kind == "heavy" else drawn.standard_normal(count + 1)
    return 0.001 * (shocks[1:] + (0.3 * shocks[:-1] if kind == "dependent" else 0))


def drifting(moves: Floats) -> list[Decimal]:
    return [D(f"{each:.8f}") for each in 100 * np.cumprod(1 + moves)]


def called(seeds: int, entrants: Any) -> float:
    """Return how often any model is called over so many seeds."""
    hits = 0
    for seed in range(seeds):
        lines = standings(entrants(seed), FIVE, seed, Strictness(resamples=1))
        hits += any(line.verdict is Verdict.DISTINGUISHABLE for line in lines)
    return hits / seeds


def contest(seed: int) -> list[Entrant]:
    """Return three models without an edge, in one market, beside cash, hold and another of their kind."""
    market = noise("normal", seed * 10, 301)
    own = [noise(kind, seed * 10 + n, 301) for n, kind in enumerate(("normal", "heavy", "dependent"), 1)]
    luck = noise("normal", seed * 10 + 5, 301)
    curves = {name: drifting(market * 0.3 + each) for name, each in zip("abc", own, strict=True)}
    return board(**curves, base_cash=[D(100)] * 301, base_hold=drifting(market), base_random=drifting(luck))


def test_of_models_without_an_edge_hardly_any_is_called() -> None:
    assert called(60, contest) <= 0.05


@pytest.mark.long
def test_of_500_contests_without_an_edge_no_more_than_the_level_call_one() -> None:
    assert called(500, contest) <= 0.05


@pytest.mark.parametrize("walks", [150, pytest.param(500, marks=pytest.mark.long)])
@pytest.mark.parametrize("kind", ["normal", "heavy", "dependent"])
def test_of_many_random_walks_against_cash_alone_no_more_than_the_level_is_called(
    kind: str, walks: int
) -> None:
    def alone(seed: int) -> list[Entrant]:
        return board(a=drifting(noise(kind, seed, 301)), base_cash=[D(100)] * 301)

    assert called(walks, alone) <= 0.05


@pytest.mark.long
def test_of_500_random_walks_no_more_than_the_level_is_ever_called_while_they_are_watched() -> None:
    def watched(seed: int) -> bool:
        curve, cash = drifting(noise("normal", seed, 1_201)), [D(100)] * 1_201
        lines = [
            of(standings(board(a=curve[:n], base_x=cash[:n]), FIVE, seed, Strictness(resamples=1)), "a")
            for n in (301, 601, 1_201)
        ]
        return any(line.verdict is Verdict.DISTINGUISHABLE for line in lines)

    assert sum(map(watched, range(500))) / 500 <= 0.05


def planted(seed: int, edge: float, count: int) -> list[Entrant]:
    """Return a model that wins `edge` deviations more a cycle than what it would be by luck."""
    market, own = noise("normal", seed * 10, count), noise("normal", seed * 10 + 1, count)
    return board(
        model=drifting(market * 0.3 + own + edge * 0.001),
        base_cash=[D(100)] * count,
        base_hold=drifting(market),
        base_random=drifting(noise("normal", seed * 10 + 5, count)),
    )


def test_an_edge_of_a_quarter_deviation_is_found_in_1200_cycles() -> None:
    # Against the least like baseline the deviation is 1.5 times as large: 0.17 * sqrt(1200) = 5.9.
    found = [
        of(standings(planted(seed, 0.25, 1_201), FIVE, seed, QUICK), "model").verdict for seed in range(8)
    ]
    assert found.count(Verdict.DISTINGUISHABLE) >= 7


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 2_000), st.integers(1, 130), st.integers(0, 10**6))
def test_a_resampling_draws_as_many_cycles_as_there_are(count: int, times: int, seed: int) -> None:
    ones = resampled_sums(np.ones((count, 2)), times, np.random.default_rng(seed))
    assert ones.shape == (times, 2)
    assert (ones == count).all()


def test_blocks_grow_with_the_cube_root_and_begin_everywhere_alike() -> None:
    assert [block_length(count) for count in (1, 8, 27, 28, 1_000, 1_001)] == [1, 2, 3, 4, 10, 11]
    sums = resampled_sums(np.eye(50), 20_000, np.random.default_rng(1))
    assert np.abs(sums.mean(axis=0) - 1).max() < 0.06


@pytest.mark.parametrize("kind", ["normal", "heavy", "dependent"])
def test_the_error_of_a_mean_is_the_spread_of_its_resamplings(kind: str) -> None:
    series = noise(kind, 3, 300)
    sums = resampled_sums(series[:, np.newaxis], 4_000, np.random.default_rng(1))
    assert float(sums.std()) / 300 * widening(300) == pytest.approx(mean_error(series), rel=0.04)


def test_dependence_widens_the_error_and_alternation_narrows_it() -> None:
    alternating = np.tile([1.0, -1.0], 250)
    lasting = np.repeat(alternating, 10)[:500]
    blocks = 1 / 500 / (1 - 15 / 500) * (1 + 16 / 500) ** 2
    stay = 1 - 1 / block_length(500)
    assert mean_error(alternating) ** 2 == pytest.approx((1 - stay) / (1 + stay) * blocks, rel=0.02)
    assert mean_error(lasting) > 1.4 / math.sqrt(500)


def test_names_are_the_accounts_own_and_an_account_begins_with_money() -> None:
    with pytest.raises(ValueError, match="name"):
        standings([an_entrant("a", []), an_entrant("a", [])], FIVE, 1)
    with pytest.raises(ValueError, match="began"):
        standings([Entrant("a", D(0), [])], FIVE, 1)


def test_a_ruined_account_has_an_interval_too() -> None:
    line = of(standings(board(a=[*walk(1, 300), D(0), D(0)]), FIVE, 1, QUICK), "a")
    assert line.interval is not None
    assert -1 <= line.interval.low <= line.interval.high < math.inf
    assert line.entrant.points[-1].at > NOW
