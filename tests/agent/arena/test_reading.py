"""One decision is read out of what a model wrote, and what is none is refused by name."""

import json
import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agent.arena.reading import MOST_TEXT, Fault, Unreadable, read_decision
from tests.trading.runs.given import BNB, ETH, PAIRS
from trading.runs.decision import Action, RunDecision, Style

D = Decimal
BUY: dict[str, Any] = {
    "action": "BUY",
    "symbol": "ETHUSDT",
    "quantity_usd": 25.5,
    "leverage": 5,
    "stop_loss_pct": 3,
    "take_profit_pct": 6.5,
    "confidence": 0.72,
    "reasoning": "The price has left its range.",
    "strategy": "breakout",
}
BOUGHT = RunDecision(
    action=Action.BUY,
    symbol=ETH,
    size=D("25.5"),
    leverage=D(5),
    stop_loss=D("0.03"),
    take_profit=D("0.065"),
    confidence=D("0.72"),
    reasoning="The price has left its range.",
    style=Style.BREAKOUT,
)
HELD = RunDecision(Action.HOLD, confidence=D("0.5"), reasoning="Nothing to do.", style=Style.SWING)
HOLDING = '{"action": "HOLD", "confidence": 0.5, "reasoning": "Nothing to do.", "strategy": "swing"}'


def written(**changes: Any) -> str:
    """Return the JSON of an entry with some fields changed; what is changed to `...` is left out."""
    return json.dumps({name: each for name, each in {**BUY, **changes}.items() if each is not ...})


def read(text: str) -> RunDecision:
    return read_decision(text, PAIRS)


def refused(text: str) -> tuple[Fault, str | None]:
    with pytest.raises(Unreadable) as caught:
        read(text)
    assert re.fullmatch(r"[A-Z][^\n]{5,400}[.]", caught.value.mend)
    return caught.value.fault, caught.value.field


@pytest.mark.parametrize(
    "text",
    [
        written(),
        f"```json\n{written()}\n```",
        f"```\n{json.dumps(BUY, indent=4)}\n```",
        f"Let me think. ETH {{breakout}} looks strong {{sic}}.\n\n{written()}\n\nGood luck {{!}}",
        "{ " * 5_000 + written() + "}" * 5_000,
        f"{written()}\nTo repeat:\n```json\n{written()}\n```",
        written(action="buy", symbol="eth/usdt", strategy="Breakout"),
        written(symbol="ETH", leverage="5", quantity_usd="25.50", confidence="0.72"),
        written(leverage=5.0, stop_loss_pct=3.00),
    ],
)
def test_an_entry_is_read_bare_fenced_and_with_prose_around_it(text: str) -> None:
    assert read(text) == BOUGHT


def test_stops_may_be_left_out_or_null() -> None:
    bare = read(written(stop_loss_pct=..., take_profit_pct=None))
    assert (bare.stop_loss, bare.take_profit) == (None, None)


@pytest.mark.parametrize(
    "text",
    [
        HOLDING,
        HOLDING.replace("}", ', "symbol": null, "quantity_usd": null, "leverage": null}'),
        HOLDING.replace("}", ', "symbol": "none", "quantity_usd": 0, "leverage": "-", "stop_loss_pct": 0}'),
    ],
)
def test_a_hold_has_no_pair_and_no_figures_whatever_stands_there(text: str) -> None:
    assert read(text) == HELD


def test_a_close_needs_its_pair_alone() -> None:
    text = '{"action": "CLOSE", "symbol": "BNBUSDT", "quantity_usd": 0, "leverage": 0, "confidence": 1, '
    text += '"reasoning": "The target is near.", "strategy": "mean reversion"}'
    assert read(text) == RunDecision(
        Action.CLOSE, BNB, reasoning="The target is near.", style=Style.MEAN_REVERSION
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", (Fault.NO_TEXT, None)),
        (" \n\t", (Fault.NO_TEXT, None)),
        ("I would buy some ETH here.", (Fault.NO_JSON, None)),
        ("BUY [1, 2, 3]", (Fault.NO_JSON, None)),
        (written()[:-1], (Fault.NO_JSON, None)),
        (written()[:60], (Fault.NO_JSON, None)),
        ('{"decision": ' + written() + ', "why": ', (Fault.NO_JSON, None)),
        ("{" * 100, (Fault.NO_JSON, None)),
        ('{"a":' * 3_000, (Fault.NO_JSON, None)),
        ("x" * (MOST_TEXT + 1) + written(), (Fault.TOO_LONG, None)),
        (written(reasoning="x" * MOST_TEXT), (Fault.TOO_LONG, None)),
        ("{}", (Fault.MISSING_FIELD, "action")),
        ('{"decision": ' + written() + "}", (Fault.MISSING_FIELD, "action")),
        (written() + written(action="SELL"), (Fault.SEVERAL_DECISIONS, None)),
        (f"[{written()}, {HOLDING}]", (Fault.SEVERAL_DECISIONS, None)),
        (written() + written(leverage=6), (Fault.SEVERAL_DECISIONS, None)),
        ('{"action": "BUY", "action": "SELL"}', (Fault.REPEATED_FIELD, "action")),
    ],
)
def test_what_is_not_one_json_object_is_refused(text: str, expected: tuple[Fault, str | None]) -> None:
    assert refused(text) == expected


@pytest.mark.parametrize("field", ["action", "confidence", "reasoning", "strategy"])
def test_a_missing_field_is_named(field: str) -> None:
    assert refused(written(**{field: ...})) == (Fault.MISSING_FIELD, field)


@pytest.mark.parametrize("field", ["symbol", "quantity_usd", "leverage"])
@pytest.mark.parametrize("value", [..., None])
def test_an_entry_needs_pair_size_and_leverage(field: str, value: Any) -> None:
    assert refused(written(**{field: value})) == (Fault.MISSING_FIELD, None)


@pytest.mark.parametrize("value", ["PEPEUSDT", "BTC/USDT", "", "ETHUSDT; DROP TABLE", "💥", "\ud800"])
def test_a_pair_that_is_not_traded_is_refused(value: str) -> None:
    fault, _ = refused(written(symbol=value))
    assert fault in {Fault.UNKNOWN_SYMBOL, Fault.INVALID_FIELD}


@pytest.mark.parametrize(
    "field", ["quantity_usd", "leverage", "stop_loss_pct", "take_profit_pct", "confidence"]
)
@pytest.mark.parametrize(
    ("value", "fault"),
    [
        (True, Fault.NOT_A_NUMBER),
        (False, Fault.NOT_A_NUMBER),
        ("5x", Fault.NOT_A_NUMBER),
        ("1,000", Fault.NOT_A_NUMBER),
        ("25 USD", Fault.NOT_A_NUMBER),
        ("1e1", Fault.NOT_A_NUMBER),
        ("NaN", Fault.NOT_A_NUMBER),
        ("", Fault.NOT_A_NUMBER),
        (-1, Fault.OUT_OF_RANGE),
        (10**10, Fault.OUT_OF_RANGE),
        ([5], Fault.INVALID_FIELD),
        ({"value": 5}, Fault.INVALID_FIELD),
    ],
)
def test_what_is_no_figure_for_a_field_is_refused(field: str, value: Any, fault: Fault) -> None:
    assert refused(written(**{field: value})) == (fault, field)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("leverage", 1e9),
        ("leverage", 2.5),
        ("leverage", 0),
        ("leverage", 126),
        ("quantity_usd", 0),
        ("stop_loss_pct", 0),
        ("stop_loss_pct", 100),
        ("confidence", 72),
        ("confidence", 1.0001),
    ],
)
def test_a_figure_out_of_all_range_is_refused(field: str, value: float) -> None:
    assert refused(written(**{field: value})) == (Fault.OUT_OF_RANGE, field)


@pytest.mark.parametrize(
    ("figure", "fault"),
    [
        ("NaN", Fault.NOT_A_NUMBER),
        ("Infinity", Fault.NOT_A_NUMBER),
        ("-Infinity", Fault.NOT_A_NUMBER),
        ("1e999", Fault.OUT_OF_RANGE),
        ("1e-999", Fault.OUT_OF_RANGE),
        ("1e99999999999999999999", Fault.OUT_OF_RANGE),
        ("9" * 10_000, Fault.OUT_OF_RANGE),
    ],
)
def test_what_json_lets_pass_as_a_number_is_refused(figure: str, fault: Fault) -> None:
    assert refused(written().replace("25.5", figure))[0] == fault


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"stop_loss": 3}, (Fault.UNKNOWN_FIELD, "stop_loss")),
        ({"action": "SHORT"}, (Fault.INVALID_FIELD, "action")),
        ({"action": None}, (Fault.INVALID_FIELD, "action")),
        ({"action": 1}, (Fault.INVALID_FIELD, "action")),
        ({"strategy": "hodl"}, (Fault.INVALID_FIELD, "strategy")),
        ({"reasoning": ""}, (Fault.INVALID_FIELD, "reasoning")),
        ({"reasoning": 5}, (Fault.INVALID_FIELD, "reasoning")),
    ],
)
def test_what_a_field_does_not_know_is_refused(
    changes: dict[str, Any], expected: tuple[Fault, str | None]
) -> None:
    assert refused(written(**changes)) == expected


def test_every_fault_says_in_one_bounded_sentence_what_to_mend() -> None:
    with pytest.raises(Unreadable) as caught:
        read(written(**{"x\n" * 5_000: 1}))
    assert len(caught.value.mend) < 200
    assert "\n" not in caught.value.mend


def test_figures_are_read_to_the_last_digit() -> None:
    found = read(written().replace("25.5", "25.123456789012"))
    assert found.size == D("25.123456789012")


def _tolerated(text: str) -> None:
    try:
        found = read(text)
    except Unreadable as error:
        error.mend.encode()
        (error.field or "").encode()
        return
    assert found.symbol in (None, *PAIRS)
    assert 0 <= found.confidence <= 1
    found.reasoning.encode()


@settings(deadline=None)
@given(st.text())
@example('{"action":' * 1_500 + "1" + "}" * 1_500)
@example('{"\ud800": 1}')
@example('{"action": "\ud800"}')
@example('{"action": ' + "[" * 900 + "]" * 900 + "}")
def test_no_text_raises_anything_else(text: str) -> None:
    _tolerated(text)


PLAIN = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=30))
NESTED = st.recursive(PLAIN, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from([*BUY, "other"]), NESTED), st.text(max_size=20), st.text(max_size=20))
def test_no_json_raises_anything_else(changes: dict[str, Any], before: str, after: str) -> None:
    _tolerated(before + json.dumps({**BUY, **changes}) + after)


@settings(deadline=None)
@given(
    st.integers(0, 2**32),
    st.integers(1, 40),
    st.sampled_from(['"', "{", "}", "\\", ",", "9", "e", " ", "\x00"]),
)
def test_no_damage_to_an_answer_raises_anything_else(place: int, length: int, put: str) -> None:
    text = written()
    at = place % len(text)
    _tolerated(text[:at] + put + text[at + length :])
