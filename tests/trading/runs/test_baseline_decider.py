"""The baselines decide for runs by their names."""

from typing import Any

import pytest

from tests.trading.runs.given import BNB, ETH, PAIRS, a_run, a_snapshot, an_account
from trading.runs.asking import Asked
from trading.runs.baseline_decider import BASELINES, BaselineDecider
from trading.runs.decision import Action, RunDecision
from trading.runs.errors import InvalidRun, UnknownDecider
from trading.runs.rules import judge

ASKED = Asked(a_run(), "cyc_1", a_snapshot(), an_account())


async def decided(name: str, **settings: Any) -> RunDecision:
    answer = await BaselineDecider.of(name, settings).decide(ASKED)
    assert (answer.model, answer.fault) == (f"offline:{name}", None)
    assert answer.decision is not None
    return answer.decision


async def test_cash_holds() -> None:
    assert (await decided("cash")).action is Action.HOLD


async def test_hold_buys_the_first_pair_or_the_one_that_is_named() -> None:
    first, named = await decided("hold"), await decided("hold", symbol="BNBUSDT")
    assert [(each.action, each.symbol) for each in (first, named)] == [(Action.BUY, ETH), (Action.BUY, BNB)]


async def test_equal_weight_begins_with_the_first_pair() -> None:
    assert (await decided("equal_weight")).symbol == ETH


async def test_the_same_seed_draws_the_same() -> None:
    assert await decided("random", seed=3) == await decided("random", seed=3)
    drawn = [await decided("random", seed=seed) for seed in range(20)]
    assert {each.action for each in drawn} >= {Action.HOLD, Action.BUY, Action.SELL}


@pytest.mark.parametrize("name", sorted(BASELINES))
async def test_every_baseline_says_what_it_does_and_keeps_the_rules(name: str) -> None:
    decision = await decided(name)
    assert decision.reasoning
    assert judge(decision, ASKED.view, ASKED.run.rules, PAIRS, PAIRS) == ()


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("cash", {"seed": 1}),
        ("hold", {"symbol": 5}),
        ("hold", {"symbol": "?"}),
        ("random", {"seed": 1.5}),
        ("random", {"seed": -1}),
    ],
)
def test_settings_that_it_does_not_take_are_refused(name: str, settings: dict[str, Any]) -> None:
    with pytest.raises(InvalidRun):
        BaselineDecider.of(name, settings)


def test_an_unknown_one_is_refused() -> None:
    with pytest.raises(UnknownDecider):
        BaselineDecider.of("luck", {})
