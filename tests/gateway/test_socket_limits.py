"""Sockets with intervals of their own: who answers pings stays, who does not is closed."""

from dataclasses import replace

import aiohttp

from gateway.dialects.cryptofunk.feed import FEED
from gateway.dialects.cryptofunk.routes import CRYPTOFUNK
from gateway.rest.routes import OWN
from gateway.sockets import SocketLimits
from tests.gateway.house import House

SECONDS = 20
QUICK = replace(
    CRYPTOFUNK, sockets=(replace(FEED, limits=SocketLimits(ping_seconds=0.05, pong_seconds=0.3)),)
)


def test_the_intervals_are_those_of_the_reference() -> None:
    limits = FEED.limits
    assert (limits.ping_seconds, limits.pong_seconds, limits.write_seconds) == (54, 60, 10)
    assert (limits.max_bytes, limits.queue) == (512, 256)


async def test_who_does_not_answer_pings_is_closed(house: House) -> None:
    async with (
        house.running(dialects=(OWN, QUICK)) as running,
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{running.url}/api/v1/ws", autoping=False) as socket,
    ):
        message = await socket.receive(timeout=SECONDS)
        assert message.type is aiohttp.WSMsgType.PING
        while message.type is aiohttp.WSMsgType.PING:
            message = await socket.receive(timeout=SECONDS)
        assert message.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED)


async def test_who_answers_pings_stays(house: House) -> None:
    async with (
        house.running(dialects=(OWN, QUICK)) as running,
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{running.url}/api/v1/ws", autoping=False) as socket,
    ):
        for _ in range(20):
            message = await socket.receive(timeout=SECONDS)
            assert message.type is aiohttp.WSMsgType.PING
            await socket.pong(message.data)
        await socket.ping(b"there?")
        while (message := await socket.receive(timeout=SECONDS)).type is aiohttp.WSMsgType.PING:
            await socket.pong(message.data)
        assert (message.type, message.data) == (aiohttp.WSMsgType.PONG, b"there?")
