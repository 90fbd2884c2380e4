"""Trading through the door of a running service."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from agent.models.scripted import ScriptedModel
from kit.settings import load
from memory.database import Database
from tests.service import NOON, Running, running
from tools.context import Context
from tools.errors import InternalError
from tools.policy import LOCAL_OWNER
from trading.clock import ManualClock
from trading.exchanges.scripted import ScriptedMarket, instrument
from trading.model import OrderBook, OrderRequest, OrderType, Side
from trading.symbols import Symbol

ORDER = {"action": "buy", "pair": "BTC/USDT", "type": "market", "amount": 100}
LIMIT = {"action": "buy", "pair": "BTC/USDT", "type": "limit", "amount": 0.01, "price": 67_100}


class SlowMarket(ScriptedMarket):
    """A market whose books, at which a limit order is placed, wait or break."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__(clock, {instrument("BTC/USDT"): 67_000})
        self.asked, self.answer = asyncio.Event(), asyncio.Event()
        self.broken = False

    async def order_book(self, symbol: Symbol, depth: int = 20) -> OrderBook:
        self.asked.set()
        if self.broken:
            raise ArithmeticError("nobody foresaw this")
        await self.answer.wait()
        return await super().order_book(symbol, depth)


class LastModel(ScriptedModel):
    """A model that lets the market answer when the service takes it down."""

    def __init__(self, market: SlowMarket) -> None:
        super().__init__([])
        self._market = market

    async def aclose(self) -> None:
        self._market.answer.set()


@asynccontextmanager
async def slow_service(home: Path) -> AsyncIterator[tuple[Running, SlowMarket]]:
    clock = ManualClock(NOON)
    market = SlowMarket(clock)
    async with running(home, clock=clock, market=market, model=LastModel(market)) as service:
        yield service, market


async def call(service: Running, name: str, raw: dict[str, Any]) -> Any:
    registry, services = service.app.registry, service.app.services
    answer = await registry.call(name, raw, Context(LOCAL_OWNER, services, registry))
    return answer.model_dump(mode="json")


async def test_both_ends_of_a_range_of_milliseconds_are_in_it(service: Running) -> None:
    await service.advance(0.0005)
    await call(service, "trade.execute", ORDER)
    whole = (await call(service, "trade.history", {}))["trades"]
    moment = whole[0]["timestamp"]
    assert (await call(service, "trade.history", {"from": moment, "to": moment}))["trades"] == whole
    assert (await call(service, "trade.history", {"to": moment - 1}))["trades"] == []


async def test_a_trade_that_ends_with_the_service_is_told_to_who_comes_back(tmp_path: Path) -> None:
    async with slow_service(tmp_path) as (service, market):
        trading = asyncio.create_task(service.app.services.desk.execute(_request()))
        await market.asked.wait()
    outcome = await trading
    async with Database.open(load(tmp_path).database) as database, database.read() as uow:
        told = await uow.events.after(LOCAL_OWNER.id, 0, 100)
    assert [event.payload["orderId"] for event in told if event.name == "trade:executed"] == [
        outcome.order.id
    ]


async def test_an_order_that_a_fault_cut_off_does_not_keep_its_money_until_the_next_start(
    tmp_path: Path,
) -> None:
    async with slow_service(tmp_path) as (service, market):
        market.broken = True
        with pytest.raises(InternalError):
            await call(service, "trade.execute", LIMIT)
        market.broken = False
        market.answer.set()
        [usdt] = (await call(service, "portfolio.get", {}))["assets"]
        assert usdt["locked"] > 100
        for _ in range(100):
            await service.advance(60)
            [usdt] = (await call(service, "portfolio.get", {}))["assets"]
            if not usdt["locked"]:
                break
        assert (usdt["locked"], usdt["free"]) == (0, 100_000)


def _request() -> OrderRequest:
    return OrderRequest(
        "main",
        Symbol("BTC", "USDT"),
        Side.BUY,
        OrderType.LIMIT,
        amount=Decimal("0.01"),
        price=Decimal(67_100),
    )
