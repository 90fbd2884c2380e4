import json
from itertools import zip_longest
from typing import Any

import pytest
from aiohttp import WSMsgType
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.protocol import Request, parse, text_message
from gateway.settings import GatewaySettings
from tests.gateway.house import House, Running
from tests.wire import Wire
from tools.errors import Code

GOOD = {"type": "req", "id": "g", "method": "echo.say", "params": {"text": "hi"}}


def nested(depth: int) -> dict[str, Any]:
    inner: Any = "core"
    for _ in range(depth - 2):
        inner = [inner]
    return {**GOOD, "params": {"text": inner}}


BAD: dict[str, tuple[str | bytes, str | None]] = {
    "not JSON": ('{"type":"nope"', None),
    "empty": ("", None),
    "a list": ("[]", None),
    "text": ('"req"', None),
    "null": ("null", None),
    "NaN": ('{"type":"req","id":"n","method":"ping","params":{"a":NaN}}', None),
    "no id": ('{"type":"req","method":"ping"}', None),
    "a number as id": ('{"type":"req","id":7,"method":"ping"}', None),
    "an empty id": ('{"type":"req","id":"","method":"ping"}', None),
    "an overlong id": (json.dumps({**GOOD, "id": "x" * 129}), None),
    "no type": ('{"id":"a","method":"ping"}', "a"),
    "another type": ('{"type":"event","id":"a","method":"ping"}', "a"),
    "no method": ('{"type":"req","id":"a"}', "a"),
    "a number as method": ('{"type":"req","id":"a","method":5}', "a"),
    "an overlong method": (json.dumps({**GOOD, "method": "m" * 129}), "g"),
    "params as list": ('{"type":"req","id":"a","method":"ping","params":[]}', "a"),
    "params as text": ('{"type":"req","id":"a","method":"ping","params":"x"}', "a"),
    "too deep": (json.dumps(nested(33)), "g"),
    "far too deep": ("[" * 100_000, None),
    "too large": (json.dumps({**GOOD, "params": {"text": "x" * (1 << 20)}}), None),
    "a NUL character": (json.dumps({**GOOD, "params": {"text": "a\0b"}}), "g"),
    "a NUL character in a key": (json.dumps({**GOOD, "params": {"a\0": 1}}), "g"),
    "a NUL character in the id": (json.dumps({**GOOD, "id": "a\0b"}), None),
    "binary": (b'{"type":"req","id":"b","method":"ping"}', None),
}


@pytest.mark.parametrize(("raw", "frame_id"), BAD.values(), ids=BAD.keys())
async def test_a_malformed_frame_is_refused_and_the_connection_stays(
    running: Running, raw: str | bytes, frame_id: str | None
) -> None:
    async with running.wire(None) as wire:
        await wire.send(raw)
        refused = await wire.answer()
        assert (refused["type"], refused["id"], refused["ok"]) == ("res", frame_id, False)
        assert refused["error"]["code"] == "INVALID_FRAME"
        assert refused["error"]["retryable"] is False
        assert refused["error"]["details"] == {"http": 400, "codes": ["INVALID_FRAME", "INVALID_REQUEST"]}
        assert (await wire.request("echo.say", {"text": "still here"}))["payload"]["text"] == "still here"


async def test_bytes_that_are_no_text_are_refused_and_the_connection_stays(running: Running) -> None:
    async with running.wire(None) as wire:
        await wire.socket.send_frame(b'{"type":"req","id":"\xff\xfe"}', WSMsgType.TEXT)
        assert (await wire.answer())["error"]["code"] == "INVALID_FRAME"
        assert (await wire.request("ping"))["ok"]


async def test_fields_that_nobody_asked_for_are_tolerated_in_a_frame_but_not_in_params(
    running: Running,
) -> None:
    async with running.wire(None) as wire:
        await wire.send({**GOOD, "trace": {"a": 1}, "jsonrpc": "2.0"})
        assert (await wire.answer("g"))["ok"]
        for method in ("ping", "disconnect", "echo.say"):
            refused = await wire.request(method, {"more": 1})
            assert refused["error"]["code"] == "INVALID_PARAMS"


async def test_the_largest_and_deepest_frames_allowed_are_answered(running: Running) -> None:
    async with running.wire(None) as wire:
        room = (1 << 20) - len(json.dumps({**GOOD, "params": {"text": ""}}))
        await wire.send({**GOOD, "params": {"text": "x" * room}})
        assert len((await wire.answer("g"))["payload"]["text"]) == room
        await wire.send(nested(32))
        assert (await wire.answer("g"))["error"]["code"] == "INVALID_PARAMS"


async def test_an_absurdly_large_frame_closes_with_1009(house: House) -> None:
    async with house.running(GatewaySettings(max_frame_bytes=1_000)) as running:
        async with running.wire(None) as wire:
            await wire.send("x" * 4_100)
            closed = await wire.socket.receive(timeout=20)
            assert (closed.type, wire.socket.close_code) == (WSMsgType.CLOSE, 1009)
        async with running.wire(None) as wire:
            await wire.send("x" * 3_900)
            assert (await wire.answer())["error"]["code"] == "INVALID_FRAME"


@pytest.mark.parametrize("params", [{}, {"params": None}])
async def test_ping_answers_the_time(running: Running, params: dict[str, None]) -> None:
    async with running.wire(None) as wire:
        await wire.send({"type": "req", "id": "p", "method": "ping", **params})
        assert await wire.answer("p") == {
            "type": "res",
            "id": "p",
            "ok": True,
            "payload": {"pong": 1_772_452_800_000},
        }


words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
)
methods = st.sampled_from(
    ["echo.say", "ping", "trade.execute", "tool.invoke", "market.price", "connect", "chat.send", "no.such"]
)
fields = st.sampled_from(["text", "pair", "tool", "args", "amount", "type", "device", "client", "resume"])
plain = st.none() | st.booleans() | st.integers(-(2**63), 2**63) | words | st.lists(words, max_size=3)
requests = st.fixed_dictionaries(
    {"type": st.just("req"), "method": methods},
    optional={
        "params": st.dictionaries(fields, plain | st.dictionaries(words, plain, max_size=2), max_size=4)
    },
)
garbage = st.one_of(
    st.fixed_dictionaries({"type": st.just("req"), "id": scalars, "method": anything, "params": anything}),
    anything,
    st.binary(max_size=60),
    st.text(max_size=60),
)


def encoded(frame: Any) -> bytes:
    if isinstance(frame, bytes):
        return frame
    if isinstance(frame, str):
        return frame.encode("utf-8", "replace")
    return json.dumps(frame).encode("utf-8", "replace")


async def survive(house: House, asked: list[dict[str, Any]], thrown: list[Any]) -> None:
    """Send requests and garbage in turns; each gets one answer with a documented code."""
    named = [{**request, "id": f"q{number}"} for number, request in enumerate(asked)]
    async with house.running(GatewaySettings(limited=False)) as running, running.wire(None) as wire:
        for pair in zip_longest(named, thrown, fillvalue="stop"):
            for frame in pair:
                await wire.socket.send_frame(encoded(frame), WSMsgType.TEXT)
        answers = [await wire.answer() for _ in range(2 * max(len(named), len(thrown)))]
        codes = {answer["error"]["code"] for answer in answers if not answer["ok"]}
        assert codes <= set(Code) | {"INVALID_REQUEST", "INVALID_ORDER", "AUTH_FAILED"}
        assert "INTERNAL_ERROR" not in codes
        handled = [answer for answer in answers if answer["ok"] or answer["error"]["code"] != "INVALID_FRAME"]
        assert len(handled) >= len(named)
        assert {request["id"] for request in named} <= {answer["id"] for answer in answers}
        assert (await wire.request("echo.say", {"text": "alive"}, "last"))["payload"]["text"] == "alive"


def turns(count: int) -> st.SearchStrategy[tuple[list[dict[str, Any]], list[Any]]]:
    return st.tuples(
        st.lists(requests, min_size=count, max_size=count), st.lists(garbage, min_size=count, max_size=count)
    )


RELAXED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]


@given(sent=turns(20))
@settings(max_examples=25, deadline=None, suppress_health_check=RELAXED)
async def test_no_garbage_kills_the_connection_or_gets_an_undocumented_code(
    house: House, sent: tuple[list[dict[str, Any]], list[Any]]
) -> None:
    await survive(house, *sent)


@pytest.mark.long
@given(sent=turns(50))
@settings(max_examples=1_000, deadline=None, suppress_health_check=RELAXED)
async def test_no_amount_of_garbage_does(house: House, sent: tuple[list[dict[str, Any]], list[Any]]) -> None:
    await survive(house, *sent)


@given(payload=st.binary(max_size=70_000))
def test_a_text_message_says_its_length_as_the_protocol_wants_it(payload: bytes) -> None:
    message = text_message(payload)
    assert message[0] == 0x81
    length, start = message[1], 2
    if length == 126:
        length, start = int.from_bytes(message[2:4]), 4
        assert length >= 126
    elif length == 127:
        length, start = int.from_bytes(message[2:10]), 10
        assert length >= 65_536
    assert (length, message[start:]) == (len(payload), payload)


@given(frame=requests, frame_id=words.filter(bool))
def test_a_sensible_frame_is_parsed_as_it_was_meant(frame: dict[str, Any], frame_id: str) -> None:
    parsed = parse(encoded({**frame, "id": frame_id}), 1 << 20, 32)
    assert parsed[:2] == (frame_id, frame["method"])
    assert (parsed.params is None) == (frame.get("params") is None)


def test_a_request_is_what_its_frame_says() -> None:
    assert parse(json.dumps(GOOD).encode(), 1_000, 8) == Request("g", "echo.say", {"text": "hi"})


async def answers_in_order(wire: Wire, count: int) -> list[str]:
    return [(await wire.answer())["id"] for _ in range(count)]


async def test_a_pipelining_client_gets_quick_answers_in_the_order_of_its_requests(house: House) -> None:
    async with (
        house.running(GatewaySettings(limited=False)) as running,
        running.wire(None) as wire,
    ):
        ids = [f"p{number}" for number in range(1_000)]
        for frame_id in ids:
            await wire.send(
                {"type": "req", "id": frame_id, "method": "echo.say", "params": {"text": frame_id}}
            )
        assert await answers_in_order(wire, len(ids)) == ids
