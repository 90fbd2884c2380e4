import asyncio
import json
import random
from collections.abc import Iterator
from math import inf
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit import KitClient, KitError
from kit.answers import Answer
from kit.backoff import Backoff
from kit.repeats import repeatable_for
from tests.kit.conftest import AT_ONCE
from tests.kit.service import Frame, Service, served


def random_cuts(seed: int) -> Iterator[tuple[int, bool]]:
    """The first connection comes up; each one is cut soon."""
    chance = random.Random(seed)
    yield chance.randint(2, 6), False
    while True:
        yield chance.randint(1, 6), chance.random() < 0.5


@pytest.mark.parametrize("seed", range(10))
async def test_no_event_is_lost_or_told_twice_over_random_cuts(service: Service, seed: int) -> None:
    await every_event_comes_once(service, seed, events=150)
    assert service.opened > 20


@pytest.mark.long
@pytest.mark.parametrize("seed", range(20))
async def test_no_event_is_lost_or_told_twice_over_a_thousand_cuts(service: Service, seed: int) -> None:
    await every_event_comes_once(service, seed, events=3_000)
    assert service.opened > 500


async def every_event_comes_once(service: Service, seed: int, events: int) -> None:
    service.cuts = random_cuts(seed)
    chance = random.Random(seed)
    heard: list[int] = []
    last = asyncio.Event()

    def hear(payload: Answer) -> None:
        heard.append(payload.n)
        if payload.n == events - 1:
            last.set()

    async with KitClient(service.url, token="", backoff=AT_ONCE) as client:
        client.on("tick", hear)
        for n in range(events):
            service.tell("tick", n=n)
            for _ in range(chance.randint(0, 5)):
                await asyncio.sleep(0)
        await last.wait()
    assert heard == list(range(events))


@pytest.mark.parametrize("seed", range(5))
async def test_every_order_is_placed_once_and_answered_over_random_cuts(service: Service, seed: int) -> None:
    service.cuts = random_cuts(seed)
    service.answers["trade.execute"] = lambda params: {"amount": params["amount"]}
    async with KitClient(service.url, token="", backoff=AT_ONCE) as client:
        orders = [
            client.trade.execute(action="buy", pair="BTC/USDT", type="market", amount=n) for n in range(1, 31)
        ]
        reads = [client.market.price("BTC/USDT") for _ in range(10)]
        answers = await asyncio.gather(*orders, *reads)
    assert [answer.amount for answer in answers[:30]] == list(range(1, 31))
    assert [name for name, _ in service.done].count("trade.execute") == 30


async def test_a_resumed_connection_asks_for_what_came_after_the_last_event(
    client: KitClient, service: Service
) -> None:
    last = service.tell("tick", n=1)
    await client.ping()
    assert client.last_seq == last
    await cut(service)
    assert service.asked[-1]["params"]["resume"] == {"lastSeq": last}
    assert service.asked[-1]["params"]["device"]["id"] == client.device_id


async def test_a_connection_cut_before_its_first_event_misses_nothing(service: Service) -> None:
    service.tell("tick", n="before")
    heard: list[str] = []
    async with KitClient(service.url, token="", backoff=AT_ONCE) as client:
        client.on("tick", lambda payload: heard.append(payload.n))
        service.cut()
        service.tell("tick", n="meanwhile")
        await service.until(lambda: service.methods().count("connect") == 2)
        await client.ping()
    assert heard == ["meanwhile"]


async def test_a_later_client_goes_on_from_a_number(service: Service) -> None:
    heard: list[int] = []
    async with KitClient(service.url, token="") as client:
        service.tell("tick", n=1)
        await client.ping()
        last = client.last_seq
    service.tell("tick", n=2)
    async with KitClient(service.url, token="", backoff=AT_ONCE) as client:
        service.tell("tick", n=3)
    client = KitClient(service.url, token="")
    client.on("tick", lambda payload: heard.append(payload.n))
    await client.connect(last_seq=last)
    await client.ping()
    await client.disconnect()
    assert heard == [2, 3]


async def test_events_that_are_no_longer_kept_are_reported(service: Service) -> None:
    errors: list[BaseException] = []
    async with KitClient(service.url, token="", backoff=AT_ONCE, on_error=errors.append) as client:
        service.tell("tick", n=1)
        await client.ping()
        service.keep_events_from = 10
        await cut(service)
        await client.ping()
    assert [getattr(error, "code", None) for error in errors] == ["EVENTS_LOST"]


async def test_a_service_that_counts_anew_is_heard_again(service: Service) -> None:
    service.first_seq = 1_000
    errors: list[BaseException] = []
    heard: list[int] = []
    async with KitClient(service.url, token="", backoff=AT_ONCE, on_error=errors.append) as client:
        client.on("tick", lambda payload: heard.append(payload.n))
        service.tell("tick", n=1)
        await client.ping()
        service.events.clear()
        service.first_seq = 1
        await cut(service)
        await client.ping()
        service.tell("tick", n=2)
        await client.ping()
    assert heard == [1, 2]
    assert [getattr(error, "code", None) for error in errors] == ["EVENTS_LOST"]


@pytest.mark.parametrize("code", [1000, 1001, 1013])
async def test_a_service_that_hangs_up_is_called_again(
    client: KitClient, service: Service, code: int
) -> None:
    await service.hang_up(code)
    assert (await client.ping()).method == "ping"
    assert service.opened == 2


async def test_an_unknown_method_is_not_sent_twice(client: KitClient, service: Service) -> None:
    never = asyncio.Event()

    async def answer(params: Frame) -> Frame:
        await never.wait()
        return {}

    service.answers["note.write"] = answer
    writing = asyncio.ensure_future(client.call("note.write"))
    await service.until(lambda: "note.write" in service.methods())
    service.cut()
    with pytest.raises(KitError) as caught:
        await writing
    assert (caught.value.code, caught.value.details) == ("ANSWER_LOST", {"method": "note.write"})
    assert service.methods().count("note.write") == 1


async def test_a_repeated_request_keeps_its_frame_id(client: KitClient, service: Service) -> None:
    gate = asyncio.Event()

    async def answer(params: Frame) -> Frame:
        await gate.wait()
        return {"orderId": "ord_1"}

    service.answers["trade.execute"] = answer
    placing = asyncio.ensure_future(client.trade(action="buy", pair="BTC/USDT", amount=1, type="market"))
    await service.until(lambda: "trade.execute" in service.methods())
    service.cut()
    await service.until(lambda: service.methods().count("trade.execute") == 2)
    gate.set()
    assert (await placing).orderId == "ord_1"
    first, second = (frame for frame in service.asked if frame["method"] == "trade.execute")
    assert first == second


async def test_a_call_without_a_connection_waits_for_one(service: Service) -> None:
    gate, cut_off = asyncio.Event(), asyncio.Event()

    async def wait(_: float) -> None:
        cut_off.set()
        await gate.wait()

    async with KitClient(service.url, token="", backoff=Backoff(sleep=wait)) as client:
        service.cut()
        await cut_off.wait()
        assert not client.connected
        writing = asyncio.ensure_future(client.call("note.write"))
        reading = asyncio.ensure_future(client.market.price("BTC/USDT"))
        await asyncio.sleep(0)
        gate.set()
        assert (await writing).method == "note.write"
        assert (await reading).method == "market.price"


async def test_a_call_made_while_connecting_waits_for_the_connection(service: Service) -> None:
    client = KitClient(service.url, token="")
    hello, answer = await asyncio.gather(client.connect(), client.call("note.write"))
    assert (hello.type, answer.method) == ("hello-ok", "note.write")
    assert service.methods() == ["connect", "note.write"]
    await client.disconnect()


async def test_a_connection_that_does_not_come_back_is_lost_for_good() -> None:
    errors: list[BaseException] = []
    never = asyncio.Event()

    async def answer(params: Frame) -> Frame:
        await never.wait()
        return {}

    async with served(Service()) as service:
        service.answers["market.price"] = answer
        client = KitClient(
            service.url, token="", backoff=Backoff(attempts=3, sleep=AT_ONCE.sleep), on_error=errors.append
        )
        await client.connect()
        waiting = asyncio.ensure_future(client.market.price("BTC/USDT"))
        await service.until(lambda: "market.price" in service.methods())
        service.refuse_upgrade = 503
        service.cut()
        with pytest.raises(KitError) as caught:
            await waiting
        assert caught.value.code == "CONNECTION_LOST"
        assert caught.value.details == {"cause": "CONNECTION_FAILED", "http": 503}
        with pytest.raises(KitError) as again:
            await client.ping()
        assert again.value.code == "CONNECTION_LOST"
        service.refuse_upgrade = None
        await client.connect()
        assert (await client.ping()).method == "ping"
        await client.disconnect()
    assert [getattr(error, "code", None) for error in errors] == ["CONNECTION_LOST"]


async def test_a_token_that_was_withdrawn_ends_the_connection(service: Service) -> None:
    lost: asyncio.Queue[BaseException] = asyncio.Queue()
    client = KitClient(service.url, token="old", backoff=AT_ONCE, on_error=lost.put_nowait)
    await client.connect()
    service.token = "new"
    service.cut()
    error: Any = await lost.get()
    assert (error.code, error.details) == ("CONNECTION_LOST", {"cause": "AUTH_INVALID"})
    assert service.opened == 2
    await client.disconnect()


async def test_an_event_that_is_sent_again_is_told_once(client: KitClient, service: Service) -> None:
    heard: list[int] = []
    client.on("tick", lambda payload: heard.append(payload.n))
    for n in range(3):
        service.tell("tick", n=n)
    for event in service.events:
        service.say(json.dumps(event))
    service.tell("tick", n=3)
    await client.ping()
    assert heard == [0, 1, 2, 3]


async def test_a_farewell_that_repeats_the_last_number_is_heard(client: KitClient, service: Service) -> None:
    heard: list[Answer] = []
    client.on("shutdown", heard.append)
    last = service.tell("tick", n=1)
    farewell = {"type": "event", "event": "shutdown", "payload": {"reason": "stopping"}, "seq": last}
    service.say(json.dumps(farewell))
    await client.ping()
    assert heard == [{"reason": "stopping"}]


async def test_frames_that_make_no_sense_are_passed_over(client: KitClient, service: Service) -> None:
    heard: list[Answer] = []
    client.on("tick", heard.append)
    for text in (
        "",
        "[",
        "null",
        "[1]",
        '{"type":"res"}',
        '{"type":"event","event":3}',
        '{"type":"res","id":"x"}',
    ):
        service.say(text)
    service.say('{"type":"event","event":"tick","payload":7}')
    assert (await client.ping()).method == "ping"
    assert heard == [{}]


def test_reads_repeat_for_ever_orders_for_less_than_the_journal_keeps_and_the_unknown_never() -> None:
    assert repeatable_for("market.price") == inf
    assert repeatable_for("alert.list") == inf
    assert 0 < repeatable_for("trade.execute") < 60
    assert repeatable_for("note.write") == 0


@given(st.floats(0, 1, exclude_max=True), st.floats(0.001, 5), st.floats(1, 4), st.integers(0, 60))
def test_waits_grow_to_the_longest_and_end(drawn: float, first: float, factor: float, attempts: int) -> None:
    waits = list(Backoff(first, factor, 10.0, attempts, jitter=lambda: drawn).waits())
    assert len(waits) == attempts
    assert all(0 < wait <= 10 for wait in waits)
    assert waits == sorted(waits)


async def cut(service: Service) -> None:
    """Cut every connection and return when the client has greeted again."""
    greeted = service.methods().count("connect")
    service.cut()
    await service.until(lambda: service.methods().count("connect") > greeted)
