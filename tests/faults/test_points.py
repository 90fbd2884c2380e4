"""A service that is killed at named points of an order's way to the exchange."""

from pathlib import Path

from tests.faults.house import House, house
from trading.orders import IN_FLIGHT

ETH = {"action": "buy", "pair": "ETH/USDT", "type": "market"}
BTC = {"action": "buy", "pair": "BTC/USDT", "type": "market"}


async def go_on(service: House) -> None:
    """Hold what a crash has left to every rule; then another order works."""
    await service.acquit()
    answer = await service.execute(**ETH, amount=50)
    assert answer["ok"], answer
    assert answer["payload"]["status"] == "filled"
    await service.acquit()


async def test_before_an_intent_is_on_disk_and_before_an_answer_is(tmp_path: Path) -> None:
    async with house(tmp_path) as service:
        exchange = service.exchange
        await exchange.control("fail", path="POST order", fault="slow", seconds=2)
        await service.begin("answered", **BTC, amount=100)
        await exchange.until_taken(1)
        await exchange.control("hold", path="depth", seconds=1)
        books = await exchange.asked("GET depth")
        await service.begin("intended", **ETH, amount=100)
        await exchange.until_asked("GET depth", books + 1)
        with service.locked():
            # Both come to a transaction that they cannot begin.
            await exchange.until_quiet()
            assert (await service.request("ping"))["ok"]
            (order,) = await service.orders()
            assert order.status in IN_FLIGHT
            await service.kill()
        await exchange.control("mend")
        await service.start()
        evidence = await service.acquit()
        assert [each.filled > 0 for each in evidence.orders] == [True]
        assert len(evidence.log) == 1
        await go_on(service)
