import asyncio
import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from agent.models.openai import OpenAIModel
from agent.models.openai_answer import Answer as WireAnswer
from agent.models.port import Message, ModelRequest, Role, ToolCall, Usage
from tests.agent.listening import PRICE, asking, listen, result, used
from tests.agent.loopback import Answer, Ending, events, refusal, serving

LONG_ENOUGH = 10
"""Seconds after which a wait was not ended by the limit under test, which is far shorter."""

CANARY = "sk-proj-canary-0123456789"

Chunk = dict[str, Any]


def _delta(delta: Any, finish: str | None = None, **more: Any) -> Chunk:
    return {"id": "c1", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **more}


def _says(text: Any, finish: str | None = None, **more: Any) -> Chunk:
    return _delta({"content": text}, finish, **more)


def _piece(**fields: Any) -> Chunk:
    """Return a chunk with one piece of a tool call; `name` and `arguments` belong to its function."""
    function = {name: fields.pop(name) for name in ("name", "arguments") if name in fields}
    return _delta({"tool_calls": [{**fields, "function": function}]})


def _answer(*chunks: Chunk, finish: str = "stop", done: bool = True) -> Answer:
    return Answer(events(*chunks, _delta({}, finish), done=done))


WHOLE = _answer(_says("Up."))


def _model(url: str, timeouts: Timeouts | None = None, model: str = "local-1") -> OpenAIModel:
    return OpenAIModel(model, CANARY, f"{url}/v1", timeouts)


async def test_tokens_are_counted_with_what_the_cache_gave() -> None:
    usage = {"prompt_tokens": 115, "completion_tokens": 7, "prompt_tokens_details": {"cached_tokens": 100}}
    chunks = (_says("Up."), _delta({}, "stop"), {"id": "c1", "choices": [], "usage": usage})
    async with serving(Answer(events(*chunks, done=True))) as server:
        heard = await listen(_model(server.url), asking("and?"))
    assert heard.completion.usage == Usage(input=115, output=7, cached=100)
    assert server.bodies[0]["stream_options"] == {"include_usage": True}


@pytest.mark.parametrize(
    ("chunks", "usage"),
    [
        ((_says("Up."),), Usage()),
        (
            (
                _says("U", usage={"prompt_tokens": 5, "completion_tokens": 1}),
                _says("p.", usage={"prompt_tokens": 5, "completion_tokens": 2}),
            ),
            Usage(5, 2),
        ),
        (
            (
                _says("Up."),
                _delta(
                    {},
                    usage={
                        "prompt_tokens": 9,
                        "completion_tokens": None,
                        "prompt_cache_hit_tokens": 4,
                    },
                ),
            ),
            Usage(9, 0, 4),
        ),
    ],
)
async def test_servers_may_count_tokens_late_often_or_never(chunks: tuple[Chunk, ...], usage: Usage) -> None:
    async with serving(_answer(*chunks)) as server:
        heard = await listen(_model(server.url), asking("go"))
    assert (heard.completion.text, heard.completion.usage) == ("Up.", usage)


async def test_thinking_aloud_is_not_part_of_the_answer() -> None:
    chunks = (
        _delta({"role": "assistant", "content": None, "reasoning_content": "Hm."}),
        _delta({"content": "", "reasoning": "Hmm."}),
        _says("Up."),
    )
    async with serving(_answer(*chunks)) as server:
        heard = await listen(_model(server.url), asking("go"))
    assert heard.pieces == ["Up."]


async def test_text_may_come_as_a_list_of_parts_and_without_a_last_word() -> None:
    parts = [{"type": "text", "text": "Up"}, {"type": "text", "text": "."}, {"type": "thinking"}]
    async with serving(_answer(_says(parts), done=False)) as server:
        heard = await listen(_model(server.url), asking("go"))
    assert heard.completion.text == "Up."


BTC = ToolCall("a", "market_price", {"symbol": "BTC"})
ETH = ToolCall("b", "market_price", {"symbol": "ETH"})
BTC_PIECE = {"name": "market_price", "arguments": '{"symbol": "BTC"}'}
ETH_PIECE = {"name": "market_price", "arguments": '{"symbol": "ETH"}'}


@pytest.mark.parametrize(
    "chunks",
    [
        pytest.param(
            (_piece(index=0, id="a", **BTC_PIECE), _piece(index=1, id="b", **ETH_PIECE)), id="whole"
        ),
        pytest.param((_piece(id="a", **BTC_PIECE), _piece(id="b", **ETH_PIECE)), id="without index"),
        pytest.param(
            (_piece(index=0, id="a", **BTC_PIECE), _piece(index=0, id="b", **ETH_PIECE)), id="all at index 0"
        ),
        pytest.param(
            (
                _piece(index=0, id="a", name="market_price", arguments=""),
                _piece(index=0, arguments='{"symbol": '),
                _piece(index=0, arguments='"BTC"}'),
                _piece(index=1, id="b", name="market_price"),
                _piece(index=1, arguments='{"symbol": "ETH"}'),
            ),
            id="in pieces",
        ),
        pytest.param(
            (
                _piece(index=0, id="a", name="market_price", arguments='{"symbol": '),
                _piece(index=1, id="b", name="market_price", arguments='{"symbol": '),
                _piece(index=0, id="a", arguments='"BTC"}'),
                _piece(index=1, id="b", arguments='"ETH"}'),
            ),
            id="interleaved, the id each time",
        ),
        pytest.param(
            (
                _piece(index=0, id="a", name="market_price", arguments={"symbol": "BTC"}),
                _piece(index=1, id="b", name="market_price", arguments={"symbol": "ETH"}),
            ),
            id="as objects",
        ),
        pytest.param(
            (
                _piece(id="a", name="market_price"),
                _piece(arguments='{"symbol": "BTC"}'),
                _piece(id="b", name="market_price"),
                _piece(arguments='{"symbol": "ETH"}'),
            ),
            id="in pieces without index",
        ),
    ],
)
async def test_tool_calls_are_put_together_from_every_way_to_send_them(chunks: tuple[Chunk, ...]) -> None:
    async with serving(_answer(*chunks, finish="tool_calls")) as server:
        heard = await listen(_model(server.url), asking("both?", tools=(PRICE,)))
    assert heard.completion.tool_calls == (BTC, ETH)


async def test_calls_without_an_id_get_one_that_no_other_has() -> None:
    async with serving(_answer(_piece(**BTC_PIECE), _piece(**ETH_PIECE), finish="stop")) as server:
        model = _model(server.url)
        first = (await listen(model, asking("both?"))).completion.tool_calls
        later = asking("both?", used(*first), *(result(call.id, "1") for call in first))
        second = (await listen(model, later)).completion.tool_calls
    ids = [call.id for call in (*first, *second)]
    assert len(set(ids)) == 4
    assert [call.arguments for call in first] == [BTC.arguments, ETH.arguments]


async def test_a_call_without_arguments_has_none() -> None:
    for arguments in ("", "  ", "{}", None):
        async with serving(_answer(_piece(index=0, id="a", name="now", arguments=arguments))) as server:
            heard = await listen(_model(server.url), asking("go"))
        assert heard.completion.tool_calls == (ToolCall("a", "now", {}),)


async def test_the_conversation_is_told_as_the_protocol_wants_it() -> None:
    spoiled = ToolCall("b", "market_price", {}, malformed="[oops")
    request = asking(
        "both?", used(BTC, spoiled, text="Wait."), result("a", "1"), result("b", "bad", failed=True)
    )
    async with serving(WHOLE) as server:
        await listen(_model(server.url), ModelRequest("Trade.", request.messages, (PRICE,), temperature=0.5))
    told = server.bodies[0]
    assert told["messages"] == [
        {"role": "system", "content": "Trade."},
        {"role": "user", "content": "both?"},
        {
            "role": "assistant",
            "content": "Wait.",
            "tool_calls": [
                {
                    "id": "a",
                    "type": "function",
                    "function": {"name": "market_price", "arguments": '{"symbol": "BTC"}'},
                },
                {"id": "b", "type": "function", "function": {"name": "market_price", "arguments": "{}"}},
            ],
        },
        {"role": "tool", "tool_call_id": "a", "content": "1"},
        {"role": "tool", "tool_call_id": "b", "content": "The tool failed: bad"},
    ]
    assert told["tools"] == [
        {
            "type": "function",
            "function": {
                "name": PRICE.name,
                "description": PRICE.description,
                "parameters": PRICE.parameters,
            },
        }
    ]
    assert (told["temperature"], told["max_tokens"], told["model"]) == (0.5, 8192, "local-1")


UNKNOWN = {"type": "invalid_request_error", "code": "unsupported_parameter"}


@pytest.mark.parametrize(
    ("refused", "lacks"),
    [
        ({**UNKNOWN, "message": "not supported", "param": "stream_options"}, "stream_options"),
        ({"message": "body.stream_options: extra fields not permitted"}, "stream_options"),
        ({**UNKNOWN, "message": "not supported", "param": "temperature"}, "temperature"),
        ({**UNKNOWN, "message": "use 'max_completion_tokens'", "param": "max_tokens"}, "max_tokens"),
    ],
)
async def test_a_field_a_server_refuses_is_left_out_from_then_on(refused: dict[str, str], lacks: str) -> None:
    request = ModelRequest("", [Message(Role.USER, "go")], temperature=0.1)
    async with serving(refusal(400, refused), WHOLE) as server:
        model = _model(server.url)
        for _ in range(2):
            heard = await listen(model, request)
            assert heard.completion.text == "Up."
    assert [lacks in body for body in server.bodies] == [True, False, False]


async def test_tools_without_reasoning_are_asked_for_where_a_model_wants_that() -> None:
    refused = {**UNKNOWN, "message": "set reasoning_effort to 'none'", "param": "reasoning_effort"}
    async with serving(refusal(400, refused), WHOLE) as server:
        model = _model(server.url)
        await listen(model, asking("go", tools=(PRICE,)))
        await listen(model, asking("go"))
    assert [body.get("reasoning_effort") for body in server.bodies] == [None, "none", None]


async def test_a_refusal_that_leaving_out_does_not_mend_is_passed_on() -> None:
    refused = {**UNKNOWN, "message": "max_tokens is too large", "param": "max_tokens"}
    async with serving(refusal(400, refused)) as server:
        model = _model(server.url)
        for _ in range(2):
            with pytest.raises(ModelRejected):
                await listen(model, asking("go"))
    assert ["max_tokens" in body for body in server.bodies] == [True, False, True, False]


async def test_a_server_that_refuses_either_name_of_a_field_is_not_asked_for_ever() -> None:
    old = refusal(400, {**UNKNOWN, "message": "no", "param": "max_tokens"})
    new = refusal(400, {**UNKNOWN, "message": "no", "param": "max_completion_tokens"})
    async with serving(old, new, old) as server:
        with pytest.raises(ModelRejected):
            await listen(_model(server.url), asking("go"))
    assert len(server.bodies) == 3


HALF = events(_says("Bitcoin is"))


def _failing(**error: Any) -> Answer:
    return Answer(HALF + events({"error": {"message": "it failed", **error}}))


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer(HALF), StreamCut),
        (Answer(HALF + b"data: [DONE]\n\n"), StreamCut),
        (Answer(HALF, ending=Ending.TORN), StreamCut),
        (Answer(HALF + b'data: {"id": "c1", "choi'), StreamCut),
        (Answer(b""), StreamCut),
        (Answer(b'{"choices": []}', headers={"content-type": "application/json"}), StreamCut),
        (_answer(), StreamCut),
        (_answer(_says(" \n")), StreamCut),
        (_answer(_says("I would"), finish="content_filter"), ContentRefused),
        (_answer(_delta({"refusal": "I cannot."})), ContentRefused),
        (_answer(_says("Half"), finish="insufficient_system_resource"), ModelUnavailable),
        (_failing(code="rate_limit_exceeded"), ModelBusy),
        (_failing(code=429), ModelBusy),
        (_failing(code=402), ModelKeyRejected),
        (_failing(type="server_error"), StreamCut),
        (refusal(429, {"message": "slow", "code": "rate_limit_exceeded"}), ModelBusy),
        (refusal(429, {"message": "pay", "code": "insufficient_quota"}), ModelKeyRejected),
        (refusal(429, {"message": "pay", "type": "insufficient_quota"}), ModelKeyRejected),
        (refusal(401, {"message": "no", "type": "invalid_request_error"}), ModelKeyRejected),
        (refusal(402, {"message": "pay"}), ModelKeyRejected),
        (refusal(404, {"message": "no such model"}), ModelRejected),
        (refusal(422, {"message": "odd"}), ModelRejected),
        (refusal(408, {"message": "late"}), ModelUnavailable),
        (refusal(500, {"message": "sorry"}), ModelUnavailable),
        (Answer(b"<html>bad gateway</html>", 502), ModelUnavailable),
    ],
)
async def test_what_is_no_whole_answer_is_an_error(answer: Answer, kind: type[ModelError]) -> None:
    async with serving(answer) as server:
        with pytest.raises(ModelError) as caught:
            await listen(_model(server.url), asking("go"))
    assert type(caught.value) is kind


async def test_an_answer_cut_at_its_limit_is_truncated() -> None:
    async with serving(_answer(_says("Once"), finish="length")) as server:
        heard = await listen(_model(server.url), asking("go"))
    assert heard.completion.truncated


async def test_a_call_cut_before_its_arguments_is_not_a_call_without_any() -> None:
    async with serving(_answer(_piece(index=0, id="a", name="now"), finish="length")) as server:
        heard = await listen(_model(server.url), asking("go"))
    assert heard.completion.tool_calls == (ToolCall("a", "now", {}, malformed=""),)


async def test_chunks_may_lack_what_they_do_not_need() -> None:
    chunks: tuple[Chunk, ...] = ({}, {"choices": None}, {"choices": [{}]}, {"choices": [{"delta": None}]})
    ending = {"choices": [{"finish_reason": "stop"}]}
    async with serving(Answer(events(*chunks, _says("Up."), ending))) as server:
        heard = await listen(_model(server.url), asking("go"))
    assert heard.completion.text == "Up."


async def test_a_server_that_says_nothing_or_stops_is_not_waited_for_for_ever() -> None:
    pieces: list[str] = []
    mute, silent = Answer(ending=Ending.MUTE), Answer(HALF, ending=Ending.SILENT)
    async with asyncio.timeout(LONG_ENOUGH), serving(mute, silent) as server:
        with pytest.raises(ModelUnavailable) as caught:
            await listen(_model(server.url, Timeouts(first_byte=0.1, between=30)), asking("go"))
        assert type(caught.value) is ModelUnavailable
        with pytest.raises(StreamCut):
            await listen(_model(server.url, Timeouts(first_byte=30, between=0.1)), asking("go"), pieces)
    assert pieces == ["Bitcoin is"]


async def test_the_key_is_in_no_error_nor_in_anything_that_hangs_on_it() -> None:
    echo = refusal(401, {"code": "invalid_api_key", "message": f"Incorrect API key provided: {CANARY}."})
    async with serving(echo, Answer(HALF, ending=Ending.TORN)) as server:
        for _ in range(2):
            with pytest.raises(ModelError) as caught:
                await listen(_model(server.url), asking("go"))
            error: BaseException | None = caught.value
            while error is not None:
                assert CANARY not in f"{error} {error!r} {vars(error)}"
                error = error.__cause__ or error.__context__
        assert CANARY in server.headers[0]["authorization"]


async def test_only_a_server_of_ones_own_does_without_a_key() -> None:
    async with serving(WHOLE) as server:
        heard = await listen(OpenAIModel("llama", base_url=f"{server.url}/v1"), asking("go"))
    assert heard.completion.model == "openai:llama"
    with pytest.raises(ModelKeyRejected):
        OpenAIModel("gpt-6-sol")


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text()),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner)),
    max_leaves=5,
)


@given(st.dictionaries(st.text(), JSON), st.lists(st.integers(0, 60)))
def test_arguments_come_back_whole_wherever_they_are_cut(arguments: dict[str, Any], cuts: list[int]) -> None:
    written = json.dumps(arguments)
    edges = sorted({0, len(written), *(cut for cut in cuts if cut < len(written))})
    answer = WireAnswer()
    answer.take(_chunk(_piece(index=0, id="a", name="market_price", arguments="")))
    for start, end in pairwise(edges):
        answer.take(_chunk(_piece(index=0, arguments=written[start:end])))
    answer.take(_chunk(_delta({}, "tool_calls")))
    completion = answer.completion("openai:local-1", asking("go"))
    assert completion.tool_calls == (ToolCall("a", "market_price", arguments),)


def _chunk(chunk: Chunk) -> Any:
    from openai.types.chat import ChatCompletionChunk

    envelope = {"created": 0, "model": "local-1", "object": "chat.completion.chunk"}
    return ChatCompletionChunk.model_validate({**envelope, **chunk})
