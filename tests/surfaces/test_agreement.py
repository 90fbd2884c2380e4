"""After some trading every surface tells the same balances, positions, P&L and prices."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import aiohttp
from typer.testing import CliRunner

from kit.cli import app as command_line
from kit.client import Dialect, KitClient
from tests.service import Running, running

PAIR = "ETH/USDT"
Facts = dict[str, Any]


def exact(value: Any) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("1e-8"))


def facts(positions: Any, portfolio: Any, price: Any) -> Facts:
    """Return what our own words tell, by the names of this test."""
    (held,) = positions["positions"]
    return {
        "balance": {each["symbol"]: exact(each["total"]) for each in portfolio["assets"]},
        "total": exact(portfolio["totalValueUsd"]),
        "size": exact(held["size"]),
        "entry": exact(held["entryPrice"]),
        "pnl": exact(held["unrealizedPnl"]),
        "price": exact(price["last"]),
    }


async def own_words(service: Running, dialect: Dialect) -> Facts:
    async with KitClient(service.url, dialect=dialect) as client:
        told = facts(
            await client.trade.positions(), await client.portfolio.get(), await client.market.price(PAIR)
        )
        balance = await client.get_balance()
    assert {name: exact(each) for name, each in balance.exchanges.simulated.items()} == told["balance"]
    assert exact(balance.total_balance) == told["total"]
    return told


async def paths(service: Running, session: aiohttp.ClientSession) -> dict[str, Facts]:
    """Return what each API over HTTP tells, as far as it tells it."""

    async def get(path: str) -> Any:
        async with session.get(f"{service.http}{path}") as response:
            assert response.status == 200, path
            return await response.json()

    base = "/api/v2"
    own = [await get(f"{base}{path}") for path in ("/positions", "/portfolio", "/market/ETH%2FUSDT/price")]
    (foreign,) = (await get("/cryptofunk/api/v1/positions"))["positions"]
    account = await get("/cracktrader/api/account/balance")
    shown = await get("/llm/market/price/ETHUSDT")
    return {
        "/api/v2": facts(*own),
        "CryptoFunk": {
            "size": exact(foreign["quantity"]),
            "entry": exact(foreign["entry_price"]),
            "pnl": exact(foreign["unrealized_pnl"]),
        },
        "Cracktrader": {
            "balance": {name: exact(each) for name, each in account["exchanges"]["simulated"].items()},
            "total": exact(account["total_balance"]),
        },
        "leaderboard": {"price": exact(shown["price"])},
    }


async def terminal(service: Running) -> Facts:
    async def call(*words: str) -> Any:
        ran = await asyncio.to_thread(
            CliRunner().invoke, command_line, ["call", *words, "--url", service.url]
        )
        assert ran.exit_code == 0
        return json.loads(ran.stdout)

    return facts(
        await call("trade.positions"),
        await call("portfolio.get"),
        await call("market.price", json.dumps({"pair": PAIR})),
    )


async def trade(service: Running) -> None:
    """Buy twice and sell a part, minutes apart, so that no two figures of the account are the same."""
    async with KitClient(service.url) as client:
        for action, amount in (("buy", 2), ("buy", 1), ("sell", 0.5)):
            await client.trade.execute(
                action=action, pair=PAIR, amount=amount, amount_type="base", type="market"
            )
            await service.advance(300)


@asynccontextmanager
async def traded(home: Path) -> AsyncIterator[tuple[Running, aiohttp.ClientSession]]:
    async with running(home) as service, aiohttp.ClientSession() as session:
        await trade(service)
        yield service, session


def disagreements(told: Mapping[str, Facts], truth: Facts) -> list[tuple[str, str]]:
    """Return who tells something else than the truth, and about what."""
    return [
        (surface, name)
        for surface, said in told.items()
        for name, value in said.items()
        if value != truth[name]
    ]


async def test_every_surface_tells_the_same_of_the_trading_and_a_later_look_does_not(tmp_path: Path) -> None:
    async with traded(tmp_path) as (service, session):
        truth = await own_words(service, "000")
        told = {
            "gateway": await own_words(service, "001"),
            "terminal": await terminal(service),
            **await paths(service, session),
        }
        assert disagreements(told, truth) == []
        assert truth["size"] == Decimal("2.5")
        assert truth["pnl"] != 0
        # The control: what is told minutes later is told of other prices, and found to differ.
        await service.advance(300)
        later = {"later": await own_words(service, "000"), **await paths(service, session)}
    assert {surface for surface, _ in disagreements(later, truth)} == set(later)
