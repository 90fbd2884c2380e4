import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from agent.models.anthropic import AnthropicModel
from agent.models.connection import Timeouts
from agent.models.errors import (
    ContentRefused,
    ModelBusy,
    ModelError,
    ModelKeyRejected,
    ModelRejected,
    ModelUnavailable,
    StreamCut,
)
from agent.models.port import Message, ModelRequest, Role, ToolCall, Usage
from tests.agent.listening import PRICE, asking, listen, result, used
from tests.agent.loopback import Answer, Ending, events, refusal, serving

LONG_ENOUGH = 10
"""Seconds after which a wait was not ended by the limit under test, which is far shorter."""

CANARY = "sk-ant-canary-0123456789"

START = {
    "type": "message_start",
    "message": {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "content": [],
        "model": "claude",
        "usage": {"input_tokens": 10, "cache_creation_input_tokens": 5, "cache_read_input_tokens": 100},
    },
}
STOP = {"type": "message_stop"}


def _block(index: int, block: dict[str, Any], *deltas: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"type": "content_block_start", "index": index, "content_block": block},
        *({"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": index},
    ]


def _text(index: int, *pieces: str) -> list[dict[str, Any]]:
    return _block(
        index, {"type": "text", "text": ""}, *({"type": "text_delta", "text": piece} for piece in pieces)
    )


def _use(index: int, call_id: str, *pieces: str) -> list[dict[str, Any]]:
    block = {"type": "tool_use", "id": call_id, "name": "market_price", "input": {}}
    return _block(index, block, *({"type": "input_json_delta", "partial_json": piece} for piece in pieces))


def _end(reason: str, output: int = 7) -> dict[str, Any]:
    return {"type": "message_delta", "delta": {"stop_reason": reason}, "usage": {"output_tokens": output}}


def _answer(*blocks: Sequence[dict[str, Any]], reason: str = "end_turn") -> Answer:
    return Answer(events(START, *(event for block in blocks for event in block), _end(reason), STOP))


def _model(url: str, timeouts: Timeouts | None = None) -> AnthropicModel:
    return AnthropicModel("claude-sonnet-5-5", CANARY, url, timeouts)


async def test_tokens_are_counted_with_what_the_cache_gave() -> None:
    async with serving(_answer(_text(0, "Up."))) as server:
        heard = await listen(_model(server.url), asking("and?"))
    assert heard.completion.usage == Usage(input=115, output=7, cached=100, written=5)


async def test_orders_and_tools_are_marked_for_the_cache() -> None:
    async with serving(_answer(_text(0, "Up."))) as server:
        await listen(_model(server.url), asking("and?", tools=(PRICE, PRICE)))
    (told,) = server.bodies
    mark = {"type": "ephemeral"}
    assert told["system"] == [{"type": "text", "text": "You trade.", "cache_control": mark}]
    assert [tool.get("cache_control") for tool in told["tools"]] == [None, mark]
    assert told["tools"][0]["input_schema"] == PRICE.parameters


async def test_results_of_tools_that_ran_together_share_a_message_and_failures_are_marked() -> None:
    calls = (ToolCall("a", "market_price", {"symbol": "BTC"}), ToolCall("b", "market_price", {}, "[oops"))
    request = asking("both?", used(*calls), result("a", "1"), result("b", "bad", failed=True))
    async with serving(_answer(_text(0, "Up."))) as server:
        await listen(_model(server.url), request)
    assert server.bodies[0]["messages"] == [
        {"role": "user", "content": [{"type": "text", "text": "both?"}]},
        {
            "role": "assistant",
            "content": [
                {"type": "tool_use", "id": "a", "name": "market_price", "input": {"symbol": "BTC"}},
                {"type": "tool_use", "id": "b", "name": "market_price", "input": {}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "a", "content": "1"},
                {"type": "tool_result", "tool_use_id": "b", "content": "bad", "is_error": True},
            ],
        },
    ]


async def test_no_empty_text_is_sent() -> None:
    call = ToolCall("a", "market_price", {})
    request = ModelRequest(
        "",
        [
            Message(Role.USER, "go"),
            Message(Role.ASSISTANT, " \n"),
            Message(Role.USER, ""),
            used(call, text="  "),
            result("a", ""),
        ],
    )
    async with serving(_answer(_text(0, "Up."))) as server:
        await listen(_model(server.url), request)
    assert "system" not in server.bodies[0]
    assert "tools" not in server.bodies[0]
    assert server.bodies[0]["messages"] == [
        {"role": "user", "content": [{"type": "text", "text": "go"}]},
        {
            "role": "assistant",
            "content": [{"type": "tool_use", "id": "a", "name": "market_price", "input": {}}],
        },
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "a"}]},
    ]


THOUGHT = {"type": "thinking", "thinking": "Both, then.", "signature": "c2ln"}
HIDDEN = {"type": "redacted_thinking", "data": "eHh4"}

THOUGHTFUL = _answer(
    _block(
        0,
        {"type": "thinking", "thinking": "", "signature": ""},
        {"type": "thinking_delta", "thinking": "Both, "},
        {"type": "thinking_delta", "thinking": "then."},
        {"type": "signature_delta", "signature": "c2ln"},
    ),
    _block(1, HIDDEN),
    _use(2, "a", '{"symbol": ', '"BTC"}'),
    reason="tool_use",
)


async def test_thoughts_go_back_with_the_results_of_the_tools_they_led_to() -> None:
    async with serving(THOUGHTFUL, _answer(_text(0, "Up."))) as server:
        model = _model(server.url)
        heard = await listen(model, asking("and?", tools=(PRICE,)))
        assert (heard.pieces, heard.completion.text) == ([], "")
        request = asking("and?", used(*heard.completion.tool_calls), result("a", "1"), tools=(PRICE,))
        await listen(model, request)
    assert server.bodies[1]["messages"][1] == {
        "role": "assistant",
        "content": [
            THOUGHT,
            HIDDEN,
            {"type": "tool_use", "id": "a", "name": "market_price", "input": {"symbol": "BTC"}},
        ],
    }


async def test_thoughts_stay_away_once_other_words_stand_before_them() -> None:
    async with serving(THOUGHTFUL, _answer(_text(0, "Up."))) as server:
        model = _model(server.url)
        heard = await listen(model, asking("and?", tools=(PRICE,)))
        request = asking("and now?", used(*heard.completion.tool_calls), result("a", "1"), tools=(PRICE,))
        await listen(model, request)
    kinds = [block["type"] for block in server.bodies[1]["messages"][1]["content"]]
    assert kinds == ["tool_use"]


async def test_a_call_that_repeats_an_id_of_the_conversation_gets_its_own() -> None:
    earlier = ToolCall("a", "market_price", {})
    async with serving(_answer(_use(0, "a"), reason="tool_use")) as server:
        heard = await listen(_model(server.url), asking("go", used(earlier), result("a", "1")))
    assert heard.completion.tool_calls == (ToolCall("a_2", "market_price", {}),)


@pytest.mark.parametrize("written", ['["BTC"]', '{"symbol": "B', "NaN", '{"size": NaN}', "null"])
async def test_arguments_that_are_no_object_are_kept_as_written(written: str) -> None:
    async with serving(_answer(_use(0, "a", written), reason="tool_use")) as server:
        heard = await listen(_model(server.url), asking("go"))
    assert heard.completion.tool_calls == (ToolCall("a", "market_price", {}, malformed=written),)


async def test_arguments_may_come_at_the_start_of_a_call() -> None:
    block = {"type": "tool_use", "id": "a", "name": "market_price", "input": {"symbol": "BTC"}}
    async with serving(_answer(_block(0, block), reason="tool_use")) as server:
        heard = await listen(_model(server.url), asking("go"))
    assert heard.completion.tool_calls == (ToolCall("a", "market_price", {"symbol": "BTC"}),)


HALF = events(START, *_text(0, "Bitcoin is"))


def _failing(kind: str) -> Answer:
    return Answer(HALF + events({"type": "error", "error": {"type": kind, "message": "it failed"}}))


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer(HALF), StreamCut),
        (Answer(HALF, ending=Ending.TORN), StreamCut),
        (Answer(HALF + b'event: content_block_delta\ndata: {"type": "content_bl'), StreamCut),
        (Answer(b""), StreamCut),
        (Answer(b"<html>hello</html>"), StreamCut),
        (_answer(), StreamCut),
        (_answer(_text(0, "  ")), StreamCut),
        (_answer(_text(0, "I would"), reason="refusal"), ContentRefused),
        (_failing("overloaded_error"), ModelBusy),
        (_failing("api_error"), StreamCut),
        (refusal(400, {"type": "invalid_request_error", "message": "too long"}), ModelRejected),
        (refusal(403, {"type": "permission_error", "message": "no"}), ModelKeyRejected),
        (refusal(413, {"type": "request_too_large", "message": "no"}), ModelRejected),
        (refusal(503, {"type": "api_error", "message": "no"}), ModelUnavailable),
        (Answer(b"nothing here", 502, {"content-type": "text/plain"}), ModelUnavailable),
        (Answer(b"I am a teapot", 418), ModelRejected),
    ],
)
async def test_what_is_no_whole_answer_is_an_error(answer: Answer, kind: type[ModelError]) -> None:
    async with serving(answer) as server:
        with pytest.raises(ModelError) as caught:
            await listen(_model(server.url), asking("go"))
    assert type(caught.value) is kind


async def test_an_answer_cut_at_its_limit_of_words_is_truncated() -> None:
    for reason in ("max_tokens", "model_context_window_exceeded"):
        async with serving(_answer(_text(0, "Once"), reason=reason)) as server:
            heard = await listen(_model(server.url), asking("go"))
        assert heard.completion.truncated


async def test_a_call_cut_before_its_arguments_is_not_a_call_without_any() -> None:
    async with serving(_answer(_use(0, "a"), reason="max_tokens"), _answer(_use(0, "a"))) as server:
        cut = await listen(_model(server.url), asking("go"))
        whole = await listen(_model(server.url), asking("go"))
    assert cut.completion.tool_calls == (ToolCall("a", "market_price", {}, malformed=""),)
    assert whole.completion.tool_calls == (ToolCall("a", "market_price", {}),)


async def test_a_connection_lost_after_the_end_of_the_answer_loses_nothing() -> None:
    whole = events(START, *_text(0, "Up."), _end("end_turn"))
    async with serving(Answer(whole, ending=Ending.TORN)) as server:
        heard = await listen(_model(server.url), asking("go"))
    assert heard.completion.text == "Up."


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry_after": "12"}, 12.0),
        ({"retry_after_ms": "1500", "retry_after": "12"}, 1.5),
        ({"retry_after": "Sat, 21 Nov 2026 10:00:30 GMT", "date": "Sat, 21 Nov 2026 10:00:00 GMT"}, 30.0),
        ({"retry_after": "soon"}, None),
        ({}, None),
    ],
)
async def test_the_wait_is_read_in_every_form_a_header_has(
    headers: dict[str, str], seconds: float | None
) -> None:
    busy = refusal(429, {"type": "rate_limit_error", "message": "slow"}, **headers)
    async with serving(busy) as server:
        with pytest.raises(ModelBusy) as caught:
            await listen(_model(server.url), asking("go"))
    assert caught.value.retry_after == seconds


async def test_a_vendor_that_says_nothing_is_not_waited_for_for_ever() -> None:
    async with asyncio.timeout(LONG_ENOUGH), serving(Answer(ending=Ending.MUTE)) as server:
        with pytest.raises(ModelUnavailable) as caught:
            await listen(_model(server.url, Timeouts(first_byte=0.1, between=30)), asking("go"))
    assert type(caught.value) is ModelUnavailable


async def test_a_vendor_that_stops_talking_has_cut_the_answer() -> None:
    pieces: list[str] = []
    silent = Answer(HALF, ending=Ending.SILENT)
    async with asyncio.timeout(LONG_ENOUGH), serving(silent) as server:
        with pytest.raises(StreamCut):
            await listen(_model(server.url, Timeouts(first_byte=30, between=0.1)), asking("go"), pieces)
    assert pieces == ["Bitcoin is"]


async def test_nobody_listening_is_a_vendor_that_cannot_be_reached() -> None:
    async with serving(Answer()) as server:
        url = server.url
    with pytest.raises(ModelUnavailable):
        await listen(_model(url), asking("go"))


async def test_the_key_is_in_no_error_nor_in_anything_that_hangs_on_it() -> None:
    echo = refusal(401, {"type": "authentication_error", "message": f"bad key: {CANARY}!"})
    async with serving(echo, Answer(HALF, ending=Ending.TORN)) as server:
        for _ in range(2):
            with pytest.raises(ModelError) as caught:
                await listen(_model(server.url), asking("go"))
            error: BaseException | None = caught.value
            while error is not None:
                assert CANARY not in f"{error} {error!r} {vars(error)}"
                error = error.__cause__ or error.__context__
        assert CANARY in server.headers[0]["authorization"]


@pytest.mark.parametrize("key", ["", "  ", "schlüssel", "two words", "line\nbreak"])
def test_a_key_that_cannot_be_one_is_rejected_unsaid(key: str) -> None:
    with pytest.raises(ModelKeyRejected) as caught:
        AnthropicModel("claude-sonnet-5-5", key)
    assert not key.strip() or key.strip() not in str(caught.value)


async def test_leaving_early_hangs_up() -> None:
    async with serving(Answer(HALF, ending=Ending.SILENT), _answer(_text(0, "Up."))) as server:
        model = _model(server.url)
        stream = model.stream(asking("go"))
        await anext(stream)
        await stream.aclose()  # type: ignore[attr-defined]
        heard = await listen(model, asking("again"))
        await model.aclose()
    assert heard.completion.text == "Up."
