import asyncio
from typing import Any

import pytest

from kit import KitClient
from kit.answers import Answer
from tests.kit.conftest import AT_ONCE
from tests.kit.service import Service


@pytest.mark.parametrize("told", ["trade:executed", "trade.executed"])
@pytest.mark.parametrize("wanted", ["trade:executed", "trade.executed"])
async def test_dots_and_colons_name_the_same_event(
    client: KitClient, service: Service, told: str, wanted: str
) -> None:
    heard: list[Answer] = []
    client.on(wanted, heard.append)
    service.tell(told, orderId="ord_1", fill={"price": 1})
    await client.ping()
    assert heard == [{"orderId": "ord_1", "fill": {"price": 1}}]
    assert heard[0].fill.price == 1


async def test_handlers_may_be_async_or_decorated(client: KitClient, service: Service) -> None:
    heard: asyncio.Queue[tuple[str, int]] = asyncio.Queue()

    @client.on("tick")
    async def later(payload: Answer) -> None:
        await asyncio.sleep(0)
        heard.put_nowait(("async", payload.n))

    @client.on("tick")
    def now(payload: Answer) -> None:
        heard.put_nowait(("sync", payload.n))

    service.tell("tick", n=1)
    assert {await heard.get(), await heard.get()} == {("async", 1), ("sync", 1)}
    now(Answer(n=2))
    assert heard.get_nowait() == ("sync", 2)


async def test_a_handler_hears_of_an_event_before_the_answer_that_came_after_it(
    client: KitClient, service: Service
) -> None:
    heard: list[str] = []
    client.on("trade:executed", lambda trade: heard.append(trade.orderId))

    def execute(params: dict[str, Any]) -> dict[str, Any]:
        service.tell("trade:executed", orderId="ord_1")
        return {"orderId": "ord_1"}

    service.answers["trade.execute"] = execute
    order = await client.trade(action="buy", pair="BTC/USDT", amount=100, type="market")
    assert heard == [order.orderId]


async def test_unsubscribing_ends_it(client: KitClient, service: Service) -> None:
    heard: list[Answer] = []
    stop = client.on("tick", heard.append)
    kept: list[Answer] = []
    client.on("tick", kept.append)
    service.tell("tick", n=1)
    await client.ping()
    stop()
    stop()
    service.tell("tick", n=2)
    await client.ping()
    assert (heard, kept) == ([{"n": 1}], [{"n": 1}, {"n": 2}])


async def test_a_handler_that_raises_is_reported_and_goes_on(service: Service) -> None:
    errors: list[BaseException] = []
    heard: list[int] = []
    enough = asyncio.Event()

    def sometimes(payload: Answer) -> None:
        if payload.n % 2:
            raise ValueError(payload.n)
        heard.append(payload.n)

    async def sometimes_later(payload: Answer) -> None:
        if payload.n == 9:
            enough.set()
        sometimes(payload)

    async with KitClient(service.url, token="", on_error=errors.append) as client:
        client.on("tick", sometimes)
        client.on("tick", sometimes_later)
        for n in range(10):
            service.tell("tick", n=n)
        await enough.wait()
        assert (await client.ping()).method == "ping"
    assert sorted(heard) == [0, 0, 2, 2, 4, 4, 6, 6, 8, 8]
    assert sorted(error.args[0] for error in errors) == [1, 1, 3, 3, 5, 5, 7, 7, 9, 9]


async def test_without_on_error_a_handler_that_raises_is_logged(
    client: KitClient, service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    client.on("tick", lambda payload: payload.nothing)
    service.tell("tick", n=1)
    await client.ping()
    await client.ping()
    record = next(record for record in caplog.records if record.name == "kit.subscriptions")
    assert record.exc_info is not None
    assert record.exc_info[0] is AttributeError


async def test_a_slow_handler_keeps_its_order_and_holds_up_nobody(
    client: KitClient, service: Service
) -> None:
    gate, done = asyncio.Event(), asyncio.Event()
    slow: list[int] = []
    quick: list[int] = []

    async def wait(payload: Answer) -> None:
        await gate.wait()
        slow.append(payload.n)
        if payload.n == 4:
            done.set()

    client.on("tick", wait)
    client.on("tick", lambda payload: quick.append(payload.n))
    for n in range(5):
        service.tell("tick", n=n)
    await client.ping()
    assert (slow, quick) == ([], [0, 1, 2, 3, 4])
    gate.set()
    await done.wait()
    assert slow == [0, 1, 2, 3, 4]


async def test_a_handler_may_use_the_client(client: KitClient, service: Service) -> None:
    answered: asyncio.Queue[Answer] = asyncio.Queue()

    @client.on("alert")
    async def look(payload: Answer) -> None:
        answered.put_nowait(await client.market.price(payload.pair))

    service.tell("alert", pair="BTC/USDT")
    assert (await answered.get()).params == {"pair": "BTC/USDT"}


async def test_a_handler_may_disconnect(service: Service) -> None:
    client = KitClient(service.url, token="", backoff=AT_ONCE)
    await client.connect()
    gone = asyncio.Event()

    @client.on("shutdown")
    async def leave(payload: Answer) -> None:
        await client.disconnect()
        gone.set()

    service.tell("shutdown")
    await gone.wait()
    assert not client.connected


async def test_leaving_lets_running_handlers_finish(service: Service) -> None:
    heard: list[int] = []

    async def slowly(payload: Answer) -> None:
        for _ in range(20):
            await asyncio.sleep(0)
        heard.append(payload.n)

    async with KitClient(service.url, token="") as client:
        client.on("tick", slowly)
        for n in range(3):
            service.tell("tick", n=n)
        await client.ping()
    assert heard == [0, 1, 2]
