from collections.abc import AsyncIterator

import pytest

from tests.peers.exchange import loopback_exchange
from tests.peers.exchange_state import LoopbackExchange
from tests.trading.ccxt_market.world import BTC, ETH, GONE, KETH, NOW, ODD, PEPE, XBT
from trading.clock import ManualClock
from trading.exchanges.ccxt_market import CcxtMarket


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
async def exchange(clock: ManualClock) -> AsyncIterator[LoopbackExchange]:
    async with loopback_exchange(clock, [ETH, BTC, PEPE, GONE, ODD, XBT, KETH]) as running:
        yield running


@pytest.fixture
async def binance(exchange: LoopbackExchange, clock: ManualClock) -> AsyncIterator[CcxtMarket]:
    async with CcxtMarket("binance", clock, exchange.binance, timeout=5, pause=0.01) as market:
        yield market


@pytest.fixture
async def kraken(exchange: LoopbackExchange, clock: ManualClock) -> AsyncIterator[CcxtMarket]:
    async with CcxtMarket("kraken", clock, exchange.kraken, timeout=5, pause=0.01) as market:
        yield market
