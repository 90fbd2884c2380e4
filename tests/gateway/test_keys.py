"""API keys at the gateway, through real sockets."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import aiohttp
import pytest

from gateway.settings import GatewaySettings
from memory.database import Database
from tests.gateway.house import House, Running
from tests.service import predictable
from tests.wire import HELLO, Frame, Wire
from tools.apikeys import ApiKeys
from tools.policy import LOCAL_OWNER, Role

TOKEN = "correct horse battery staple"
SECURED = GatewaySettings(token=TOKEN)
SETTINGS = pytest.mark.parametrize(
    "settings", [SECURED, GatewaySettings()], ids=["token set", "no token set"]
)
NOBODYS = f"kit_{'x' * 43}"


async def key_for(house: House, role: Role = Role.TRADER, expires_at: datetime | None = None) -> str:
    _, secret = await house.keys.make("test", role, house.clock.now(), expires_at, LOCAL_OWNER)
    return secret


def expiring(house: House, seconds: float = 10) -> datetime:
    return house.clock.now() + timedelta(seconds=seconds)


async def id_of(house: House) -> str:
    (key,) = await house.keys.all()
    return key.id


def auth(token: str | None) -> Frame:
    return {} if token is None else {"auth": {"token": token}}


async def code_of(wire: Wire, method: str, params: Frame | None = None) -> str | None:
    answer = await wire.request(method, params)
    return None if answer["ok"] else answer["error"]["code"]


async def speaker(wire: Wire) -> str:
    said = (await wire.request("echo.say"))["payload"]["principal"]
    return str(said)


async def closing(wire: Wire) -> int | None:
    """Return the code with which the service closes the connection next."""
    message = await wire.socket.receive(timeout=20)
    assert message.type is aiohttp.WSMsgType.CLOSE, message
    return wire.socket.close_code


@dataclass(frozen=True)
class Right:
    role: Role
    method: str
    code: str | None


RIGHTS = [
    Right(Role.VIEWER, "echo.say", None),
    Right(Role.VIEWER, "trade.execute", "FORBIDDEN"),
    Right(Role.TRADER, "trade.execute", None),
    Right(Role.TRADER, "echo.admin", "FORBIDDEN"),
    Right(Role.OWNER, "echo.admin", None),
]


@pytest.mark.parametrize("right", RIGHTS, ids=str)
@pytest.mark.parametrize(("dialect", "forbidden"), [("000", "FORBIDDEN"), ("001", "AUTH_FAILED")])
@SETTINGS
async def test_a_key_gives_the_rights_of_its_role(
    house: House, settings: GatewaySettings, dialect: str, forbidden: str, right: Right
) -> None:
    key = await key_for(house, right.role)
    params = {"amount": 1} if right.method.startswith("trade") else None
    async with house.running(settings) as running, running.wire(dialect, **auth(key)) as wire:
        assert await speaker(wire) == f"key:{await id_of(house)}"
        assert await code_of(wire, right.method, params) == (forbidden if right.code else None)


@SETTINGS
@pytest.mark.parametrize(
    ("dialect", "expired", "invalid"),
    [("000", "AUTH_EXPIRED", "AUTH_INVALID"), ("001", "AUTH_FAILED", "AUTH_FAILED")],
)
async def test_a_key_that_is_no_longer_good_opens_nothing(
    house: House, settings: GatewaySettings, dialect: str, expired: str, invalid: str
) -> None:
    old = await key_for(house, expires_at=expiring(house))
    await house.clock.advance(10)
    async with house.running(settings) as running, running.wire(None) as wire:
        hello = HELLO[dialect]
        refused = await wire.request("connect", {**hello, **auth(old)})
        assert (refused["error"]["code"], refused["error"]["details"]["http"]) == (expired, 401)
        assert refused["error"]["details"]["codes"] == ["AUTH_EXPIRED", "AUTH_FAILED"]
        assert await code_of(wire, "connect", {**hello, **auth(NOBODYS)}) == invalid
        await house.keys.revoke(await id_of(house))
        assert await code_of(wire, "connect", {**hello, **auth(old)}) == invalid
        assert running.gateway.clients() == 0


async def test_without_a_token_set_only_a_key_makes_somebody_else_of_the_owner(
    house: House, running: Running
) -> None:
    key = await key_for(house)
    for token, who in ((None, "owner"), ("whatever", "owner"), (key, f"key:{await id_of(house)}")):
        async with running.wire("000", **auth(token)) as wire:
            assert await speaker(wire) == who


async def test_a_token_set_still_lets_the_owner_in_beside_the_keys(house: House) -> None:
    await key_for(house)
    async with house.running(SECURED) as running:
        async with running.wire("000", **auth(TOKEN)) as wire:
            assert await speaker(wire) == "owner"
        async with running.wire(None) as wire:
            assert await code_of(wire, "echo.say") == "AUTH_REQUIRED"


@SETTINGS
async def test_a_key_in_the_header_lets_the_socket_in(house: House, settings: GatewaySettings) -> None:
    key = await key_for(house)
    headers = {"Authorization": f"Bearer {key}"}
    async with house.running(settings) as running, running.wire(None, headers=headers) as wire:
        assert await speaker(wire) == f"key:{await id_of(house)}"
        assert await code_of(wire, "connect", HELLO["001"]) is None
        assert await speaker(wire) == f"key:{await id_of(house)}"


async def test_an_expired_key_in_the_header_is_told_when_a_request_needs_one(house: House) -> None:
    old = await key_for(house, expires_at=expiring(house))
    await house.clock.advance(10)
    headers = {"Authorization": f"Bearer {old}"}
    async with house.running(SECURED) as running, running.wire(None, headers=headers) as wire:
        assert await code_of(wire, "ping") is None
        assert [await code_of(wire, "echo.say") for _ in range(2)] == ["AUTH_EXPIRED"] * 2
        assert await code_of(wire, "connect", auth(TOKEN)) is None
        assert await speaker(wire) == "owner"


@SETTINGS
@pytest.mark.parametrize(
    ("dialect", "codes"),
    [("000", {"expire": "AUTH_EXPIRED", "revoke": "AUTH_INVALID"}), ("001", {})],
)
@pytest.mark.parametrize("end", ["expire", "revoke"])
async def test_a_key_that_ends_while_its_holder_is_connected_ends_the_connection(
    house: House, settings: GatewaySettings, dialect: str, codes: dict[str, str], end: str
) -> None:
    key = await key_for(house, expires_at=expiring(house))
    async with house.running(settings) as running, running.wire(dialect, **auth(key)) as wire:
        await house.clock.advance(9.999)
        assert await code_of(wire, "echo.say") is None
        if end == "expire":
            await house.clock.advance(0.001)
        else:
            await house.keys.revoke(await id_of(house))
        assert await code_of(wire, "echo.say") == codes.get(end, "AUTH_FAILED")
        assert await closing(wire) == 1008
        async with running.wire(None) as again:
            code = await code_of(again, "connect", {**HELLO[dialect], **auth(key)})
            assert code == codes.get(end, "AUTH_FAILED")


async def test_a_connection_whose_key_has_ended_may_still_show_a_better_one(house: House) -> None:
    old = await key_for(house, expires_at=expiring(house))
    async with house.running(SECURED) as running, running.wire("000", **auth(old)) as wire:
        await house.clock.advance(10)
        assert await code_of(wire, "connect", {}) == "AUTH_EXPIRED"
        assert await code_of(wire, "connect", auth(TOKEN)) is None
        assert await speaker(wire) == "owner"


async def test_who_holds_an_ended_key_hears_no_more_events(house: House) -> None:
    key = await key_for(house, expires_at=expiring(house))
    me = f"key:{await id_of(house)}"
    async with house.running(SECURED) as running, running.wire("000", **auth(key)) as wire:
        await house.publish("before", me)
        await house.events.flush()
        await house.clock.advance(10)
        await house.publish("after", me)
        await house.publish("to everybody", None)
        await house.events.flush()
        assert await code_of(wire, "echo.say") == "AUTH_EXPIRED"
        assert [event["event"] for event in wire.events] == ["before"]
        assert await closing(wire) == 1008


async def test_guessing_keys_is_slowed_down_but_a_right_one_always_passes(house: House) -> None:
    key = await key_for(house)
    async with house.running() as running, running.wire(None) as wire:
        codes = [await code_of(wire, "connect", auth(NOBODYS)) for _ in range(7)]
        assert codes == [*["AUTH_INVALID"] * 5, *["RATE_LIMITED"] * 2]
        assert await code_of(wire, "connect", auth(key)) is None


async def test_what_another_process_revokes_counts_after_the_next_look(house: House, sqlite_url: str) -> None:
    key = await key_for(house)
    async with (
        house.running(SECURED) as running,
        running.wire("000", **auth(key)) as wire,
        Database.open(sqlite_url) as elsewhere,
    ):
        assert await code_of(wire, "echo.say") is None
        other = ApiKeys(elsewhere, house.clock, house.services.new_id, predictable())
        assert await other.revoke(await id_of(house)) is not None
        await house.keys.refresh()
        assert await code_of(wire, "echo.say") == "AUTH_INVALID"
        assert await closing(wire) == 1008


async def test_a_pipelined_request_behind_a_refused_one_does_nothing(house: House) -> None:
    key = await key_for(house, expires_at=expiring(house))
    async with house.running(SECURED) as running, running.wire("000", **auth(key)) as wire:
        await house.clock.advance(10)
        for number in range(20):
            await wire.send(
                {"type": "req", "id": f"p{number}", "method": "trade.execute", "params": {"amount": 1}}
            )
        assert (await wire.answer("p0"))["error"]["code"] == "AUTH_EXPIRED"
        assert house.done == []


async def test_who_shows_a_bad_key_does_not_go_on_as_the_owner(house: House, running: Running) -> None:
    async with running.wire("000") as wire:
        assert await speaker(wire) == "owner"
        assert await code_of(wire, "connect", auth(NOBODYS)) == "AUTH_INVALID"
        assert await code_of(wire, "echo.say") == "AUTH_REQUIRED"
        assert await code_of(wire, "connect", {}) is None
        assert await speaker(wire) == "owner"
