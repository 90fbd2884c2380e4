"""Baselines decide without a model, from nothing but the snapshot and their account, within their rules."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.trading.runs.given import BNB, ETH, FIVE, NOW, PAIRS, XRP, a_position, a_snapshot, an_account
from trading.runs.baselines import Decider, EqualWeight, Hold, Random, cash
from trading.runs.decision import HOLD, Action, RunDecision
from trading.runs.rules import RunRules, judge
from trading.runs.view import AccountView

D = Decimal
RULES = RunRules()
WIDE = RunRules(most_size=D(100))


def bought(view: AccountView, decision: RunDecision) -> AccountView:
    """Return an account with what a decision opens."""
    assert decision.symbol is not None
    assert decision.size is not None
    assert decision.leverage is not None
    margin = decision.size / decision.leverage
    side = "long" if decision.action is Action.BUY else "short"
    held = a_position(decision.symbol, side=side, margin=margin, leverage=decision.leverage)
    return replace(view, available=view.available - margin, positions=(*view.positions, held))


def test_cash_does_nothing() -> None:
    assert cash(a_snapshot(), an_account()) == HOLD


def test_hold_buys_once_and_keeps() -> None:
    hold = Hold(ETH, WIDE)
    first = hold(a_snapshot(), an_account())
    assert first == RunDecision(Action.BUY, ETH, D(99), D(1))
    assert hold(a_snapshot(), bought(an_account(), first)) == HOLD
    assert hold(a_snapshot(), an_account(closed=1)) == HOLD


def test_hold_waits_for_a_price_and_keeps_to_its_rules() -> None:
    assert Hold(ETH, RULES)(a_snapshot(BNB), an_account()) == HOLD
    assert Hold(ETH, RULES)(a_snapshot(), an_account()) == RunDecision(Action.BUY, ETH, D(40), D(1))
    assert Hold(ETH, RULES)(a_snapshot(), an_account(available=D(5))) == HOLD


def test_equal_weight_buys_each_pair_for_the_same_money_one_a_cycle() -> None:
    decider, view, made = EqualWeight(PAIRS, RULES), an_account(), []
    for _ in range(5):
        decision = decider(a_snapshot(), view)
        made.append(decision)
        view = view if decision == HOLD else bought(view, decision)
    assert made == [*(RunDecision(Action.BUY, each, D(33), D(1)) for each in PAIRS), HOLD, HOLD]


def test_equal_weight_goes_on_with_the_others_while_one_has_no_price() -> None:
    decision = EqualWeight(PAIRS, RULES)(a_snapshot(BNB, XRP), an_account())
    assert decision == RunDecision(Action.BUY, BNB, D(33), D(1))


def test_random_draws_the_same_from_the_same_seed_and_market() -> None:
    markets = [a_snapshot(at=NOW + FIVE * n) for n in range(40)]
    drawn = [[Random(seed, RULES)(each, an_account()) for each in markets] for seed in (7, 7, 8)]
    assert drawn[0] == drawn[1] != drawn[2]


def test_random_spreads_over_actions_pairs_and_leverage() -> None:
    made = [Random(3, RULES)(a_snapshot(at=NOW + FIVE * n), an_account(ETH)) for n in range(400)]
    actions = Counter(each.action for each in made)
    assert set(actions) == set(Action)
    assert min(actions.values()) > 70
    entries = [each for each in made if each.size is not None]
    assert {each.symbol for each in entries} == {BNB, XRP}
    assert {each.leverage for each in entries} == {D(n) for n in range(1, 11)}


@pytest.mark.parametrize(
    "decider",
    [cash, Hold(ETH, RULES), EqualWeight(PAIRS, RULES), *(Random(seed, RULES) for seed in range(4))],
)
def test_what_a_baseline_wants_its_rules_allow(decider: Decider) -> None:
    view = an_account()
    for number in range(60):
        market = a_snapshot(*(PAIRS if number % 7 else (ETH,)), at=NOW + FIVE * number)
        decision = decider(market, view)
        assert judge(decision, view, RULES, PAIRS, market.priced) == ()
        if decision.action is Action.CLOSE:
            left = tuple(each for each in view.positions if each.symbol != decision.symbol)
            view = replace(view, positions=left, available=D(100) - sum(each.margin for each in left))
        elif decision != HOLD:
            view = bought(view, decision)
