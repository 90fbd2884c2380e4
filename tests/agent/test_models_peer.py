"""Both vendors' SDKs against an independent server of their protocols."""

import random
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from agent.models.anthropic import AnthropicModel
from agent.models.errors import (
    ModelBusy,
    ModelError,
    ModelKeyRejected,
    ModelRejected,
    ModelUnavailable,
    StreamCut,
)
from agent.models.failover import Failover
from agent.models.openai import OpenAIModel
from agent.models.port import Model, ToolCall
from agent.models.retrying import Retrying
from tests.agent.listening import PRICE, asking, listen, result, used
from tests.peers.aimock import Aimock, aimock
from trading.clock import SystemClock

LONG = "Bitcoin trades at 64,000 dollars and has gained two percent since this morning."


def _error(status: int, kind: str, **more: Any) -> dict[str, Any]:
    return {"response": {"error": {"message": f"it is {kind}", "type": kind}, "status": status, **more}}


FIXTURES: list[dict[str, Any]] = [
    {"match": {"userMessage": "say it"}, "response": {"content": LONG}},
    {
        "match": {"userMessage": "both prices", "hasToolResult": False},
        "response": {
            "content": "Let me look.",
            "toolCalls": [
                {"id": "call_btc", "name": "market_price", "arguments": {"symbol": "BTC/USDT"}},
                {"id": "call_eth", "name": "market_price", "arguments": {"symbol": "ETH/USDT"}},
            ],
        },
    },
    {
        "match": {"userMessage": "both prices", "toolCallId": "call_eth"},
        "response": {
            "toolCalls": [{"id": "call_sol", "name": "market_price", "arguments": {"symbol": "SOL/USDT"}}]
        },
    },
    {
        "match": {"userMessage": "both prices", "toolCallId": "call_sol"},
        "response": {"content": "All three are up."},
    },
    {
        "match": {"userMessage": "malformed arguments"},
        "response": {"toolCalls": [{"id": "call_bad", "name": "market_price", "arguments": "[7]"}]},
    },
    {
        "match": {"userMessage": "short of room"},
        "response": {"content": "Once upon", "finishReason": "length"},
    },
    {"match": {"userMessage": "no words"}, "response": {"content": ""}},
    {
        "match": {"userMessage": "cut it"},
        "response": {"content": LONG},
        "truncateAfterChunks": 4,
        "latency": 20,
    },
    {
        "match": {"userMessage": "hang up"},
        "response": {"content": LONG},
        "latency": 100,
        "disconnectAfterMs": 420,
    },
    {"match": {"userMessage": "take your time"}, "response": {"content": LONG}, "latency": 30},
    {
        "match": {"userMessage": "busy once", "sequenceIndex": 0},
        **_error(429, "rate_limit_error", retryAfter=0),
    },
    {"match": {"userMessage": "busy once"}, "response": {"content": "Now I have time."}},
    {"match": {"userMessage": "too often"}, **_error(429, "rate_limit_error", retryAfter=7)},
    {"match": {"userMessage": "overloaded"}, **_error(529, "overloaded_error")},
    {"match": {"userMessage": "wrong key"}, **_error(401, "authentication_error")},
    {"match": {"userMessage": "no money"}, **_error(402, "billing_error")},
    {"match": {"userMessage": "no such model"}, **_error(404, "not_found_error")},
    {"match": {"userMessage": "out of order"}, **_error(500, "api_error")},
]

MakeModel = Callable[[Aimock], Model]

VENDORS: dict[str, MakeModel] = {
    "anthropic": lambda peer: AnthropicModel("claude-sonnet-5-5", "sk-test", peer.url),
    "openai": lambda peer: OpenAIModel("gpt-6-sol", "sk-test", peer.openai_url),
}


@pytest.fixture(scope="module")
def peer() -> Iterator[Aimock]:
    with aimock(FIXTURES) as running:
        yield running


@pytest.fixture(params=list(VENDORS))
async def model(request: pytest.FixtureRequest, peer: Aimock) -> AsyncIterator[Model]:
    made = VENDORS[request.param](peer)
    yield made
    await made.aclose()


async def test_text_comes_in_pieces_and_then_as_a_whole(model: Model) -> None:
    heard = await listen(model, asking("say it"))
    assert len(heard.pieces) > 1
    assert "".join(heard.pieces) == heard.completion.text == LONG
    assert heard.completion.model == model.name
    assert heard.completion.tool_calls == ()
    assert not heard.completion.truncated


async def test_a_conversation_goes_on_with_the_results_of_parallel_tools(model: Model, peer: Aimock) -> None:
    first = await listen(model, asking("both prices", tools=(PRICE,)))
    btc, eth = first.completion.tool_calls
    assert (btc, eth) == (
        ToolCall("call_btc", "market_price", {"symbol": "BTC/USDT"}),
        ToolCall("call_eth", "market_price", {"symbol": "ETH/USDT"}),
    )
    assert first.completion.text == "Let me look."

    so_far = [
        used(btc, eth, text=first.completion.text),
        result("call_btc", "64000"),
        result("call_eth", "no such pair", failed=True),
    ]
    second = await listen(model, asking("both prices", *so_far, tools=(PRICE,)))
    assert second.completion.tool_calls == (ToolCall("call_sol", "market_price", {"symbol": "SOL/USDT"}),)

    so_far += [used(*second.completion.tool_calls), result("call_sol", "150")]
    third = await listen(model, asking("both prices", *so_far, tools=(PRICE,)))
    assert third.completion.text == "All three are up."

    told = peer.journal()[-1]["body"]["messages"]
    assert [message["role"] for message in told] == [
        "system",
        "user",
        "assistant",
        "tool",
        "tool",
        "assistant",
        "tool",
    ]
    assert [message.get("tool_call_id") for message in told if message["role"] == "tool"] == [
        "call_btc",
        "call_eth",
        "call_sol",
    ]


async def test_arguments_that_are_no_object_are_kept_as_written(model: Model) -> None:
    heard = await listen(model, asking("malformed arguments", tools=(PRICE,)))
    assert heard.completion.tool_calls == (ToolCall("call_bad", "market_price", {}, malformed="[7]"),)


async def test_an_answer_that_ran_out_of_room_says_so(model: Model) -> None:
    heard = await listen(model, asking("short of room"))
    assert heard.completion.text == "Once upon"
    assert heard.completion.truncated


async def test_an_empty_answer_is_no_answer(model: Model) -> None:
    with pytest.raises(StreamCut):
        await listen(model, asking("no words"))


@pytest.mark.parametrize("words", ["cut it", "hang up"])
async def test_a_stream_that_breaks_off_is_an_error_after_its_text(model: Model, words: str) -> None:
    pieces: list[str] = []
    with pytest.raises(StreamCut):
        await listen(model, asking(words), pieces)
    assert pieces
    assert LONG.startswith("".join(pieces))
    assert "".join(pieces) != LONG


async def test_a_slow_answer_is_passed_on_while_it_is_written(model: Model) -> None:
    stream = model.stream(asking("take your time"))
    first = await anext(stream)
    rest = [piece async for piece in stream]
    assert len(rest) > 2
    assert first != rest[0]


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("too often", ModelBusy),
        ("overloaded", ModelBusy),
        ("wrong key", ModelKeyRejected),
        ("no money", ModelKeyRejected),
        ("no such model", ModelRejected),
        ("out of order", ModelUnavailable),
    ],
)
async def test_errors_are_named_by_what_to_do(model: Model, words: str, kind: type[ModelError]) -> None:
    with pytest.raises(ModelError) as caught:
        await listen(model, asking(words))
    assert type(caught.value) is kind


async def test_the_wait_a_vendor_asks_for_is_told(model: Model) -> None:
    with pytest.raises(ModelBusy) as caught:
        await listen(model, asking("too often"))
    assert caught.value.retry_after == 7


async def test_a_busy_model_is_asked_again() -> None:
    # The peer counts what all its clients ask, so each vendor has one of its own.
    for make in VENDORS.values():
        async with _alone(make) as model:
            patient = Retrying(model, SystemClock(), random.Random(1))
            heard = await listen(patient, asking("busy once"))
            assert heard.completion.text == "Now I have time."


async def test_the_next_model_answers_when_one_cannot(peer: Aimock) -> None:
    broken = OpenAIModel("gpt-6-sol", "sk-test", "http://127.0.0.1:9/v1")
    whole = AnthropicModel("claude-sonnet-5-5", "sk-test", peer.url)
    models = Failover([broken, whole])
    heard = await listen(models, asking("say it"))
    assert heard.completion.model == "anthropic:claude-sonnet-5-5"
    await models.aclose()


@asynccontextmanager
async def _alone(make: MakeModel) -> AsyncIterator[Model]:
    with aimock(FIXTURES) as peer:
        model = make(peer)
        yield model
        await model.aclose()
