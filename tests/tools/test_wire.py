import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.service import Running
from tests.tools.door import Door
from tools.context import Context
from tools.errors import CallError, Code
from tools.market import price
from tools.policy import LOCAL_OWNER
from tools.registry import validate
from tools.wire import IsoTime, Millis, Num, Result, camel, maybe_percent, percent, unless_none


def deep(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(levels):
        value = {"a": value}
    return value


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ({}, Code.MISSING_PARAMS),
        ({"amount": None}, Code.INVALID_PARAMS),
        ({"amount": 1, "colour": "red"}, Code.INVALID_PARAMS),
        ({"colour": "red"}, Code.MISSING_PARAMS),
        ({"amount": True}, Code.INVALID_PARAMS),
        ({"amount": float("nan")}, Code.INVALID_PARAMS),
        ({"amount": float("inf")}, Code.INVALID_PARAMS),
        ({"amount": float("-inf")}, Code.INVALID_PARAMS),
        ({"amount": "NaN"}, Code.INVALID_PARAMS),
        ({"amount": "Infinity"}, Code.INVALID_PARAMS),
        ({"amount": 1e400}, Code.INVALID_PARAMS),
        ({"amount": "1e400"}, Code.INVALID_PARAMS),
        ({"amount": "1e1000000000"}, Code.INVALID_PARAMS),
        ({"amount": 10**5000}, Code.INVALID_PARAMS),
        ({"amount": 0}, Code.INVALID_PARAMS),
        ({"amount": -0.0}, Code.INVALID_PARAMS),
        ({"amount": -1}, Code.INVALID_PARAMS),
        ({"amount": [1]}, Code.INVALID_PARAMS),
        ({"amount": {"value": 1}}, Code.INVALID_PARAMS),
        ({"amount": ""}, Code.INVALID_PARAMS),
        ({"amount": 1, "pairName": 5}, Code.INVALID_PARAMS),
        ({"amount": 1, "tags": []}, Code.INVALID_PARAMS),
        ([1], Code.INVALID_PARAMS),
        ("amount", Code.INVALID_PARAMS),
        (7, Code.INVALID_PARAMS),
    ],
)
async def test_parameters_that_do_not_fit_are_refused(door: Door, raw: Any, code: Code) -> None:
    for name in ("test.order", "test.look"):
        assert await door.code(name, raw) is code
    assert door.placed == []


async def test_a_refusal_names_the_fields_as_the_caller_wrote_them(door: Door) -> None:
    with pytest.raises(CallError) as caught:
        await door.call(raw={"pairName": 5, "x" * 500: 1})
    assert caught.value.details == {"fields": ["amount", "pairName", "x" * 64]}


async def test_deep_values_pass_or_are_refused_and_break_nothing(door: Door) -> None:
    for name in ("test.look", "test.order"):
        assert await door.code(name, {"amount": 1, "tags": deep(200)}) is None
    assert await door.code("test.order", {"amount": 1, "tags": deep(5_000)}) is not None
    assert len(door.placed) == 1
    assert await door.code("test.order") is None


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda each: st.lists(each) | st.dictionaries(st.text(), each),
    max_leaves=8,
)


def read_pair(value: Any) -> str | Code:
    """Return the pair that a value stands for, or the code it is refused with."""
    try:
        return str(validate(price, {"pair": value}).model_dump(mode="json")["pair"])
    except CallError as error:
        return error.reason


@given(ANYTHING)
def test_whatever_is_given_for_a_pair_is_a_pair_or_refused(value: Any) -> None:
    read = read_pair(value)
    assert read is Code.INVALID_PARAMS or (isinstance(value, str) and "/" in read)


class Everything(Result):
    """One of each."""

    exact_num: Num
    at_ms: Millis
    at_iso: IsoTime
    high_24h: Num | None
    note: str | None = unless_none()


def test_a_result_is_numbers_and_times_in_documented_names() -> None:
    at = datetime(2026, 11, 20, 12, 0, 0, 250_000, tzinfo=UTC)
    result = Everything(exact_num=Decimal("0.10"), at_ms=at, at_iso=at, high_24h=None)
    printed = json.loads(result.model_dump_json())
    assert printed == {
        "exactNum": 0.1,
        "atMs": 1795176000250,
        "atIso": "2026-11-20T12:00:00.250Z",
        "high24h": None,
    }
    assert result.model_dump(mode="json") == printed
    # What is stored of a call comes back as it was.
    again = Everything.model_validate({**printed, "atIso": printed["atIso"]})
    assert (again.exact_num, again.at_ms, again.at_iso) == (Decimal("0.1"), at, at)


@pytest.mark.parametrize(
    ("name", "spelled"),
    [("high_24h", "high24h"), ("entry_price", "entryPrice"), ("id", "id"), ("take_profit", "takeProfit")],
)
def test_fields_are_spelled_as_documented(name: str, spelled: str) -> None:
    assert camel(name) == spelled


def test_percent_is_rounded_and_unknown_stays_unknown() -> None:
    assert percent(Decimal("0.012345678")) == Decimal("1.2346")
    assert maybe_percent(None) is None
    assert maybe_percent(Decimal("-1")) == Decimal(-100)


async def test_every_answer_of_a_real_order_is_json_of_plain_numbers(service: Running) -> None:
    app = service.app
    ctx = Context(LOCAL_OWNER, app.services, app.registry)
    order = {"action": "buy", "pair": "btc-usdt", "type": "market", "amount": 500}
    result = await app.registry.call("trade.execute", order, ctx)
    printed = json.loads(result.model_dump_json())
    assert printed["pair"] == "BTC/USDT"
    assert isinstance(printed["executedQty"], float)
    assert isinstance(printed["timestampMs"], int)
    assert printed["time"].endswith("Z")
