from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal

import pytest

from tests.peers.exchange import loopback_exchange
from tests.trading.ccxt_live.world import KEY, NOW, SECRET, World, tapes
from trading.clock import ManualClock
from trading.exchanges.ccxt_live import CcxtExchange
from trading.exchanges.ccxt_live_client import Keys
from trading.exchanges.ccxt_market import CcxtMarket
from trading.symbols import Symbol

PATHS = {
    "binance": {
        "place": "POST order",
        "one": "GET order",
        "cancel": "DELETE order",
        "open": "openOrders",
        "closed": "allOrders",
        "trades": "myTrades",
        "balance": "account",
    },
    "kraken": {
        "place": "AddOrder",
        "one": "QueryOrders",
        "cancel": "CancelOrder",
        "open": "OpenOrders",
        "closed": "ClosedOrders",
        "trades": "QueryTrades",
        "balance": "BalanceEx",
    },
}
SYMBOLS = {"binance": Symbol("ETH", "USDT"), "kraken": Symbol("ETH", "USD")}


@asynccontextmanager
async def world_of(name: str, patience: float = 5, keys: Keys | None = None) -> AsyncIterator[World]:
    clock = ManualClock(NOW)
    async with loopback_exchange(clock, tapes()) as peer:
        peer.key, peer.secret = KEY, SECRET
        peer.account.balances.update(
            {"USDT": Decimal(10_000), "USD": Decimal(10_000), "ETH": Decimal(2), "BNB": Decimal(5)}
        )
        urls = peer.binance if name == "binance" else peer.kraken
        async with CcxtMarket(name, clock, urls, patience, 0.01) as market:
            await market.instruments()
            keys = keys or Keys(KEY, SECRET)
            async with CcxtExchange(name, keys, market, clock, urls, patience, 0.01) as live:
                await live.open()
                peer.asked.clear()
                yield World(name, peer, clock, market, live, SYMBOLS[name], PATHS[name])


@pytest.fixture(params=["binance", "kraken"])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    async with world_of(request.param) as made:
        yield made


@pytest.fixture
async def binance() -> AsyncIterator[World]:
    async with world_of("binance") as made:
        yield made


@pytest.fixture
async def kraken() -> AsyncIterator[World]:
    async with world_of("kraken") as made:
        yield made
