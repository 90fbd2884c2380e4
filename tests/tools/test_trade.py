"""Trading through the door of a running service."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
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
from trading.exchanges.scripted_exchange import ScriptedExchange
from trading.model import Order, OrderBook, OrderRequest, OrderType, Origin, Side
from trading.ports import Report
from trading.symbols import Symbol, parse_symbol

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


class TokenFees(ScriptedExchange):
    """An exchange that takes its fees in a token of its own."""

    async def place(self, order: Order) -> Report:
        report = await super().place(order)
        paid = [replace(each, fee_asset="BNB", fee_amount=Decimal("0.002")) for each in report.executions]
        return replace(report, executions=tuple(paid))


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


async def test_an_order_tells_how_far_it_trails_what_it_hangs_on_and_that_it_liquidates(
    service: Running,
) -> None:
    await call(service, "trade.execute", {**ORDER, "amount": 1000, "leverage": 10})
    trail = {"action": "buy", "pair": "BTC/USDT", "type": "trailing-stop", "amount": 0.01}
    await call(service, "trade.execute", {**trail, "trailPercent": 2.5})
    await call(service, "trade.execute", {**trail, "trailAmount": 500})
    both = {"action": "buy", "pair": "BTC/USDT", "amount": 0.01, "price": 30_000, "stopPrice": 300_000}
    pairing = await call(service, "trade.oco", both)
    limit, stop, amount, percent, liquidation = (await call(service, "trade.orders", {}))["orders"]
    assert limit["group"] == stop["group"] == pairing["stop"]["group"] == pairing["limit"]["group"]
    assert percent["trailPercent"] == 2.5
    assert amount["trailAmount"] == 500
    assert liquidation["liquidation"] is True
    named = {"trailPercent", "trailAmount", "group", "liquidation"}
    shown = [named & set(each) for each in (limit, stop, amount, percent, liquidation)]
    assert shown == [{"group"}, {"group"}, {"trailAmount"}, {"trailPercent"}, {"group", "liquidation"}]


async def test_a_request_for_approval_shows_how_far_the_order_trails(service: Running) -> None:
    await call(service, "risk.set", {"askOnPaper": True})
    model = Context(LOCAL_OWNER, service.app.services, service.app.registry, origin=Origin.MODEL)
    trail = {"action": "buy", "pair": "BTC/USDT", "type": "trailing-stop", "amount": 0.01, "trailPercent": 2}
    await service.app.registry.call("trade.execute", trail, model)
    (asked,) = (await call(service, "approval.list", {}))["approvals"]
    assert (asked["trailPercent"], "trailAmount" in asked) == (2, False)


async def test_a_trade_whose_fee_was_taken_in_another_asset_says_so(tmp_path: Path) -> None:
    clock = ManualClock(NOON)
    exchange = TokenFees(clock, {"USDT": 10_000, "BNB": 1}, {parse_symbol("BTC/USDT"): 68_000})
    async with running(tmp_path, clock=clock, live=exchange) as service:
        await call(service, "live.arm", {})
        await call(service, "trade.execute", {**ORDER, "account": "live"})
        await call(service, "trade.execute", ORDER)
        (live,) = (await call(service, "trade.history", {"account": "live"}))["trades"]
        (paper,) = (await call(service, "trade.history", {}))["trades"]
    assert (live["feeAsset"], live["feeAmount"]) == ("BNB", 0.002)
    assert {"feeAsset", "feeAmount"}.isdisjoint(paper)


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
