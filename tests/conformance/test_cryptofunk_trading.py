"""Orders, positions, sessions and the socket as CryptoFunk documents them, over real sockets."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from yarl import URL

from tests.conformance.invariants import broken
from tests.conformance.of_sessions import INVARIANTS
from tests.conformance.shapes import found, problems, steps
from tests.conformance.vectors import CRYPTOFUNK, Case
from tests.service import Running, running

FAILURES = (
    "bad_order_id",
    "limit_without_price",
    "order_not_found",
    "quantity_zero",
    "position_not_found",
    "bad_session_id",
    "cancel_filled",
    "start_no_symbol",
    "stop_unknown_session",
    "pause_unknown_session",
)
GROUPS = ("positions", "orders", "trade")
HALF = 30_000
"""A price at about half of the market's, at which nothing trades."""

SECONDS = 20

pytestmark = pytest.mark.asyncio(loop_scope="module")


def cases(*kinds: str) -> list[Any]:
    return [
        pytest.param(case, id=name)
        for name, case in CRYPTOFUNK.items()
        if case["kind"] in kinds
        and (
            case["kind"].startswith("ws")
            or name.split(".")[1] in GROUPS
            or name.rpartition(".")[2] in FAILURES
        )
    ]


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer over HTTP."""

    status: int
    kind: str
    body: Any


@dataclass(frozen=True, slots=True)
class Trader:
    """A client of a service."""

    service: Running
    session: aiohttp.ClientSession

    async def ask(self, method: str, path: str, query: Any = None, body: Any = None) -> Reply:
        """Make a request; the path is sent as it stands."""
        url = URL(f"{self.service.http}{path}", encoded=True).update_query(query or {})
        async with self.session.request(method, url, json=body) as response:
            return Reply(response.status, response.content_type, await response.json())

    async def walk(self, case: Case) -> Reply:
        """Make the requests that a case needs, and its own."""
        captured: dict[str, str] = {}
        live = case.get("live", {})
        for step in live.get("setup", []):
            if "call" in step:
                before = CRYPTOFUNK[step["call"]]
                reply = await self._request(before, captured)
                assert reply.status == before["status_codes"][0], reply
                captured |= {name: _at(reply.body, path) for name, path in step.get("capture", {}).items()}
        return await self._request(case, captured)

    async def _request(self, case: Case, captured: Mapping[str, str]) -> Reply:
        asked = case.get("live", {}).get("params") or case["params_example"]
        text = json.dumps(asked).replace('"{{market*0.5}}"', str(HALF))
        for name, value in captured.items():
            text = text.replace(f"{{{{{name}}}}}", value)
        told = json.loads(text)
        path = case["path"].format(**told["path"])
        return await self.ask(case["method"], path, told["query"], told["body"])

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        """Open the socket."""
        async with self.session.ws_connect(f"{self.service.http}/api/v1/ws") as socket:
            yield socket

    async def happenings(self) -> None:
        """Do everything once that is told of."""
        started = await self.ask(
            "POST", "/api/v1/trade/start", body={"symbol": "ETH/USDT", "initial_capital": 500}
        )
        order = {"symbol": "ETH/USDT", "side": "BUY", "type": "MARKET"}
        assert (await self.ask("POST", "/api/v1/orders", body={**order, "quantity": 0.01})).status == 201
        assert (await self.ask("POST", "/api/v1/orders", body={**order, "quantity": 1_000})).status == 400
        keeper = self.service.app.services.contests.keeper
        await self.service.advance(2)
        await keeper.settled()
        ending = {"session_id": started.body["session_id"], "final_capital": 500}
        assert (await self.ask("POST", "/api/v1/trade/stop", body=ending)).status == 200


def _at(body: Any, path: str) -> str:
    (value,) = found(body, steps(path))
    return str(value)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def trader(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Trader]:
    async with (
        running(tmp_path_factory.mktemp("home"), limits=False) as service,
        aiohttp.ClientSession() as session,
    ):
        trader = Trader(service, session)
        # No list is empty.
        assert (await trader.walk(CRYPTOFUNK["cf.orders.create.market"])).status == 201
        yield trader


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def told(trader: Trader) -> dict[str, Any]:
    """Return a message of each kind, out of what is told of a session from its start to its end."""
    kinds = {case["method"] for case in CRYPTOFUNK.values() if case["kind"] == "ws-event"}
    messages: dict[str, Any] = {}
    async with trader.listening() as socket, asyncio.timeout(SECONDS):
        await trader.happenings()
        while not kinds <= set(messages):
            message = await socket.receive_json()
            messages.setdefault(message["type"], message)
    return messages


@pytest.mark.parametrize("case", cases("rest"))
async def test_a_request_is_answered_as_documented(trader: Trader, case: Case) -> None:
    async with trader.listening() as socket:
        reply = await trader.walk(case)
        for name in case.get("expect_events", []):
            await heard(socket, name.rpartition(".")[2])
    assert (reply.status, reply.kind) == (case["status_codes"][0], "application/json"), reply
    assert problems(case, reply.body) == []
    assert broken(case.get("invariants", []), reply.body, {}, INVARIANTS) == []
    for path in case.get("live", {}).get("also_accept_path", []):
        assert await trader.ask("GET", path) == reply


async def heard(socket: aiohttp.ClientWebSocketResponse, kind: str) -> Any:
    """Return the next message of a kind."""
    async with asyncio.timeout(SECONDS):
        while (message := await socket.receive_json())["type"] != kind:
            pass
    return message


@pytest.mark.parametrize("case", cases("ws-method"))
async def test_the_socket_is_opened_and_answers_as_documented(trader: Trader, case: Case) -> None:
    async with trader.listening() as socket:
        if case["method"] != "CONNECT":
            await socket.send_json(case["params_example"])
            message = await heard(socket, "pong")
            assert problems(case, message) == []
            assert message["data"] == {}
        else:
            assert not socket.closed


@pytest.mark.parametrize("case", cases("ws-event"))
async def test_an_event_is_told_as_documented(told: dict[str, Any], case: Case) -> None:
    message = told[case["method"]]
    assert problems(case, message) == []
    assert datetime.fromisoformat(message["timestamp"]).tzinfo is not None


@pytest.mark.parametrize("case", cases("error"))
async def test_a_failure_is_told_as_documented(trader: Trader, case: Case) -> None:
    reply = await trader.walk(case)
    assert (reply.status, reply.kind) == (case["status_codes"][0], "application/json"), reply
    assert problems(case, reply.body) == []
    assert {name: reply.body.get(name) for name in case["response_example"]} == case["response_example"]
    assert reply.body["message"]
    assert datetime.fromisoformat(reply.body["timestamp"]).tzinfo is not None
