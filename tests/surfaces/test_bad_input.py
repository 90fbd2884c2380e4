"""What is wrong is told by its documented code, in both dialects, and the connection goes on."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.service import Running, running
from tests.wire import wire

pytestmark = pytest.mark.asyncio(loop_scope="module")

ORDER = {"action": "buy", "pair": "BTC/USDT", "type": "market", "amount": 100}


def order(**changes: Any) -> dict[str, Any]:
    return {**ORDER, **changes}


# Each with its code in the dialect of the API reference and in that of the gateway's.
BAD_CALLS: list[tuple[str, Any, str, str]] = [
    ("no.such", None, "UNKNOWN_METHOD", "INVALID_REQUEST"),
    ("market.price", {}, "MISSING_PARAMS", "INVALID_REQUEST"),
    ("market.price", {"pair": 5}, "INVALID_PARAMS", "INVALID_REQUEST"),
    ("market.price", {"pair": "?"}, "INVALID_PARAMS", "INVALID_REQUEST"),
    ("market.price", {"pair": "BTC/USDT", "colour": "red"}, "INVALID_PARAMS", "INVALID_REQUEST"),
    ("market.price", {"pair": "NOPE/USDT"}, "NOT_FOUND", "NOT_FOUND"),
    ("market.price", {"pair": "BTC/USDT", "exchange": "mtgox"}, "INVALID_PARAMS", "INVALID_REQUEST"),
    ("market.candles", {"pair": "BTC/USDT", "limit": 0}, "INVALID_PARAMS", "INVALID_REQUEST"),
    ("market.candles", {"pair": "BTC/USDT", "limit": 10**9}, "INVALID_PARAMS", "INVALID_REQUEST"),
    ("market.candles", {"pair": "BTC/USDT", "timeframe": "7q"}, "INVALID_PARAMS", "INVALID_REQUEST"),
    (
        "market.analyze",
        {"pair": "BTC/USDT", "indicators": ["astrology"]},
        "INVALID_PARAMS",
        "INVALID_REQUEST",
    ),
    ("trade.execute", {}, "MISSING_PARAMS", "INVALID_ORDER"),
    ("trade.execute", order(amount=0), "INVALID_PARAMS", "INVALID_ORDER"),
    ("trade.execute", order(amount=-5), "INVALID_PARAMS", "INVALID_ORDER"),
    ("trade.execute", order(amount=True), "INVALID_PARAMS", "INVALID_ORDER"),
    ("trade.execute", order(amount="a lot"), "INVALID_PARAMS", "INVALID_ORDER"),
    ("trade.execute", order(amount=1e300), "INVALID_PARAMS", "INVALID_ORDER"),
    ("trade.execute", order(amount=0.01), "INVALID_ORDER", "INVALID_ORDER"),
    ("trade.execute", order(action="hold"), "INVALID_PARAMS", "INVALID_ORDER"),
    ("trade.execute", order(type="iceberg"), "INVALID_PARAMS", "INVALID_ORDER"),
    ("trade.execute", order(pair="NOPE/USDT"), "INVALID_PARAMS", "INVALID_ORDER"),
    ("trade.execute", order(exchange="mtgox"), "INVALID_PARAMS", "INVALID_ORDER"),
    ("trade.execute", order(type="limit", amount=1), "MISSING_PARAMS", "INVALID_ORDER"),
    ("trade.execute", order(type="stop", amount=1), "MISSING_PARAMS", "INVALID_ORDER"),
    ("trade.execute", order(stopLoss=900_000), "INVALID_ORDER", "INVALID_ORDER"),
    ("trade.execute", order(amount=1_000_000), "INSUFFICIENT_FUNDS", "INSUFFICIENT_FUNDS"),
    ("trade.execute", order(action="sell", amount=50), "INSUFFICIENT_FUNDS", "INSUFFICIENT_FUNDS"),
    ("trade.close", {"positionId": "pos_none"}, "NOT_FOUND", "NOT_FOUND"),
    ("trade.close", {"positionId": "pos_none", "percentage": 101}, "INVALID_PARAMS", "INVALID_ORDER"),
    ("trade.close", {"positionId": "pos_none", "percentage": 0}, "INVALID_PARAMS", "INVALID_ORDER"),
    ("trade.history", {"from": "yesterday"}, "INVALID_PARAMS", "INVALID_ORDER"),
    ("tool.invoke", {"tool": "withdraw", "args": {}}, "NOT_FOUND", "NOT_FOUND"),
    ("tool.invoke", {"tool": "trade", "args": order(amount=0)}, "INVALID_PARAMS", "INVALID_ORDER"),
    ("tool.invoke", {"tool": "trade", "args": order(type="limit")}, "MISSING_PARAMS", "INVALID_ORDER"),
    ("tool.invoke", {"tool": "trade", "args": []}, "INVALID_PARAMS", "INVALID_REQUEST"),
    ("chat.send", {"message": "x" * 40_000}, "INVALID_PARAMS", "INVALID_REQUEST"),
    ("chat.abort", {}, "MISSING_PARAMS", "INVALID_REQUEST"),
    ("sessions.get", {"sessionId": "sess_none"}, "NOT_FOUND", "NOT_FOUND"),
    ("portfolio.get", {"currency": "US$"}, "INVALID_PARAMS", "INVALID_REQUEST"),
    ("portfolio.pnl", {"period": "2w"}, "INVALID_PARAMS", "INVALID_REQUEST"),
    ("market.price", ["BTC/USDT"], "INVALID_FRAME", "INVALID_REQUEST"),
]

BAD_FRAMES = [
    "",
    "not json",
    "[]",
    "null",
    '{"type": "req"}',
    '{"type": "req", "id": 5, "method": "ping"}',
    '{"type": "req", "id": "x", "method": 7}',
    '{"type": "event", "id": "x", "method": "ping"}',
    '{"type": "req", "id": "x", "method": "trade.execute", "params": {"amount": NaN}}',
    '{"type": "req", "id": "x", "method": "trade.execute", "params": {"amount": Infinity}}',
    '{"type": "req", "id": "x", "method": "market.price", "params": ' + "[" * 5_000 + "]" * 5_000 + "}",
    '{"type": "req", "id": "x", "method": "market.price", "params": {"pair": "' + "x" * 2_000_000 + '"}}',
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    async with running(tmp_path_factory.mktemp("home"), limits=False) as service:
        yield service


@pytest.mark.parametrize("dialect", ["000", "001"])
@pytest.mark.parametrize(
    ("method", "params", "code", "gateway_code"),
    BAD_CALLS,
    ids=[f"{method}-{number}" for number, (method, *_) in enumerate(BAD_CALLS)],
)
async def test_a_bad_call_has_its_code(
    service: Running, dialect: str, method: str, params: Any, code: str, gateway_code: str
) -> None:
    async with wire(service.url, dialect) as connection:
        answer = await connection.request(method, params)
        assert answer["ok"] is False
        error = answer["error"]
        assert error["code"] == {"000": code, "001": gateway_code}[dialect]
        assert error["message"]
        assert "Traceback" not in json.dumps(answer)
        assert error["retryable"] is False
        assert (await connection.request("ping"))["ok"]


@pytest.mark.parametrize(("dialect", "code"), [("000", "INVALID_FRAME"), ("001", "INVALID_REQUEST")])
async def test_a_bad_frame_is_told_and_nothing_is_lost(service: Running, dialect: str, code: str) -> None:
    async with wire(service.url, dialect) as connection:
        for frame in BAD_FRAMES:
            await connection.send(frame)
            answer = await connection.answer()
            assert (answer["ok"], answer["error"]["code"]) == (False, code), frame[:80]
            assert (await connection.request("ping"))["ok"]


async def test_nothing_that_was_refused_left_a_trace_in_the_account(service: Running) -> None:
    async with wire(service.url) as connection:
        portfolio = (await connection.request("portfolio.get"))["payload"]
    assert (portfolio["totalValueUsd"], portfolio["positions"]) == (100_000, [])
