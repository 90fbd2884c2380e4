"""The runner reference beyond its samples: keys that are never kept, refusals, and who sees what."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import aiohttp
import pytest

from tests.service import NOON, Running, running
from tools.context import Context
from tools.policy import LOCAL_OWNER
from trading.clock import ManualClock
from trading.exchanges.scripted_exchange import ScriptedExchange

TOKEN = "right-token-of-the-owner-0123456789"
CANARIES = {"apiKey": "canary-key-4711", "secret": "canary-secret-0815", "sandbox": True}
RUN = {"strategy_name": "TestStrategy", "symbols": ["BTC/USDT"], "timeframe": "5m"}
PAPER = {**RUN, "mode": "paper", "exchange": "binance", "exchange_config": CANARIES}
BACKTEST = {**RUN, "timeframe": "1h", "start_date": "2026-10-01", "end_date": "2026-10-31"}
SECONDS = 20


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer over HTTP."""

    status: int
    body: Any
    text: str

    @property
    def code(self) -> str:
        """The code of a refusal, whose body is nothing else."""
        assert set(self.body) == {"error"}
        assert set(self.body["error"]) == {"code", "message", "details"}
        return cast(str, self.body["error"]["code"])


@dataclass(frozen=True, slots=True)
class Client:
    """A client of a service, with a key or without."""

    service: Running
    session: aiohttp.ClientSession
    key: str | None = None

    async def __call__(self, method: str, path: str, body: Any = None) -> Answer:
        """Make a request."""
        headers = {"X-API-Key": self.key} if self.key else {}
        url = f"{self.service.http}{path}"
        async with self.session.request(method, url, headers=headers, json=body) as response:
            assert response.headers["X-Cracktrader-API-Version"] == "v1"
            return Answer(response.status, await response.json(), await response.text())

    async def ended(self) -> None:
        """Return once the backtest of the owner has ended."""
        run = (await self("GET", "/api/v1/status")).body["run_id"]
        await self.service.app.services.backtests.finish(LOCAL_OWNER, run)


@asynccontextmanager
async def served(home: Path, **settings: Any) -> AsyncIterator[Client]:
    async with running(home, **settings) as service, aiohttp.ClientSession() as session:
        yield Client(service, session)


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[Client]:
    async with served(tmp_path) as one:
        yield one


async def test_a_backtest_lives_from_its_start_over_a_restart_to_its_reset(tmp_path: Path) -> None:
    async with served(tmp_path) as client:
        params = {"period": 20, "mood": "good", "Threshold": 0.01}
        begun = await client("POST", "/api/v1/run/backtest", {**BACKTEST, "strategy_params": params})
        assert begun.body["message"] == "backtest started; warning: mood ignored"
        await client.ended()
        status, results = await client("GET", "/api/v1/status"), await client("GET", "/api/v1/results")
        assert (status.body["status"], status.body["run_id"]) == ("completed", begun.body["run_id"])
        assert results.body["config"]["strategy_params"] == {"period": 20, "Threshold": 0.01}
        assert status.body["value"] == results.body["final_value"]
    async with served(tmp_path, clock=client.service.clock) as later:
        assert (await later("GET", "/api/v1/status")).body == status.body
        assert (await later("GET", "/api/v1/results")).body == results.body
        assert (await later("DELETE", "/api/v1/run/reset")).body == {
            "run_id": begun.body["run_id"],
            "status": "idle",
            "message": "runner reset",
        }
        assert (await later("GET", "/api/v1/results")).code == "NO_RESULTS"


def everything_in(home: Path) -> bytes:
    return b"".join(each.read_bytes() for each in home.rglob("*") if each.is_file())


async def test_keys_of_an_exchange_are_kept_nowhere(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    bodies = [
        PAPER,
        {**PAPER, "mode": "live"},
        {**PAPER, "mode": "turbo"},
        {**PAPER, "symbols": []},
        {**PAPER, "exchange_config": "canary-key-4711"},
    ]
    async with served(tmp_path) as client:
        told = [await client("POST", "/api/v1/run/live", body) for body in bodies]
        told.append(await client("POST", "/api/v1/run/stop"))
        told += [await client("GET", f"/api/v1/{path}") for path in ("results", "status/detailed")]
        assert [each.status for each in told] == [200, 403, 400, 400, 400, 200, 200, 200]
    said = "".join(each.text for each in told) + caplog.text
    kept = everything_in(tmp_path)
    for canary in ("canary-key-4711", "canary-secret-0815"):
        assert canary not in said
        assert canary.encode() not in kept
    # What is looked through does hold what was asked.
    assert b"TestStrategy" in kept


async def test_keys_are_refused_where_real_money_is_traded(tmp_path: Path) -> None:
    clock = ManualClock(NOON)
    exchange = ScriptedExchange(clock, {"USDT": 10_000}, {})
    async with served(tmp_path, clock=clock, live=exchange) as client:
        live = {**PAPER, "mode": "live"}
        assert (await client("POST", "/api/v1/run/live", live)).code == "LIVE_TRADING_DISABLED"
        services = client.service.app.services
        await client.service.app.registry.call(
            "live.arm", {}, Context(LOCAL_OWNER, services, client.service.app.registry)
        )
        refused = await client("POST", "/api/v1/run/live", live)
        assert (refused.status, refused.code) == (400, "INVALID_REQUEST")
        begun = await client("POST", "/api/v1/run/live", {**live, "exchange_config": {"sandbox": False}})
        assert (begun.status, begun.body["message"]) == (200, "live trading started")


async def test_what_is_wrong_is_told_in_its_own_words(client: Client) -> None:
    run, live = "/api/v1/run/backtest", "/api/v1/run/live"
    wrong: tuple[tuple[str, str, Any, int, str, str], ...] = (
        ("POST", run, {**BACKTEST, "symbols": None}, 400, "INVALID_REQUEST", "symbols is required"),
        ("POST", live, RUN, 400, "INVALID_REQUEST", "mode is required"),
        ("POST", run, {**BACKTEST, "timeframe": "7q"}, 400, "INVALID_REQUEST", ""),
        ("POST", run, {**BACKTEST, "initial_cash": -1}, 400, "INVALID_REQUEST", ""),
        ("POST", run, {**BACKTEST, "strategy_params": {"period": "x"}}, 400, "INVALID_REQUEST", ""),
        ("POST", run, {**BACKTEST, "exchange": "mtgox"}, 400, "INVALID_REQUEST", ""),
        ("POST", run, {**BACKTEST, "deep": True}, 400, "INVALID_REQUEST", ""),
        ("POST", live, {**PAPER, "symbols": ["btc"]}, 400, "INVALID_SYMBOL", "Symbol btc is not supported"),
        ("POST", live, {**PAPER, "strategy_name": "x"}, 400, "INVALID_STRATEGY", "unknown strategy"),
        ("POST", "/api/v1/run/stop", None, 400, "NO_ACTIVE_RUN", "no run is active"),
        ("GET", "/api/v1/run/nothing", None, 404, "NOT_FOUND", ""),
        ("GET", "/api/v1/run", None, 404, "NOT_FOUND", ""),
        ("GET", "/api/v1/results/old", None, 404, "NOT_FOUND", ""),
        ("GET", run, None, 405, "INVALID_REQUEST", ""),
        ("PUT", "/api/v1/results", {}, 405, "INVALID_REQUEST", ""),
    )
    for method, path, body, status, code, message in wrong:
        answer = await client(method, path, body)
        assert (answer.status, answer.code) == (status, code), (method, path, body, answer)
        assert message in {"", answer.body["error"]["message"]}, answer


async def test_a_body_that_is_none_is_told_in_its_own_words(client: Client) -> None:
    url = f"{client.service.http}/api/v1/run/backtest"
    sent = {"large": (b'"%s"' % (b"x" * (2 << 20)), 413), "broken": (b"{", 400), "text": (b"hello", 400)}
    for name, (body, status) in sent.items():
        headers = {"Content-Type": "application/json"}
        async with client.session.post(url, data=body, headers=headers) as response:
            answer = Answer(response.status, await response.json(), "")
        assert (answer.status, answer.code) == (status, "INVALID_REQUEST"), name


async def test_what_can_be_run_is_described(client: Client) -> None:
    strategies = (await client("GET", "/api/v1/strategies")).body["strategies"]
    [sample] = [each for each in strategies if each["name"] == "TestStrategy"]
    assert sample["parameters"]["period"] == {
        "type": "integer",
        "default": 20,
        "minimum": 1,
        "maximum": 5_000,
        "description": "bars of the average",
    }
    assert set(sample["parameters"]) == {"period", "threshold", "slow"}
    [crossover] = [each for each in strategies if each["name"] == "ma_crossover"]
    assert set(crossover["parameters"]) == {"fast_period", "slow_period"}
    exchanges = (await client("GET", "/api/v1/exchanges")).body["exchanges"]
    assert {"binance", "kraken", "bybit"} <= {each["name"] for each in exchanges}
    for path in ("/api/account/balance", "/api/v1/account/balance"):
        assert (await client("GET", path)).body["total_balance"] == 100_000


async def test_each_key_has_a_runner_and_a_feed_of_its_own(tmp_path: Path) -> None:
    async with served(tmp_path, gateway_token=TOKEN) as owner:
        ada, bob = [await _keyed(owner, name) for name in ("ada", "bob")]
        url = f"{owner.service.http}/api/v1/ws/status"
        async with (
            owner.session.ws_connect(url, headers={"X-API-Key": ada.key or ""}) as hers,
            owner.session.ws_connect(url, headers={"X-API-Key": bob.key or ""}) as his,
        ):
            for socket in (hers, his):
                assert (await socket.receive_json(timeout=SECONDS))["type"] == "connected"
            begun = await ada("POST", "/api/v1/run/live", PAPER)
            told = await hers.receive_json(timeout=SECONDS)
            assert told["payload"] == {
                "status": "running",
                "run_id": begun.body["run_id"],
                "mode": "paper",
            }
            await owner.service.app.services.events.flush()
            await his.send_json({"action": "ping"})
            assert (await his.receive_json(timeout=SECONDS))["type"] == "pong"
        assert (await bob("GET", "/api/v1/status")).body["run_id"] is None
        assert (await bob("POST", "/api/v1/run/stop")).code == "NO_ACTIVE_RUN"
        assert (await bob("POST", "/api/v1/run/live", PAPER)).status == 200
        assert (await ada("POST", "/api/v1/run/backtest", BACKTEST)).code == "RUN_ALREADY_ACTIVE"
        assert (await ada("POST", "/api/v1/run/live", {**PAPER, "mode": "live"})).status == 403
        wrong = Client(owner.service, owner.session, "kit_wrong")
        assert (await wrong("GET", "/api/v1/status")).code == "UNAUTHORIZED"


async def _keyed(owner: Client, name: str) -> Client:
    app = owner.service.app
    ctx = Context(LOCAL_OWNER, app.services, app.registry)
    made = await app.registry.call("keys.create", {"name": name, "role": "trader"}, ctx)
    return Client(owner.service, owner.session, cast(Any, made).key)


async def test_wishes_at_once_begin_one_run(client: Client) -> None:
    found = await asyncio.gather(*(client("POST", "/api/v1/run/backtest", BACKTEST) for _ in range(4)))
    assert sorted(each.status for each in found) == [200, 400, 400, 400]
    assert {each.code for each in found if each.status != 200} == {"RUN_ALREADY_ACTIVE"}
