"""A service that is killed at named points of an order's way to the exchange."""

import pytest

from tests.faults.house import House
from tests.faults.pace import until
from trading.model import Order, OrderStatus
from trading.orders import IN_FLIGHT

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("faults")]

ETH = {"action": "buy", "pair": "ETH/USDT", "type": "market"}
BTC = {"action": "buy", "pair": "BTC/USDT", "type": "market"}


async def since(service: House, before: set[str]) -> list[Order]:
    """Hold what a crash has left to every rule; then another order works. Return the orders that are new."""
    evidence = await service.acquit()
    answer = await service.execute(**ETH, amount=50)
    assert answer["ok"], answer
    assert answer["payload"]["status"] == "filled"
    await service.acquit()
    return [each for each in evidence.orders if each.id not in before]


async def names(service: House) -> set[str]:
    return {each.id for each in await service.orders()}


async def test_before_an_intent_is_on_disk_and_before_an_answer_is(service: House) -> None:
    exchange, before = service.exchange, await names(service)
    await exchange.control("fail", path="POST order", fault="slow", seconds=2)
    async with exchange.taking():
        await service.begin("answered", **BTC, amount=100)
    await exchange.control("hold", path="depth", seconds=1)
    async with exchange.being_asked("GET depth"):
        await service.begin("intended", **ETH, amount=100)
    with service.locked():
        # Both come to a transaction that they cannot begin.
        await exchange.until_quiet()
        assert (await service.request("ping"))["ok"]
        (order,) = [each for each in await service.orders() if each.id not in before]
        assert order.status in IN_FLIGHT
        await service.kill()
    taken = len(exchange.taken())
    await exchange.control("mend")
    await service.start()
    assert [(each.id, each.status) for each in await since(service, before)] == [
        (order.id, OrderStatus.FILLED)
    ]
    assert len(exchange.taken()) == taken + 1


async def test_while_an_order_is_on_its_way_taken_half_answered_or_being_canceled(service: House) -> None:
    exchange, before = service.exchange, await names(service)
    rests = await service.execute(action="buy", pair="BTC/USDT", type="limit", amount=0.001, price=50_000)
    assert rests["payload"]["status"] == "pending", rests
    await exchange.control("fail", path="DELETE order", fault="hangs")
    async with exchange.being_asked("DELETE order"):
        await service.begin_call("canceled", "trade.cancel", orderId=rests["payload"]["orderId"])
    for fault, order in (("stalls", {**BTC, "amount": 100}), ("hangs", {**ETH, "amount": 110})):
        await exchange.control("fail", path="POST order", fault=fault)
        async with exchange.taking():
            await service.begin(fault, **order)
    await exchange.control("hold", path="POST order", seconds=4)
    async with exchange.taking():
        # It arrives when whoever has sent it is dead.
        async with exchange.being_asked("POST order"):
            await service.begin("late", **ETH, amount=120)
        await service.kill()
        assert len(await service.orders()) == len(before) + 4
    await exchange.control("mend")
    await service.start()
    found = await since(service, before)
    assert sorted(each.status for each in found) == ["canceled", *["filled"] * 3]


async def test_while_an_order_is_looked_up_and_before_its_caller_hears(service: House) -> None:
    exchange, before = service.exchange, await names(service)
    await exchange.control("lag", of=["orders", "trades"])
    await exchange.control("fail", path="POST order", fault="gone", times=1)
    async with exchange.being_asked("GET order", 2), exchange.taking():
        # Nothing of it is there for readers: each look denies it.
        await service.begin("lost", **ETH, amount=100)
    async with exchange.taking():
        await service.begin("unheard", **BTC, amount=100)

    async def recorded() -> bool:
        return any(
            each.status is OrderStatus.FILLED for each in await service.orders() if each.id not in before
        )

    await until(recorded)
    await service.kill()
    async with exchange.being_asked("GET order", 2):
        await service.start()
    await exchange.control("catch up")
    await service.settled()
    taken = len(exchange.taken())
    # Whoever did not hear asks again, as the same device with the same id: that is not another wish.
    for name, order in (("lost", ETH), ("unheard", BTC)):
        await service.execute(name, **order, amount=100)
    assert len(exchange.taken()) == taken
    assert [each.status for each in await since(service, before)] == [OrderStatus.FILLED] * 2


@pytest.mark.long
async def test_an_order_that_never_arrives(service: House) -> None:
    exchange, before = service.exchange, await names(service)
    await exchange.control("bar", path="POST order", fault="hangs")
    async with exchange.being_asked("POST order"):
        await service.begin("never", **ETH, amount=100)
    await service.kill()
    await exchange.control("mend")
    await service.start()
    (order,) = await since(service, before)
    assert order.status is OrderStatus.CANCELED
    assert order.filled == order.reserved == 0
