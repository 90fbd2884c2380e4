"""Who may do what over the API of the leaderboard, and what it says where there is no arena."""

from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.service import Running, running

TOKEN = "the-right-token-of-this-test"
ELSEWHERE = {"Origin": "https://evil.example"}


async def ask(service: Running, method: str, path: str, **more: Any) -> tuple[int, Any, Any]:
    async with (
        aiohttp.ClientSession(service.http) as session,
        session.request(method, path, **more) as response,
    ):
        return response.status, response.headers, await response.json()


async def test_pages_of_elsewhere_read_markets_and_the_leaderboard_and_change_nothing(tmp_path: Path) -> None:
    async with running(tmp_path) as service:
        for path in ("/market/prices", "/market/price/ETHUSDT", "/trading/leaderboard"):
            _, headers, _ = await ask(service, "GET", path, headers=ELSEWHERE)
            assert headers.get("Access-Control-Allow-Origin") == "*", path
        for path in ("/trading/accounts", "/trading/trades", "/scheduler/status", "/ws/stats"):
            _, headers, _ = await ask(service, "GET", path, headers=ELSEWHERE)
            assert "Access-Control-Allow-Origin" not in headers, path
        for path in ("trigger", "pause", "resume"):
            status, _, body = await ask(service, "POST", f"/scheduler/{path}", headers=ELSEWHERE)
            assert (status, body["error"]) == (403, "Forbidden")


@pytest.mark.parametrize("headers", [{"Authorization": f"Bearer {TOKEN}"}, {"X-API-Key": TOKEN}])
async def test_where_a_token_is_set_it_is_asked_for(tmp_path: Path, headers: dict[str, str]) -> None:
    async with running(tmp_path, gateway_token=TOKEN) as service:
        for method, path in (("GET", "/market/prices"), ("POST", "/scheduler/pause"), ("GET", "/ws/stats")):
            status, _, body = await ask(service, method, path)
            assert (status, body["error"]) == (401, "Unauthorized")
        assert (await ask(service, "GET", "/market/prices", headers=headers))[0] == 200


async def test_without_an_arena_there_is_nothing_to_show_and_the_scheduler_is_off(tmp_path: Path) -> None:
    async with running(tmp_path, arena=False) as service:
        for path in ("status", "accounts", "accounts/LLM-A", "positions", "trades", "leaderboard"):
            status, _, body = await ask(service, "GET", f"/trading/{path}")
            assert (status, body["error"]) == (404, "NotFound")
        _, _, scheduler = await ask(service, "GET", "/scheduler/status")
        assert (scheduler["is_running"], scheduler["next_run_at"]) == (False, None)
        _, _, health = await ask(service, "GET", "/health")
        assert health["services"]["scheduler"] == "off"
        assert (health["services"]["database"], health["services"]["binance_api"]) == (
            "connected",
            "simulated",
        )
        assert (await ask(service, "GET", "/market/prices"))[0] == 200


async def test_a_paused_scheduler_knows_no_next_run(tmp_path: Path) -> None:
    async with running(tmp_path, arena=True) as service:
        while (await ask(service, "GET", "/scheduler/status"))[2]["next_run_at"] is None:
            await service.advance(1)
        assert (await ask(service, "POST", "/scheduler/pause"))[0] == 200
        _, _, after = await ask(service, "GET", "/scheduler/next-run")
        assert (after["next_run_at"], after["seconds_until_next_run"]) == (None, None)
        assert after["interval_minutes"] == 5
        assert (await ask(service, "GET", "/scheduler/status"))[2]["is_paused"]
        assert (await ask(service, "GET", "/health"))[2]["services"]["scheduler"] == "paused"


@pytest.mark.parametrize(
    ("method", "path", "status", "kind"),
    [
        ("GET", "/trading/nothing", 404, "NotFound"),
        ("GET", "/market", 404, "NotFound"),
        ("POST", "/trading/accounts", 405, "MethodNotAllowed"),
        ("GET", "/scheduler/trigger", 405, "MethodNotAllowed"),
        ("GET", "/market/prices?deep=1", 400, "BadRequest"),
        ("GET", "/trading/trades?limit=0", 400, "BadRequest"),
    ],
)
async def test_what_is_not_there_is_refused_in_the_words_of_the_api(
    tmp_path: Path, method: str, path: str, status: int, kind: str
) -> None:
    async with running(tmp_path) as service:
        found, _, body = await ask(service, method, path)
    assert (found, body["error"]) == (status, kind)
    assert {"error", "message", "timestamp"} <= set(body)
