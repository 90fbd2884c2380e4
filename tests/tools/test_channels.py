"""Whom each channel reaches, and what can never work."""

import pytest

from memory.database import Database
from memory.records import Person
from tests.service import NOON
from tools.channels import ChannelName, Reach, reach, usual
from tools.errors import InvalidParams
from tools.hook_urls import check_url, is_public
from tools.policy import LOCAL_OWNER, Principal, Role

TELEGRAM, DISCORD, WEBSOCKET, WEBHOOK = ChannelName
KEY = Principal("key:key_1", Role.TRADER)
OWNERS_KEY = Principal("key:key_2", Role.OWNER)
ANN = Principal("telegram:1", Role.OWNER)
BEN = Principal("telegram:2", Role.VIEWER)


@pytest.fixture
async def paired(database: Database) -> Database:
    """A database with two owners on Telegram, one that was shut out on Discord, and a viewer."""
    async with database.transact() as uow:
        await uow.people.put(Person("telegram:1", "Ann", "owner", NOON, "owner"))
        await uow.people.put(Person("telegram:2", "Ben", "viewer", NOON, "owner"))
        await uow.people.put(Person("telegram:3", "Cid", "owner", NOON, "owner"))
        await uow.people.put(Person("discord:4", "Dan", "owner", NOON, "owner", NOON))
    return database


@pytest.mark.parametrize(
    ("principal", "channels"),
    [
        (LOCAL_OWNER, [WEBSOCKET, TELEGRAM]),
        (OWNERS_KEY, [WEBSOCKET, TELEGRAM]),
        (KEY, [WEBSOCKET]),
        (ANN, [TELEGRAM]),
        (BEN, [TELEGRAM]),
        (Principal("discord:9", Role.TRADER), [DISCORD]),
    ],
    ids=lambda each: each.id if isinstance(each, Principal) else "",
)
async def test_who_names_no_channel_is_told_wherever_they_are(
    paired: Database, principal: Principal, channels: list[ChannelName]
) -> None:
    async with paired.read() as uow:
        assert await usual(uow, principal) == channels
        assert (await reach(uow, principal, channels, None)).recipients


async def test_the_owner_is_everybody_who_is_one_on_a_platform(paired: Database) -> None:
    async with paired.read() as uow:
        told = await reach(uow, LOCAL_OWNER, [WEBSOCKET, TELEGRAM, TELEGRAM, WEBHOOK], "whk_1")
        assert told == Reach(
            (
                (WEBSOCKET, "owner"),
                (TELEGRAM, "telegram:1"),
                (TELEGRAM, "telegram:3"),
                (WEBHOOK, "webhook:whk_1"),
            )
        )
        assert (await reach(uow, ANN, [TELEGRAM], None)).recipients == ((TELEGRAM, "telegram:1"),)


@pytest.mark.parametrize(
    ("principal", "channel"),
    [
        (LOCAL_OWNER, DISCORD),
        (ANN, DISCORD),
        (ANN, WEBSOCKET),
        (BEN, DISCORD),
        (KEY, TELEGRAM),
        (LOCAL_OWNER, WEBHOOK),
    ],
    ids=lambda each: each.id if isinstance(each, Principal) else each.value,
)
async def test_a_channel_that_reaches_nobody_says_so(
    paired: Database, principal: Principal, channel: ChannelName
) -> None:
    async with paired.read() as uow:
        found = await reach(uow, principal, [channel], None)
    assert (found.recipients, len(found.problems)) == ((), 1)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.9.9.9",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "168.63.129.16",
        "100.100.100.200",
        "192.0.0.192",
        "0.0.0.0",
        "255.255.255.255",
        "224.0.0.1",
        "240.0.0.1",
        "198.18.0.1",
        "::1",
        "::",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "2002:7f00:1::1",
        "2001::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "ff0e::1",
    ],
)
def test_an_address_that_only_this_network_reaches_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"])
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(address)


LISTED = frozenset({"127.0.0.1:8080", "[::1]:8443", "hooks.internal:80"})


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/hook?a=b#c",
        "HTTPS://Example.com:8443",
        "https://müller.example/",
        "http://127.0.0.1:8080/hook",
        "https://127.0.0.1:8080/hook",
        "https://[::1]:8443/",
        "http://HOOKS.internal/",
    ],
)
def test_what_may_be_posted_to(url: str) -> None:
    check_url(url, LISTED)


@pytest.mark.parametrize(
    "url",
    [
        "example.com/hook",
        "ftp://example.com/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https:///hook",
        "https://",
        "https://example.com:99999/",
        "https://example.com:port/",
        "https://[::1/",
        "https://exa mple.com/",
        "https://example.com\\@10.0.0.1/",
        "https://example.com/\r\nX-Header: 1",
        "https://user:secret@example.com/",
        "https://user@example.com/",
        "http://example.com/hook",
        "http://127.0.0.1:8081/",
        "https://127.0.0.1/",
        "https://10.0.0.1/",
        "https://[::ffff:127.0.0.1]/",
        "https://[fe80::1%25eth0]/",
        "https://localhost/",
        "https://LOCALHOST./",
        "https://a.localhost/",
        "https://169.254.169.254/latest/meta-data",
    ],
)
def test_what_can_never_be_posted_to_is_refused(url: str) -> None:
    with pytest.raises(InvalidParams):
        check_url(url, LISTED)
