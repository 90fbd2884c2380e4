"""A desk with everything behind it: a real database, a market that does what the test says, a still clock."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from memory.database import Database
from trading.accounts import open_account
from trading.approvals import Approval
from trading.clock import ManualClock
from trading.desk import Desk
from trading.exchanges.paper import PaperExchange
from trading.exchanges.scripted import ScriptedMarket, instrument
from trading.ledger import totals
from trading.locks import Locks
from trading.mandates import Standing
from trading.markets import Markets
from trading.model import Account, Fill, Instrument, Mode, Order, OrderRequest, OrderType, Side
from trading.placing import OrderOutcome
from trading.portfolio import PortfolioReader
from trading.ports import Exchange, MarketData, NewId, Report, UnitOfWork
from trading.risk.proposal import Check
from trading.switch import Switch
from trading.symbols import Symbol, parse_symbol

START = datetime(2026, 11, 21, 12, 0, 30, tzinfo=UTC)
BTC = parse_symbol("BTC/USDT")
ETH = parse_symbol("ETH/USDT")
ETHBTC = parse_symbol("ETH/BTC")
MAIN = "main"
D = Decimal


def counting(start: int = 0) -> NewId:
    """Ids that grow, the same in every run."""
    numbers = iter(range(start, 10**9))
    return lambda prefix: f"{prefix}_{next(numbers):09d}"


def usual_pairs() -> Mapping[Instrument, int | str]:
    return {
        instrument("BTC/USDT"): 67_000,
        instrument("ETH/USDT", step="0.0001", min_amount="0.0001"): 3_600,
        instrument("ETH/BTC", tick="0.00001", step="0.0001", min_amount="0.0001", min_notional="0.0001"): (
            "0.05373"
        ),
    }


@dataclass
class House:
    database: Database
    clock: ManualClock
    market: ScriptedMarket
    markets: Markets
    exchange: Exchange
    desk: Desk
    portfolio: PortfolioReader
    new_id: NewId
    news: "Heard"

    @property
    def heard(self) -> list[tuple[Order, Sequence[Fill]]]:
        return self.news.orders

    async def buy(self, amount: Any = None, symbol: Symbol = BTC, **more: Any) -> OrderOutcome:
        return await self.order(Side.BUY, amount, symbol, **more)

    async def sell(self, amount: Any = None, symbol: Symbol = BTC, **more: Any) -> OrderOutcome:
        return await self.order(Side.SELL, amount, symbol, **more)

    async def order(self, side: Side, amount: Any, symbol: Symbol, **more: Any) -> OrderOutcome:
        return await self.desk.execute(request(side, amount, symbol, **more))

    async def moves(self, price: Any, seconds: float = 1, symbol: Symbol = BTC, amount: Any = 1) -> None:
        """Let time pass, one trade happen at its end, and the desk look."""
        await self.clock.advance(seconds)
        self.market.trade(symbol, price, amount)
        await self.desk.settle()

    async def balances(self, account: str = MAIN) -> dict[str, Decimal]:
        async with self.database.read() as uow:
            return {asset: total for asset, total in (await uow.ledger.balances(account)).items() if total}

    async def open_orders(self, account: str | None = MAIN) -> Sequence[Order]:
        async with self.database.read() as uow:
            return await uow.orders.open(account)

    async def stored(self, order: Order) -> Order:
        async with self.database.read() as uow:
            found = await uow.orders.get(order.id)
        assert found is not None
        return found

    async def fills(self, account: str = MAIN) -> Sequence[Fill]:
        async with self.database.read() as uow:
            return await uow.fills.of(account)

    async def audit(self, account: str = MAIN) -> None:
        """Hold the ledger to its rules: nothing appears, nothing is owed, balances are their fold."""
        async with self.database.read() as uow:
            entries = await uow.ledger.entries()
            balances = await uow.ledger.balances(account)
            open_orders = await uow.orders.open(account)
        sums = totals(entries)
        assets = {asset for _, asset in sums}
        for asset in assets:
            assert sum(amount for (_, each), amount in sums.items() if each == asset) == 0
        assert {asset: amount for asset, amount in balances.items() if amount} == {
            asset: amount for (owner, asset), amount in sums.items() if owner == account and amount
        }
        assert all(amount >= 0 for amount in balances.values())
        # Of orders in one group only the first fills, so that the largest reservation is that of all.
        reserved: dict[str, dict[str, Decimal]] = {}
        for order in open_orders:
            spot_sale = order.side is Side.SELL and order.leverage is None
            group = reserved.setdefault(order.symbol.base if spot_sale else order.symbol.quote, {})
            name = order.group or order.id
            group[name] = max(group.get(name, D(0)), order.reserved)
        assert all(sum(group.values()) <= balances.get(asset, D(0)) for asset, group in reserved.items())


def request(side: Side, amount: Any = None, symbol: Symbol = BTC, **more: Any) -> OrderRequest:
    """An order for `main`, a market order unless said otherwise; figures may be plain numbers or text."""
    named = ("cost", "price", "stop_price", "stop_loss", "take_profit", "leverage", "trail")
    given: dict[str, Any] = {name: D(str(value)) if name in named else value for name, value in more.items()}
    given["type"] = OrderType(given.get("type", "market"))
    if amount is not None:
        given["amount"] = D(str(amount))
    return OrderRequest(MAIN, symbol, side, **given)


def account(account_id: str = MAIN, initial: int = 100_000, **more: Any) -> Account:
    made = Account(account_id, "owner", "USDT", Mode.PAPER, D(initial), START)
    return replace(made, **more)


@asynccontextmanager
async def open_house(url: str, start: datetime = START, first_id: int = 0) -> AsyncIterator[House]:
    clock = ManualClock(start)
    async with Database.open(url) as database:
        house = furnish(database, clock, ScriptedMarket(clock, usual_pairs()), counting(first_id))
        await open_account(database.transact, account(), house.new_id)
        yield house
        await house.desk.drain()


@dataclass
class Heard:
    """What the desk tells of."""

    orders: list[tuple[Order, Sequence[Fill]]] = field(default_factory=list)
    approvals: list[tuple[Approval, Order]] = field(default_factory=list)
    mandates: list[Standing] = field(default_factory=list)
    switches: list[Switch] = field(default_factory=list)

    async def order(self, uow: UnitOfWork, order: Order, fills: Sequence[Fill]) -> None:
        self.orders.append((order, fills))

    async def approval(self, uow: UnitOfWork, approval: Approval, order: Order) -> None:
        self.approvals.append((approval, order))

    async def mandate(self, uow: UnitOfWork, standing: Standing) -> None:
        self.mandates.append(standing)

    async def switch(self, uow: UnitOfWork, switch: Switch) -> None:
        self.switches.append(switch)


def furnish(
    database: Database,
    clock: ManualClock,
    market: ScriptedMarket,
    new_id: NewId,
    checks: Sequence[Check] = (),
    exchange: Exchange | None = None,
    second: MarketData | None = None,
    locks: Locks | None = None,
) -> House:
    news = Heard()
    markets = Markets(market, known=("binance", "kraken"))
    exchange = exchange or PaperExchange(markets, clock)
    desk = Desk(
        exchanges={exchange.mode: exchange},
        markets=markets,
        transact=database.transact,
        read=database.read,
        clock=clock,
        new_id=new_id,
        news=news,
        checks=checks,
        second=second,
        locks=locks,
    )
    portfolio = PortfolioReader(database.read, markets, clock)
    return House(database, clock, market, markets, exchange, desk, portfolio, new_id, news)


class Paused(PaperExchange):
    """A paper exchange whose answers wait until the test lets them go."""

    def __init__(self, markets: Markets, clock: ManualClock) -> None:
        super().__init__(markets, clock)
        self.asked, self.answer = asyncio.Event(), asyncio.Event()

    async def place(self, order: Order) -> Report:
        report = await super().place(order)
        self.asked.set()
        await self.answer.wait()
        return report

    async def watch(self, orders: Sequence[Order], until: datetime) -> Sequence[Report]:
        reports = await super().watch(orders, until)
        self.asked.set()
        await self.answer.wait()
        return reports
