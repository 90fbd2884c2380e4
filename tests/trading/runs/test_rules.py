"""The rules of a run judge one decision: each refusal a code, a figure and its bound."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trading.runs.given import BNB, ETH, NOW, PAIRS, XRP, a_position, an_account
from trading.margin import liquidation_price
from trading.model import Mode, Position, Side
from trading.runs.decision import HOLD, Action, RunDecision
from trading.runs.errors import InvalidRun
from trading.runs.rules import Refused, RunRules, guarded, judge, liquidation_distance
from trading.runs.view import AccountView
from trading.symbols import Symbol

D = Decimal
RULES = RunRules()
ADA = Symbol("ADA", "USDT")


def entry(**changes: Any) -> RunDecision:
    given: dict[str, Any] = {"action": Action.BUY, "symbol": ETH, "size": D(20), "leverage": D(5)}
    return RunDecision(**{**given, **changes})


def refused(
    decision: RunDecision, view: AccountView | None = None, safe: bool = False
) -> list[tuple[str, Decimal | None, Decimal | None]]:
    found = judge(decision, view or an_account(), RULES, (*PAIRS, ADA), PAIRS, safe)
    return [(each.code, each.figure, each.bound) for each in found]


@pytest.mark.parametrize(
    "good",
    [
        entry(),
        entry(action=Action.SELL),
        entry(size=D(10), leverage=D(1), stop_loss=D("0.01"), take_profit=D("0.02")),
        entry(size=D(40), leverage=D(10), take_profit=D("0.5")),
        entry(leverage=D(1), stop_loss=D("0.2")),
        HOLD,
    ],
)
def test_what_keeps_within_every_bound_passes(good: RunDecision) -> None:
    assert refused(good) == []


@pytest.mark.parametrize(
    ("bad", "expected"),
    [
        (entry(size=D("9.99")), (Refused.SIZE_TOO_SMALL, D("9.99"), D(10))),
        (entry(size=D("40.01")), (Refused.SIZE_TOO_LARGE, D("40.01"), D(40))),
        (entry(leverage=D("0.5")), (Refused.LEVERAGE_TOO_LOW, D("0.5"), D(1))),
        (entry(leverage=D(11)), (Refused.LEVERAGE_TOO_HIGH, D(11), D(10))),
        (entry(stop_loss=D("0.009")), (Refused.STOP_TOO_NEAR, D("0.009"), D("0.01"))),
        (entry(leverage=D(1), stop_loss=D("0.21")), (Refused.STOP_TOO_FAR, D("0.21"), D("0.2"))),
        (entry(take_profit=D("0.019")), (Refused.TARGET_TOO_NEAR, D("0.019"), D("0.02"))),
        (entry(take_profit=D("0.51")), (Refused.TARGET_TOO_FAR, D("0.51"), D("0.5"))),
        (entry(size=None), (Refused.INCOMPLETE, None, None)),
        (entry(symbol=Symbol("PEPE", "USDT")), (Refused.UNKNOWN_SYMBOL, None, None)),
        (entry(symbol=ADA), (Refused.NO_PRICE, None, None)),
        (RunDecision(Action.CLOSE, ETH), (Refused.NO_POSITION, None, None)),
    ],
)
def test_a_decision_beyond_a_bound_is_refused_with_its_figure(
    bad: RunDecision, expected: tuple[str, Decimal | None, Decimal | None]
) -> None:
    assert refused(bad) == [expected]


def test_an_account_takes_one_position_a_pair_and_three_in_all() -> None:
    assert refused(entry(), an_account(ETH)) == [(Refused.POSITION_EXISTS, None, None)]
    full = an_account(positions=tuple(a_position(each) for each in (BNB, XRP, ADA)))
    assert refused(entry(), full) == [(Refused.TOO_MANY_POSITIONS, D(3), D(3))]
    assert refused(RunDecision(Action.CLOSE, BNB), full) == []


def test_the_margin_may_take_all_that_is_available_and_no_more() -> None:
    assert refused(entry(), an_account(available=D(4))) == []
    assert refused(entry(), an_account(available=D("3.99"))) == [
        (Refused.INSUFFICIENT_MARGIN, D(4), D("3.99"))
    ]


def test_an_entry_is_at_least_as_sure_as_the_rules_want() -> None:
    rules = RunRules(confidence=D("0.7"))
    found = [judge(entry(confidence=D(each)), an_account(), rules, PAIRS, PAIRS) for each in ("0.7", "0.69")]
    assert [[(each.code, each.figure, each.bound) for each in one] for one in found] == [
        [],
        [(Refused.UNSURE, D("0.69"), D("0.7"))],
    ]
    close = RunDecision(Action.CLOSE, ETH, confidence=D(0))
    assert judge(close, an_account(ETH), rules, PAIRS, PAIRS) == ()


def test_an_entry_gets_the_stop_and_target_that_it_does_not_name() -> None:
    rules = RunRules(stop=D("0.03"), target=D("0.06"))
    assert guarded(entry(), rules) == entry(stop_loss=D("0.03"), take_profit=D("0.06"))
    own = entry(stop_loss=D("0.1"), take_profit=D("0.2"))
    assert guarded(own, rules) == own
    assert guarded(entry(), RULES) == entry()
    assert guarded(HOLD, rules) == HOLD
    close = RunDecision(Action.CLOSE, ETH)
    assert guarded(close, rules) == close


def test_every_broken_rule_is_told_at_once() -> None:
    found = refused(entry(size=D(400), leverage=D(50), take_profit=D(1)), an_account(available=D(1)))
    assert [code for code, *_ in found] == [
        Refused.SIZE_TOO_LARGE,
        Refused.LEVERAGE_TOO_HIGH,
        Refused.TARGET_TOO_FAR,
        Refused.INSUFFICIENT_MARGIN,
    ]


def test_in_safe_mode_a_run_closes_and_opens_nothing() -> None:
    assert refused(entry(), safe=True) == [(Refused.SAFE_MODE, None, None)]
    assert refused(RunDecision(Action.CLOSE, ETH), an_account(ETH), safe=True) == []


def test_a_stop_beyond_the_liquidation_is_refused() -> None:
    [(code, figure, bound)] = refused(entry(leverage=D(10), stop_loss=D("0.1")))
    assert (code, figure) == (Refused.STOP_BEYOND_LIQUIDATION, D("0.1"))
    assert bound == liquidation_distance(Side.BUY, D(10))


@given(st.sampled_from(list(Side)), st.integers(1, 125))
def test_the_liquidation_is_as_far_as_that_of_the_position(side: Side, leverage: int) -> None:
    entry_price = D(2_000)
    position = Position(
        id="p",
        account="a",
        symbol=ETH,
        side="long" if side is Side.BUY else "short",
        amount=D(1),
        cost=entry_price,
        entry_fees=D(0),
        realized=D(0),
        opened_at=NOW,
        exchange="paper",
        mode=Mode.PAPER,
        leverage=D(leverage),
        margin=entry_price / leverage,
    )
    away = abs(liquidation_price(position) / entry_price - 1)
    assert abs(away - min(liquidation_distance(side, D(leverage)), 1 if side is Side.BUY else 10)) < D(
        "1e-20"
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"least_size": D(50)},
        {"most_size": D("NaN")},
        {"most_size": D("Infinity")},
        {"least_leverage": D("0.5")},
        {"most_leverage": D(126)},
        {"most_stop": D("1.1")},
        {"least_target": D(0)},
        {"positions": 0},
        {"failures": 0},
    ],
)
def test_rules_that_bound_nothing_are_not_made(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidRun):
        RunRules(**wrong)


FIGURES = st.one_of(st.none(), st.decimals(-10, 200, places=4), st.just(D("NaN")), st.just(D("1e12")))


@given(FIGURES, FIGURES, FIGURES, FIGURES, st.sampled_from([Action.BUY, Action.SELL]), st.integers(0, 100))
def test_nothing_passes_that_breaks_a_bound(
    size: Decimal | None,
    leverage: Decimal | None,
    stop: Decimal | None,
    target: Decimal | None,
    action: Action,
    available: int,
) -> None:
    wanted = RunDecision(action, ETH, size, leverage, stop, target)
    if refused(wanted, an_account(available=D(available))):
        return
    assert size is not None
    assert leverage is not None
    assert 10 <= size <= 40
    assert 1 <= leverage <= 10
    assert size / leverage <= available
    assert stop is None or D("0.01") <= stop <= D("0.2")
    assert target is None or D("0.02") <= target <= D("0.5")
