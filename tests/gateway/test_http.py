import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Any

import pytest
from aiohttp import WSServerHandshakeError

from gateway.settings import GatewaySettings
from tests.gateway.house import House, Running

UPGRADE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
}


async def page(
    running: Running, path: str, headers: Mapping[str, str] | None = None, method: str = "GET"
) -> tuple[int, Any]:
    async with running.session.request(method, f"{running.url}{path}", headers=headers) as response:
        assert response.content_type == "application/json"
        return response.status, await response.json()


async def test_health_tells_how_everything_is(house: House, running: Running) -> None:
    status, body = await page(running, "/health")
    assert status == 200
    assert {key: body[key] for key in ("status", "version", "build", "ok", "uptime", "uptime_seconds")} == {
        "status": "healthy",
        "version": "1.0.0",
        "build": "0.1.0",
        "ok": True,
        "uptime": 60.0,
        "uptime_seconds": 60.0,
    }
    assert body["timestamp"] == "2026-03-02T12:00:00Z"
    assert body["services"]["gateway"] == "running"
    assert body["skills"]["auto-trader"] == "healthy"
    assert [each["connected"] for each in body["exchanges"].values()] == [True]


async def test_a_problem_makes_the_service_unhealthy_and_not_ready(house: House, running: Running) -> None:
    assert await page(running, "/ready") == (200, {"ready": True, "problems": []})
    house.troubles.append("the disk is full")
    status, body = await page(running, "/health")
    assert (status, body["status"], body["ok"]) == (503, "unhealthy", False)
    assert body["problems"] == ["the disk is full"]
    assert await page(running, "/ready") == (503, {"ready": False, "problems": ["the disk is full"]})
    assert await page(running, "/live") == (200, {"live": True})


async def test_the_front_page_is_json_or_a_short_page_for_a_browser(running: Running) -> None:
    status, body = await page(running, "/")
    assert status == 200
    assert list(body.items())[:7] == [
        ("program", {"name": "K.I.T.", "version": "0.1.0"}),
        ("name", "CryptoFunk Trading API"),
        ("message", "Crypto LLM Trading API"),
        ("version", "1.0.0"),
        ("build", "0.1.0"),
        ("status", "running"),
        ("timestamp", "2026-03-02T12:00:00Z"),
    ]
    assert list(body["endpoints"]) == [
        "websocket",
        "websocket_alias",
        "health",
        "ready",
        "live",
        "metrics",
        "api",
        "events",
        "docs",
        "redoc",
        "openapi",
        "kit",
        "gateway",
    ]
    async with running.session.get(running.url, headers={"Accept": "text/html,*/*;q=0.8"}) as response:
        assert (response.status, response.content_type) == (200, "text/html")
        assert "K.I.T." in await response.text()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing", 404), ("POST", "/health", 405), ("GET", "/ws", 426), ("GET", "/%00", 404)],
)
async def test_what_is_not_there_is_said_in_json(
    running: Running, method: str, path: str, status: int
) -> None:
    found, body = await page(running, path, method=method)
    assert found == status
    assert set(body) == {"error", "message"}


async def test_a_fault_of_a_page_shows_no_trace(house: House, running: Running) -> None:
    house.troubles.append("fault")
    for path in ("/health", "/ready"):
        status, body = await page(running, path)
        assert (status, body["error"]) == (500, "INTERNAL_ERROR")
        assert "Traceback" not in str(body)
        assert "itself failed" not in str(body)


async def test_metrics_count_what_happened(running: Running) -> None:
    async with running.wire() as wire:
        await wire.request("echo.say")
        await wire.request("echo.say", {"text": 5})
        for method in ("no.such.1", "no.such.2"):
            await wire.request(method)
        await wire.send("{")
        await wire.answer()
        async with running.session.get(f"{running.url}/metrics") as response:
            lines = (await response.text()).splitlines()
    assert "kit_gateway_connections 1.0" in lines
    for method, code, count in (
        ("echo.say", "OK", 1),
        ("echo.say", "INVALID_PARAMS", 1),
        ("unknown", "UNKNOWN_METHOD", 2),
        ("malformed", "INVALID_FRAME", 1),
        ("connect", "OK", 1),
    ):
        assert f'kit_gateway_requests_total{{code="{code}",method="{method}"}} {count}.0' in lines
    assert 'kit_gateway_request_seconds_count{method="echo.say"} 2.0' in lines


async def test_metrics_need_the_token_where_there_is_one(house: House) -> None:
    async with house.running(GatewaySettings(token="secret")) as running:
        assert (await page(running, "/metrics"))[0] == 401
        assert (await page(running, "/metrics", {"Authorization": "Bearer wrong"}))[0] == 401
        headers = {"Authorization": "Bearer secret"}
        async with running.session.get(f"{running.url}/metrics", headers=headers) as response:
            assert response.status == 200
        assert (await page(running, "/health"))[0] == 200


async def status_of(running: Running, headers: Mapping[str, str]) -> int:
    try:
        async with running.session.ws_connect(running.url, headers=headers) as socket:
            await socket.send_str('{"type":"req","id":"p","method":"ping"}')
            assert (await socket.receive_json(timeout=20))["ok"]
            return 101
    except WSServerHandshakeError as error:
        return error.status


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://localhost", 101),
        ("http://localhost:5173", 101),
        ("http://127.0.0.1:18799", 101),
        ("https://[::1]:8080", 101),
        ("https://desk.example", 101),
        ("https://desk.example:444", 403),
        ("http://desk.example", 403),
        ("https://evil.example", 403),
        ("http://localhost.evil.example", 403),
        ("http://127.0.0.1.evil.example", 403),
        ("chrome-extension://localhost", 403),
        ("null", 403),
        ("http://[", 403),
        ("", 403),
    ],
)
async def test_only_pages_of_this_machine_and_known_ones_may_open_a_socket(
    house: House, origin: str, status: int
) -> None:
    settings = GatewaySettings(allowed_origins=frozenset({"https://desk.example"}))
    async with house.running(settings) as running:
        assert await status_of(running, {"Origin": origin}) == status


async def test_where_others_reach_the_port_a_page_has_to_come_from_it(house: House) -> None:
    async with house.running(GatewaySettings(host="0.0.0.0", token="t")) as running:
        own = running.url
        assert await status_of(running, {"Origin": own}) == 101
        assert await status_of(running, {"Origin": "http://localhost:5173"}) == 403
        assert await status_of(running, {"Host": "kit.example", "Origin": "http://kit.example"}) == 101


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("localhost:18799", 200),
        ("127.0.0.1:1", 200),
        ("[::1]:80", 200),
        ("kit.internal:18799", 200),
        ("evil.example", 403),
        ("localhost.evil.example:18799", 403),
        ("[", 403),
    ],
)
async def test_a_foreign_name_bent_to_this_machine_is_refused(house: House, host: str, status: int) -> None:
    settings = GatewaySettings(allowed_hosts=frozenset({"kit.internal"}))
    async with house.running(settings) as running:
        assert (await page(running, "/live", {"Host": host}))[0] == status
        upgraded = await status_of(running, {"Host": host})
        assert upgraded == (101 if status == 200 else 403)


async def test_the_fifty_first_connection_is_refused_before_the_upgrade(running: Running) -> None:
    async with AsyncExitStack() as stack:
        wires = [await stack.enter_async_context(running.wire(None)) for _ in range(50)]
        assert await status_of(running, {}) == 503
        async with running.session.get(running.url, headers=UPGRADE) as response:
            assert (response.status, response.content_type) == (503, "application/json")
            assert int(response.headers["Retry-After"]) > 0
        assert all([(await wire.request("ping"))["ok"] for wire in wires])
        await wires[0].request("disconnect")
        await wires[0].socket.receive(timeout=20)
        async with asyncio.timeout(60):
            while await status_of(running, {}) == 503:
                pass


async def test_a_bad_handshake_is_refused_in_json_and_takes_no_place(house: House) -> None:
    async with house.running(GatewaySettings(max_connections=1)) as running:
        for _ in range(3):
            status, _ = await page(running, "/", {**UPGRADE, "Sec-WebSocket-Key": "short"})
            assert status == 400
        assert await status_of(running, {}) == 101
