"""The desk on the endless market: whole days pass, and nobody needs to look for orders to fill."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from memory.database import Database
from tests.trading.house import BTC, START, Heard, account, counting, request
from trading.accounts import open_account
from trading.clock import ManualClock
from trading.desk import Desk
from trading.exchanges.paper import PaperExchange
from trading.exchanges.simulated import SimulatedMarket
from trading.ledger import totals
from trading.markets import Markets
from trading.model import Mode, Side
from trading.portfolio import Period, PortfolioReader

D = Decimal


@asynccontextmanager
async def desk_on_simulated(url: str) -> AsyncIterator[tuple[Desk, ManualClock, Database, PortfolioReader]]:
    clock, new_id = ManualClock(START), counting()
    markets = Markets(SimulatedMarket(clock))
    async with Database.open(url) as database:
        desk = Desk(
            exchanges={Mode.PAPER: PaperExchange(markets, clock)},
            markets=markets,
            transact=database.transact,
            read=database.read,
            clock=clock,
            new_id=new_id,
            news=Heard(),
        )
        await open_account(database.transact, account(), new_id)
        yield desk, clock, database, PortfolioReader(database.read, markets, clock)


@pytest.mark.parametrize("days", [1, 40])
async def test_orders_of_a_long_absence_are_settled_and_the_books_are_right(
    sqlite_url: str, days: int
) -> None:
    async with desk_on_simulated(sqlite_url) as (desk, clock, database, portfolio):
        bought = await desk.execute(request(Side.BUY, cost=20_000))
        price = bought.order.average or D(0)
        for permille in (2, 5, 10, 20):
            low, high = price * (1 - D(permille) / 1000), price * (1 + D(permille) / 1000)
            guards: dict[str, Any] = {"stop_loss": low * D("0.99"), "take_profit": high}
            await desk.execute(request(Side.BUY, cost=5_000, type="limit", price=low, **guards))
            await desk.execute(request(Side.SELL, "0.02", type="limit", price=high))
        await clock.advance(86_400 * days)
        assert (await desk.settle()).silent == ()
        report = await portfolio.pnl("main", Period.ALL)
        assert report.orders > 1
        async with database.read() as uow:
            sums = totals(await uow.ledger.entries())
            balances = await uow.ledger.balances("main")
        assert all(amount >= 0 for amount in balances.values())
        for asset in ("BTC", "USDT"):
            assert sum(amount for (_, each), amount in sums.items() if each == asset) == 0


async def fills_after(url: str, looks: int) -> list[tuple[Decimal, Decimal, datetime]]:
    async with desk_on_simulated(url) as (desk, clock, database, _):
        last = (await SimulatedMarket(clock).ticker(BTC)).last
        for permyriad in (1, 2, 3, 5):
            await desk.execute(
                request(Side.BUY, "0.3", type="limit", price=last * (1 - D(permyriad) / 10_000))
            )
        for _ in range(looks):
            await clock.advance(110 / looks)
            await desk.settle()
        async with database.read() as uow:
            return [(fill.price, fill.amount, fill.at) for fill in await uow.fills.of("main")]


async def test_looking_often_or_rarely_fills_the_same(sqlite_template: Path, tmp_path: Path) -> None:
    found = []
    for looks in (1, 7, 110):
        shutil.copyfile(sqlite_template, tmp_path / f"{looks}.db")
        found.append(await fills_after(f"sqlite:///{tmp_path / f'{looks}.db'}", looks))
    assert found[0]
    assert found[0] == found[1] == found[2]
