"""Webhooks of a whole service: their key, their secrets, and who is told by them."""

import stat
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kit.errors import CannotStart, WrongSettings
from kit.logs import configure
from kit.settings import load
from kit.webhook_key import FILE, webhook_key
from memory.records import Person
from tests.kit.posting import until
from tests.peers.webhooks import Receiver, answering, receiving, verify
from tests.service import NOON, Running, predictable, running
from tests.wire import wire
from tools.channels import ChannelName, check_channels, reach
from tools.errors import InvalidParams
from tools.policy import LOCAL_OWNER, Principal, Role
from tools.services import PlatformState
from tools.webhooks import recipient_of
from trading.notices import Notice

TELEGRAM, DISCORD, WEBSOCKET, WEBHOOK = ChannelName


class Connected:
    """Telegram, which works, and Discord, which does not."""

    def states(self) -> Sequence[PlatformState]:
        return [
            PlatformState("telegram", "running"),
            PlatformState("discord", "failing", "the token is refused"),
        ]


async def hook(service: Running, url: str, principal: Principal = LOCAL_OWNER) -> tuple[str, str]:
    """Return the recipient and the secret of an address."""
    services = service.app.services
    async with services.database.transact() as uow:
        hook_id, secret = await services.webhooks.add(uow, principal, url)
    return recipient_of(hook_id), secret


async def tell(service: Running, name: str, recipient: str, **data: Any) -> None:
    async with service.app.services.database.transact() as uow:
        await uow.notices.add(
            Notice(name, recipient, "alert.triggered", "BTC is up", service.clock.now(), data)
        )


def files(home: Path) -> list[Path]:
    return [each for each in home.rglob("*") if each.is_file()]


def check(service: Running, server: Receiver, secret: str) -> list[str]:
    now = service.clock.now().timestamp()
    return [verify(secret, each.headers, each.body, now) for each in server.posted]


async def test_secrets_outlive_the_process_and_are_written_nowhere(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    configure("debug")
    async with receiving(answering(500)) as server:
        more: dict[str, Any] = {"webhook_hosts": [server.place]}
        async with running(tmp_path, **more) as service, wire(service.url) as owner:
            assert not (tmp_path / FILE).exists()
            recipient, secret = await hook(service, server.url)
            assert await hook(service, server.url) == (recipient, secret)
            other, others = await hook(service, server.url, Principal("key:key_1", Role.TRADER))
            assert len({recipient, other}) == len({secret, others}) == 2
            await tell(service, "ntc_1", recipient, channel="webhook")
            await until(lambda: server.posted, service.clock)
            heard = owner.events
        server.behave = answering(200)
        async with running(tmp_path, **more) as service:
            assert await hook(service, server.url) == (recipient, secret)
            await tell(service, "ntc_2", recipient, channel="webhook")
            await until(lambda: server.posted[-1].told["id"] == "ntc_2", service.clock)
            told = check(service, server, secret)
            assert (set(told), told[-1]) == ({"ntc_1", "ntc_2"}, "ntc_2")
    key = (tmp_path / FILE).read_text()
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    assert len(bytes.fromhex(key)) == 32
    written = {each.name: each.read_bytes() for each in files(tmp_path)}
    assert [name for name, text in written.items() if _tells(text, key, secret)] == [FILE]
    assert not _tells("".join(capfd.readouterr()).encode() + repr(heard).encode(), key, secret)


def _tells(text: bytes, key: str, secret: str) -> bool:
    plain = secret.removeprefix("whsec_")
    return any(each in text for each in (key.encode(), bytes.fromhex(key), plain.encode()))


async def test_many_who_need_a_key_at_once_have_the_same(tmp_path: Path) -> None:
    settings = load(tmp_path)
    with ThreadPoolExecutor(16) as threads:
        keys = set(threads.map(lambda n: webhook_key(settings, predictable(str(n)))(), range(64)))
    assert len(keys) == 1
    assert [each.name for each in files(tmp_path)] == [FILE]


async def test_a_key_that_is_set_needs_no_file(tmp_path: Path) -> None:
    settings = load(tmp_path, webhook_key="a key of sixteen letters or more")
    assert webhook_key(settings, predictable())() == b"a key of sixteen letters or more"
    assert "sixteen" not in repr(settings)
    assert files(tmp_path) == []


@pytest.mark.parametrize(
    "text",
    ["", "abcd", "no key at all", "00" * 31, "ü" * 64],
    ids=range(5),
)
async def test_a_service_does_not_start_with_a_key_that_is_damaged(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(CannotStart):
        async with running(tmp_path):
            pass
    assert (tmp_path / FILE).read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    "setting",
    [
        {"webhook_key": "too short"},
        {"webhook_hosts": "127.0.0.1"},
        {"webhook_hosts": "http://127.0.0.1:80"},
        {"webhook_hosts": ["::1:80"]},
        {"webhook_hosts": ["a:80", "*"]},
    ],
    ids=str,
)
def test_settings_that_make_no_sense_are_refused(tmp_path: Path, setting: Any) -> None:
    with pytest.raises(WrongSettings):
        load(tmp_path, **setting)


async def test_a_message_that_names_its_channel_goes_to_its_recipient_alone(tmp_path: Path) -> None:
    async with running(tmp_path) as service, wire(service.url) as owner:
        database = service.app.services.database
        async with database.transact() as uow:
            await uow.people.put(Person("telegram:1", "Ann", "owner", NOON, "owner"))
            told = await reach(uow, LOCAL_OWNER, [WEBSOCKET], None)
        ((channel, recipient),) = told.recipients
        await tell(service, "ntc_1", recipient, channel=channel.value)
        await tell(service, "ntc_2", recipient)
        while len([each for each in owner.events if each["event"] == "notice"]) < 2:
            await service.advance(1)
            await owner.request("ping")
        async with database.read() as uow:
            copies = await uow.notices.of("telegram:1", 10)
        assert [each.data for each in copies] == [{}]


async def test_what_can_never_work_is_refused_and_the_rest_is_said(tmp_path: Path) -> None:
    url = "https://example.com/hook"
    async with running(tmp_path, webhook_hosts="127.0.0.1:8080,HOOKS.internal:80") as service:
        services = service.app.services
        for channels, address, warnings in [
            (None, None, 0),
            (None, url, 0),
            ([WEBSOCKET], None, 0),
            ([WEBHOOK], url, 0),
            ([WEBHOOK], "http://127.0.0.1:8080/", 0),
            ([WEBHOOK], "http://hooks.internal/", 0),
            ([TELEGRAM, TELEGRAM, DISCORD], None, 2),
            ([WEBSOCKET], url, 1),
        ]:
            assert len(check_channels(services, channels, address)) == warnings
        for channels, address in [
            ([WEBHOOK], None),
            ([WEBSOCKET, WEBHOOK], None),
            ([WEBHOOK], "http://127.0.0.1:8081/"),
            (None, "http://example.com/"),
            ([WEBSOCKET], "https://10.0.0.1/"),
        ]:
            with pytest.raises(InvalidParams):
                check_channels(services, channels, address)
        connected = replace(services, platforms=Connected())
        assert check_channels(connected, [TELEGRAM], None) == ()
        (warning,) = check_channels(connected, [TELEGRAM, DISCORD], None)
        assert "the token is refused" in warning
