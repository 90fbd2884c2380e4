"""Whole conversations over both vendors' SDKs, against an independent server of their protocols."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from kit.app import Edge, serve
from kit.settings import load
from tests.peers.aimock import Aimock, aimock
from tests.service import BARE, NOON, Running, predictable
from tests.wire import Frame, Wire, wire
from trading.clock import ManualClock

ORDER = {"action": "buy", "pair": "BTC/USDT", "type": "market", "amount": 500}
LONG = "Bitcoin trades at 64,000 dollars and has gained two percent since this morning, more than most."


def calls(name: str, tool: str, arguments: Any) -> dict[str, Any]:
    return {"id": name, "name": tool, "arguments": arguments}


def says(match: dict[str, Any], content: str, *tool_calls: dict[str, Any], **more: Any) -> dict[str, Any]:
    response: dict[str, Any] = {"content": content} if content else {}
    if tool_calls:
        response["toolCalls"] = list(tool_calls)
    return {"match": match, "response": response, **more}


def fails(match: dict[str, Any], status: int, kind: str, **more: Any) -> dict[str, Any]:
    return {
        "match": match,
        "response": {"error": {"message": f"it is {kind}", "type": kind}, "status": status, **more},
    }


FIXTURES: list[dict[str, Any]] = [
    says(
        {"userMessage": "trade for me", "hasToolResult": False},
        "Let me look.",
        calls("call_price", "market_price", {"pair": "BTC/USDT"}),
    ),
    says(
        {"userMessage": "trade for me", "toolCallId": "call_price"},
        "Now I buy.",
        calls("call_buy", "trade_execute", ORDER),
    ),
    says(
        {"userMessage": "trade for me", "toolCallId": "call_buy"},
        "",
        calls("call_portfolio", "portfolio_get", {}),
    ),
    says({"userMessage": "trade for me", "toolCallId": "call_portfolio"}, "You hold bitcoin now (PAPER)."),
    says(
        {"userMessage": "bad arguments", "hasToolResult": False},
        "",
        calls("call_list", "market_price", "[7]"),
        calls("call_less", "market_price", {}),
    ),
    says(
        {"userMessage": "bad arguments", "toolCallId": "call_less"},
        "",
        calls("call_right", "market_price", {"pair": "ETH/USDT"}),
    ),
    says({"userMessage": "bad arguments", "toolCallId": "call_right"}, "Now I know the price."),
    says({"userMessage": "cut it"}, LONG, truncateAfterChunks=4, latency=20),
    fails({"userMessage": "limited once", "sequenceIndex": 0}, 429, "rate_limit_error", retryAfter=0),
    says({"userMessage": "limited once"}, "Now I have time."),
    fails({"userMessage": "overloaded once", "sequenceIndex": 0}, 529, "overloaded_error"),
    says({"userMessage": "overloaded once"}, "It was too much before."),
    says({"userMessage": "hello"}, "Hello."),
]
ALWAYS_LIMITED = [fails({"userMessage": "hello"}, 429, "rate_limit_error", retryAfter=0)]
ALWAYS_OVERLOADED = [fails({"userMessage": "hello"}, 529, "overloaded_error")]

MODELS = {"anthropic": "anthropic:claude-sonnet-5-5", "openai": "openai:gpt-6-sol"}


def at(vendor: str, peer: Aimock) -> dict[str, Any]:
    """Return the settings that put a vendor's SDK before a peer."""
    url = peer.url if vendor == "anthropic" else peer.openai_url
    return {f"{vendor}_api_key": f"sk-{vendor}", f"{vendor}_base_url": url}


@pytest.fixture(params=list(MODELS))
def vendor(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def peer() -> Iterator[Aimock]:
    with aimock(FIXTURES) as running_peer:
        yield running_peer


@asynccontextmanager
async def talking(home: Path, *models: str, **settings: Any) -> AsyncIterator[tuple[Running, Wire]]:
    """Run a service with these models and open a connection to it."""
    clock = ManualClock(NOON)
    config = load(home, **{**BARE, "limits": False, "model": models, **settings})
    async with (
        serve(config, Edge(clock, predictable()), warm=False) as app,
        wire(app.listening.url) as client,
    ):
        yield Running(app, clock), client


async def ask(service: Running, client: Wire, message: str) -> Frame:
    """Send a message and return the answer, with time passing until it is there."""
    client.events.clear()
    question = client.request("chat.send", {"message": message, "stream": True})
    asked = asyncio.create_task(question)
    while not asked.done():
        await service.advance(1)
        await asyncio.wait({asked}, timeout=0.02)
    return await asked


def told(client: Wire, name: str) -> list[Frame]:
    return [event["payload"] for event in client.events if event["event"] == name]


async def test_a_conversation_looks_trades_and_shows_what_is_held(
    tmp_path: Path, peer: Aimock, vendor: str
) -> None:
    async with talking(tmp_path, MODELS[vendor], **at(vendor, peer)) as (service, client):
        answer = await ask(service, client, "trade for me")
        payload = answer["payload"]
        assert payload["message"]["content"] == "Let me look.\n\nNow I buy.\n\nYou hold bitcoin now (PAPER)."
        assert payload["model"] == MODELS[vendor]
        used = told(client, "chat.tool_result")
        assert [(each["toolCall"]["name"], each["toolCall"]["ok"]) for each in used] == [
            ("market_price", True),
            ("trade_execute", True),
            ("portfolio_get", True),
        ]
        order = used[1]["result"]
        assert (order["status"], order["mode"]) == ("filled", "paper")
        trades = (await client.request("trade.history"))["payload"]["trades"]
        assert [each["orderId"] for each in trades] == [order["orderId"]]
        held = {each["symbol"]: each["amount"] for each in used[2]["result"]["assets"]}
        assert held["BTC"] == order["executedQty"]
        heard = [entry["body"]["messages"] for entry in peer.journal()]
        assert len(heard) == 4
        results = [json.loads(each["content"]) for each in heard[-1] if each["role"] == "tool"]
        assert results == [each["result"] for each in used]
        assert (await ask(service, client, "hello"))["payload"]["message"]["content"] == "Hello."


async def test_a_model_is_told_of_bad_arguments_and_corrects_itself(
    tmp_path: Path, peer: Aimock, vendor: str
) -> None:
    async with talking(tmp_path, MODELS[vendor], **at(vendor, peer)) as (service, client):
        answer = await ask(service, client, "bad arguments")
        assert answer["payload"]["message"]["content"] == "Now I know the price."
        used = {each["toolCall"]["id"]: each for each in told(client, "chat.tool_result")}
        assert used["call_list"]["result"]["error"]["code"] == "INVALID_PARAMS"
        assert used["call_less"]["result"]["error"]["code"] == "MISSING_PARAMS"
        assert used["call_right"]["toolCall"]["ok"]
        last = peer.journal()[-1]["body"]["messages"]
        assert sum("INVALID_PARAMS" in str(each["content"]) for each in last) == 1


async def test_a_stream_that_is_cut_ends_the_turn_and_the_session_goes_on(
    tmp_path: Path, peer: Aimock, vendor: str
) -> None:
    async with talking(tmp_path, MODELS[vendor], **at(vendor, peer)) as (service, client):
        answer = await ask(service, client, "cut it")
        assert (answer["error"]["code"], answer["error"]["retryable"]) == ("AGENT_BUSY", True)
        (error,) = told(client, "chat.error")
        assert error["error"]["code"] == "AGENT_BUSY"
        said = "".join(each["chunk"] for each in told(client, "chat.chunk"))
        assert said
        assert LONG.startswith(said)
        assert len(peer.journal()) == 1, "what was said is not said again"
        assert (await ask(service, client, "hello"))["payload"]["message"]["content"] == "Hello."
        page = (await client.request("chat.history"))["payload"]["messages"]
        assert [each["content"] for each in page] == ["cut it", said, "hello", "Hello."]


@pytest.mark.parametrize(
    ("words", "content"),
    [("limited once", "Now I have time."), ("overloaded once", "It was too much before.")],
)
async def test_a_model_that_is_busy_is_asked_again(
    tmp_path: Path, peer: Aimock, vendor: str, words: str, content: str
) -> None:
    async with talking(tmp_path, MODELS[vendor], **at(vendor, peer)) as (service, client):
        answer = await ask(service, client, words)
        assert answer["payload"]["message"]["content"] == content
        assert len(peer.journal()) == 2
        assert told(client, "chat.error") == []


@pytest.mark.parametrize("trouble", [ALWAYS_LIMITED, ALWAYS_OVERLOADED], ids=["429", "529"])
async def test_the_other_vendor_answers_when_one_has_no_time(
    tmp_path: Path, peer: Aimock, vendor: str, trouble: list[dict[str, Any]]
) -> None:
    other = next(name for name in MODELS if name != vendor)
    with aimock(trouble) as busy:
        settings = {**at(vendor, busy), **at(other, peer)}
        async with talking(tmp_path, MODELS[vendor], MODELS[other], **settings) as (service, client):
            answer = await ask(service, client, "hello")
            assert answer["payload"]["message"]["content"] == "Hello."
            assert answer["payload"]["model"] == MODELS[other]
            assert answer["payload"]["usage"]["cost"] is not None
        assert len(busy.journal()) == 3


async def test_when_no_vendor_has_time_the_caller_is_asked_to_wait(tmp_path: Path) -> None:
    with aimock(ALWAYS_LIMITED) as limited, aimock(ALWAYS_OVERLOADED) as overloaded:
        settings = {**at("anthropic", limited), **at("openai", overloaded)}
        async with talking(tmp_path, *MODELS.values(), **settings) as (service, client):
            answer = await ask(service, client, "hello")
            assert (answer["error"]["code"], answer["error"]["retryable"]) == ("AGENT_BUSY", True)
            assert "sk-" not in str(answer)
            page = (await client.request("chat.history"))["payload"]["messages"]
            assert [each["content"] for each in page] == ["hello"]
