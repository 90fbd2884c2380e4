"""How each documented error is provoked, and the frame that came of it."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp

from agent.models.port import Completion, ModelRequest
from agent.models.scripted import ScriptedModel
from tests.conformance.vectors import Case
from tests.service import NOON, running
from tests.wire import Frame, wire
from trading.clock import ManualClock, epoch_ms
from trading.exchanges.scripted import ScriptedMarket, instrument

TOKEN = "the-right-token-of-this-test"

Provoke = Callable[[Case, Path], Awaitable[Frame]]


async def provoke(case: Case, home: Path) -> Frame:
    """Run a service, make the documented error happen and return its frame."""
    return await PROVOCATIONS.get(case["id"], _request)(case, home)


async def _request(case: Case, home: Path) -> Frame:
    async with running(home) as service, wire(service.url, case["dialect"]) as connection:
        return await connection.request(case["method"], case["params_example"])


async def _raw(case: Case, home: Path) -> Frame:
    async with running(home) as service, wire(service.url, case["dialect"]) as connection:
        await connection.send(case["raw_text"])
        return await connection.answer()


async def _connect(case: Case, home: Path) -> Frame:
    async with running(home, gateway_token=TOKEN) as service, wire(service.url, None) as connection:
        return await connection.request("connect", case["params_example"])


async def _expired(case: Case, home: Path) -> Frame:
    clock = ManualClock(NOON)
    async with running(home, clock=clock) as service, wire(service.url) as owner:
        made = await owner.request("keys.create", {"name": "brief", "expiresAt": epoch_ms(NOON) + 1000})
        async with wire(service.url, case["dialect"], made["payload"]["key"]) as connection:
            await clock.advance(1)
            return await connection.request("chat.history")


def _repeatedly(method: str, params: Frame | None = None) -> Provoke:
    """Return what calls a method once more often than its window allows."""

    async def provoke(case: Case, home: Path) -> Frame:
        async with running(home) as service, wire(service.url, case["dialect"]) as connection:
            answers = [await connection.request(method, params) for _ in range(case.get("limit", 10) + 1)]
            assert all(answer["ok"] for answer in answers[:-1])
            return answers[-1]

    return provoke


async def _per_minute(case: Case, home: Path) -> Frame:
    clock = ManualClock(NOON)
    async with running(home, clock=clock) as service, wire(service.url, "001") as connection:
        for second in range(30):
            for _ in range(10):
                answer = await connection.request("ping")
                assert answer["ok"], (second, answer)
            await clock.advance(1.1)
        return await connection.request("ping")


async def _one_connection_too_many(case: Case, home: Path) -> Frame:
    async with AsyncExitStack() as stack:
        service = await stack.enter_async_context(running(home))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        for _ in range(case["limit"]):
            await stack.enter_async_context(session.ws_connect(service.url))
        headers = {
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        }
        async with session.get(service.http, headers=headers) as refused:
            # A handshake that is refused has no frame: the status is what the reference documents.
            return {"ok": False, "error": {"code": {503: "RATE_LIMITED"}.get(refused.status)}}


async def _busy(case: Case, home: Path) -> Frame:
    release = asyncio.Event()
    model = ScriptedModel([Completion("one moment", "scripted:model")], hold=release)
    async with (
        running(home, model=model) as service,
        wire(service.url) as first,
        wire(service.url) as second,
    ):
        await first.send({"type": "req", "id": "a", "method": "chat.send", "params": {"message": "hi"}})
        await model.held.wait()
        refused = await second.request("chat.send", {"message": "hi again"})
        release.set()
        assert (await first.answer("a"))["ok"]
        return refused


async def _fault(case: Case, home: Path) -> Frame:
    def fail(request: ModelRequest) -> Completion:
        raise ZeroDivisionError("nobody foresaw this")

    async with (
        running(home, model=ScriptedModel(fail)) as service,
        wire(service.url, case["dialect"]) as connection,
    ):
        frame = await connection.request("chat.send", {"message": "hi"})
        assert "ZeroDivisionError" not in json.dumps(frame)
        assert "nobody foresaw" not in json.dumps(frame)
        return frame


async def _exchange_down(case: Case, home: Path) -> Frame:
    clock = ManualClock(NOON)
    market = ScriptedMarket(clock, {instrument(): 68_000})
    market.fail("maintenance")
    async with (
        running(home, clock=clock, market=market) as service,
        wire(service.url, case["dialect"]) as connection,
    ):
        return await connection.request("market.price", {"pair": "BTC/USDT"})


async def _beyond_a_limit(case: Case, home: Path) -> Frame:
    order = {"action": "buy", "pair": "BTC/USDT", "type": "market", "amount": 30_000}
    async with running(home) as service, wire(service.url, case["dialect"]) as connection:
        return await connection.request("trade.execute", order)


PROVOCATIONS: Mapping[str, Provoke] = {
    "kit.error.invalid_frame": _raw,
    "kit.error.auth_required": _connect,
    "kit.error.auth_invalid": _connect,
    "kit.error.auth_expired": _expired,
    "gw.error.auth_failed": _connect,
    "kit.error.rate_limited": _repeatedly("chat.history"),
    "kit.limit.chat": _repeatedly("chat.history"),
    "kit.limit.trade": _repeatedly("trade.history"),
    "kit.limit.market": _repeatedly("market.price", {"pair": "BTC/USDT"}),
    "kit.limit.backtest": _repeatedly("backtest.run", {"strategy": "macd", "pair": "BTC/USDT"}),
    "kit.limit.other": _repeatedly("status"),
    "gw.error.rate_limited": _repeatedly("status"),
    "gw.limit.per_second": _repeatedly("status"),
    "gw.limit.per_minute": _per_minute,
    "gw.limit.connections": _one_connection_too_many,
    "kit.error.agent_busy": _busy,
    "kit.error.internal_error": _fault,
    "gw.error.internal_error": _fault,
    "gw.error.exchange_error": _exchange_down,
    "gw.error.risk_limit_exceeded": _beyond_a_limit,
}
