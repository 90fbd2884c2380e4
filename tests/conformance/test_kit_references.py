"""Every documented case of both K.I.T. references, over a real socket against the whole service."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from tests.conformance.errors import provoke
from tests.conformance.invariants import broken
from tests.conformance.shapes import found, problems, steps
from tests.conformance.vectors import CASES, Case
from tests.service import Running, running
from tests.wire import Wire, wire


def cases(*kinds: str) -> list[Any]:
    return [pytest.param(case, id=name) for name, case in CASES.items() if case["kind"] in kinds]


# One service for all cases: what one leaves behind, the others find, as it is in life.
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    async with running(tmp_path_factory.mktemp("home"), limits=False) as service:
        await prepare(service)
        yield service


async def write(service: Running, path: str, text: str) -> None:
    """Write a file of the workspace as its person would, and wait until it can be found."""
    memories = service.app.services.memories
    file = memories.workspace.folder / path
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    for _ in range(2_000):
        if any(each.path == path for each in await memories.recent("owner", 50)):
            return
        await service.advance(2)
        await asyncio.sleep(0.01)
    raise AssertionError(f"{path} was not seen")


async def prepare(service: Running) -> None:
    """Leave something in every list that a case looks at."""
    async with wire(service.url) as connection:
        for action, pair, amount in [
            ("buy", "BTC/USDT", 500),
            ("buy", "ETH/USDT", 400),
            ("sell", "ETH/USDT", 100),
        ]:
            order = {
                "action": action,
                "pair": pair,
                "type": "market",
                "amount": amount,
                "exchange": "binance",
            }
            answer = await connection.request("trade.execute", {**order, "exchange": "binance"})
            assert answer["payload"]["status"] == "filled", answer
        for message in ("Hello", "price BTC"):
            chat = await connection.request("chat.send", {"message": message, "sessionId": "sess_123"})
            assert chat["ok"], chat
        alert = CASES["kit.alert.create"]["params_example"]
        answer = await connection.request("alert.create", {**alert, "value": 1_000_000})
        assert answer["ok"], answer
        job = CASES["kit.cron.add"]["params_example"]
        answer = await connection.request("cron.add", {**job, "name": "nightly", "schedule": "0 3 * * *"})
        assert answer["ok"], answer
        await service.advance(600)
    (note,) = CASES["kit.memory.get"]["live"]["setup"]
    await write(service, note["workspace_file"], note["text"])


@pytest.mark.parametrize("case", cases("ws-method"))
async def test_a_method_answers_as_documented(service: Running, case: Case) -> None:
    async with wire(service.url, case["dialect"]) as connection:
        params = await arrange(service, connection, case)
        answer = await connection.request(case["method"], params, case["request_frame"]["id"])
        assert answer["ok"], answer
        assert problems(case, answer) == []
        assert broken(case.get("invariants", []), answer["payload"], params or {}) == []
        heard = [event["event"] for event in connection.events]
        for expected in case.get("expect_events", []):
            if not expected.endswith("*"):
                assert expected.rstrip("+") in heard
        if "expect_event_order" in case:
            assert heard[0] == "chat.start"
            assert heard[-1] == "chat.complete"


async def arrange(service: Running, connection: Wire, case: Case) -> dict[str, Any] | None:
    """Run what a case needs before it, and return its parameters with what that gave."""
    live = case.get("live", {})
    captured: dict[str, Any] = {}
    for step in live.get("setup", []):
        if "workspace_file" in step:
            await write(service, step["workspace_file"], step["text"])
            continue
        earlier = CASES[step["call"]]
        answer = await connection.request(earlier["method"], earlier["params_example"])
        assert answer["ok"], answer
        for name, path in step.get("capture", {}).items():
            index = re.sub(r"\[0\]", "[]", path)
            captured[name] = next(iter(found(answer, steps(index))))
    params = live.get("params", case["params_example"])
    if params and case["id"].startswith("kit.trade.history"):
        # The sample's moments lie years before this service was made.
        params = {**params, "from": 0, "to": 4_000_000_000_000 - 1}
    if params is None:
        return None
    return {key: captured.get(str(value).strip("{}"), value) for key, value in params.items()}


@pytest.mark.parametrize("case", cases("ws-event"))
async def test_an_event_is_told_as_documented(service: Running, case: Case) -> None:
    async with wire(service.url, case["dialect"]) as connection:
        if case["method"].startswith("chat."):
            await connection.request("chat.send", {"message": "analyze BTC", "stream": True})
        elif case["method"] == "trade:executed":
            order = {"action": "buy", "pair": "BTC/USDT", "type": "market", "amount": 50}
            await connection.request("trade.execute", order)
        elif case["method"] == "backtest:progress":
            await connection.request("backtest.run", {"strategy": "macd", "pair": "BTC/USDT"})
        else:
            pytest.fail("nothing tells this event yet")
        event = await connection.event(case["method"])
        assert problems(case, event) == []
        assert isinstance(event["seq"], int)


@pytest.mark.parametrize("case", cases("rest"))
async def test_a_page_answers_as_documented(service: Running, case: Case) -> None:
    async with aiohttp.ClientSession() as session, session.get(service.http + case["path"]) as response:
        assert response.status == 200
        assert problems(case, await response.json()) == []


@pytest.mark.parametrize("case", cases("error"))
async def test_an_error_has_its_documented_code(tmp_path_factory: pytest.TempPathFactory, case: Case) -> None:
    frame = await provoke(case, tmp_path_factory.mktemp("home"))
    assert frame["ok"] is False
    assert frame["error"]["code"] == case["expected_code"]
    assert problems(case, frame) == []
