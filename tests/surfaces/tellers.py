"""What each surface tells of an account, by the names of `day.Ledger.facts`, as far as it tells it."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import aiohttp
from typer.testing import CliRunner

from kit.cli import app as command_line
from kit.client import Dialect, KitClient
from tests.bot.talk import Talk
from tests.service import Running
from tests.surfaces.day import BNB, ETH, Facts

PAIRS = (ETH, BNB)
FIGURE = re.compile(r"[+-]?\$?[\d,]+(?:\.\d+)?")
ASSETS = frozenset({"USDT", "ETH", "BNB"})


@dataclass(frozen=True, slots=True)
class Written:
    """A figure as people read it, with as many places as are written."""

    value: Decimal


def exact(value: Any) -> Decimal:
    return Decimal(str(value))


def written(text: str) -> Written:
    """Return the first figure of a text."""
    found = FIGURE.search(text)
    assert found is not None, text
    return Written(Decimal(found[0].replace("$", "").replace(",", "")))


Ask = Callable[..., Awaitable[Any]]
"""Asks a capability of ours, over whatever surface, and returns its answer."""


async def of_capabilities(ask: Ask) -> Facts:
    """Return what our own words tell, over any surface that has them."""
    portfolio, positions = await ask("portfolio.get"), (await ask("trade.positions"))["positions"]
    pnl = await ask("portfolio.pnl", period="all")
    trades = (await ask("trade.history"))["trades"]
    orders = (await ask("trade.orders", status="all"))["orders"]
    return {
        "balances": {each["symbol"]: exact(each["total"]) for each in portfolio["assets"]},
        "cash": exact(portfolio["cash"]),
        "margin": exact(portfolio["margin"]),
        "worth": exact(portfolio["totalValueUsd"]),
        **of_positions(positions, "pair", "size", "entryPrice", "unrealizedPnl"),
        "prices": {pair: exact((await ask("market.price", pair=pair))["last"]) for pair in PAIRS},
        "realized": exact(pnl["realizedPnl"]),
        "fees": exact(pnl["fees"]),
        "fills": [
            (
                each["side"],
                each["pair"],
                *(exact(each[name]) for name in ("amount", "price", "fee")),
                None if each["realizedPnl"] is None else exact(each["realizedPnl"]),
            )
            for each in trades
        ],
        "orders": [
            (
                each["pair"],
                each["side"],
                each["type"],
                None if each["stopPrice"] is None else exact(each["stopPrice"]),
                {"pending": "open"}.get(each["status"], each["status"]),
                exact(each["executedQty"]) + exact(each["remaining"]),
                exact(each["executedQty"]),
            )
            for each in orders
        ],
    }


def of_positions(rows: Any, pair: str, size: str, entry: str, unrealized: str) -> Facts:
    """Return what rows of positions tell, by their names of the figures."""
    return {
        "sides": {_slashed(each[pair]): each["side"].lower() for each in rows},
        "sizes": {_slashed(each[pair]): exact(each[size]) for each in rows},
        "entries": {_slashed(each[pair]): exact(each[entry]) for each in rows},
        "unrealized": {_slashed(each[pair]): exact(each[unrealized]) for each in rows},
    }


def _slashed(pair: str) -> str:
    return pair if "/" in pair else f"{pair.removesuffix('USDT')}/USDT"


async def socket(service: Running, dialect: Dialect) -> Facts:
    """Tell over the WebSocket, where a foreign client says who it is."""
    async with KitClient(service.url, dialect=dialect) as client:

        async def ask(name: str, **params: Any) -> Any:
            return await client.call(name, params)

        told = await of_capabilities(ask)
        shown = await client.call("portfolio.snapshot")
        invoked = await client.call("tool.invoke", {"tool": "portfolio", "args": {}})
        priced = {pair: await ask("market.data", action="price", pair=pair) for pair in PAIRS}
        balance = await client.get_balance()
    [held] = balance["exchanges"].values()
    return {
        **told,
        "again": {
            **of_positions(shown["positions"], "pair", "amount", "entryPrice", "unrealizedPnl"),
            "worth": exact(shown["totalValueUsd"]),
            "cash": exact(invoked["cash"]),
            "prices": {pair: exact(each["price"]) for pair, each in priced.items()},
            "balances": {name: exact(each) for name, each in held.items()},
        },
    }


async def http(service: Running, session: aiohttp.ClientSession) -> Facts:
    """Tell over /api/v2."""
    paths = {
        "portfolio.get": "/portfolio",
        "trade.positions": "/positions",
        "portfolio.pnl": "/portfolio/pnl",
        "trade.history": "/trades",
        "trade.orders": "/orders",
    }

    async def ask(name: str, pair: str = "", **params: Any) -> Any:
        path = paths[name] if not pair else f"/market/{quote(pair.replace('/', '-'))}/price"
        return await fetched(service, session, f"/api/v2{path}", **params)

    return await of_capabilities(ask)


async def fetched(service: Running, session: aiohttp.ClientSession, path: str, **params: Any) -> Any:
    """Return what is at a path."""
    async with session.get(f"{service.http}{path}", params=params) as response:
        assert response.status == 200, (path, await response.text())
        return await response.json()


async def terminal(service: Running, session: aiohttp.ClientSession) -> Facts:
    """Tell at the command line."""

    async def ask(name: str, **params: Any) -> Any:
        words = ["call", name, json.dumps(params), "--url", service.url]
        ran = await asyncio.to_thread(CliRunner().invoke, command_line, words)
        assert ran.exit_code == 0, ran.output
        return json.loads(ran.stdout)

    return await of_capabilities(ask)


STATES: Mapping[str, str] = {"NEW": "open", "FILLED": "filled", "CANCELED": "cancelled"}


async def cryptofunk(service: Running, session: aiohttp.ClientSession) -> Facts:
    """Tell in the words of CryptoFunk."""
    positions = (await fetched(service, session, "/cryptofunk/api/v1/positions"))["positions"]
    orders = (await fetched(service, session, "/cryptofunk/api/v1/orders"))["orders"]
    own = [each for each in positions if each["session_id"] is None]
    return {
        **of_positions(own, "symbol", "quantity", "entry_price", "unrealized_pnl"),
        "orders": [
            (
                each["symbol"],
                each["side"].lower(),
                {"stop_loss": "stop"}.get(each["type"].lower(), each["type"].lower()),
                None if each["stop_price"] is None else exact(each["stop_price"]),
                STATES[each["status"]],
                exact(each["quantity"]),
                exact(each["executed_quantity"]),
            )
            for each in orders
            if each["session_id"] is None
        ],
    }


async def cracktrader(service: Running, session: aiohttp.ClientSession) -> Facts:
    """Tell in the words of Cracktrader."""
    account = await fetched(service, session, "/cracktrader/api/account/balance")
    [held] = account["exchanges"].values()
    return {
        "balances": {name: exact(each) for name, each in held.items()},
        "worth": exact(account["total_balance"]),
    }


async def leaderboard_markets(service: Running, session: aiohttp.ClientSession) -> Facts:
    """Tell the prices in the words of the leaderboard."""
    found = await fetched(service, session, "/llm/market/prices")
    one = {
        pair: await fetched(service, session, f"/llm/market/price/{pair.replace('/', '')}") for pair in PAIRS
    }
    assert {pair: each["price"] for pair, each in one.items()} == {
        pair: found[pair.replace("/", "")] for pair in PAIRS
    }
    return {"prices": {pair: exact(each["price"]) for pair, each in one.items()}}


async def chat(service: Running, session: aiohttp.ClientSession) -> Facts:
    """Tell in cards of chat, of which only what is written is read."""
    talk = Talk(service)
    portfolio, pnl = await talk.say("/portfolio"), await talk.say("/pnl all")
    cards = (await talk.say("/positions")).split("\n\n")[1:]
    titles = [card.splitlines()[0].strip("*").split() for card in cards]
    rows = [line.split() for line in portfolio.splitlines()]
    prices = {pair: (await talk.say(f"/price {pair}")).splitlines()[0] for pair in PAIRS}
    return {
        "balances": {row[0]: written(row[1]) for row in rows if len(row) == 3 and row[0] in ASSETS},
        "worth": _line(portfolio, "Worth"),
        "cash": _line(portfolio, "Cash"),
        "sides": {title[0]: title[1] for title in titles},
        "sizes": {title[0]: written(title[2].strip("*")) for title in titles},
        "entries": {title[0]: _line(card, "Entry → now") for title, card in zip(titles, cards, strict=True)},
        "unrealized": {title[0]: _line(card, "P&L") for title, card in zip(titles, cards, strict=True)},
        "prices": {pair: written(text.rpartition(" · **")[2]) for pair, text in prices.items()},
        "realized": _line(pnl, "Closed"),
        "fees": _line(pnl, "Fees"),
        "fills": [_filled(card) for card in (await talk.say("/history 50")).split("\n\n")[1:]],
    }


def _filled(card: str) -> tuple[Any, ...]:
    """Return a trade as its card shows it."""
    side, amount, base = card.splitlines()[0].split()[:3]
    price, fee = card.splitlines()[1].split(" · ")
    won = _line(card, "P&L") if "P&L:" in card else None
    return side.strip("*").lower(), f"{base}/USDT", written(amount), written(price), written(fee), won


def _line(card: str, name: str) -> Written:
    [found] = [line for line in card.splitlines() if line.startswith(f"{name}:")]
    return written(found.partition(":")[2])


TELLERS: Mapping[str, Callable[[Running, aiohttp.ClientSession], Awaitable[Facts]]] = {
    "WebSocket 000": lambda service, _: socket(service, "000"),
    "WebSocket 001": lambda service, _: socket(service, "001"),
    "/api/v2": http,
    "CryptoFunk": cryptofunk,
    "Cracktrader": cracktrader,
    "leaderboard": leaderboard_markets,
    "chat": chat,
    "terminal": terminal,
}
"""Who tells of the account of the person."""


def of_seat(account: Any, names: Mapping[str, str]) -> Facts:
    """Return what an account of the arena tells, by its names of the figures."""
    rows = account[names["positions"]]
    return {
        "worth": exact(account[names["equity"]]),
        "margin": exact(account[names["margin"]]),
        **of_positions(rows, names["pair"], names["amount"], names["entry"], names["unrealized"]),
    }


OURS: Mapping[str, str] = {
    **{name: name for name in ("positions", "equity", "margin", "pair", "amount", "unrealized")},
    "entry": "entryPrice",
}
THEIRS: Mapping[str, str] = {
    "positions": "open_positions",
    "equity": "equity_usdt",
    "margin": "margin_used",
    "pair": "symbol",
    "amount": "quantity",
    "entry": "entry_price",
    "unrealized": "unrealized_pnl",
}


async def seats(service: Running, session: aiohttp.ClientSession, name: str) -> dict[str, Facts]:
    """Return what each surface tells of an account of the arena."""
    async with KitClient(service.url) as client:
        [own] = (await client.call("arena.accounts", {"name": name}))["accounts"]
    [http_own] = (await fetched(service, session, "/api/v2/arena/accounts", name=name))["accounts"]
    foreign = await fetched(service, session, f"/llm/trading/accounts/{name}")
    trades = (await fetched(service, session, "/api/v2/arena/trades", name=name))["trades"]
    closed = await fetched(service, session, f"/llm/trading/trades/{name}")
    board = await fetched(service, session, "/llm/trading/leaderboard")
    lines = (await fetched(service, session, "/api/v2/arena/leaderboard"))["lines"]
    return {
        "arena": of_seat(own, OURS),
        "/api/v2": {
            **of_seat(http_own, OURS),
            "realized": sum((exact(each["pnl"]) for each in trades), Decimal(0)),
        },
        "leaderboard's account": {
            **of_seat(foreign, THEIRS),
            "realized": sum((exact(each["realized_pnl"]) for each in closed), Decimal(0)),
        },
        "leaderboard": {"worth": exact(*(each["equity_usdt"] for each in board if each["llm_id"] == name))},
        "standings": {"worth": exact(*(each["equity"] for each in lines if each["name"] == name))},
    }


async def runs(service: Running, session: aiohttp.ClientSession) -> dict[str, Facts]:
    """Return what each surface tells of the one run of the person."""
    async with KitClient(service.url) as client:
        [run] = (await client.call("runs.list"))["runs"]
        portfolio = await client.call("portfolio.get", {"account": run["account"]})
        pnl = await client.call("portfolio.pnl", {"account": run["account"], "period": "all"})
    status = await fetched(service, session, "/cracktrader/api/v1/status/detailed")
    foreign = (await fetched(service, session, "/cryptofunk/api/v1/positions"))["positions"]
    in_session = [each for each in foreign if each["session_id"] is not None]
    return {
        "runs": {"worth": exact(run["equity"])},
        "portfolio": {
            "cash": exact(portfolio["cash"]),
            "worth": exact(portfolio["totalValueUsd"]),
            **of_positions(portfolio["positions"], "pair", "size", "entryPrice", "unrealizedPnl"),
            "realized": exact(pnl["realizedPnl"]),
            "fees": exact(pnl["fees"]),
        },
        "Cracktrader": {
            "cash": exact(status["cash"]),
            "worth": exact(status["value"]),
            **of_positions(status["positions"], "symbol", "size", "entry_price", "unrealized_pnl"),
            "fees": exact(status["performance_metrics"]["fees"]),
            "fills": [
                (
                    each["side"],
                    each["symbol"],
                    *(exact(each[name]) for name in ("size", "price", "commission")),
                    None if each["pnl"] is None else exact(each["pnl"]),
                )
                for each in status["recent_trades"]
            ],
        },
        "CryptoFunk": of_positions(in_session, "symbol", "quantity", "entry_price", "unrealized_pnl"),
    }
