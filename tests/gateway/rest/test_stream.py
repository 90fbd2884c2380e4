"""Readers of a stream that keep up, that do not, and that do not read at all."""

import asyncio
from typing import Any

from gateway.rest.stream import ROOM
from gateway.settings import GatewaySettings
from tests.gateway.house import House, Running
from tests.gateway.rest.asked import ask

STREAM = {"Accept": "text/event-stream"}


async def test_a_stream_tells_every_event_in_order_and_then_the_answer(both: Running) -> None:
    answer = await ask(both, "GET", "/tiny/flood?events=500", headers=STREAM)
    assert (answer.status, answer.kind) == (200, "text/event-stream")
    blocks = answer.raw.decode().split("\n\n")[:-1]
    assert [block.count("event: flood") for block in blocks] == [1] * 500 + [0]
    numbers = [int(block.splitlines()[0].removeprefix("id: ")) for block in blocks[:-1]]
    assert numbers == sorted(set(numbers))
    assert blocks[-1] == 'event: result\ndata: {"text":"","principal":"owner"}'


async def test_who_does_not_accept_a_stream_gets_the_answer_alone(both: Running) -> None:
    answer = await ask(both, "GET", "/tiny/flood?events=5")
    assert (answer.kind, answer.json) == ("application/json", {"text": "", "principal": "owner"})


async def test_a_stream_that_cannot_tell_everything_ends_without_an_answer(both: Running) -> None:
    answer = await ask(both, "GET", f"/tiny/flood?events={ROOM + 1_000}", headers=STREAM)
    assert answer.status == 200
    assert b"event: result" not in answer.raw


async def test_a_reader_that_reads_nothing_is_cut_and_takes_no_place(house: House, served: Any) -> None:
    settings = GatewaySettings(max_in_flight=1, stall_seconds=0.1, limited=False)
    async with served(settings) as running:
        host, _, port = running.url.removeprefix("http://").partition(":")
        _, writer = await asyncio.open_connection(host, int(port), limit=1_000)
        writer.write(
            b"GET /tiny/flood?events=16&size=1000000 HTTP/1.1\r\nHost: localhost\r\n"
            b"Accept: text/event-stream\r\n\r\n"
        )
        for _ in range(1_000):
            if house.done:
                break
            await asyncio.sleep(0.01)
        for _ in range(1_000):
            answer = await ask(running, "GET", "/tiny/open")
            if answer.status == 200:
                break
            await asyncio.sleep(0.01)
        assert answer.status == 200
        writer.close()
