"""The WebSocket of a foreign API: its words, our own protocol beside them, and who hears what."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import WSMsgType

from gateway.settings import GatewaySettings
from tests.gateway.house import House, Running
from tests.gateway.rest.asked import ask

AT = "2026-03-02T12:00:00+00:00"
TOKEN = GatewaySettings(token="secret")


class Guest:
    """A client at the socket."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def next(self) -> Any:
        return await self.socket.receive_json(timeout=20)

    async def ask(self, frame: Any) -> Any:
        await self.socket.send_json(frame)
        return await self.next()


@asynccontextmanager
async def guest(running: Running, **more: Any) -> AsyncIterator[Guest]:
    async with running.session.ws_connect(f"{running.url}/tiny/ws", **more) as opened:
        greeted = Guest(opened)
        assert await greeted.next() == {"hello": "conn", "at": AT}
        yield greeted


async def test_a_guest_is_greeted_first_and_answered_in_the_words_of_the_api(both: Running) -> None:
    async with guest(both) as one:
        assert await one.ask({"type": "ping"}) == {"back": {"type": "ping"}}
        await one.socket.send_json({"type": "hush"})
        assert await one.ask({}) == {"back": {}}


@pytest.mark.parametrize("sent", ["{", "5", "[]", "x" * 2_000_000])
async def test_what_cannot_be_read_is_refused_in_the_words_of_the_api(both: Running, sent: str) -> None:
    async with guest(both) as one:
        await one.socket.send_str(sent)
        assert set(await one.next()) == {"oops"}
        await one.socket.send_bytes(b"{}")
        assert set(await one.next()) == {"oops"}
        assert await one.ask({}) == {"back": {}}


async def test_everybody_hears_what_the_api_has_words_for(house: House, both: Running) -> None:
    async with guest(both) as one, guest(both) as other:
        await house.publish("gossip", text="x")
        await house.publish("news", None, text="")
        await house.publish("news", "somebody", text="up")
        await house.publish("news", text="down")
        for each in (one, other):
            assert [await each.next(), await each.next()] == [
                {"news": "up", "at": AT},
                {"news": "down", "at": AT},
            ]


async def test_an_event_that_has_no_words_here_is_told_everywhere_else(house: House, both: Running) -> None:
    async with guest(both) as one, both.wire() as wire:
        await house.publish("news")
        await house.publish("news", text="next")
        assert (await one.next())["news"] == "next"
        assert [(await wire.next())["payload"] for _ in range(2)] == [{}, {"text": "next"}]


async def test_a_request_of_our_own_protocol_is_answered_in_it(house: House, both: Running) -> None:
    async with guest(both) as one:
        await house.publish("gossip", text="unheard")
        await house.events.flush()
        answer = await one.ask({"type": "req", "id": "1", "method": "echo.say", "params": {"text": "a"}})
        assert answer == {
            "type": "res",
            "id": "1",
            "ok": True,
            "payload": {"text": "a", "principal": "owner"},
        }
        await house.publish("news", text="twice")
        heard = [await one.next(), await one.next()]
        assert {"news": "twice", "at": AT} in heard
        assert [each["event"] for each in heard if "event" in each] == ["news"]
        assert (await one.ask({"type": "req", "id": 5}))["error"]["code"] == "INVALID_FRAME"


async def test_who_shows_no_key_hears_nothing_until_let_in(house: House, served: Any) -> None:
    async with served(TOKEN) as running, guest(running) as one:
        await house.publish("news", text="secret")
        await house.events.flush()
        assert await one.ask({"type": "ping"}) == {"back": {"type": "ping"}}
        refused = await one.ask({"type": "req", "id": "1", "method": "echo.say"})
        assert refused["error"]["code"] == "AUTH_REQUIRED"
        assert running.gateway.clients() == 0
        greeting = {"auth": {"token": "secret"}}
        assert (await one.ask({"type": "req", "id": "2", "method": "connect", "params": greeting}))["ok"]
        assert running.gateway.clients() == 1
        await house.publish("news", "somebody", text="open")
        assert await one.next() == {"news": "open", "at": AT}


async def test_what_is_asked_for_is_told_in_turn_or_refused(house: House, both: Running) -> None:
    async with guest(both) as one:
        await one.socket.send_json({"type": "twice"})
        assert [await one.next(), await one.next()] == [{"said": "a"}, {"said": "b"}]
        assert set(await one.ask({"type": "fail"})) == {"oops"}
        await house.publish("gossip", text="unheard: it has not spoken our own protocol")
        assert await one.ask({"type": "ping"}) == {"back": {"type": "ping"}}


async def test_who_is_not_let_in_is_told_nothing_that_it_asks_for(served: Any) -> None:
    async with served(TOKEN) as running:
        async with guest(running) as one:
            assert set(await one.ask({"type": "twice"})) == {"oops"}
        async with guest(running, headers={"X-API-Key": "secret"}) as one:
            assert await one.ask({"type": "twice"}) == {"said": "a"}


async def test_questions_count_as_requests(both: Running) -> None:
    async with guest(both) as one:
        for _ in range(100):
            assert await one.ask({"type": "once"}) == {"said": "a"}
        assert set(await one.ask({"type": "once"})) == {"oops"}


@pytest.mark.parametrize("headers", [{"Authorization": "Bearer secret"}, {"X-API-Key": "secret"}])
async def test_a_key_in_the_handshake_lets_in(house: House, served: Any, headers: dict[str, str]) -> None:
    async with served(TOKEN) as running, guest(running, headers=headers) as one:
        assert running.gateway.clients() == 1
        await house.publish("news", "somebody", text="heard")
        assert (await one.next())["news"] == "heard"


async def refused(running: Running, headers: dict[str, str]) -> int:
    with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
        await running.session.ws_connect(f"{running.url}/tiny/ws", headers=headers)
    return caught.value.status


async def test_pages_of_elsewhere_open_nothing_and_places_are_shared(served: Any) -> None:
    async with served(GatewaySettings(max_connections=1)) as running:
        assert await refused(running, {"Origin": "https://evil.example"}) == 403
        async with running.wire():
            assert await refused(running, {}) == 503
        assert (await ask(running, "GET", "/tiny/ws")).status == 426


async def test_what_went_over_each_socket_is_counted(house: House, both: Running) -> None:
    async with guest(both) as one:
        await one.ask({})
        async with guest(both):
            pass
        await one.ask({})
        async with both.wire() as wire:
            await wire.request("ping")
            counted = (await wire.request("status"))["payload"]["sockets"]
    assert counted["/tiny/ws"] == {"open": 1, "opened": 2, "sent": 4, "received": 2}
    assert {key: counted["/"][key] for key in ("open", "opened", "received")} == {
        "open": 1,
        "opened": 1,
        "received": 3,
    }


async def test_a_guest_that_reads_nothing_is_cut_and_the_others_hear_all(house: House, served: Any) -> None:
    settings = GatewaySettings(queue_frames=64, queue_bytes=1 << 20, limited=False)
    async with served(settings) as running, guest(running) as other:
        host, _, port = running.url.removeprefix("http://").partition(":")
        deaf = socket.create_connection((host, int(port)))
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        deaf.sendall(
            b"GET /tiny/ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        )
        with deaf:
            while (await ask(running, "GET", "/tiny/sockets")).json["open"] < 2:
                pass
            for number in range(200):
                await house.publish("news", text=f"{number}" + "x" * 100_000)
                assert (await other.next())["news"].startswith(str(number))
            assert running.gateway.cut() == 1


async def test_guests_are_sent_away_at_the_end(served: Any) -> None:
    async with served() as running, guest(running) as one:
        await running.gateway.close()
        message = await one.socket.receive(timeout=20)
        assert (message.type, message.data) == (WSMsgType.CLOSE, 1001)


async def test_a_foreign_api_may_have_its_own_status_for_a_failure(both: Running) -> None:
    wrong = await ask(both, "GET", "/tiny/flood")
    assert (wrong.status, wrong.json["error"]) == (409, "missing_params")
    elsewhere = await ask(both, "GET", "/tiny/echo/hello?deep=1")
    assert (elsewhere.status, elsewhere.json["error"]) == (400, "invalid_params")
    absent = await ask(both, "DELETE", "/tiny/open")
    assert (absent.status, absent.json["error"]) == (404, "method_not_allowed")
