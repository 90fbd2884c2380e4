"""Prefixes at which one API is answered alone, in its own words, and nothing of the others."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from gateway.rest.mounts import mounted
from gateway.rest.routes import OWN
from gateway.rest.table import Route
from tests.gateway.house import House, Running
from tests.gateway.rest.asked import ask
from tests.gateway.rest.tiny import TINY

FRONT = Route("GET", "/", "status", tells=lambda told, at: {"tiny": told.version})
SMALL = replace(TINY, routes=(*TINY.routes, FRONT))


@pytest.fixture
async def alone(house: House) -> AsyncIterator[Running]:
    """A gateway whose small API is mounted as well."""
    async with house.running(dialects=(OWN, SMALL), mounts={"tiny": "/alone"}) as running:
        yield running


def test_a_mounted_api_differs_in_its_addresses_only() -> None:
    found = mounted(TINY, "/alone")
    assert [route.path for route in found.routes] == [f"/alone{route.path}" for route in TINY.routes]
    assert [(socket.path, socket.address) for socket in found.sockets] == [("/tiny/ws", "/alone/tiny/ws")]
    assert found.prefixes == ("/alone",)
    back = [replace(route, path=was.path) for route, was in zip(found.routes, TINY.routes, strict=True)]
    assert (
        replace(found, routes=tuple(back), prefixes=TINY.prefixes, sockets=TINY.sockets).name,
        back,
    ) == (TINY.name, list(TINY.routes))


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/tiny/echo/x"), ("POST", "/tiny/echo"), ("GET", "/tiny/flood"), ("DELETE", "/tiny/open")],
)
async def test_a_route_answers_the_same_under_its_prefix(alone: Running, method: str, path: str) -> None:
    here, there = await ask(alone, method, path), await ask(alone, method, f"/alone{path}")
    assert (here.status, here.kind, here.json) == (there.status, there.kind, there.json)


async def test_the_front_of_an_api_is_shown_at_its_prefix_and_not_at_the_one_port(alone: Running) -> None:
    for path in ("/alone", "/alone/"):
        assert (await ask(alone, "GET", path)).json == {"tiny": "1.0.0"}
    front = (await ask(alone, "GET", "/")).json
    assert (front["name"], front["endpoints"]["alone"]) == ("CryptoFunk Trading API", "/alone")


@pytest.mark.parametrize("path", ["/alone/nothing", "/alone/health", "/alone/api/v2/status"])
async def test_all_that_is_not_there_is_refused_in_the_words_of_the_api(alone: Running, path: str) -> None:
    found = await ask(alone, "GET", path)
    assert (found.status, found.json) == (404, {"error": "not_found", "status": 404, "echo": {}})
    assert (await ask(alone, "GET", "/alonely")).json["error"] == "NOT_FOUND"


async def test_limits_are_the_same_ones_by_both_addresses(alone: Running) -> None:
    paths = ("/tiny/open", "/alone/tiny/open", "/tiny/open", "/alone/tiny/open")
    assert [(await ask(alone, "GET", path)).status for path in paths] == [200, 200, 200, 429]


async def test_a_mounted_socket_hears_and_counts_with_the_others(house: House, alone: Running) -> None:
    sockets = [await alone.session.ws_connect(f"{alone.url}{path}/tiny/ws") for path in ("", "/alone")]
    for socket in sockets:
        assert (await socket.receive_json(timeout=20))["hello"] == "conn"
    await house.publish("news", text="up")
    for socket in sockets:
        assert (await socket.receive_json(timeout=20))["news"] == "up"
    counted = (await ask(alone, "GET", "/alone/tiny/sockets")).json
    assert (counted["open"], counted["opened"]) == (2, 2)
    assert "/alone/tiny/ws" not in (await ask(alone, "GET", "/api/v2/status")).json["sockets"]
    for socket in sockets:
        await socket.close()


async def test_a_mounted_api_is_described_alone(alone: Running) -> None:
    found = (await ask(alone, "GET", "/alone/openapi.json")).json
    assert {path.partition("/")[2].partition("/")[0] for path in found["paths"]} == {"alone"}
    assert found["paths"]["/alone/tiny/echo/{word}"]["get"]["operationId"] == "echo_say"
    assert not [path for path in (await ask(alone, "GET", "/openapi.json")).json["paths"] if "alone" in path]
    assert "/alone/docs/start.js" in (await ask(alone, "GET", "/alone/docs")).raw.decode()
    assert "/alone/openapi.json" in (await ask(alone, "GET", "/alone/docs/start.js")).raw.decode()
    assert 'spec-url="/alone/openapi.json"' in (await ask(alone, "GET", "/alone/redoc")).raw.decode()


GREETINGS: dict[str, dict[str, Any]] = {
    "device": {"device": {"id": "d"}},
    "client": {"client": {"id": "c", "version": "1"}},
    "neither": {},
}


@pytest.mark.parametrize("greeting", GREETINGS)
@pytest.mark.parametrize(
    ("prefix", "code", "at", "limits"),
    [("/kit", "UNKNOWN_METHOD", int, "other"), ("/gateway", "INVALID_REQUEST", str, None)],
)
@pytest.mark.parametrize("path", ["", "/", "/ws"])
async def test_our_own_protocol_has_one_vocabulary_under_a_prefix(
    running: Running, greeting: str, prefix: str, code: str, at: type, limits: str | None, path: str
) -> None:
    async with running.wire(None, path=f"{prefix}{path}") as wire:
        before = await wire.request("no.such")
        told = (await wire.request("connect", GREETINGS[greeting]))["payload"]
        after = await wire.request("no.such")
        assert [each["error"]["code"] for each in (before, after)] == [code, code]
        assert (limits in told["limits"]["perMinute"]) if limits else told["limits"]["perSecond"] == 10
        order = await wire.request("trade.execute", {"amount": 1})
        assert isinstance(order["payload"]["timestamp"], at)


async def test_a_key_in_the_handshake_speaks_the_vocabulary_of_the_prefix(running: Running) -> None:
    async with running.wire(None, path="/gateway", headers={"Authorization": "Bearer any"}) as wire:
        for _ in range(10):
            assert (await wire.request("echo.say"))["ok"]
        refused = await wire.request("echo.say")
        assert (refused["error"]["code"], refused["error"]["retryAfterMs"]) == ("RATE_LIMITED", 1_000)


@pytest.mark.parametrize("prefix", ["/kit", "/gateway"])
async def test_our_own_protocol_says_under_a_prefix_what_it_is_and_how(running: Running, prefix: str) -> None:
    for path in ("", "/"):
        front = (await ask(running, "GET", f"{prefix}{path}")).json
        assert (front["name"], front["status"], front["build"]) == ("K.I.T.", "running", "0.1.0")
        assert front["endpoints"]["health"] == f"{prefix}/health"
    for name in ("health", "ready", "live"):
        here, there = (
            await ask(running, "GET", f"/{name}"),
            await ask(running, "GET", f"{prefix}/{name}"),
        )
        assert (there.status, there.json) == (200, here.json)
    assert (await ask(running, "GET", f"{prefix}/ws")).status == 426
    assert (await ask(running, "GET", f"{prefix}/api/v2/status")).status == 404
