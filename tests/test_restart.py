"""What was there before a restart is there after it, on both databases."""

from pathlib import Path

from tests.service import NOON, running
from tests.wire import wire
from trading.clock import ManualClock


async def test_a_conversation_and_an_account_survive_a_restart(tmp_path: Path, database_url: str) -> None:
    clock = ManualClock(NOON)
    async with (
        running(tmp_path, clock=clock, database_url=database_url) as service,
        wire(service.url) as connection,
    ):
        said = await connection.request("chat.send", {"message": "buy ETH for 500"})
        assert "PAPER" in said["payload"]["message"]["content"]
        before = [await connection.request(method) for method in ("chat.history", "trade.positions")]
        last = (await connection.request("connect", {}))["payload"]["lastSeq"]

    await clock.advance(1)
    async with (
        running(tmp_path, clock=clock, database_url=database_url) as service,
        wire(service.url) as connection,
    ):
        after = [await connection.request(method) for method in ("chat.history", "trade.positions")]
        assert after[0]["payload"] == before[0]["payload"]
        assert [each["id"] for each in after[1]["payload"]["positions"]] == [
            each["id"] for each in before[1]["payload"]["positions"]
        ]
        more = await connection.request("chat.send", {"message": "portfolio", "stream": True})
        assert more["ok"], more
        assert all(event["seq"] > last for event in connection.events)


async def test_an_order_fills_that_came_due_while_the_service_was_down(
    tmp_path: Path, database_url: str
) -> None:
    clock = ManualClock(NOON)
    async with (
        running(tmp_path, clock=clock, database_url=database_url) as service,
        wire(service.url) as connection,
    ):
        price = (await connection.request("market.price", {"pair": "BTC/USDT"}))["payload"]["last"]
        order = {
            "action": "buy",
            "pair": "BTC/USDT",
            "type": "limit",
            "amount": 0.01,
            "price": price * 0.995,
        }
        answer = await connection.request("trade.execute", {**order, "price": price * 0.995})
        placed = answer["payload"]
        assert placed["status"] == "pending"
        locked = (await connection.request("portfolio.snapshot"))["payload"]["assets"][0]["locked"]
        assert locked > 0

    await clock.advance(3 * 86_400)
    async with (
        running(tmp_path, clock=clock, database_url=database_url) as service,
        wire(service.url) as connection,
    ):
        await service.app.services.desk.settle()
        trade = (await connection.request("trade.history"))["payload"]["trades"][0]
        snapshot = (await connection.request("portfolio.snapshot"))["payload"]
    assert (trade["orderId"], trade["amount"]) == (placed["orderId"], 0.01)
    assert trade["price"] <= placed["price"]
    # It is dated when the market came to it, not when somebody looked.
    assert trade["timestamp"] < (NOON.timestamp() + 3 * 86_400 - 3_600) * 1000
    assert [asset["locked"] for asset in snapshot["assets"]] == [0, 0]
