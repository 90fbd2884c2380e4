"""Nothing is posted into this network, whatever an address is called and whatever its name stands for."""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from kit.webhooks import Lookup
from tests.kit.posting import desk
from tests.peers.webhooks import receiving
from tests.service import NOON


@dataclass
class Door:
    """A port of this machine; it counts who comes."""

    port: int = 0
    came: int = 0


@pytest.fixture
async def inner() -> AsyncIterator[Door]:
    """A service of this machine that nobody else is to reach."""
    door = Door()

    async def count_in(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        door.came += 1
        writer.close()

    async with await asyncio.start_server(count_in, "127.0.0.1", 0) as server:
        door.port = server.sockets[0].getsockname()[1]
        yield door


def names(*answers: Sequence[str]) -> Lookup:
    """Return a look-up that gives these addresses, one answer after the other."""
    left = iter(answers)

    def lookup(host: str, port: int, **more: Any) -> list[Any]:
        return [
            (socket.AF_INET6 if ":" in each else socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port))
            for each in next(left)
        ]

    return lookup


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1:{port}/",
        "https://0.0.0.0:{port}/",
        "https://[::ffff:127.0.0.1]:{port}/",
        "https://[::1]:{port}/",
        "https://localhost:{port}/",
        "https://localhost.:{port}/",
        "http://localhost:{port}/",
        "https://127.1:{port}/",
        "https://0x7f.1:{port}/",
        "https://2130706433:{port}/",
        "https://\uff11\uff12\uff17.0.0.1:{port}/",
        "https://user:password@127.0.0.1:{port}/",
        f"https://{'a' * 70}.example:{{port}}/",
        "https://a..example:{port}/",
        "https://[::1:{port}/",
        "https://127.0.0.1:99999/",
        "localhost:{port}",
        "ftp://localhost:{port}/",
        "",
    ],
)
async def test_nothing_is_ever_posted_to_this_machine(sqlite_url: str, inner: Door, url: str) -> None:
    # However it was stored: the last word is at the delivery.
    async with desk(sqlite_url, [f"127.0.0.1:{inner.port + 1}"]) as sender:
        recipient, _ = await sender.hook(url.format(port=inner.port))
        await sender.add(recipient)
        await sender.pump.step()
        assert (await sender.last(recipient)).delivered_at is None
        assert inner.came == 0


@pytest.mark.parametrize(
    "answer",
    [["127.0.0.1"], ["192.0.2.1", "127.0.0.1"], ["::ffff:127.0.0.1"], ["169.254.169.254"], ["fd00::1"]],
)
async def test_a_name_that_stands_for_an_inner_address_is_refused(
    sqlite_url: str, inner: Door, answer: Sequence[str]
) -> None:
    async with desk(sqlite_url, lookup=names(answer)) as sender:
        recipient, _ = await sender.hook(f"https://hooks.example:{inner.port}/")
        await sender.add(recipient)
        await sender.pump.step()
        told = await sender.last(recipient)
        assert (told.due_at, told.failures) == (NOON + timedelta(seconds=2), 1)
        assert inner.came == 0


async def test_a_name_is_asked_for_once_per_try_and_what_it_stood_for_then_is_connected_to(
    sqlite_url: str,
) -> None:
    async with receiving() as server:
        # The second answer would be anybody's; a third is not there to be given.
        place, lookup = f"hooks.example:{server.port}", names(["127.0.0.1"], ["127.0.0.9"])
        async with desk(sqlite_url, [place], lookup) as sender:
            recipient, _ = await sender.hook(f"http://{place}/hook")
            await sender.add(recipient)
            await sender.pump.step()
            assert (await sender.last(recipient)).delivered_at == NOON
            await sender.add(recipient)
            await sender.pump.step()
            assert (await sender.last(recipient)).delivered_at is None
            assert len(server.posted) == 1
