"""The short memory before a market."""

from datetime import UTC, datetime

import pytest

from trading.clock import ManualClock
from trading.errors import ExchangeUnavailable
from trading.exchanges.scripted import ScriptedMarket, instrument
from trading.markets import CachedMarket
from trading.symbols import parse_symbol

BTC = parse_symbol("BTC/USDT")


async def test_a_price_is_remembered_for_a_second_and_a_failure_not_at_all() -> None:
    clock = ManualClock(datetime(2026, 11, 21, 12, tzinfo=UTC))
    market = ScriptedMarket(clock, {instrument("BTC/USDT"): 67_000})
    cached = CachedMarket(market, clock)
    market.fail()
    for _ in range(2):
        with pytest.raises(ExchangeUnavailable):
            await cached.ticker(BTC)
    market.fail(None)
    assert (await cached.ticker(BTC)).last == 67_000
    market.trade(BTC, 68_000)
    assert (await cached.ticker(BTC)).last == 67_000
    await clock.advance(1)
    assert (await cached.ticker(BTC)).last == 68_000
