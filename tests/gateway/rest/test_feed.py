"""Everything that happens to somebody, as a stream that goes on where a reader left off."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import orjson
import pytest

from gateway.rest.stream import ROOM
from gateway.settings import GatewaySettings
from tests.gateway.house import House, Running
from tests.gateway.rest.asked import ask
from tools.policy import LOCAL_OWNER, Role

PATH = "/api/v2/events"
Heard = tuple[int | None, str, Any]


class Reader:
    """A client that reads server-sent events."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def next(self) -> Heard:
        """Return the next event: its number, name and data."""
        fields: dict[str, str] = {}
        line = ""
        async with asyncio.timeout(20):
            while "data" not in fields or line:
                line = (await self._response.content.readline()).decode().rstrip("\n")
                if not line and self._response.content.at_eof():
                    raise EOFError
                name, _, value = line.partition(": ")
                if name:
                    fields[name] = value
        number = fields.get("id")
        return (None if number is None else int(number), fields["event"], orjson.loads(fields["data"]))

    async def more(self) -> bool:
        """Tell whether there is another event."""
        try:
            await self.next()
        except EOFError:
            return False
        return True


@asynccontextmanager
async def reading(running: Running, after: object = None, **headers: str) -> AsyncIterator[Reader]:
    """Read from now on, or what came after an event too."""
    more = headers if after is None else {**headers, "Last-Event-ID": str(after)}
    async with running.session.get(f"{running.url}{PATH}", headers=more) as response:
        assert (response.status, response.content_type) == (200, "text/event-stream")
        yield Reader(response)


async def test_a_reader_hears_what_happens_to_it_and_to_everybody(house: House, running: Running) -> None:
    async with reading(running) as reader:
        for name, principal in (("a", "owner"), ("b", "somebody"), ("c", None)):
            await house.publish(name, principal, text=name)
        first, second = await reader.next(), await reader.next()
    assert [(name, data) for _, name, data in (first, second)] == [("a", {"text": "a"}), ("c", {"text": "c"})]
    assert first[0] is not None
    assert second[0] == first[0] + 2


async def test_who_comes_back_hears_what_it_missed_once_and_then_goes_on(
    house: House, running: Running
) -> None:
    async with reading(running) as reader:
        await house.publish("news", text="0")
        last, _, _ = await reader.next()
    for number in range(1, 4):
        await house.publish("news", text=str(number))
    await house.events.flush()
    async with reading(running, last) as reader:
        assert (await reader.next())[1:] == ("resumed", {"complete": True, "count": 3})
        await house.publish("news", text="4")
        heard = [await reader.next() for _ in range(4)]
    assert [data["text"] for _, _, data in heard] == ["1", "2", "3", "4"]
    numbers = [number or 0 for number, _, _ in heard]
    assert numbers == sorted(set(numbers))


async def test_a_number_that_never_was_is_told_of_and_what_happens_now_follows(
    house: House, running: Running
) -> None:
    async with reading(running, 10**9) as reader:
        assert (await reader.next())[1:] == ("resumed", {"complete": False, "count": 0})
        await house.publish("news", text="now")
        assert (await reader.next())[2] == {"text": "now"}


@pytest.mark.parametrize("after", ["x", "-1", "1.5", "9" * 40])
async def test_what_is_no_number_is_refused(running: Running, after: str) -> None:
    refused = await ask(running, "GET", PATH, headers={"Last-Event-ID": after})
    assert (refused.status, refused.code) == (400, "INVALID_PARAMS")


async def test_a_key_hears_its_own_and_an_unknown_one_nothing(house: House) -> None:
    made, key = await house.keys.make("robot", Role.VIEWER, house.clock.now(), None, LOCAL_OWNER)
    async with house.running(GatewaySettings(token="secret")) as running:
        for headers in ({}, {"X-API-Key": "wrong"}):
            assert (await ask(running, "GET", PATH, headers=headers)).status == 401
        async with reading(running, **{"X-API-Key": key}) as reader:
            await house.publish("a", "owner")
            await house.publish("b", f"key:{made.id}")
            await house.publish("c", None)
            heard = [(await reader.next())[1] for _ in range(1)]
    assert "a" not in heard


async def test_a_reader_that_is_too_far_behind_is_ended(house: House, running: Running) -> None:
    async with reading(running) as slow:
        for number in range(ROOM + 2):
            await house.publish("news", text=str(number))
        await house.events.flush()
        heard = 0
        while await slow.more():
            heard += 1
    assert heard <= ROOM


async def test_places_are_bounded_and_given_back(house: House) -> None:
    async with house.running(GatewaySettings(max_connections=1)) as running:
        async with reading(running):
            refused = await ask(running, "GET", PATH)
            assert (refused.status, refused.code) == (503, "UNAVAILABLE")
        assert (await ask(running, "HEAD", PATH)).status == 405
        async with asyncio.timeout(20):
            while not await opens(running):
                pass


async def opens(running: Running) -> bool:
    """Tell whether a reader is let in."""
    async with running.session.get(f"{running.url}{PATH}") as response:
        return response.status == 200


async def test_readers_are_sent_away_at_the_end(running: Running) -> None:
    async with reading(running) as reader:
        await running.gateway.close()
        with pytest.raises(EOFError):
            await reader.next()
    assert (await ask(running, "GET", PATH)).status == 503
