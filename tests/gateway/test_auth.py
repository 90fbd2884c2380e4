from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from gateway.settings import GatewaySettings
from kit.logs import configure
from tests.gateway.house import House, Running
from tests.wire import HELLO, Wire
from tools.errors import CallError, Code
from tools.policy import Principal, Role

TOKEN = "correct horse battery staple"
SECURED = GatewaySettings(token=TOKEN)


@pytest.fixture
async def secured(house: House) -> "AsyncIterator[Running]":
    async with house.running(SECURED) as running:
        yield running


async def code_of(wire: Wire, method: str, params: dict[str, object] | None = None) -> str | None:
    answer = await wire.request(method, params)
    return None if answer["ok"] else answer["error"]["code"]


@pytest.mark.parametrize(
    ("dialect", "required", "wrong"),
    [("000", "AUTH_REQUIRED", "AUTH_INVALID"), ("001", "AUTH_FAILED", "AUTH_FAILED")],
)
async def test_until_the_right_token_comes_only_the_protocol_answers(
    secured: Running, dialect: str, required: str, wrong: str
) -> None:
    async with secured.wire(None) as wire:
        hello = HELLO[dialect]
        assert await code_of(wire, "connect", hello) == required
        for method in ("echo.say", "market.price", "no.such"):
            assert await code_of(wire, method) == required
        assert await code_of(wire, "ping") is None
        assert await code_of(wire, "connect", {**hello, "auth": {"token": "wrong"}}) == wrong
        assert secured.gateway.clients() == 0
        assert await code_of(wire, "connect", {**hello, "auth": {"token": TOKEN}}) is None
        assert await code_of(wire, "echo.say") is None
        assert secured.gateway.clients() == 1


async def test_a_right_header_lets_the_socket_in_without_connect(secured: Running) -> None:
    async with secured.wire(None, headers={"Authorization": f"Bearer {TOKEN}"}) as wire:
        assert await code_of(wire, "echo.say") is None
        assert await code_of(wire, "connect", HELLO["001"]) is None
        assert await code_of(wire, "echo.say") is None


@pytest.mark.parametrize(
    "header", ["Bearer wrong", f"Basic {TOKEN}", "Bearer", "Bearer ", f"bearer{TOKEN}", TOKEN]
)
async def test_another_header_opens_a_socket_that_may_still_connect(secured: Running, header: str) -> None:
    async with secured.wire(None, headers={"Authorization": header}) as wire:
        assert await code_of(wire, "echo.say") == "AUTH_REQUIRED"
        assert await code_of(wire, "connect", {"auth": {"token": TOKEN}}) is None


async def test_a_token_in_the_address_is_ignored(secured: Running) -> None:
    async with secured.wire(None, path=f"/?token={TOKEN.replace(' ', '%20')}") as wire:
        assert await code_of(wire, "echo.say") == "AUTH_REQUIRED"


async def test_a_failed_second_connect_changes_nothing(secured: Running) -> None:
    async with secured.wire("000", auth={"token": TOKEN}) as wire:
        assert await code_of(wire, "connect", {"auth": {"token": "wrong"}}) == "AUTH_INVALID"
        assert await code_of(wire, "echo.say") is None


async def test_guessing_is_slowed_down_but_a_right_token_always_passes(house: House) -> None:
    async with house.running(SECURED) as running, running.wire(None) as wire:

        async def guess() -> int:
            answer = await wire.request("connect", {"auth": {"token": "guess"}})
            assert answer["error"]["retryable"] is (answer["error"]["code"] == "RATE_LIMITED")
            return int(answer["error"].get("retryAfterMs", 0))

        assert [await guess() for _ in range(9)] == [0, 0, 0, 0, 0, 1_000, 2_000, 4_000, 8_000]
        assert await code_of(wire, "connect", {"auth": {"token": TOKEN}}) is None
        assert await guess() == 16_000
        house.later(16 + 61)
        assert await guess() == 0


async def test_a_missing_token_is_no_guess(secured: Running) -> None:
    async with secured.wire(None) as wire:
        codes = {await code_of(wire, "connect", {}) for _ in range(10)}
        assert codes == {"AUTH_REQUIRED"}


async def test_an_overlong_token_is_a_wrong_one(secured: Running) -> None:
    async with secured.wire(None) as wire:
        assert await code_of(wire, "connect", {"auth": {"token": "x" * 10_000}}) == "AUTH_INVALID"


@dataclass
class Keys:
    """Two people's keys, and one that is too old."""

    async def find(self, token: str) -> Principal | None:
        if token == "old":
            raise CallError("this key has expired", code=Code.AUTH_EXPIRED)
        found = {"viewer": Role.VIEWER, "trader": Role.TRADER}.get(token)
        return None if found is None else Principal(f"key-{token}", found)


@pytest.mark.parametrize(("dialect", "code"), [("000", "AUTH_EXPIRED"), ("001", "AUTH_FAILED")])
async def test_an_expired_key_is_told_so(house: House, dialect: str, code: str) -> None:
    async with house.running(keyring=Keys()) as running, running.wire(None) as wire:
        assert await code_of(wire, "connect", {**HELLO[dialect], "auth": {"token": "old"}}) == code


async def test_a_key_allows_what_its_role_does(house: House) -> None:
    async with house.running(keyring=Keys()) as running, running.wire(None) as wire:
        assert await code_of(wire, "connect", {"auth": {"token": "viewer"}}) is None
        assert (await wire.request("echo.say"))["payload"]["principal"] == "key-viewer"
        assert await code_of(wire, "trade.execute", {"amount": 1}) == "FORBIDDEN"
        assert await code_of(wire, "connect", {"auth": {"token": "trader"}}) is None
        assert await code_of(wire, "trade.execute", {"amount": 1}) is None
        assert await code_of(wire, "echo.admin") == "FORBIDDEN"


async def test_no_token_reaches_the_logs(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    configure("debug")
    async with house.running(SECURED) as running, running.wire(None) as wire:
        for token in (*["canary-in-the-mine"] * 7, TOKEN):
            await wire.request("connect", {"auth": {"token": token}})
        await wire.request("echo.boom")
    logged = "".join(capsys.readouterr())
    assert "locked out" in logged
    assert "canary" not in logged
    assert TOKEN not in logged


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "kit.example"])
def test_a_port_that_others_reach_needs_a_token(host: str) -> None:
    with pytest.raises(ValueError, match="token"):
        GatewaySettings(host=host)
    assert not GatewaySettings(host=host, token="t").loopback


def test_the_settings_do_not_show_the_token() -> None:
    assert TOKEN not in repr(SECURED)
