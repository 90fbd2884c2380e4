"""A message whose answer was lost is found again and seen once; one that never arrived is sent."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from random import Random
from typing import TypeVar

import pytest

from bot.chat import Message, Place, TryLater
from bot.telegram import TelegramAdapter
from tests.bot.telegram_desk import CHART, PRIVATE, SHARED, Desk, grouped, private, says, sending, visible
from tests.peers.telegram import dropped, late, lost, page, refusal

pytestmark = pytest.mark.filterwarnings("ignore:.*retry_after")

Done = TypeVar("Done")
OTHER = Place("telegram", "43")


async def fails(adapter: TelegramAdapter, place: Place, message: Message, nonce: str) -> None:
    """Send something whose answer does not come."""
    with pytest.raises(TryLater):
        await adapter.send(place, message, sending(nonce))


@pytest.mark.parametrize("place", [PRIVATE, SHARED], ids=["private", "group"])
async def test_a_message_that_had_arrived_is_found(desk: Desk, place: Place) -> None:
    async with desk.running() as adapter:
        await desk.hears(private("hi") if place.private else grouped("hi"))
        desk.peer.fail("sendMessage", lost)
        await fails(adapter, place, says("hello"), "n1")
        name = await adapter.send(place, says("hello"), sending("n1"))
    assert visible(desk.peer, place) == {int(name): "hello"}
    assert len(desk.peer.of("sendMessage")) == 1
    assert len(desk.peer.of("editMessageText")) == 1


async def test_a_message_that_has_grown_meanwhile_is_found_and_grows(desk: Desk) -> None:
    async with desk.running() as adapter:
        await desk.hears(private("hi"))
        desk.peer.fail("sendMessage", lost)
        await fails(adapter, PRIVATE, says("hel"), "n1")
        name = await adapter.send(PRIVATE, says("hello"), sending("n1"))
    assert visible(desk.peer, PRIVATE) == {int(name): "hello"}


async def test_a_picture_that_had_arrived_is_found(desk: Desk) -> None:
    async with desk.running() as adapter:
        await desk.hears(private("hi"))
        desk.peer.fail("sendPhoto", lost)
        await fails(adapter, PRIVATE, says("BTC", picture=CHART), "n1")
        name = await adapter.send(PRIVATE, says("BTC", picture=CHART), sending("n1"))
    assert visible(desk.peer, PRIVATE) == {int(name): "BTC"}
    assert len(desk.peer.of("sendPhoto")) == 1


async def test_it_is_found_among_what_others_wrote_since(desk: Desk) -> None:
    async with desk.running() as adapter:
        await desk.hears(private("hi"))
        desk.peer.fail("sendMessage", lost)
        await fails(adapter, PRIVATE, says("one"), "n1")
        # All private chats of a bot are numbered together.
        await adapter.send(OTHER, says("to somebody else"), sending("n2"))
        await adapter.send(PRIVATE, says("two"), sending("n3"))
        heard = await desk.hears(private("and?"))
        name = await adapter.send(PRIVATE, says("one"), sending("n1"))
    assert list(visible(desk.peer, PRIVATE).values()) == ["one", "two"]
    assert int(name) < int(heard.message)
    assert [each.fields["message_id"] for each in desk.peer.of("editMessageText")] == [name]


async def test_a_message_that_had_not_arrived_is_sent(desk: Desk) -> None:
    async with desk.running() as adapter:
        heard = await desk.hears(private("hi"))
        desk.peer.fail("sendMessage", dropped)
        await fails(adapter, PRIVATE, says("hello"), "n1")
        name = await adapter.send(PRIVATE, says("hello"), sending("n1"))
    assert visible(desk.peer, PRIVATE) == {int(name): "hello"}
    looked = [int(each.fields["message_id"]) for each in desk.peer.of("editMessageText")]
    assert looked == [int(heard.message) + step for step in range(1, 11)]


async def test_a_search_that_is_stopped_goes_on_where_it_was(desk: Desk) -> None:
    async with desk.running() as adapter:
        await desk.hears(private("hi"))
        desk.peer.fail("sendMessage", dropped)
        await fails(adapter, PRIVATE, says("hello"), "n1")
        nothing = refusal(400, "Bad Request: message to edit not found")
        desk.peer.fail("editMessageText", nothing, nothing, refusal(429, "Too Many Requests", retry_after=3))
        with pytest.raises(TryLater) as stopped:
            await adapter.send(PRIVATE, says("hello"), sending("n1"))
        assert (stopped.value.wait, stopped.value.unsure) == (3, True)
        await adapter.send(PRIVATE, says("hello"), sending("n1"))
    looked = [int(each.fields["message_id"]) for each in desk.peer.of("editMessageText")]
    assert len(looked) == 11
    assert looked[2] == looked[3]
    assert list(visible(desk.peer, PRIVATE).values()) == ["hello"]


async def test_an_answer_that_takes_too_long_is_a_lost_one(desk: Desk) -> None:
    gate = asyncio.Event()
    async with desk.running(desk.adapter(answer_seconds=0.3)) as adapter:
        await desk.hears(private("hi"))
        desk.peer.fail("sendMessage", late(gate))
        await fails(adapter, PRIVATE, says("hello"), "n1")
        gate.set()
        name = await adapter.send(PRIVATE, says("hello"), sending("n1"))
    assert visible(desk.peer, PRIVATE) == {int(name): "hello"}


async def test_a_fault_over_there_may_hide_that_it_arrived(desk: Desk) -> None:
    async with desk.running() as adapter:
        await desk.hears(private("hi"))
        desk.peer.fail("sendMessage", page(502, "Bad Gateway"))
        await fails(adapter, PRIVATE, says("hello"), "n1")
        await adapter.send(PRIVATE, says("hello"), sending("n1"))
    assert len(desk.peer.of("editMessageText")) == 10


async def test_a_sending_that_was_called_off_is_looked_for_too(desk: Desk) -> None:
    async with desk.running() as adapter:
        await desk.hears(private("hi"))
        desk.peer.fail("sendMessage", late(asyncio.Event()))
        task = asyncio.create_task(adapter.send(PRIVATE, says("hello"), sending("n1")))
        await desk.peer.until(lambda: visible(desk.peer, PRIVATE))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        name = await adapter.send(PRIVATE, says("hello"), sending("n1"))
    assert visible(desk.peer, PRIVATE) == {int(name): "hello"}


async def test_a_refused_message_is_not_looked_for(desk: Desk) -> None:
    async with desk.running() as adapter:
        await desk.hears(private("hi"))
        desk.peer.fail("sendMessage", refusal(429, "Too Many Requests", retry_after=1))
        await fails(adapter, PRIVATE, says("hello"), "n1")
        await adapter.send(PRIVATE, says("hello"), sending("n1"))
    assert desk.peer.of("editMessageText") == []


async def test_two_lost_messages_become_two(desk: Desk) -> None:
    async with desk.running() as adapter:
        await desk.hears(private("hi"))
        desk.peer.fail("sendMessage", lost, lost)
        await fails(adapter, PRIVATE, says("one"), "n1")
        await fails(adapter, PRIVATE, says("two"), "n2")
        one = await adapter.send(PRIVATE, says("one"), sending("n1"))
        two = await adapter.send(PRIVATE, says("two"), sending("n2"))
    assert visible(desk.peer, PRIVATE) == {int(one): "one", int(two): "two"}


async def test_what_has_arrived_is_not_sent_again_under_its_nonce(desk: Desk) -> None:
    async with desk.running() as adapter:
        first = await adapter.send(PRIVATE, says("hello"), sending("n1"))
        again = await adapter.send(PRIVATE, says("hello"), sending("n1"))
        await adapter.delete(PRIVATE, first)
        anew = await adapter.send(PRIVATE, says("hello"), sending("n1"))
    assert first == again != anew
    assert len(desk.peer.of("sendMessage")) == 2


async def test_old_messages_are_not_touched_when_nothing_is_known_of_a_chat(desk: Desk) -> None:
    async with desk.running() as adapter:
        old = await adapter.send(PRIVATE, says("from before"), sending("n1"))
    async with desk.running() as adapter:
        await adapter.edit(PRIVATE, old, says("from before, changed"))
    fresh = desk.adapter()
    async with desk.running(fresh):
        desk.peer.fail("sendMessage", dropped)
        await fails(fresh, PRIVATE, says("hello"), "n2")
        await fresh.send(PRIVATE, says("hello"), sending("n2"))
    assert list(visible(desk.peer, PRIVATE).values()) == ["from before, changed", "hello"]
    assert len(desk.peer.of("editMessageText")) == 1


FAULTS = (
    lost,
    lost,
    dropped,
    page(502, "Bad Gateway"),
    refusal(500, "Internal Server Error"),
    refusal(429, "Too Many Requests", retry_after=1),
)
METHODS = ("sendMessage", "sendPhoto", "editMessageText", "editMessageCaption")


async def trouble(desk: Desk, seed: int, messages: int) -> None:
    """Send and edit, trying again under the same nonce whatever fails, and see everything once."""
    chance = Random(seed)
    expected = []
    async with desk.running() as adapter:
        await desk.hears(private("hi"))
        for number in range(messages):
            for method in METHODS:
                desk.peer.fail(method, *chance.choices(FAULTS, k=chance.randrange(3)))
            picture = CHART if chance.random() < 0.3 else None
            first, last = (says(f"{number} {word}", picture=picture) for word in ("begins", "ends"))
            name = await _at_last(partial(adapter.send, PRIVATE, first, sending(f"n{number}")))
            await _at_last(partial(adapter.edit, PRIVATE, name, last))
            expected.append((int(name), last.part.text))
            if chance.random() < 0.3:
                await desk.peer.write(private("meanwhile"))
    assert list(visible(desk.peer, PRIVATE).items()) == expected


async def _at_last(step: Callable[[], Awaitable[Done]]) -> Done:
    while True:
        try:
            return await step()
        except TryLater:
            continue


@pytest.mark.parametrize("seed", range(2))
async def test_through_all_kinds_of_trouble_each_message_is_seen_once(desk: Desk, seed: int) -> None:
    await trouble(desk, seed, messages=15)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 120))
async def test_through_much_more_trouble_each_message_is_seen_once(desk: Desk, seed: int) -> None:
    await trouble(desk, seed, messages=100)
