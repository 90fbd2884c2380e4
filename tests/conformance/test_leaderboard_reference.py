"""Every documented case of the leaderboard reference, over real sockets against the whole service."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from yarl import URL

from tests.conformance.invariants import broken
from tests.conformance.of_arena import INVARIANTS
from tests.conformance.players import Players
from tests.conformance.shapes import problems
from tests.conformance.vectors import LLM_TRADING, Case
from tests.service import NOON, Running, running
from trading.clock import ManualClock

STRICT = {"seed", "seed-completed"}
CONFLICT = 409
CYCLES = 3
"""After as many every account has something open and something closed."""

SECONDS = 20

ALONE = "/llm"
"""Where this API is answered alone."""

pytestmark = pytest.mark.asyncio(loop_scope="module")


def cases(*kinds: str) -> list[Any]:
    return [pytest.param(case, id=name) for name, case in LLM_TRADING.items() if case["kind"] in kinds]


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer over HTTP."""

    status: int
    kind: str
    body: Any


@dataclass(frozen=True, slots=True)
class Arena:
    """A service with an arena that has had some cycles."""

    service: Running
    players: Players
    session: aiohttp.ClientSession

    async def ask(self, case: Case, prefix: str = "") -> Reply:
        """Make the request of a case."""
        asked = case["params_example"]
        url = URL(f"{self.service.http}{prefix}{case['path'].format(**asked['path'])}").with_query(
            asked["query"]
        )
        async with self.session.request(case["method"], url) as response:
            told = response.content_type == "application/json"
            body = await response.json() if told else await response.text()
            return Reply(response.status, response.content_type, body)

    async def all_of(self, steps: list[dict[str, str]]) -> None:
        """Make the requests that a case needs before or after it."""
        for step in steps:
            assert (await self.ask(LLM_TRADING[step["call"]])).status == 200, step

    async def settled(self) -> None:
        """Return once no cycle runs."""
        self.players.gate.set()
        await self.service.app.services.contests.keeper.settled()
        await self.service.app.services.events.flush()

    @asynccontextmanager
    async def listening(self, prefix: str = "") -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        """Open the feed."""
        async with self.session.ws_connect(f"{self.service.http}{prefix}/ws") as socket:
            yield socket

    async def cycle(self) -> None:
        """Have one cycle, from its beginning to its end."""
        trigger = LLM_TRADING["llm.scheduler.trigger"]
        # One that is due by itself may have begun meanwhile.
        while (reply := await self.ask(trigger)).status == CONFLICT:
            await self.settled()
        assert reply.status == 200, reply
        await self.settled()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def arena(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Arena]:
    clock = ManualClock(NOON)
    players = Players(clock)
    async with (
        running(tmp_path_factory.mktemp("home"), clock=clock, deciders=players, arena=True) as service,
        aiohttp.ClientSession() as session,
    ):
        arena = Arena(service, players, session)
        while (await arena.ask(LLM_TRADING["llm.scheduler.status"])).body["next_run_at"] is None:
            await service.advance(1)
        await arena.settled()
        for _ in range(CYCLES):
            await arena.cycle()
        yield arena


def differences(case: Case, body: Any) -> list[str]:
    """Return everything in which an answer differs from its case."""
    asked = case["params_example"]
    figures = broken(case.get("invariants", []), body, (asked or {}).get("query", {}), INVARIANTS)
    return [*problems(case, body), *figures]


@pytest.mark.parametrize("case", cases("rest"))
async def test_a_request_is_answered_as_documented(arena: Arena, case: Case) -> None:
    live = case.get("live", {})
    await arena.all_of(live.get("setup", []))
    async with arena.listening() as feed:
        reply = await arena.ask(case)
        await arena.settled()
        heard = await names(feed, set(case.get("expect_events", [])))
    await arena.all_of(live.get("teardown", []))
    assert reply.status == case["status_codes"][0], reply
    assert reply.kind == case.get("content_type", "application/json")
    if reply.kind == "application/json":
        assert differences(case, reply.body) == []
    if case["response_source"] in STRICT and isinstance(reply.body, dict):
        assert datetime.fromisoformat(reply.body.get("timestamp", "")).tzinfo is not None
    assert set(case.get("expect_events", [])) <= heard


async def names(feed: aiohttp.ClientWebSocketResponse, wanted: set[str]) -> set[str]:
    """Return the cases of the messages that came, once all that are wanted have."""
    heard: set[str] = set()
    while not wanted <= heard:
        message = await feed.receive_json(timeout=SECONDS)
        heard.add(f"llm.event.{message['type']}")
    return heard


@pytest.mark.parametrize("case", cases("ws-method"))
async def test_the_feed_is_opened_and_answers_as_documented(arena: Arena, case: Case) -> None:
    async with arena.listening() as feed:
        first = await feed.receive_json(timeout=SECONDS)
        for name in case.get("expect_events", []):
            assert problems(LLM_TRADING[name], first) == []
        if case["method"] != "CONNECT":
            await feed.send_json(case["params_example"])
            assert problems(case, await feed.receive_json(timeout=SECONDS)) == []


@pytest.mark.parametrize("case", cases("ws-event"))
async def test_an_event_is_told_as_documented(arena: Arena, case: Case) -> None:
    async with arena.listening() as feed:
        if case["method"] != "connection":
            await arena.cycle()
        async with asyncio.timeout(SECONDS):
            while (message := await feed.receive_json())["type"] != case["method"]:
                pass
    assert problems(case, message) == []
    assert datetime.fromisoformat(message["timestamp"]).tzinfo is not None


@pytest.mark.parametrize("case", cases("error"))
async def test_a_failure_is_told_as_documented(arena: Arena, case: Case) -> None:
    live, expected = case.get("live", {}), case["response_example"]
    arena.players.gate.clear()
    await arena.all_of(live.get("setup", []))
    reply = await arena.ask(case)
    await arena.settled()
    await arena.all_of(live.get("teardown", []))
    assert (reply.status, reply.kind) == (case["status_codes"][0], "application/json")
    assert differences(case, reply.body) == []
    assert reply.body["error"] == expected["error"]
    if case["response_source"] == "seed":
        assert reply.body["message"] == expected["message"]
    if "details" in expected:
        assert reply.body["details"] == expected["details"]


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=name)
        for name, case in LLM_TRADING.items()
        if case["kind"] in ("rest", "error") and case["method"] == "GET" and "live" not in case
    ],
)
async def test_a_request_is_answered_as_documented_where_this_api_is_alone(arena: Arena, case: Case) -> None:
    reply = await arena.ask(case, ALONE)
    assert (reply.status, reply.kind) == (
        case["status_codes"][0],
        case.get("content_type", "application/json"),
    )
    if reply.kind == "application/json":
        assert differences(case, reply.body) == []


async def test_where_this_api_is_alone_it_says_nothing_of_others(arena: Arena) -> None:
    root = await arena.ask(LLM_TRADING["llm.root"], ALONE)
    assert set(root.body) == {"message", "version", "status", "timestamp"}
    health = await arena.ask(LLM_TRADING["llm.health"], ALONE)
    assert set(health.body) == {"status", "uptime_seconds", "services", "timestamp"}
    async with arena.session.get(f"{arena.service.http}{ALONE}/api/v2/status") as response:
        body = await response.json()
    assert (response.status, body["error"], set(body)) == (404, "NotFound", {"error", "message", "timestamp"})


async def test_the_feed_is_heard_where_this_api_is_alone(arena: Arena) -> None:
    async with arena.listening(ALONE) as feed:
        assert problems(LLM_TRADING["llm.event.connection"], await feed.receive_json(timeout=SECONDS)) == []
        await arena.cycle()
        assert (await feed.receive_json(timeout=SECONDS))["type"] == "cycle_start"
        stats = await arena.ask(LLM_TRADING["llm.ws.stats"], ALONE)
        assert stats.body["active_connections"] == 1


@pytest.mark.parametrize(
    ("asked", "kinds", "cases"),
    [
        (
            "get_status",
            ["scheduler_status", "trading_status"],
            ["llm.scheduler.status", "llm.trading.status"],
        ),
        ("get_market", ["market_snapshot"], ["llm.market.snapshot"]),
    ],
)
async def test_what_a_path_tells_can_be_asked_for_at_the_feed(
    arena: Arena, asked: str, kinds: list[str], cases: list[str]
) -> None:
    async with arena.listening() as feed:
        await feed.receive_json(timeout=SECONDS)
        await feed.send_json({"type": asked})
        for kind, name in zip(kinds, cases, strict=True):
            told = await feed.receive_json(timeout=SECONDS)
            assert (told["type"], differences(LLM_TRADING[name], told["data"])) == (kind, [])
