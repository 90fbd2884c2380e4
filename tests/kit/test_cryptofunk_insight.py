"""Configuration and decisions over HTTP where keys exist: who may look, who may set, and what nobody sees."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from agent.models.scripted import ScriptedModel
from tests.service import Running, running

OWNER = "canary-of-the-gateway"
SECRETS: dict[str, Any] = {
    "gateway_token": OWNER,
    "anthropic_api_key": "sk-ant-canary",
    "openai_api_key": "sk-canary",
    "deepseek_api_key": "sk-deep-canary",
    "embeddings_api_key": "sk-embed-canary",
    "webhook_key": "canary-of-the-webhooks",
}
CONFIG, DECISIONS = "/api/v1/config", "/api/v1/decisions"
Answer = tuple[int, Any]


@pytest_asyncio.fixture
async def service(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path, model=ScriptedModel([]), limits=False, **SECRETS) as opened:
        yield opened


async def ask(service: Running, method: str, path: str, key: str | None, **body: Any) -> Answer:
    headers = {} if key is None else {"X-API-Key": key}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.request(method, f"{service.http}{path}", json=body or None) as response,
    ):
        return response.status, await response.json()


async def key_of(service: Running, role: str) -> str:
    status, made = await ask(service, "POST", "/api/v2/keys", OWNER, name=role, role=role)
    assert status == 201
    return str(made["key"])


async def test_the_owner_sets_a_trader_only_looks_and_a_stranger_does_neither(service: Running) -> None:
    trader = await key_of(service, "trader")
    assert (await ask(service, "PATCH", CONFIG, None, max_drawdown=0.3))[0] == 401
    status, refused = await ask(service, "PATCH", CONFIG, trader, max_drawdown=0.3)
    assert status == 403
    assert {"error", "message", "timestamp"} <= set(refused)
    _, before = await ask(service, "GET", CONFIG, trader)
    assert before["config"]["risk"]["max_drawdown"] == 0.15
    status, told = await ask(service, "PATCH", CONFIG, OWNER, max_drawdown=0.3)
    assert (status, told["updates"]) == (200, {"max_drawdown": 0.3})
    _, after = await ask(service, "GET", CONFIG, trader)
    assert after["config"]["risk"]["max_drawdown"] == 0.3


async def test_no_answer_holds_a_secret(service: Running) -> None:
    for method, body in (("GET", {}), ("PATCH", {"max_drawdown": 0.3}), ("PATCH", {"openai_api_key": 1})):
        _, told = await ask(service, method, CONFIG, OWNER, **body)
        assert "canary" not in str(told)


@pytest.mark.parametrize("path", [DECISIONS, f"{DECISIONS}/stats"])
async def test_everybody_sees_their_own_decisions_alone(service: Running, path: str) -> None:
    trader = await key_of(service, "trader")
    status, told = await ask(service, "GET", path, trader)
    assert status == 200
    assert told.get("count", told.get("total_decisions")) == 0
