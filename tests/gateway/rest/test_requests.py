"""Requests over real sockets: what is asked, what comes back, and in whose words."""

import asyncio
from contextlib import suppress
from typing import Any

import pytest

from gateway.settings import GatewaySettings
from tests.gateway.house import House, Running
from tests.gateway.rest.asked import ask

ORDER = {"amount": 5}
JSON = {"Content-Type": "application/json"}


async def test_a_path_a_query_and_a_body_are_parameters(both: Running) -> None:
    price = await ask(both, "GET", "/api/v2/market/btc%2Fusdt/price?exchange=binance")
    assert (price.status, price.kind, price.json["pair"]) == (200, "application/json", "BTC/USDT")
    order = await ask(both, "POST", "/api/v2/orders", json=ORDER)
    assert (order.status, order.json["status"], order.json["timestampMs"]) == (201, "filled", 1772452800000)
    tool = await ask(both, "POST", "/api/v2/tools/market_price", json={"args": {"pair": "ETH/USDT"}})
    assert (tool.status, tool.json["pair"]) == (200, "ETH/USDT")


@pytest.mark.parametrize(
    ("method", "path", "more", "status", "code"),
    [
        ("GET", "/api/v2/market/NOPE-USDT/price", {}, 404, "NOT_FOUND"),
        ("GET", "/api/v2/market/%00/price", {}, 400, "INVALID_PARAMS"),
        ("GET", "/api/v2/market/BTC-USDT/price?deep=1", {}, 400, "INVALID_PARAMS"),
        ("GET", "/api/v2/market/BTC-USDT/price?pair=ETH-USDT", {}, 400, "INVALID_PARAMS"),
        ("GET", "/api/v2/market/BTC-USDT/price?exchange=a&exchange=b", {}, 400, "INVALID_PARAMS"),
        ("POST", "/api/v2/orders", {"json": {}}, 400, "MISSING_PARAMS"),
        ("POST", "/api/v2/orders", {}, 400, "MISSING_PARAMS"),
        ("POST", "/api/v2/orders", {"json": {"amount": 0}}, 400, "INVALID_PARAMS"),
        ("POST", "/api/v2/orders?amount=5", {}, 400, "INVALID_PARAMS"),
        ("POST", "/api/v2/orders", {"json": {"amount": 1001}}, 400, "INSUFFICIENT_FUNDS"),
        ("POST", "/api/v2/orders", {"json": {"amount": 1002}}, 403, "RISK_LIMIT_EXCEEDED"),
        ("POST", "/api/v2/orders", {"json": {"amount": 1003}}, 502, "EXCHANGE_ERROR"),
        ("POST", "/api/v2/orders", {"json": [5]}, 400, "INVALID_FRAME"),
        ("POST", "/api/v2/orders", {"data": b"{", "headers": JSON}, 400, "INVALID_FRAME"),
        ("POST", "/api/v2/orders", {"data": b'{"amount": NaN}', "headers": JSON}, 400, "INVALID_FRAME"),
        ("POST", "/api/v2/orders", {"data": b'{"type": "\\u0000"}', "headers": JSON}, 400, "INVALID_FRAME"),
        ("POST", "/api/v2/orders", {"data": {"amount": "5"}}, 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("POST", "/api/v2/tools/market", {"json": {"tool": "trade"}}, 400, "INVALID_PARAMS"),
        ("POST", "/api/v2/tools/withdraw", {"json": {}}, 404, "NOT_FOUND"),
        ("POST", "/api/v2/sessions/main/messages", {"json": {"text": "busy"}}, 400, "INVALID_PARAMS"),
        ("GET", "/api/v2/nothing", {}, 404, "NOT_FOUND"),
        ("GET", "/api/v2", {}, 404, "NOT_FOUND"),
        ("PUT", "/api/v2/orders", {}, 405, "METHOD_NOT_ALLOWED"),
        ("PROPFIND", "/api/v2/orders", {}, 405, "METHOD_NOT_ALLOWED"),
    ],
)
async def test_what_is_wrong_is_told_as_problem_details(
    both: Running, method: str, path: str, more: dict[str, Any], status: int, code: str
) -> None:
    answer = await ask(both, method, path, **more)
    assert (answer.status, answer.code) == (status, code)
    assert set(answer.json) >= {"type", "title", "status", "detail", "code", "requestId", "retryable"}
    assert answer.json["requestId"] == answer.headers["X-Request-Id"]


async def test_a_foreign_api_answers_and_refuses_in_its_own_words(both: Running) -> None:
    good = await ask(both, "GET", "/tiny/echo/hello")
    assert (good.status, good.json) == (200, {"loud": "HELLO", "by": "owner"})
    assert (await ask(both, "GET", "/tiny/twice?text=no")).json["text"] == "nono"
    bad = await ask(both, "GET", "/tiny/echo/hello?deep=1")
    assert bad.json == {"error": "invalid_params", "status": 400, "echo": {"word": "hello"}}
    for path in ("/tiny/none", "/api/v2/tiny/none", "/tiny/nobody"):
        unknown = await ask(both, "GET", path)
        assert (unknown.kind, unknown.json["error"]) == ("application/json", "not_found")
    nobody = await ask(both, "GET", "/nobody")
    assert (nobody.status, set(nobody.json)) == (404, {"error", "message"})


@pytest.mark.parametrize("path", ["/tiny/boom", "/tiny/unprintable"])
async def test_a_fault_of_ours_shows_no_trace(both: Running, path: str) -> None:
    answer = await ask(both, "GET", path)
    assert (answer.status, answer.json["error"]) == (500, "internal_error")
    assert b"secret" not in answer.raw
    assert b"Traceback" not in answer.raw


async def test_what_is_too_large_too_deep_or_too_slow_is_refused(served: Any) -> None:
    async with served(GatewaySettings(max_frame_bytes=10_000, body_seconds=0.05)) as running:
        huge = await ask(running, "POST", "/api/v2/orders", data=b"[" * 20_000, headers=JSON)
        assert (huge.status, huge.code) == (413, "TOO_LARGE")
        deep = b'{"amount":' + b"[" * 40 + b"]" * 40 + b"}"
        nested = await ask(running, "POST", "/api/v2/orders", data=deep, headers=JSON)
        assert (nested.status, nested.code) == (400, "INVALID_FRAME")
        deeper = await ask(running, "POST", "/api/v2/orders", data=b"[" * 9_000, headers=JSON)
        assert (deeper.status, deeper.code) == (400, "INVALID_FRAME")
        head = b"POST /api/v2/orders HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        assert b" 408 " in await raw(running, head + b"Content-Length: 12\r\n\r\n{")
        bent = head + b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}"
        assert b" 400 " in await raw(running, bent)


async def raw(running: Running, sent: bytes) -> bytes:
    """Send bytes and return the first line of what comes back."""
    host, _, port = running.url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(sent)
    async with asyncio.timeout(60):
        line = await reader.readline()
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()
    return line


async def test_one_key_is_one_order_for_a_day(house: House, both: Running) -> None:
    key = {"Idempotency-Key": "wish-1"}
    first = await ask(both, "POST", "/api/v2/orders", json=ORDER, headers=key)
    again = await ask(both, "POST", "/api/v2/orders", json=ORDER, headers=key)
    assert (first.status, first.raw) == (again.status, again.raw)
    other = await ask(both, "POST", "/api/v2/orders", json={"amount": 6}, headers=key)
    assert (other.status, other.code) == (409, "CONFLICT")
    assert len(house.done) == 1
    await house.clock.advance(86_399)
    assert (await ask(both, "POST", "/api/v2/orders", json=ORDER, headers=key)).raw == first.raw
    await house.clock.advance(2)
    later = await ask(both, "POST", "/api/v2/orders", json=ORDER, headers=key)
    assert later.json["orderId"] != first.json["orderId"]
    assert len(house.done) == 2


async def test_requests_with_one_key_at_the_same_time_are_one_order(house: House, both: Running) -> None:
    key = {"Idempotency-Key": "wish-2"}
    answers = await asyncio.gather(
        *(ask(both, "POST", "/api/v2/orders", json=ORDER, headers=key) for _ in range(10))
    )
    assert {each.raw for each in answers} == {answers[0].raw}
    assert len(house.done) == 1


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 129])
async def test_a_key_that_is_none_is_refused(house: House, both: Running, key: str) -> None:
    answer = await ask(both, "POST", "/api/v2/orders", json=ORDER, headers={"Idempotency-Key": key})
    assert (answer.status, answer.code, house.done) == (400, "INVALID_PARAMS", [])


async def test_a_client_that_hangs_up_stops_nothing(house: House, both: Running) -> None:
    asking = asyncio.create_task(ask(both, "POST", "/tiny/wait", json={"text": "on"}))
    await house.waiting.acquire()
    asking.cancel()
    with suppress(asyncio.CancelledError):
        await asking
    house.gate.set()
    for _ in range(2_000):
        if house.done:
            break
        await asyncio.sleep(0.01)
    assert (house.done, house.cancelled) == (["on"], [])


async def test_head_and_options_tell_without_a_body(both: Running) -> None:
    head = await ask(both, "HEAD", "/api/v2/market/BTC-USDT/price")
    assert (head.status, head.raw) == (200, b"")
    options = await ask(both, "OPTIONS", "/api/v2/orders")
    assert (options.status, options.headers["Allow"], options.raw) == (204, "OPTIONS, POST", b"")
    refused = await ask(both, "GET", "/api/v2/orders")
    assert (refused.status, refused.headers["Allow"]) == (405, "OPTIONS, POST")
    assert (await ask(both, "OPTIONS", "/api/v2/nothing")).status == 404


@pytest.mark.parametrize(
    ("given", "kept"), [("mine-1.a_B", True), ("", False), ("a b", False), ("x" * 65, False)]
)
async def test_a_request_keeps_its_own_plain_name(both: Running, given: str, kept: bool) -> None:
    answer = await ask(both, "GET", "/api/v2/nothing", headers={"X-Request-Id": given})
    assert (answer.json["requestId"] == given) is kept
    assert answer.headers["X-Request-Id"] == answer.json["requestId"]


async def test_what_answers_and_is_not_well_says_so_by_its_status(both: Running) -> None:
    for text, status in (("fine", 200), ("faint", 503)):
        found = await ask(both, "GET", f"/tiny/pulse?text={text}")
        assert (found.status, found.json["text"]) == (status, text)
