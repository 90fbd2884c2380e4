from typing import Any

import pytest

from tests.gateway.house import House, Running
from tests.wire import HELLO, Frame
from tools.policy import Surface


async def greet(running: Running, params: Frame | None) -> Frame:
    async with running.wire(None) as wire:
        return await wire.request("connect", params)


async def test_hello_tells_who_is_there_and_what_is_served(house: House) -> None:
    async with house.running() as running:
        hello = (await greet(running, HELLO["001"]))["payload"]
    assert {key: hello[key] for key in ("type", "clientId", "gatewayId", "version", "build", "dialect")} == {
        "type": "hello-ok",
        "clientId": "test-client",
        "gatewayId": "kit-gateway-test",
        "version": "1.0.0",
        "build": "0.1.0",
        "dialect": "001",
    }
    assert hello["sessionId"] == hello["connectionId"]
    assert set(hello["methods"]) == {each.name for each in house.registry.served(Surface.WIRE)}
    assert hello["lastSeq"] == 0
    assert hello["limits"] == {"limited": True, "perSecond": 10, "perMinute": 300, "connections": 50}
    assert hello["protocol"] == {
        "version": 1,
        "maxFrameBytes": 1 << 20,
        "maxDepth": 32,
        "maxInFlight": 300,
    }
    assert {skill["id"]: skill["status"] for skill in hello["skills"]} == {
        "exchange-connector": "loaded",
        "portfolio-tracker": "disabled",
        "auto-trader": "loaded",
        "market-analysis": "disabled",
        "alert-system": "disabled",
        "backtester": "loaded",
    }
    assert all(set(skill) >= {"id", "name", "version", "status", "description"} for skill in hello["skills"])


async def test_hello_shows_each_tool_with_the_schema_of_its_parameters(running: Running) -> None:
    tools = {each["name"]: each for each in (await greet(running, HELLO["001"]))["payload"]["tools"]}
    assert set(tools) == {"trade", "backtest", "model_think", "market_price", "status"}
    assert tools["trade"]["description"] == "Place an order that fills at once, or rests when it has a price."
    assert tools["trade"]["parameters"]["required"] == ["amount"]
    assert tools["market_price"]["parameters"]["properties"]["pair"]["type"] == "string"


async def test_a_device_is_told_its_limits_by_group(running: Running) -> None:
    hello = (await greet(running, {}))["payload"]
    assert hello["dialect"] == "000"
    assert hello["clientId"] == hello["connectionId"]
    assert hello["limits"]["perMinute"] == {
        "chat": 10,
        "trade": 60,
        "market": 100,
        "backtest": 5,
        "other": 100,
    }


GREETINGS: dict[str, tuple[Any, str | None]] = {
    "nothing": (None, None),
    "a token that nobody asked for": ({"auth": {"token": "optional"}}, None),
    "a role": ({"role": "operator", **HELLO["000"]}, None),
    "more than we know": (
        {"caps": ["x"], "locale": "de", "device": {"id": "d", "os": {"name": "linux"}}},
        None,
    ),
    "null parts": ({"auth": None, "device": None, "client": None, "resume": None}, None),
    "a device without id": ({"device": {"name": "x"}}, "MISSING_PARAMS"),
    "a client without id": ({"client": {"version": "1"}}, "INVALID_REQUEST"),
    "a client that is text": ({"client": "x"}, "INVALID_REQUEST"),
    "a device with an empty id": ({"device": {"id": ""}}, "INVALID_PARAMS"),
    "a token that is a number": ({"auth": {"token": 5}}, "INVALID_PARAMS"),
    "resume before the beginning": ({"resume": {"lastSeq": -1}}, "INVALID_PARAMS"),
    "resume as text": ({"resume": {"lastSeq": "5"}}, "INVALID_PARAMS"),
    "resume from nowhere": ({"resume": {}}, "MISSING_PARAMS"),
    "resume from too far": ({"resume": {"lastSeq": 2**54}}, "INVALID_PARAMS"),
}


@pytest.mark.parametrize(("params", "code"), GREETINGS.values(), ids=GREETINGS.keys())
async def test_a_greeting_may_carry_more_than_we_know_but_no_nonsense(
    running: Running, params: Frame | None, code: str | None
) -> None:
    answer = await greet(running, params)
    assert answer.get("error", {}).get("code") == code


async def test_connect_is_optional_without_a_token(running: Running) -> None:
    async with running.wire(None) as wire:
        assert (await wire.request("echo.say", {"text": "a"}))["payload"] == {
            "text": "a",
            "principal": "owner",
        }


async def test_both_paths_speak_the_protocol(running: Running) -> None:
    for path in ("/", "/ws"):
        async with running.wire("000", path=path) as wire:
            assert (await wire.request("ping"))["ok"]


async def test_disconnect_is_answered_and_then_closed(running: Running) -> None:
    async with running.wire() as wire:
        assert (await wire.request("disconnect"))["payload"] == {"disconnected": True}
        await wire.socket.receive(timeout=20)
        assert wire.socket.close_code == 1000


async def test_only_clients_that_were_let_in_are_counted(house: House) -> None:
    async with house.running() as running:
        assert running.gateway.clients() == 0
        async with running.wire() as wire, running.wire(None) as other:
            await wire.request("ping")
            await other.request("ping")
            assert running.gateway.clients() == 2
