from typing import Any

import pytest

from gateway.vocabulary import CLIENT_CODES, Dialect, error_body
from tests.gateway.house import House, Running
from tests.wire import Frame
from tools.errors import MEANINGS, CallError, Code

ORDER: Frame = {"amount": 1}


def invoked(args: Frame, tool: str = "trade") -> tuple[str, Frame]:
    return "tool.invoke", {"tool": tool, "args": args}


CASES: dict[str, tuple[str, Frame | None, str, str, int, bool]] = {
    "unknown method": ("no.such", None, "UNKNOWN_METHOD", "INVALID_REQUEST", 404, False),
    "unknown trade method": ("trade.nothing", None, "UNKNOWN_METHOD", "INVALID_REQUEST", 404, False),
    "model's own": ("model.think", {}, "UNKNOWN_METHOD", "INVALID_REQUEST", 404, False),
    "missing": ("market.price", {}, "MISSING_PARAMS", "INVALID_REQUEST", 400, False),
    "wrong": ("echo.say", {"text": 5}, "INVALID_PARAMS", "INVALID_REQUEST", 400, False),
    "unknown field": ("echo.say", {"texts": ""}, "INVALID_PARAMS", "INVALID_REQUEST", 400, False),
    "order without amount": ("trade.execute", {}, "MISSING_PARAMS", "INVALID_ORDER", 400, False),
    "limit without price": (
        "trade.execute",
        {"amount": 1, "type": "limit"},
        "MISSING_PARAMS",
        "INVALID_ORDER",
        400,
        False,
    ),
    "order of nothing": ("trade.execute", {"amount": 0}, "INVALID_PARAMS", "INVALID_ORDER", 400, False),
    "tool without amount": (*invoked({}), "MISSING_PARAMS", "INVALID_ORDER", 400, False),
    "tool order of nothing": (*invoked({"amount": -1}), "INVALID_PARAMS", "INVALID_ORDER", 400, False),
    "tool with bad type": (
        *invoked({"amount": 1, "type": "odd"}),
        "INVALID_PARAMS",
        "INVALID_ORDER",
        400,
        False,
    ),
    "tool of another kind": (
        *invoked({"text": 1}, "model_think"),
        "INVALID_PARAMS",
        "INVALID_REQUEST",
        400,
        False,
    ),
    "unknown tool": (*invoked({}, "nope"), "NOT_FOUND", "NOT_FOUND", 404, False),
    "unknown pair": ("market.price", {"pair": "NO/SUCH"}, "NOT_FOUND", "NOT_FOUND", 404, False),
    "busy agent": ("chat.send", {"text": "busy"}, "AGENT_BUSY", "RATE_LIMITED", 503, True),
    "too little money": (
        "trade.execute",
        {"amount": 1001},
        "INSUFFICIENT_FUNDS",
        "INSUFFICIENT_FUNDS",
        400,
        False,
    ),
    "too much risk": (
        "trade.execute",
        {"amount": 1002},
        "RISK_LIMIT_EXCEEDED",
        "RISK_LIMIT_EXCEEDED",
        403,
        False,
    ),
    "no exchange": ("trade.execute", {"amount": 1003}, "EXCHANGE_ERROR", "EXCHANGE_ERROR", 502, True),
    "refused order": ("trade.execute", {"amount": 1004}, "INVALID_ORDER", "INVALID_ORDER", 400, False),
    "our fault": ("echo.boom", {}, "INTERNAL_ERROR", "INTERNAL_ERROR", 500, False),
    "our fault in printing": ("echo.unprintable", {}, "INTERNAL_ERROR", "INTERNAL_ERROR", 500, False),
}


@pytest.mark.parametrize("dialect", ["000", "001"])
@pytest.mark.parametrize(
    ("method", "params", "device", "client", "http", "retryable"), CASES.values(), ids=CASES.keys()
)
async def test_each_failure_has_the_code_of_its_dialect(
    running: Running,
    dialect: str,
    method: str,
    params: Frame | None,
    device: str,
    client: str,
    http: int,
    retryable: bool,
) -> None:
    async with running.wire(dialect) as wire:
        answer = await wire.request(method, params)
        error = answer["error"]
        assert answer["ok"] is False
        assert error["code"] == (client if dialect == "001" else device)
        assert error["retryable"] is retryable
        assert error["details"]["http"] == http
        assert error["details"]["codes"] == [device, client]
        assert error["message"]
        assert "secret-in-a-trace" not in str(answer)
        assert (await wire.request("ping"))["ok"]


@pytest.mark.parametrize("code", Code)
def test_every_code_has_a_word_in_both_dialects(code: Code) -> None:
    told = {dialect: error_body(CallError("no", code=code), dialect, "echo.say") for dialect in Dialect}
    assert told[Dialect.DEVICE]["code"] == code
    assert told[Dialect.CLIENT]["code"] == CLIENT_CODES[code]
    assert told[Dialect.CLIENT]["retryable"] is MEANINGS[code].retryable


@pytest.mark.parametrize(("method", "wrapped"), [("trade.execute", False), ("tool.invoke", True)])
@pytest.mark.parametrize(
    ("dialect", "timestamp", "resting_at"),
    [("000", 1_772_452_800_000, 40.0), ("001", "2026-03-02T12:00:00Z", None)],
)
async def test_a_trade_tells_its_time_and_price_in_the_words_of_the_dialect(
    running: Running, method: str, wrapped: bool, dialect: str, timestamp: Any, resting_at: float | None
) -> None:
    def params(order: Frame) -> Frame:
        return {"tool": "trade", "args": order} if wrapped else order

    async with running.wire(dialect) as wire:
        filled = (await wire.request(method, params(ORDER)))["payload"]
        resting = (await wire.request(method, params({"amount": 1, "price": 40})))["payload"]
    assert filled == {
        "orderId": filled["orderId"],
        "status": "filled",
        "price": 50_000.0,
        "executedPrice": 50_000.0,
        "timestamp": timestamp,
        "timestampMs": 1_772_452_800_000,
        "time": "2026-03-02T12:00:00Z",
    }
    assert (resting["status"], resting["executedPrice"]) == ("pending", resting_at)
    assert resting["timestamp"] == timestamp


async def test_what_is_said_before_connect_is_said_to_a_device(running: Running) -> None:
    async with running.wire(None) as wire:
        assert (await wire.request("no.such"))["error"]["code"] == "UNKNOWN_METHOD"
        await wire.request("connect", {"client": {"id": "c", "version": "1"}})
        assert (await wire.request("no.such"))["error"]["code"] == "INVALID_REQUEST"
        await wire.request("connect", {})
        assert (await wire.request("no.such"))["error"]["code"] == "UNKNOWN_METHOD"


async def test_a_fault_leaves_no_more_than_its_id_on_the_wire(house: House) -> None:
    async with house.running() as running, running.wire() as wire:
        answer = await wire.request("echo.unprintable")
        assert set(answer["error"]) == {"code", "message", "retryable", "details"}
        assert "fault_" in answer["error"]["message"]
        assert "Traceback" not in str(answer)
