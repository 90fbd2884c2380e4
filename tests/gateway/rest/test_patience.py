"""Clients that read nothing, or hardly send anything: they are cut, and all others answered meanwhile."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from aiohttp import web

from gateway.settings import GatewaySettings
from kit.listen import listen
from kit.settings import Settings, load
from tests.gateway.house import House, Running
from tests.gateway.rest.asked import ask

IMPATIENT = GatewaySettings(stall_seconds=0.2, limited=False)
FLOOD = "/tiny/echo/" + 7_000 * "x"


@contextmanager
def deaf(url: str, sent: bytes) -> Iterator[socket.socket]:
    """Open a connection that reads nothing, and send something."""
    host, _, port = url.removeprefix("http://").partition(":")
    with socket.socket() as opened:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
        opened.connect((host, int(port)))
        opened.sendall(sent)
        yield opened


def asking(path: str, times: int = 1) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode() * times


async def test_who_takes_no_answer_is_cut_and_others_are_answered(served: Any) -> None:
    async with served(IMPATIENT) as running:
        assert (await ask(running, "GET", "/live")).status == 200
        mine = running.connections
        with ExitStack() as stack:
            for _ in range(10):
                stack.enter_context(deaf(running.url, asking(FLOOD, 40)))
            async with asyncio.timeout(20):
                await reached(running, mine + 10)
                await reached(running, mine)


async def reached(running: Running, count: int) -> None:
    """Return once there are so many connections, each look being an answered request."""
    while running.connections != count:
        assert (await ask(running, "GET", "/tiny/open")).status == 200


@pytest.fixture
def settings(tmp_path: Any) -> Settings:
    return load(tmp_path, gateway_port=0)


@pytest.mark.parametrize("start", [b"", b"GET /li", b"GET /live HTTP/1.1\r\nHost: local", b"\x16\x03\x01"])
async def test_a_connection_that_asks_for_nothing_ends(
    house: House, settings: Settings, start: bytes
) -> None:
    async def live(request: web.Request) -> web.Response:
        return web.Response(text="alive")

    application = web.Application()
    application.add_routes([web.get("/live", live)])
    async with listen(application, settings, idle_seconds=0.2) as listening:
        reader, writer = await asyncio.open_connection(listening.host, listening.ports[0])
        writer.write(asking("/live"))
        async with asyncio.timeout(20):
            assert b"alive" in await reader.readuntil(b"alive")
            writer.write(start)
            # To its end: nothing comes, or one refusal, and then it is closed.
            assert b"alive" not in await reader.read()
        writer.close()


async def test_a_head_that_comes_byte_by_byte_is_not_waited_for(settings: Settings) -> None:
    application = web.Application()
    async with listen(application, settings, idle_seconds=0.2) as listening:
        reader, writer = await asyncio.open_connection(listening.host, listening.ports[0])
        ended = asyncio.ensure_future(reader.read())
        writer.write(b"GET / HTTP/1.1\r\nX: ")
        async with asyncio.timeout(20):
            while not ended.done():
                writer.write(b"x")
                await asyncio.wait((ended,), timeout=0.05)
        assert ended.result() == b""
        writer.close()
