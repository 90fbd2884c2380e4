import asyncio
import math

import pytest

from tests.peers.exchange_faults import half, says
from tests.peers.exchange_state import Fault, LoopbackExchange
from tests.trading.ccxt_market.world import (
    ETH_USDT,
)
from trading.clock import ManualClock
from trading.errors import ExchangeUnavailable
from trading.exchanges.ccxt_market import CcxtMarket
from trading.model import Source


async def test_health_is_good_while_the_exchange_answers(
    binance: CcxtMarket, kraken: CcxtMarket, exchange: LoopbackExchange
) -> None:
    for market in (binance, kraken):
        health = await market.health()
        assert (health.exchange, health.source, health.connected) == (market.exchange, Source.LIVE, True)
        assert health.latency_ms is not None
        assert 0 < health.latency_ms < math.inf
        assert health.reason is None
    # It costs one call, not the list of all markets.
    assert [each.path for each in exchange.asked] == ["/api/v3/time", "/0/public/Time"]


@pytest.mark.parametrize("fault", [says("", 503), half(), says("{}"), says("{}", 429), says("[1]")])
async def test_health_says_when_the_exchange_does_not_answer(
    binance: CcxtMarket, exchange: LoopbackExchange, fault: Fault
) -> None:
    exchange.fail("time", fault)
    health = await binance.health()
    assert (health.connected, health.latency_ms) == (False, None)
    assert health.reason


async def test_requests_keep_the_pause_of_the_exchange(
    exchange: LoopbackExchange, clock: ManualClock
) -> None:
    async with CcxtMarket("kraken", clock, exchange.kraken, pause=80) as market:
        await market.health()
        started = asyncio.get_running_loop().time()
        await asyncio.gather(*(market.health() for _ in range(4)))
    assert exchange.asked[-1].at - started > 0.2


async def test_a_closed_market_is_unavailable_and_closes_twice(
    exchange: LoopbackExchange, clock: ManualClock
) -> None:
    market = CcxtMarket("binance", clock, exchange.binance, pause=0.01)
    await market.ticker(ETH_USDT)
    await market.aclose()
    await market.aclose()
    with pytest.raises(ExchangeUnavailable):
        await market.ticker(ETH_USDT)
    assert not (await market.health()).connected


async def test_a_market_that_was_never_asked_closes(exchange: LoopbackExchange, clock: ManualClock) -> None:
    async with CcxtMarket("binance", clock, exchange.binance):
        pass
    assert exchange.asked == []
