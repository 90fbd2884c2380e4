"""What each surface tells of an account and of the arena, in the names of one test."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import aiohttp
from typer.testing import CliRunner

from kit.cli import app as command_line
from kit.client import Dialect, KitClient
from tests.bot.room import ADA, Room
from tests.service import Running
from tests.surfaces.day import PAIRS, Facts, exact, shape

NUMBER = r"([+\-]?\$?[\d,]+(?:\.\d+)?)"
STATES = {"NEW": "pending", "FILLED": "filled", "CANCELED": "cancelled"}
"""CryptoFunk's words for the states of orders, as we say them."""


@dataclass(frozen=True)
class World:
    """A service, and the ways to ask it."""

    service: Running
    session: aiohttp.ClientSession
    room: Room

    async def get(self, path: str) -> Any:
        """Return what a path answers."""
        async with self.session.get(f"{self.service.http}{path}") as response:
            assert response.status == 200, path
            return await response.json()

    async def read(self, command: str) -> str:
        """Return what a person reads who types a command into their chat."""
        before = len(self.room.texts(ADA))
        came = await self.room.say(ADA, command)
        assert await self.room.settled(came) == "answered"
        return "\n".join(self.room.texts(ADA)[before:])


Ask = Callable[..., Awaitable[Any]]
"""Asks for a capability by its name, with its parameters."""


async def _own(ask: Ask) -> Facts:
    """Return what our own words tell, whoever carries them."""
    held = (await ask("trade.positions"))["positions"]
    money = await ask("portfolio.get")
    fills = (await ask("trade.history"))["trades"]
    orders = (await ask("trade.orders", status="all"))["orders"]
    earned = await ask("portfolio.pnl", period="all")
    prices = (await ask("market.prices", pairs=list(map(str, PAIRS))))["prices"]
    return {
        **{each["symbol"]: exact(each["total"]) for each in money["assets"]},
        "total": exact(money["totalValueUsd"]),
        "open": len(held),
        "fees": exact(sum(exact(each["fee"]) for each in fills)),
        "realized": exact(earned["realizedPnl"]),
        **_positions(held, "pair", "size", "entryPrice", "unrealizedPnl"),
        **{f"order {each['orderId']}": each["status"] for each in orders if each["origin"] == "person"},
        **{f"last {each['pair']}": exact(each["last"]) for each in prices},
    }


def _positions(held: Any, *names: str) -> Facts:
    pair, size, entry, pnl = names
    told: Facts = {}
    for each in held:
        told[f"size {each[pair]}"] = exact(each[size])
        told[f"entry {each[pair]}"] = exact(each[entry])
        told[f"pnl {each[pair]}"] = exact(each[pnl])
    return told


def _socket(dialect: Dialect) -> Callable[[World], Awaitable[Facts]]:
    async def tell(world: World) -> Facts:
        async with KitClient(world.service.url, dialect=dialect) as client:

            async def ask(name: str, **params: Any) -> Any:
                return await client.call(name, params)

            told = await _own(ask)
            balance = await client.get_balance()
        assert {
            name: exact(each) for name, each in balance.exchanges.scripted.items()
        }.items() <= told.items()
        assert exact(balance.total_balance) == told["total"]
        return told

    return tell


async def _terminal(world: World) -> Facts:
    async def ask(name: str, **params: Any) -> Any:
        words = ["call", name, json.dumps(params), "--url", world.service.url]
        ran = await asyncio.to_thread(CliRunner().invoke, command_line, words)
        assert ran.exit_code == 0
        return json.loads(ran.stdout)

    return await _own(ask)


async def _resources(world: World) -> Facts:
    paths = {
        "trade.positions": "/positions",
        "portfolio.get": "/portfolio",
        "trade.history": "/trades",
        "trade.orders": "/orders?status=all",
        "portfolio.pnl": "/portfolio/pnl?period=all",
        "market.prices": f"/market/prices?pairs={','.join(map(str, PAIRS))}",
    }

    async def ask(name: str, **params: Any) -> Any:
        return await world.get(f"/api/v2{paths[name]}")

    return await _own(ask)


async def _cryptofunk(world: World) -> Facts:
    held = (await world.get("/cryptofunk/api/v1/positions"))["positions"]
    orders = (await world.get("/cryptofunk/api/v1/orders"))["orders"]
    spent = [exact(each["executed_quote_quantity"]) for each in orders]
    typed = [each for each in orders if each["type"] != "STOP_LOSS"]
    return {
        "open": len(held),
        "fees": exact(sum(spent) / 1_000),
        **{shape(each["side"], each["symbol"], each["quantity"]): STATES[each["status"]] for each in typed},
        **_positions(held, "symbol", "quantity", "entry_price", "unrealized_pnl"),
    }


async def _cracktrader(world: World) -> Facts:
    told = await world.get("/cracktrader/api/account/balance")
    [assets] = told["exchanges"].values()
    return {**{name: exact(each) for name, each in assets.items()}, "total": exact(told["total_balance"])}


async def _leaderboard(world: World) -> Facts:
    told = await world.get("/llm/market/prices")
    return {f"last {pair}": exact(told[pair.joined]) for pair in PAIRS}


async def _chat(world: World) -> Facts:
    money, held = await world.read("/portfolio"), await world.read("/positions")
    earned = await world.read("/pnl all")
    blocks = re.findall(
        rf"\*\*(\S+) long {NUMBER}\*\*.*?\nEntry → now: {NUMBER} → {NUMBER}\nP&L: {NUMBER} USDT",
        held,
        re.DOTALL,
    )
    told: Facts = {
        "total": _printed(rf"Worth: \*\*{NUMBER}\*\*", money),
        "USDT": _printed(rf"Cash: {NUMBER}", money),
        "fees": _printed(rf"Fees: {NUMBER}", earned),
        "realized": _printed(rf"Closed: {NUMBER}", earned),
        "open": len(blocks),
    }
    for pair, size, entry, last, pnl in blocks:
        told |= {f"size {pair}": _figure(size), f"entry {pair}": _figure(entry)}
        told |= {f"last {pair}": _figure(last), f"pnl {pair}": _figure(pnl)}
    for pair in PAIRS:
        shown = await world.read(f"/price {pair.base.lower()}")
        told[f"last {pair}"] = _printed(rf"\*\*{NUMBER}\*\*", shown)
    return told


def _printed(pattern: str, text: str) -> Decimal:
    found = re.search(pattern, text)
    assert found is not None, text
    return _figure(found[1])


def _figure(text: str) -> Decimal:
    return Decimal(text.replace(",", "").replace("$", ""))


ACCOUNT: Mapping[str, Callable[[World], Awaitable[Facts]]] = {
    "WebSocket 000": _socket("000"),
    "WebSocket 001": _socket("001"),
    "terminal": _terminal,
    "/api/v2": _resources,
    "CryptoFunk": _cryptofunk,
    "Cracktrader": _cracktrader,
    "leaderboard": _leaderboard,
    "chat": _chat,
}
"""Who tells something of the account `main`."""
