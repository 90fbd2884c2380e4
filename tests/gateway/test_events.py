import asyncio
import itertools
import random
from contextlib import suppress
from dataclasses import dataclass

import aiohttp
import pytest

from gateway.settings import GatewaySettings
from memory.records import NewEvent
from tests.gateway.house import START, House, Running
from tests.wire import Frame, Wire
from tools.policy import Principal, Role


@dataclass
class Names:
    """Everybody is let in under the name that is their token."""

    async def find(self, token: str) -> Principal | None:
        return Principal(token, Role.TRADER)


def seen(wire: Wire) -> list[tuple[int, str]]:
    return [(event["seq"], event["event"]) for event in wire.events]


OWNER: Frame = {"auth": {"token": "owner"}}


async def resumed(running: Running, after: int) -> tuple[Frame, list[int]]:
    """Return the hello of a resuming connection and the numbers of the events that came before a ping."""
    async with running.wire(None) as wire:
        hello = await wire.request("connect", {**OWNER, "resume": {"lastSeq": after}})
        assert wire.events == []
        await wire.request("ping")
        return hello["payload"], [seq for seq, _ in seen(wire)]


async def test_the_events_of_a_chat_come_in_order_and_before_its_answer(running: Running) -> None:
    async with running.wire() as wire:
        for text in ("hello", "again"):
            wire.events.clear()
            answer = await wire.request("chat.send", {"text": text})
            assert answer["payload"]["text"] == text
            assert [name for _, name in seen(wire)] == [
                "chat.start",
                *["chat.chunk"] * len(text),
                "chat.complete",
            ]
            assert "".join(event["payload"].get("chunk", "") for event in wire.events) == text
            numbers = [seq for seq, _ in seen(wire)]
            assert numbers == sorted(set(numbers))


async def test_an_event_has_the_documented_frame(house: House, running: Running) -> None:
    async with running.wire() as wire:
        await house.publish("trade:executed", orderId="o", price=1.5, note="ü")
        assert await wire.next() == {
            "type": "event",
            "event": "trade:executed",
            "payload": {"orderId": "o", "price": 1.5, "note": "ü"},
            "seq": 1,
        }


async def test_everybody_hears_what_concerns_them_and_nobody_else_does(house: House) -> None:
    async with (
        house.running(keyring=Names()) as running,
        running.wire("000", auth={"token": "ann"}) as ann,
        running.wire("001", auth={"token": "ann"}) as ann_too,
        running.wire("000", auth={"token": "bob"}) as bob,
        running.wire(None) as stranger,
    ):
        await house.publish("first", "ann")
        await house.publish("second", "bob")
        await house.publish("third", None)
        await house.events.flush()
        for wire, heard in (
            (ann, [(1, "first"), (3, "third")]),
            (ann_too, [(1, "first"), (3, "third")]),
            (bob, [(2, "second"), (3, "third")]),
            (stranger, []),
        ):
            await wire.request("ping")
            assert seen(wire) == heard
        await ann.request("connect", {"auth": {"token": "bob"}})
        await house.publish("fourth", "ann")
        await house.publish("fifth", "bob")
        await house.events.flush()
        await ann.request("ping")
        assert seen(ann)[2:] == [(5, "fifth")]


async def test_hello_says_after_which_number_events_follow(house: House) -> None:
    await house.publish()
    async with house.running() as running:
        await house.publish()
        await house.events.flush()
        async with running.wire(None) as wire:
            hello = await wire.request("connect")
            assert hello["payload"]["lastSeq"] == 2
            assert "resumed" not in hello["payload"]
            await house.publish()
            assert (await wire.event("news"))["seq"] == 3


async def test_a_connection_that_only_listens_hears_after_a_moment(house: House) -> None:
    settings = GatewaySettings(resume_grace_seconds=0.01)
    async with house.running(settings) as running, running.wire(None) as wire:
        await house.publish()
        assert (await wire.event("news"))["seq"] == 1


async def test_what_was_missed_is_told_after_hello(house: House, running: Running) -> None:
    for _ in range(5):
        await house.publish()
    await house.publish(principal="somebody else")
    await house.events.flush()
    hello, numbers = await resumed(running, after=2)
    assert hello["resumed"] == {"complete": True, "count": 3}
    assert hello["lastSeq"] == 2
    assert numbers == [3, 4, 5]


async def test_what_is_no_longer_kept_is_said_to_be_missing(house: House, running: Running) -> None:
    for _ in range(10):
        await house.publish()
    await house.events.flush()
    async with house.database.transact() as uow:
        await uow.events.prune(4)
    hello, numbers = await resumed(running, after=3)
    assert (hello["resumed"], numbers) == ({"complete": False, "count": 4}, [7, 8, 9, 10])
    hello, numbers = await resumed(running, after=6)
    assert (hello["resumed"], numbers) == ({"complete": True, "count": 4}, [7, 8, 9, 10])


async def test_a_number_from_another_database_is_said_to_be_unknown(house: House, running: Running) -> None:
    await house.publish()
    await house.events.flush()
    hello, numbers = await resumed(running, after=999)
    assert (hello["resumed"], hello["lastSeq"], numbers) == ({"complete": False, "count": 0}, 1, [])


async def test_an_event_between_upgrade_and_resume_is_told_once_and_in_its_place(
    house: House, running: Running
) -> None:
    await house.publish()
    await house.events.flush()
    async with running.wire(None) as wire:
        await house.publish()
        await house.events.flush()
        await wire.request("connect", {"resume": {"lastSeq": 0}})
        await house.publish()
        await house.events.flush()
        await wire.request("ping")
        assert [seq for seq, _ in seen(wire)] == [1, 2, 3]


async def test_resuming_late_tells_only_what_was_missed(house: House, running: Running) -> None:
    for _ in range(3):
        await house.publish()
    await house.events.flush()
    async with running.wire(None) as wire:
        await wire.request("ping")
        await house.publish()
        await house.events.flush()
        await wire.request("connect", {"resume": {"lastSeq": 1}})
        await wire.request("ping")
        assert sorted(seq for seq, _ in seen(wire)) == [2, 3, 4]


@pytest.mark.parametrize("between", [True, False], ids=["before it resumes", "after it resumed"])
async def test_what_a_replay_has_told_is_not_told_again_when_it_is_delivered(
    house: House, running: Running, between: bool
) -> None:
    await house.publish()
    await house.events.flush()
    async with house.database.transact() as uow:
        # Another process has stored it, and this one will only read it with what comes next.
        await uow.events.append([NewEvent(START, "news", "owner", None, {})])
    _, numbers = await resumed(running, after=1)
    assert numbers == [2]
    async with running.wire(None) as wire:
        if between:
            await house.publish()
            await house.events.flush()
        await wire.request("connect", {"resume": {"lastSeq": 2}})
        if not between:
            await house.publish()
            await house.events.flush()
        await wire.request("ping")
        assert [seq for seq, _ in seen(wire)] == [3]


MOST_HEARD = 12
"""Events of one connection before it is cut."""
AHEAD = 4 * MOST_HEARD
"""How far the telling may be ahead of the listening, so that each connection has something to hear."""


async def survive_cuts(house: House, running: Running, cuts: int, seed: int) -> None:
    """Cut a listening client again and again, rudely or politely, while events go on ahead of it."""
    chance = random.Random(seed)
    over = asyncio.Event()
    room = asyncio.Semaphore(AHEAD)

    async def publish() -> None:
        for number in itertools.count():
            mine = chance.random() < 0.8
            if mine:
                await room.acquire()
            if over.is_set():
                return
            await house.publish("news", "owner" if mine else "somebody else", number=number)
            if chance.random() < 0.3:
                await house.events.flush()

    publishing = asyncio.create_task(publish())
    heard: list[int] = []
    for _ in range(cuts):
        count = chance.randint(0, MOST_HEARD)
        await listen(running, heard, count, rude=chance.random() < 0.5)
        for _ in range(count):
            room.release()
    over.set()
    room.release()
    await publishing
    await house.events.flush()
    _, rest = await resumed(running, heard[-1] if heard else 0)
    heard += rest
    async with house.database.read() as uow:
        stored = await uow.events.after("owner", 0, 1_000_000)
    assert heard == [event.seq for event in stored]


async def listen(running: Running, heard: list[int], count: int, rude: bool) -> None:
    """Resume, hear so many events, and go without a word or with a handshake."""
    connector = aiohttp.TCPConnector()
    async with (
        aiohttp.ClientSession(connector=connector) as session,
        session.ws_connect(running.url, autoclose=False) as opened,
    ):
        wire = Wire(opened)
        greeting = {**OWNER, "resume": {"lastSeq": heard[-1] if heard else 0}}
        await wire.send({"type": "req", "id": "c", "method": "connect", "params": greeting})
        assert (await wire.next())["payload"]["resumed"]["complete"]
        for _ in range(count):
            event = await wire.next()
            heard.append(event["seq"])
        if rude:
            await connector.close()


@pytest.mark.parametrize("keyring", [None, Names()], ids=["let in at once", "let in by connect"])
async def test_cut_after_cut_no_event_is_lost_and_none_comes_twice(
    house: House, keyring: Names | None
) -> None:
    async with house.running(keyring=keyring) as running:
        await survive_cuts(house, running, cuts=100, seed=1)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(5))
async def test_a_thousand_cuts_lose_nothing(house: House, seed: int) -> None:
    async with house.running() as running:
        await survive_cuts(house, running, cuts=1_000, seed=seed)


async def ask_on(wire: Wire) -> None:
    """Ask for long answers and look at none of them."""
    for number in itertools.count():
        params = {"text": "x" * 500_000}
        await wire.send({"type": "req", "id": f"{number}", "method": "echo.say", "params": params})


async def test_a_client_that_asks_without_reading_is_cut_and_keeps_nobody_waiting(house: House) -> None:
    settings = GatewaySettings(limited=False, stall_seconds=0.05)
    async with house.running(settings) as running, running.wire() as other:
        async with running.wire(None) as silent:
            asking = asyncio.create_task(ask_on(silent))
            async with asyncio.timeout(60):
                while running.gateway.cut() == 0:
                    assert (await other.request("echo.say"))["ok"]
            asking.cancel()
        assert (await other.request("echo.say"))["ok"]


async def test_a_long_past_is_told_whatever_the_size_of_the_queue(house: House) -> None:
    settings = GatewaySettings(queue_frames=16, queue_bytes=300_000)
    async with house.running(settings) as running:
        for _ in range(100):
            await house.publish("news", filler="x" * 20_000)
        await house.events.flush()
        hello, numbers = await resumed(running, after=0)
        assert hello["resumed"] == {"complete": True, "count": 100}
        assert numbers == list(range(1, 101))


async def test_a_client_that_asks_for_its_past_and_does_not_read_it_is_cut(house: House) -> None:
    settings = GatewaySettings(queue_bytes=300_000, stall_seconds=0.05)
    async with house.running(settings) as running, running.wire() as other:
        for _ in range(200):
            await house.publish("news", principal="owner", filler="x" * 100_000)
            await other.next()
        async with running.wire(None) as silent:
            await silent.send(
                {"type": "req", "id": "c", "method": "connect", "params": {"resume": {"lastSeq": 0}}}
            )
            async with asyncio.timeout(60):
                while running.gateway.cut() == 0:
                    assert (await other.request("connect"))["ok"]


async def test_a_client_that_asks_much_and_reads_later_loses_nothing(house: House) -> None:
    settings = GatewaySettings(limited=False, queue_frames=20)
    async with house.running(settings) as running, running.wire() as wire:
        for number in range(3_000):
            await wire.send({"type": "req", "id": f"{number}", "method": "ping"})
        assert [(await wire.answer())["id"] for _ in range(3_000)] == [f"{each}" for each in range(3_000)]
        assert running.gateway.cut() == 0


@pytest.mark.parametrize(("frames", "size"), [(20, 1 << 30), (10_000, 1 << 21)])
async def test_a_slow_reader_is_cut_and_resumes_while_others_miss_nothing(
    house: House, frames: int, size: int
) -> None:
    settings = GatewaySettings(queue_frames=frames, queue_bytes=size, close_seconds=60)
    filler = "x" * 200_000
    async with (
        house.running(settings) as running,
        running.wire() as quick,
        aiohttp.ClientSession() as session,
        session.ws_connect(running.url) as opened,
    ):
        slow = Wire(opened)
        await slow.request("connect", {})
        count = 0
        while running.gateway.cut() == 0:
            count += 1
            assert count < 500
            await house.publish("news", filler=filler)
            assert (await quick.event("news"))["seq"] == count
            quick.events.clear()
        heard = []
        with suppress(TypeError):
            while True:
                heard.append((await slow.next())["seq"])
        assert slow.socket.close_code == 1013
        assert heard == list(range(1, len(heard) + 1))
        hello, rest = await resumed(running, heard[-1] if heard else 0)
        assert hello["resumed"]["complete"]
        assert heard + rest == list(range(1, count + 1))
