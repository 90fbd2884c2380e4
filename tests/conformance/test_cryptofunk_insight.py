"""Decisions, configuration, agents and the service as CryptoFunk documents them, over real sockets."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import pytest
import pytest_asyncio

from tests.conformance.invariants import broken
from tests.conformance.of_decisions import INVARIANTS
from tests.conformance.players import Players
from tests.conformance.shapes import found, problems, steps
from tests.conformance.vectors import CRYPTOFUNK, Case
from tests.service import NOON, Running, running
from tools.chronicle import Chronicle
from trading.clock import ManualClock

CYCLES = 3
"""After as many every player has bought, and closed what it bought first."""

GROUPS = ("health", "status", "agents", "config", "decisions")
FAILURES = (
    "agent_not_found",
    "agent_status_not_found",
    "bad_decision_id",
    "decision_not_found",
    "similar_not_found",
    "config_invalid",
)
HERE = {f"cf.error.{name}" for name in FAILURES}

pytestmark = pytest.mark.asyncio(loop_scope="module")


def cases() -> list[Any]:
    return [
        pytest.param(case, id=name)
        for name, case in CRYPTOFUNK.items()
        if name in HERE or (case["kind"] == "rest" and name.split(".")[1] in GROUPS)
    ]


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer over HTTP."""

    status: int
    body: Any


@dataclass(frozen=True, slots=True)
class House:
    """A service whose models have decided a few times."""

    service: Running
    session: aiohttp.ClientSession

    async def ask(self, method: str, path: str, query: Any = None, body: Any = None) -> Reply:
        """Make a request."""
        url = f"{self.service.http}{path}"
        async with self.session.request(method, url, params=query, json=body) as response:
            assert response.content_type == "application/json"
            return Reply(response.status, await response.json())

    async def walk(self, case: Case) -> Reply:
        """Make the request of a case, as it is made against a service that lives."""
        asked = {**case["params_example"], **case.get("live", {}).get("params", {})}
        names = dict(asked["path"])
        if "{{did}}" in names.values():
            listed = await self.ask("GET", "/api/v1/decisions", {"outcome": "SUCCESS"})
            listed = listed if listed.body["count"] else await self.ask("GET", "/api/v1/decisions")
            names["id"] = listed.body["decisions"][-1]["id"]
        return await self.ask(case["method"], case["path"].format(**names), asked["query"], asked["body"])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    clock = ManualClock(NOON)
    # What models of the house say is not remembered; these are none of them.
    players = Players(clock, provider="player")
    async with (
        running(
            tmp_path_factory.mktemp("home"),
            clock=clock,
            deciders=players,
            arena=True,
            embeddings="local",
            limits=False,
        ) as service,
        aiohttp.ClientSession() as session,
    ):
        services = service.app.services
        assert services.contests.arena is not None
        season = await services.contests.arena.ensure()
        for _ in range(CYCLES):
            await services.contests.keeper.trigger(season.id)
            await services.contests.keeper.settled()
        index = services.memories.index
        await Chronicle(services.database, index, clock, ZoneInfo("UTC")).step()
        await index.settle()
        yield House(service, session)


@pytest.mark.parametrize("case", cases())
async def test_a_request_is_answered_as_documented(house: House, case: Case) -> None:
    reply = await house.walk(case)
    assert reply.status == case["status_codes"][0], reply
    assert problems(case, reply.body) == []
    assert broken(case.get("invariants", []), reply.body, {}, INVARIANTS) == []
    for path, allowed in case.get("enum", {}).items():
        assert set(found(reply.body, steps(path))) <= set(allowed), path
    for path, pattern in case.get("pattern", {}).items():
        assert all(re.fullmatch(pattern, value) for value in found(reply.body, steps(path))), path
    if case["kind"] == "error":
        assert reply.body["error"] == case["response_example"]["error"]


async def test_decisions_are_found_by_their_meaning_across_runs(house: House) -> None:
    bought = (await house.ask("GET", "/api/v1/decisions", {"limit": "500"})).body["decisions"]
    first = next(each for each in bought if each["decision"] == "BUY")
    alike = (await house.ask("GET", f"/api/v1/decisions/{first['id']}/similar")).body
    assert (alike["by"], alike["decision_id"]) == ("meaning", first["id"])
    assert alike["similar"][0]["decision"] == "BUY"
    whole = (await house.ask("GET", f"/api/v1/decisions/{first['id']}")).body
    assert len(whole["prompt_embedding"]) > 100
    assert {name: whole[name] for name in first} == first


async def test_what_is_filtered_is_echoed_and_counted(house: House) -> None:
    query = {
        "symbol": "ETHUSDT",
        "decision_type": "signal",
        "limit": "9000",
        "from_date": "2026-11-20T00:00:00Z",
    }
    page = (await house.ask("GET", "/api/v1/decisions", query)).body
    assert page["filter"] == {**query, "limit": 500, "offset": 0}
    assert {each["symbol"] for each in page["decisions"]} == {"ETH/USDT"}
    assert page["count"] == len(page["decisions"]) > 0
    rest = (await house.ask("GET", "/api/v1/decisions", {**query, "offset": "1", "limit": "1"})).body
    assert rest["decisions"] == page["decisions"][1:2]
    told = (await house.ask("GET", "/api/v1/decisions/stats", {"symbol": "ETH/USDT"})).body
    assert told["total_decisions"] == page["count"]
    none = (await house.ask("GET", "/api/v1/decisions", {"decision_type": "risk_approval"})).body
    assert (none["count"], none["filter"]["decision_type"]) == (0, "risk_approval")
    for wrong in (
        {"from_date": "yesterday"},
        {"to_date": "2026-11-20"},
        {"outcome": "DRAW"},
        {"sources": "run"},
        {"limit": "x"},
    ):
        reply = await house.ask("GET", "/api/v1/decisions", wrong)
        assert (reply.status, reply.body["field"]) == (400, *wrong)


async def test_config_says_what_is_in_force_after_a_change_and_changes_all_or_nothing(house: House) -> None:
    before = (await house.ask("GET", "/api/v1/config")).body["config"]
    wrong = {"max_drawdown": 0.3, "min_confidence": 1.5, "llm_max_tokens": 0}
    refused = await house.ask("PATCH", "/api/v1/config", body=wrong)
    assert (refused.status, refused.body["error"]) == (400, "validation failed")
    assert [each.partition(":")[0] for each in refused.body["errors"]] == ["min_confidence", "llm_max_tokens"]
    assert (await house.ask("GET", "/api/v1/config")).body["config"] == before
    changes = {"trading_mode": "PAPER", "max_drawdown": 0.3, "initial_capital": 500, "llm_max_tokens": 1000}
    told = await house.ask("PATCH", "/api/v1/config", body=changes)
    assert (told.status, told.body["updates"]) == (200, {**changes, "trading_mode": "paper"})
    after = (await house.ask("GET", "/api/v1/config")).body["config"]
    assert after["risk"] == {**before["risk"], "max_drawdown": 0.3}
    assert after["trading"] == {**before["trading"], "initial_capital": 500.0}
    assert after["llm"] == {**before["llm"], "max_tokens": 1000}
    live = await house.ask("PATCH", "/api/v1/config", body={"trading_mode": "live"})
    assert (live.status, live.body["error"]) == (400, "validation failed")
