"""Everybody's own pairs, and what moves on the market, through the door."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from agent.models.scripted import ScriptedModel
from tests.service import NOON, Running, running
from tools.context import Context
from tools.errors import CallError, Code
from tools.policy import LOCAL_OWNER, Principal, Role
from trading.clock import ManualClock, epoch_ms
from trading.exchanges.scripted import ScriptedMarket, instrument
from trading.symbols import parse_symbol

NOW = epoch_ms(NOON)
DAY = 24 * 3600 * 1000
ANN = Principal("telegram:42", Role.VIEWER)
PRICES = {"BTC/USDT": 60_000, "ETH/USDT": 4_000, "SOL/USDT": 200, "BTC/EUR": 50_000}


@pytest.fixture
def market() -> ScriptedMarket:
    clock = ManualClock(NOON)
    market = ScriptedMarket(clock, {instrument(pair): price for pair, price in PRICES.items()})
    for pair, price, amount in (("BTC/USDT", 66_000, 1), ("ETH/USDT", 3_000, 50), ("SOL/USDT", 220, 1)):
        market.trade(parse_symbol(pair), price, amount)
    return market


@pytest_asyncio.fixture
async def service(tmp_path: Path, market: ScriptedMarket) -> AsyncIterator[Running]:
    async with running(tmp_path, model=ScriptedModel([]), market=market) as opened:
        yield opened


async def called(service: Running, name: str, who: Principal = ANN, /, **params: Any) -> Any:
    ctx = Context(who, service.app.services, service.app.registry)
    return (await service.app.registry.call(name, params, ctx)).model_dump(mode="json")


async def code_of(service: Running, name: str, **params: Any) -> Code | None:
    try:
        await called(service, name, **params)
    except CallError as error:
        return error.reason
    return None


async def test_a_list_is_ones_own_and_keeps_its_order(service: Running) -> None:
    added = {"pair": "SOL/USDT", "watched": True, "changed": True}
    assert await called(service, "watchlist.add", pair="solusdt") == added
    await service.clock.advance(1)
    await called(service, "watchlist.add", pair="BTC/USDT")
    assert await called(service, "watchlist.add", pair="SOL/USDT") == {**added, "changed": False}
    shown = await called(service, "watchlist.list")
    assert [each["pair"] for each in shown["pairs"]] == ["SOL/USDT", "BTC/USDT"]
    assert (shown["exchange"], shown["source"]) == ("scripted", "simulated")
    assert shown["pairs"][0] == {
        "pair": "SOL/USDT",
        "price": 220.0,
        "change24h": 10.0,
        "addedAt": NOW,
    }
    assert (await called(service, "watchlist.list", LOCAL_OWNER))["pairs"] == []
    gone = {"pair": "SOL/USDT", "watched": False, "changed": True}
    assert await called(service, "watchlist.remove", pair="SOL/USDT") == gone
    assert await code_of(service, "watchlist.remove", pair="SOL/USDT") == Code.NOT_FOUND
    assert [each["pair"] for each in (await called(service, "watchlist.list"))["pairs"]] == ["BTC/USDT"]


async def test_only_what_trades_is_watched(service: Running) -> None:
    assert await code_of(service, "watchlist.add", pair="DOGE/USDT") == Code.NOT_FOUND
    assert await code_of(service, "watchlist.add", pair="") == Code.INVALID_PARAMS
    assert await code_of(service, "watchlist.add") == Code.MISSING_PARAMS


async def test_a_list_is_shown_without_prices_while_there_are_none(
    service: Running, market: ScriptedMarket
) -> None:
    await called(service, "watchlist.add", pair="BTC/USDT")
    market.fail()
    assert await called(service, "watchlist.list") == {
        "exchange": "scripted",
        "source": "simulated",
        "since": None,
        "timestamp": NOW,
        "pairs": [{"pair": "BTC/USDT", "price": None, "change24h": None, "addedAt": NOW}],
    }
    assert await code_of(service, "market.overview") == Code.EXCHANGE_ERROR


async def test_a_list_has_room_for_fifty(tmp_path: Path) -> None:
    pairs = [f"C{number}/USDT" for number in range(51)]
    market = ScriptedMarket(ManualClock(NOON), {instrument(pair): 1 for pair in pairs})
    async with running(tmp_path, model=ScriptedModel([]), market=market) as service:
        for pair in pairs[:50]:
            await called(service, "watchlist.add", pair=pair)
        assert await code_of(service, "watchlist.add", pair=pairs[50]) == Code.CONFLICT
        assert (await called(service, "watchlist.add", pair=pairs[49]))["changed"] is False
        await called(service, "watchlist.remove", pair=pairs[0])
        assert await code_of(service, "watchlist.add", pair=pairs[50]) is None


async def test_an_overview_tells_what_rose_fell_and_traded_most(service: Running) -> None:
    shown = await called(service, "market.overview", limit=1)
    risen = {"pair": "BTC/USDT", "price": 66_000.0, "change24h": 10.0}
    fallen = {"pair": "ETH/USDT", "price": 3_000.0, "change24h": -25.0}
    told = {name: shown.pop(name) for name in ("gainers", "losers", "mostTraded")}
    assert shown == {
        "exchange": "scripted",
        "source": "simulated",
        "quote": "USDT",
        "pairs": 3,
        "since": NOW - DAY,
        "timestamp": NOW,
    }
    without = {name: [{**each, "turnover24h": 0} for each in rows] for name, rows in told.items()}
    assert without == {
        "gainers": [{**risen, "turnover24h": 0}],
        "losers": [{**fallen, "turnover24h": 0}],
        "mostTraded": [{**fallen, "turnover24h": 0}],
    }
    assert told["losers"] == told["mostTraded"]
    assert told["mostTraded"][0]["turnover24h"] > told["gainers"][0]["turnover24h"] > 0


async def test_an_overview_is_of_one_quote_currency(service: Running) -> None:
    assert (await called(service, "market.overview", quote="eur"))["pairs"] == 1
    assert await code_of(service, "market.overview", quote="XAU") == Code.NOT_FOUND
    assert await code_of(service, "market.overview", quote="U$D") == Code.INVALID_PARAMS
    assert await code_of(service, "market.overview", limit=0) == Code.INVALID_PARAMS
    assert await code_of(service, "market.overview", exchange="mtgox") == Code.INVALID_PARAMS
    assert (await called(service, "market.overview", exchange="kraken"))["exchange"] == "kraken"
