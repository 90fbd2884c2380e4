"""Keys and people through the service's own door, and who holds a key as somebody of their own."""

import json
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from kit import KitClient, KitError
from kit.logs import configure
from tests.service import NOON, Running, running
from tests.wire import Wire, wire
from tools.apikeys import is_key
from trading.clock import epoch_ms

TOKEN = "the-owners-own-token"
DAY = 24 * 3600 * 1000
NOW = epoch_ms(NOON)


async def asked(connection: Wire, method: str, **params: Any) -> dict[str, Any]:
    answer = await connection.request(method, params)
    assert answer["ok"], answer
    payload: dict[str, Any] = answer["payload"]
    return payload


async def code_of(connection: Wire, method: str, params: dict[str, Any]) -> str | None:
    answer = await connection.request(method, params)
    return None if answer["ok"] else answer["error"]["code"]


async def test_a_key_is_made_listed_and_revoked(service: Running) -> None:
    async with wire(service.url) as owner:
        made = await asked(owner, "keys.create", name="ci", role="trader", days=30)
        assert is_key(made.pop("key"))
        assert made == {
            "id": made["id"],
            "name": "ci",
            "role": "trader",
            "principal": f"key:{made['id']}",
            "status": "active",
            "createdAt": NOW,
            "createdBy": "owner",
            "expiresAt": NOW + 30 * DAY,
            "revokedAt": None,
        }
        brief = await asked(owner, "keys.create", name="brief", expiresAt=NOW + 500)
        assert (brief["role"], brief["expiresAt"]) == ("viewer", NOW + 500)
        endless = await asked(owner, "keys.create", name="endless", role="owner")
        assert endless["expiresAt"] is None

        await service.advance(1)
        revoked = await asked(owner, "keys.revoke", id=made["id"])
        assert revoked == {**made, "status": "revoked", "revokedAt": NOW + 1000}
        await service.advance(1)
        assert await asked(owner, "keys.revoke", id=made["id"]) == revoked
        listed = (await asked(owner, "keys.list"))["keys"]
        assert [(each["name"], each["status"]) for each in listed] == [
            ("ci", "revoked"),
            ("brief", "expired"),
            ("endless", "active"),
        ]
        assert listed[0] == revoked


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({}, "MISSING_PARAMS"),
        ({"name": ""}, "INVALID_PARAMS"),
        ({"name": "x", "role": "king"}, "INVALID_PARAMS"),
        ({"name": "x", "days": 0}, "INVALID_PARAMS"),
        ({"name": "x", "days": True}, "INVALID_PARAMS"),
        ({"name": "x", "days": 1, "expiresAt": NOW + 1}, "INVALID_PARAMS"),
        ({"name": "x", "expiresAt": NOW}, "INVALID_PARAMS"),
        ({"name": "x", "expiresAt": "tomorrow"}, "INVALID_PARAMS"),
    ],
)
async def test_a_key_that_makes_no_sense_is_not_made(
    service: Running, params: dict[str, Any], code: str
) -> None:
    async with wire(service.url) as owner:
        assert await code_of(owner, "keys.create", params) == code
        assert await asked(owner, "keys.list") == {"keys": []}


async def test_people_are_let_in_changed_and_shut_out(service: Running) -> None:
    ann = {
        "id": "telegram:123",
        "name": "Ann",
        "role": "viewer",
        "status": "active",
        "createdAt": NOW,
        "createdBy": "owner",
        "revokedAt": None,
    }
    async with wire(service.url) as owner:
        assert await asked(owner, "access.setRole", id="telegram:123", role="viewer", name="Ann") == ann
        await service.advance(1)
        trader = {**ann, "role": "trader"}
        assert await asked(owner, "access.setRole", id="telegram:123", role="trader") == trader
        bob = await asked(owner, "access.setRole", id="discord:9", role="owner")
        assert (bob["name"], bob["createdAt"]) == ("discord:9", NOW + 1000)
        out = {**trader, "status": "revoked", "revokedAt": NOW + 1000}
        assert await asked(owner, "access.revoke", id="telegram:123") == out
        assert (await asked(owner, "access.list"))["people"] == [out, bob]
        assert await asked(owner, "access.setRole", id="telegram:123", role="trader") == trader


@pytest.mark.parametrize("person", ["owner", "key:key_1", "telegram:", "telegram:ann", "Telegram:1", "a:1"])
async def test_only_the_numbers_of_platforms_are_people(service: Running, person: str) -> None:
    async with wire(service.url) as owner:
        assert await code_of(owner, "access.setRole", {"id": person, "role": "owner"}) == "INVALID_PARAMS"


@pytest.mark.parametrize("role", ["viewer", "trader"])
async def test_only_an_owner_lets_others_in(service: Running, role: str) -> None:
    calls: list[tuple[str, dict[str, Any]]] = [
        ("keys.create", {"name": "mine", "role": "owner"}),
        ("keys.list", {}),
        ("keys.revoke", {"id": "key_1"}),
        ("access.list", {}),
        ("access.approve", {"code": "ABCDEFGH"}),
        ("access.deny", {"code": "ABCDEFGH"}),
        ("access.setRole", {"id": "telegram:1", "role": "owner"}),
        ("access.revoke", {"id": "telegram:1"}),
    ]
    async with wire(service.url) as owner:
        key = (await asked(owner, "keys.create", name="limited", role=role))["key"]
        async with wire(service.url, token=key) as limited:
            assert [await code_of(limited, *each) for each in calls] == ["FORBIDDEN"] * len(calls)
            for method, params in calls:
                tool = {"tool": method.replace(".", "_"), "args": params}
                assert await code_of(limited, "tool.invoke", tool) == "NOT_FOUND"
        assert len((await asked(owner, "keys.list"))["keys"]) == 1
        assert (await asked(owner, "access.list"))["people"] == []


async def test_who_holds_a_key_talks_alone_and_trades_the_common_account(tmp_path: Path) -> None:
    async with running(tmp_path) as service, AsyncExitStack() as stack:
        owner = await stack.enter_async_context(wire(service.url))
        key = (await asked(owner, "keys.create", name="bot", role="trader"))["key"]
        bot = await stack.enter_async_context(wire(service.url, token=key))
        await asked(owner, "chat.send", message="price BTC")
        await asked(bot, "chat.send", message="buy ETH for 500")
        said = [
            [
                each["content"]
                for each in (await asked(who, "chat.history"))["messages"]
                if each["role"] == "user"
            ]
            for who in (owner, bot)
        ]
        assert said == [["price BTC"], ["buy ETH for 500"]]
        for who in (owner, bot):
            assert [each["pair"] for each in (await asked(who, "trade.positions"))["positions"]] == [
                "ETH/USDT"
            ]
            assert (await who.event("trade:executed"))["payload"]["pair"] == "ETH/USDT"


async def test_a_repeated_request_makes_one_key_and_does_not_show_it_twice(service: Running) -> None:
    async with wire(service.url) as owner:
        first = await owner.request("keys.create", {"name": "ci"}, "same")
        again = await owner.request("keys.create", {"name": "ci"}, "same")
        assert again["payload"] == {key: value for key, value in first["payload"].items() if key != "key"}
        assert len((await asked(owner, "keys.list"))["keys"]) == 1


async def test_a_client_is_told_that_its_key_has_expired(service: Running) -> None:
    async with wire(service.url) as owner:
        key = (await asked(owner, "keys.create", name="brief", role="viewer", expiresAt=NOW + 1000))["key"]
    async with KitClient(service.url, key) as client:
        assert (await client.status()).clients >= 1
        await service.advance(1)
        with pytest.raises(KitError) as refused:
            await client.status()
        assert (refused.value.code, refused.value.retryable) == ("AUTH_EXPIRED", False)
    with pytest.raises(KitError) as again:
        await KitClient(service.url, key).connect()
    assert again.value.code == "AUTH_EXPIRED"


async def test_a_key_outlives_a_restart(tmp_path: Path, database_url: str) -> None:
    settings: dict[str, Any] = {"gateway_token": TOKEN, "database_url": database_url}
    async with running(tmp_path, **settings) as service, wire(service.url, token=TOKEN) as owner:
        made = await asked(owner, "keys.create", name="bot", role="trader")
    async with running(tmp_path, **settings) as service, wire(service.url, token=made["key"]) as bot:
        assert await code_of(bot, "keys.list", {}) == "FORBIDDEN"
        assert (await asked(bot, "sessions.list")) == {"sessions": []}


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


async def test_a_key_is_nowhere_but_in_the_answer_that_made_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configure("debug")
    told: list[str] = []
    async with running(tmp_path) as service, wire(service.url) as owner:
        made = await asked(owner, "keys.create", name="canary", role="viewer")
        key = made["key"]
        async with wire(service.url, token=key) as bot:
            told += [json.dumps(await bot.request(name)) for name in ("keys.list", "chat.history", "no.such")]
            await asked(owner, "keys.revoke", id=made["id"])
            told.append(json.dumps(await bot.request("status")))
        async with wire(service.url, None) as stranger:
            for _ in range(7):
                told.append(json.dumps(await stranger.request("connect", {"auth": {"token": key}})))
        told.append(json.dumps(await asked(owner, "keys.list")))
        told.append(
            json.dumps(
                [event.payload for event in (await service.app.services.events.replay("owner", 0)).events]
            )
        )
    logged = "".join(capsys.readouterr())
    kept = everything_in(tmp_path)
    assert "locked out" in logged
    assert made["id"].encode() in kept
    for secret in (key, key.removeprefix("kit_")):
        assert secret not in logged
        assert secret.encode() not in kept
        assert secret not in "".join(told)
