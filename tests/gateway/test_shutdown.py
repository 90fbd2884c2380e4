import asyncio

from aiohttp import WSMsgType

from gateway.settings import GatewaySettings
from tests.gateway.house import House
from tests.gateway.test_calls import ask
from tests.gateway.test_http import page, status_of


async def test_closing_says_goodbye_lets_requests_finish_and_takes_no_new_ones(house: House) -> None:
    async with house.running() as running, running.wire() as wire, running.wire() as idle:
        await house.publish()
        await wire.event("news")
        await ask(wire, "slow", "echo.wait", text="slow")
        await house.waiting.acquire()
        closing = asyncio.create_task(running.gateway.close("restart"))
        farewell = await wire.event("shutdown")
        assert farewell["payload"] == {"reason": "restart", "resume": {"lastSeq": 1}}
        assert farewell["seq"] == 1
        refused = await wire.request("echo.say")
        assert (refused["error"]["code"], refused["error"]["retryable"]) == ("RATE_LIMITED", True)
        assert await status_of(running, {}) == 503
        assert (await page(running, "/ready"))[0] == 503
        house.gate.set()
        assert (await wire.answer("slow"))["ok"]
        for each in (wire, idle):
            while (await each.socket.receive(timeout=20)).type is WSMsgType.TEXT:
                pass
            assert each.socket.close_code == 1001
        await closing


async def test_a_request_that_does_not_end_is_cancelled_in_bounded_time(house: House) -> None:
    settings = GatewaySettings(drain_seconds=0.05, close_seconds=0.05)
    async with house.running(settings) as running, running.wire() as wire:
        await ask(wire, "never", "echo.wait", text="never")
        await house.waiting.acquire()
        await running.gateway.close()
        assert house.cancelled == ["never"]
        assert house.done == []


async def test_a_client_that_answers_no_goodbye_is_left_behind(house: House) -> None:
    settings = GatewaySettings(close_seconds=0.05)
    async with house.running(settings) as running:
        host, port = running.url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(
            b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        )
        await reader.readuntil(b"\r\n\r\n")
        async with asyncio.timeout(60):
            await running.gateway.close()
            await reader.read()
        assert reader.at_eof()
        writer.close()


async def test_closing_twice_is_closing_once(house: House) -> None:
    async with house.running() as running, running.wire() as wire:
        await asyncio.gather(running.gateway.close(), running.gateway.close())
        farewells = []
        while (message := await wire.socket.receive(timeout=20)).type is WSMsgType.TEXT:
            farewells.append(message.json()["event"])
        assert farewells == ["shutdown"]
