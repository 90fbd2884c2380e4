"""Who is let in over HTTP, from which pages, and how often."""

from dataclasses import replace
from typing import Any

import pytest

from gateway.rest.routes import OWN
from gateway.settings import GatewaySettings
from tests.gateway.house import House, Running
from tests.gateway.rest.asked import ask
from tests.gateway.rest.tiny import TINY
from tools.policy import LOCAL_OWNER, Role

What = tuple[str, str, dict[str, Any]]

READ: What = ("GET", "/api/v2/market/BTC-USDT/price", {})
TRADE: What = ("POST", "/api/v2/orders", {"json": {"amount": 5}})
EVIL = {"Origin": "https://evil.example"}
DESK = {"Origin": "https://desk.example"}
SETTINGS = GatewaySettings(token="secret", allowed_origins=frozenset({"https://desk.example"}))


async def status(running: Running, what: What, **headers: str) -> int:
    method, path, more = what
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return (await ask(running, method, path, headers=named, **more)).status


async def test_without_a_token_this_machine_reads_and_trades(both: Running) -> None:
    assert await status(both, READ) == 200
    assert await status(both, TRADE) == 201
    assert await status(both, READ, Authorization="Bearer whatever") == 200


async def test_with_a_token_everything_needs_it_in_either_header(served: Any) -> None:
    async with served(SETTINGS) as running:
        for what, good in ((READ, 200), (TRADE, 201)):
            assert await status(running, what) == 401
            assert await status(running, what, Authorization="Bearer wrong") == 401
            assert await status(running, what, Authorization="Basic secret") == 401
            assert await status(running, what, Authorization="Bearer secret") == good
            assert await status(running, what, X_API_Key="secret") == good
            assert await status(running, what, X_Tiny_Key="secret") == 401
        refused = await ask(running, *READ[:2])
        assert (refused.code, refused.headers["WWW-Authenticate"]) == ("AUTH_REQUIRED", "Bearer")


async def test_a_foreign_api_has_its_own_header(served: Any) -> None:
    async with served(SETTINGS) as running:
        what: What = ("GET", "/tiny/echo/x", {})
        assert await status(running, what, X_API_Key="secret") == 401
        assert await status(running, what, X_Tiny_Key="secret") == 200


@pytest.mark.parametrize(
    ("role", "expected"),
    [(Role.VIEWER, (200, 403, 403)), (Role.TRADER, (200, 201, 403)), (Role.OWNER, (200, 201, 200))],
)
async def test_a_key_may_do_what_its_role_may(
    house: House, served: Any, role: Role, expected: tuple[int, int, int]
) -> None:
    _, key = await house.keys.make("robot", role, house.clock.now(), None, LOCAL_OWNER)
    admin: What = ("GET", "/tiny/admin", {})
    async with served(SETTINGS) as running:
        assert (
            await status(running, READ, X_API_Key=key),
            await status(running, TRADE, X_API_Key=key),
            await status(running, admin, X_Tiny_Key=key),
        ) == expected


async def test_wrong_tokens_are_slowed_down_and_the_right_one_passes(served: Any) -> None:
    async with served(SETTINGS) as running:
        found = [await status(running, READ, X_API_Key=f"wrong{number}") for number in range(6)]
        assert found == [401] * 5 + [429]
        locked = await ask(running, *READ[:2], headers={"X-API-Key": "wrong"})
        assert int(locked.headers["Retry-After"]) >= 1
        assert await status(running, READ, X_API_Key="secret") == 200


async def test_a_foreign_page_changes_nothing_even_with_the_token(house: House, served: Any) -> None:
    async with served(SETTINGS) as running:
        key = {"Authorization": "Bearer secret"}
        for origin in (EVIL, {"Origin": "null"}, {"Origin": ""}):
            answer = await ask(
                running, "POST", "/api/v2/orders", json={"amount": 5}, headers={**key, **origin}
            )
            assert (answer.status, answer.code) == (403, "FORBIDDEN")
            assert "Access-Control-Allow-Origin" not in answer.headers
        assert house.done == []
        known = await ask(running, "POST", "/api/v2/orders", json={"amount": 5}, headers={**key, **DESK})
        assert known.status == 201
        assert known.headers["Access-Control-Allow-Origin"] == "https://desk.example"


async def test_a_foreign_page_reads_only_what_is_public(both: Running) -> None:
    private = await ask(both, "GET", READ[1], headers=EVIL)
    assert "Access-Control-Allow-Origin" not in private.headers
    public = await ask(both, "GET", "/tiny/open", headers=EVIL)
    assert (public.json["text"], public.headers["Access-Control-Allow-Origin"]) == ("open", "*")


async def test_a_preflight_is_answered_for_known_pages_only(served: Any) -> None:
    wanted = {"Access-Control-Request-Method": "POST"}
    async with served(SETTINGS) as running:
        known = await ask(running, "OPTIONS", "/api/v2/orders", headers={**DESK, **wanted})
        assert known.status == 204
        assert known.headers["Access-Control-Allow-Methods"] == "OPTIONS, POST"
        assert "Idempotency-Key" in known.headers["Access-Control-Allow-Headers"]
        foreign = await ask(running, "OPTIONS", "/api/v2/orders", headers={**EVIL, **wanted})
        assert not [name for name in foreign.headers if name.startswith("Access-Control")]


async def test_limits_are_told_and_kept_by_key_and_group(house: House, both: Running) -> None:
    first = await ask(both, "POST", "/api/v2/orders", json={"amount": 5})
    assert [first.headers[f"X-RateLimit-{name}"] for name in ("Limit", "Remaining", "Reset")] == [
        "60",
        "59",
        "60",
    ]
    for _ in range(59):
        assert (await ask(both, "POST", "/api/v2/orders", json={"amount": 5})).status == 201
    full = await ask(both, "POST", "/api/v2/orders", json={"amount": 5})
    assert (full.status, full.code, full.headers["X-RateLimit-Remaining"]) == (429, "RATE_LIMITED", "0")
    assert full.headers["Retry-After"] == "60"
    assert full.json["retryAfterMs"] == 60_000
    assert (await ask(both, *READ[:2])).status == 200
    house.later(60)
    assert (await ask(both, "POST", "/api/v2/orders", json={"amount": 5})).status == 201


async def test_an_api_may_have_one_limit_over_all_its_routes(both: Running) -> None:
    found = [await ask(both, "GET", f"/tiny/{path}") for path in ("echo/x", "open", "twice", "open")]
    assert [each.status for each in found] == [200, 200, 200, 429]
    assert found[-1].json["error"] == "rate_limited"


async def test_a_route_may_have_a_limit_of_its_own_beside_that_of_its_api(house: House, served: Any) -> None:
    order: What = ("POST", "/tiny/order", {"json": {"amount": 5}})
    async with served() as running:
        assert [await status(running, order) for _ in range(3)] == [200, 200, 429]
        refused = await ask(running, *order[:2], **order[2])
        assert refused.headers["X-RateLimit-Limit"] == "2"
        # What was refused has counted nowhere: one of the three that the API allows is left.
        house.later(1)
        assert [await status(running, order) for _ in range(2)] == [200, 429]
        full = await ask(running, *order[:2], **order[2])
        assert [full.headers[f"X-RateLimit-{name}"] for name in ("Limit", "Remaining", "Reset")] == [
            "3",
            "0",
            "59",
        ]


async def test_limits_of_a_route_beside_those_of_groups_hold_both(house: House) -> None:
    limited = [replace(each, rules=((2, 1),)) for each in OWN.routes if each.capability == "trade.execute"]
    async with house.running(dialects=(replace(OWN, routes=limited),)) as running:
        assert [await status(running, TRADE) for _ in range(3)] == [201, 201, 429]
        for _ in range(29):
            house.later(1)
            assert [await status(running, TRADE) for _ in range(2)] == [201, 201]
        house.later(1)
        full = await ask(running, *TRADE[:2], **TRADE[2])
        assert (full.status, full.headers["X-RateLimit-Limit"]) == (429, "60")


async def test_writes_may_have_a_limit_and_reads_have_none_of_it(house: House, served: Any) -> None:
    async with served(GatewaySettings(writes_per_minute=1)) as running:
        assert [await status(running, TRADE) for _ in range(2)] == [201, 429]
        assert await status(running, READ) == 200
        echo: What = ("POST", "/tiny/echo", {"json": {"text": "x"}})
        assert [await status(running, echo) for _ in range(2)] == [202, 429]
    unlimited = replace(TINY, rules=())
    async with house.running(GatewaySettings(writes_per_minute=1), dialects=(OWN, unlimited)) as running:
        assert [await status(running, echo) for _ in range(3)] == [202, 202, 202]


async def test_limits_can_be_switched_off(served: Any) -> None:
    async with served(GatewaySettings(limited=False)) as running:
        for _ in range(5):
            answer = await ask(running, "GET", "/tiny/open")
            assert (answer.status, "X-RateLimit-Limit" in answer.headers) == (200, False)


async def test_a_crowd_is_told_to_wait(house: House, served: Any) -> None:
    async with served(GatewaySettings(max_in_flight=0)) as running:
        answer = await ask(running, *READ[:2])
        assert (answer.status, answer.code) == (429, "RATE_LIMITED")


async def test_every_answer_has_the_headers_that_guard_a_browser(both: Running) -> None:
    for path in (READ[1], "/api/v2/nothing", "/nobody", "/health", "/docs", "/openapi.json"):
        headers = (await ask(both, "GET", path)).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Request-Id"]
    bent = await ask(both, "GET", "/api/v2/status", headers={"Host": "evil.example"})
    assert (bent.status, bent.code) == (403, "FORBIDDEN")
