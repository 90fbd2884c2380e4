"""One Idempotency-Key is one wish: after a restart, and whichever of several services is asked."""

from pathlib import Path
from typing import Any

import aiohttp

from tests.service import NOON, Running, running
from trading.clock import ManualClock

ALERT = {"type": "price", "pair": "BTC/USDT", "condition": "above", "value": 99_000}
KEY = {"Idempotency-Key": "wish-1"}


async def made(service: Running, **more: Any) -> tuple[int, Any]:
    """Ask for an alert."""
    async with (
        aiohttp.ClientSession(service.http) as session,
        session.post("/api/v2/alerts", json={**ALERT, **more}, headers=KEY) as response,
    ):
        return response.status, await response.json()


async def count(service: Running) -> int:
    """Return how many alerts there are."""
    async with aiohttp.ClientSession(service.http) as session, session.get("/api/v2/alerts") as response:
        return len((await response.json())["alerts"])


async def test_a_wish_is_remembered_over_a_restart(tmp_path: Path, database_url: str) -> None:
    clock = ManualClock(NOON)
    async with running(tmp_path, clock=clock, database_url=database_url) as service:
        first = await made(service)
        assert first[0] == 201
    async with running(tmp_path, clock=clock, database_url=database_url) as service:
        assert await made(service) == first
        status, problem = await made(service, value=98_000)
        assert (status, problem["code"]) == (409, "CONFLICT")
        assert await count(service) == 1


async def test_services_of_one_database_do_a_wish_once(tmp_path: Path, postgres_url: str) -> None:
    clock = ManualClock(NOON)
    async with (
        running(tmp_path / "a", clock=clock, database_url=postgres_url) as one,
        running(tmp_path / "b", clock=clock, database_url=postgres_url) as other,
    ):
        first = await made(one)
        assert await made(other) == first
        status, problem = await made(other, value=98_000)
        assert (status, problem["code"]) == (409, "CONFLICT")
        assert await count(other) == 1
