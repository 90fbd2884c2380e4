"""Every documented case of the runner reference, over real sockets against the whole service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from tests.conformance.shapes import problems
from tests.conformance.vectors import CRACKTRADER, Case
from tests.service import Running, running
from tools.policy import LOCAL_OWNER

SECONDS = 20
TOKEN = "right-token-of-the-owner-0123456789"

# The reference names no endpoint at which an order is placed: what owns that path keeps its limit.
OF_OTHERS = frozenset({"ct.limit.orders_per_second"})

pytestmark = pytest.mark.asyncio(loop_scope="module")


def cases(*kinds: str) -> list[Any]:
    chosen = {name: case for name, case in CRACKTRADER.items() if case["kind"] in kinds}
    return [pytest.param(case, id=name) for name, case in chosen.items() if name not in SPECIAL]


SPECIAL = {"ct.error.unauthorized", "ct.error.rate_limited", "ct.limit.ws_subscriptions", *OF_OTHERS}
"""What needs a service of its own, or a socket."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer over HTTP."""

    status: int
    version: str | None
    body: Any


@dataclass(frozen=True, slots=True)
class Client:
    """A client of a service."""

    service: Running
    session: aiohttp.ClientSession

    async def ask(self, case: Case) -> Reply:
        """Make the request of a case."""
        asked = case["params_example"]
        url = f"{self.service.http}{case['path'].format(**asked['path'])}"
        body, query = asked["body"], asked["query"]
        async with self.session.request(case["method"], url, params=query, json=body) as response:
            version = response.headers.get("X-Cracktrader-API-Version")
            return Reply(response.status, version, await response.json())

    async def all_of(self, steps: list[dict[str, Any]]) -> None:
        """Do what a case needs before or after it."""
        for step in steps:
            if "poll" in step:
                await self.settled()
                told = await self.ask(CRACKTRADER[step["poll"]])
                assert all(told.body[name] in wanted for name, wanted in step["until"].items()), told
            else:
                told = await self.ask(CRACKTRADER[step["call"]])
                assert step.get("ignore_status") or told.status == 200, (step, told)

    async def settled(self) -> None:
        """Return once no backtest runs and no cycle of a run does."""
        told = await self.ask(CRACKTRADER["ct.status"])
        services = self.service.app.services
        if told.body["mode"] == "backtest":
            await services.backtests.finish(LOCAL_OWNER, told.body["run_id"])
        await services.contests.keeper.settled()
        await services.events.flush()

    async def idle(self) -> None:
        """Bring the runner back to where it began."""
        for name in ("ct.run.stop", "ct.run.reset"):
            await self.ask(CRACKTRADER[name])
        await self.settled()

    @asynccontextmanager
    async def listening(self, path: str) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        """Open the feed."""
        async with self.session.ws_connect(f"{self.service.http}{path}") as socket:
            assert (await socket.receive_json(timeout=SECONDS))["type"] == "connected"
            yield socket


@asynccontextmanager
async def served(home: Any, **settings: Any) -> AsyncIterator[Client]:
    async with running(home, **settings) as service, aiohttp.ClientSession() as session:
        yield Client(service, session)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Client]:
    async with served(tmp_path_factory.mktemp("home"), limits=False) as client:
        yield client


@pytest.mark.parametrize("case", cases("rest"))
async def test_a_request_is_answered_as_documented(client: Client, case: Case) -> None:
    live = case.get("live", {})
    await client.idle()
    await client.all_of(live.get("setup", []))
    reply = await client.ask(case)
    if case["id"] == "ct.run.reset":
        assert reply.body["status"] == "idle"
    await client.settled()
    await client.all_of(live.get("teardown", []))
    assert (reply.status, reply.version) == (case["status_codes"][0], "v1"), reply
    assert problems(case, reply.body) == []
    if "timestamp" in case["required_fields"]:
        assert datetime.fromisoformat(reply.body["timestamp"]).tzinfo is not None


async def test_what_came_of_the_documented_backtest_is_shown_whole(client: Client) -> None:
    await client.idle()
    begun = await client.ask(CRACKTRADER["ct.run.backtest"])
    await client.settled()
    asked = CRACKTRADER["ct.run.backtest"]["params_example"]["body"]
    told = (await client.ask(CRACKTRADER["ct.results"])).body
    status = (await client.ask(CRACKTRADER["ct.status.detailed"])).body
    assert (told["run_id"], told["status"], told["error"]) == (begun.body["run_id"], "completed", None)
    assert told["config"] == {**asked, "mode": "backtest"}
    trade = {"id", "timestamp", "symbol", "side", "size", "price", "value", "pnl", "commission"}
    assert {frozenset(each) for each in told["trades"]} == {frozenset(trade)}
    assert {frozenset(each) for each in told["equity_curve"]} == {
        frozenset({"timestamp", "value", "cash", "pnl"})
    }
    assert told["final_value"] == told["equity_curve"][-1]["value"] == status["value"]
    assert status["pnl"] == pytest.approx(status["value"] - 10_000)
    assert (status["trade_count"], status["equity_curve"]) == (len(told["trades"]), told["equity_curve"])
    assert status["recent_trades"] == told["trades"][::-1][: len(status["recent_trades"])]
    assert (status["health"]["status"], status["progress"]) == ("healthy", 100)


@pytest.mark.parametrize("case", cases("error"))
async def test_a_failure_is_told_as_documented(client: Client, case: Case) -> None:
    live, expected = case.get("live", {}), case["response_example"]["error"]
    await client.idle()
    await client.all_of(live.get("setup", []))
    reply = await client.ask(case)
    await client.all_of(live.get("teardown", []))
    assert (reply.status, reply.version) == (case["status_codes"][0], "v1"), reply
    assert problems(case, reply.body) == []
    error = reply.body["error"]
    assert (error["code"], error["message"]) == (expected["code"], expected["message"])
    if not expected["details"]:
        assert error["details"] == {}


@pytest.mark.parametrize("path", ["/api/v1/ws/status", "/ws/status"])
async def test_an_order_is_told_to_who_has_subscribed(client: Client, path: str) -> None:
    case = CRACKTRADER["ct.event.orders"]
    async with client.listening(path) as feed, client.listening(path) as deaf:
        await feed.send_json(case["params_example"])
        assert (await feed.receive_json(timeout=SECONDS))["type"] == "subscribed"
        order = {"action": "buy", "pair": "BTC/USDT", "type": "market", "amount": 100}
        async with client.session.post(f"{client.service.http}/api/v2/orders", json=order) as response:
            placed = await response.json()
        frame = await feed.receive_json(timeout=SECONDS)
        await deaf.send_json({"action": "ping"})
        assert (await deaf.receive_json(timeout=SECONDS))["type"] == "pong"
    assert problems(case, frame) == []
    told = frame["data"]
    assert (told["order_id"], told["status"], told["symbol"]) == (placed["orderId"], "filled", "BTC/USDT")


async def test_an_order_is_told_of_as_it_rests_and_as_it_is_taken_back(client: Client) -> None:
    case = CRACKTRADER["ct.event.orders"]
    order = {"action": "buy", "pair": "BTC/USDT", "type": "limit", "amount": 0.01, "price": 30_000}
    async with client.listening(case["path"]) as feed:
        await feed.send_json(case["params_example"])
        assert (await feed.receive_json(timeout=SECONDS))["type"] == "subscribed"
        async with client.session.post(f"{client.service.http}/api/v2/orders", json=order) as response:
            placed = (await response.json())["orderId"]
        url = f"{client.service.http}/api/v2/orders/{placed}"
        async with client.session.delete(url) as response:
            assert response.status == 200
        frames = [await feed.receive_json(timeout=SECONDS)]
        while frames[-1]["data"]["status"] != "canceled":
            frames.append(await feed.receive_json(timeout=SECONDS))
    assert [problems(case, each) for each in frames] == [[]] * len(frames)
    assert {each["data"]["order_id"] for each in frames} == {placed}
    assert "open" in {each["data"]["status"] for each in frames}
    assert {each["data"]["price"] for each in frames} == {None}


async def test_the_status_is_told_whenever_it_changes(client: Client) -> None:
    case = CRACKTRADER["ct.event.status_update"]
    await client.idle()
    async with client.listening(case["path"]) as feed:
        begun = await client.ask(CRACKTRADER["ct.run.backtest"])
        await client.settled()
        heard: list[dict[str, Any]] = []
        while not heard or heard[-1]["payload"]["status"] != "completed":
            heard.append(await feed.receive_json(timeout=SECONDS))
            assert problems(case, heard[-1]) == []
        assert {each["payload"]["run_id"] for each in heard} == {begun.body["run_id"]}
        assert (await client.ask(CRACKTRADER["ct.run.reset"])).status == 200
        idle = await feed.receive_json(timeout=SECONDS)
        assert idle["payload"] == {"status": "idle", "run_id": None, "mode": None}


async def test_a_connection_has_so_many_subscriptions(client: Client) -> None:
    case = CRACKTRADER["ct.limit.ws_subscriptions"]
    async with client.listening(case["path"]) as feed:
        for _ in range(case["limit"]):
            await feed.send_json(case["params_example"])
            assert (await feed.receive_json(timeout=SECONDS))["type"] == "subscribed"
        await feed.send_json(case["params_example"])
        refused = await feed.receive_json(timeout=SECONDS)
        assert refused["error"] == case["response_example"]["error"]
        await feed.send_json({**case["params_example"], "action": "unsubscribe"})
        assert (await feed.receive_json(timeout=SECONDS))["type"] == "unsubscribed"
        await feed.send_json(case["params_example"])
        assert (await feed.receive_json(timeout=SECONDS))["type"] == "subscribed"
        await feed.send_json({"action": "subscribe", "channel": "weather"})
        assert (await feed.receive_json(timeout=SECONDS))["error"]["code"] == "INVALID_REQUEST"


async def test_a_key_may_ask_so_often_a_minute(tmp_path_factory: pytest.TempPathFactory) -> None:
    case = CRACKTRADER["ct.error.rate_limited"]
    async with served(tmp_path_factory.mktemp("limited")) as limited:
        for _ in range(case["limit"]):
            assert (await limited.ask(case)).status == 200
        reply = await limited.ask(case)
        assert reply.status == case["status_codes"][0]
        expected = case["response_example"]["error"]
        assert reply.body["error"] == {**expected, "details": {"retry_after_ms": 60_000}}
        await limited.service.advance(case["window_s"])
        assert (await limited.ask(case)).status == 200


async def test_who_has_no_key_where_one_is_needed_is_refused(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    case = CRACKTRADER["ct.error.unauthorized"]
    async with served(tmp_path_factory.mktemp("closed"), gateway_token=TOKEN) as closed:
        reply = await closed.ask(case)
        assert (reply.status, reply.body) == (case["status_codes"][0], case["response_example"])
