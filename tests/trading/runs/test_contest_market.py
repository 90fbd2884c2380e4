"""The market of a cycle, as the desk of a contest sees it."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.trading.runs.arena import CONTEST, MINUTE, TERMS, a_market
from tests.trading.runs.given import BNB, ETH, FIVE, NOW
from trading.errors import ExchangeUnavailable, UnknownSymbol, UnsupportedTimeframe
from trading.model import Side
from trading.runs.contest_market import ContestMarket, CycleClock
from trading.runs.terms import from_plain, plain
from trading.symbols import Symbol
from trading.timeframes import Timeframe

D = Decimal


def shown() -> ContestMarket:
    """Return a contest in its second cycle, in which one pair alone has a price."""
    market = ContestMarket(CONTEST, TERMS.instruments)
    market.show(a_market({ETH: 2_000}, NOW + FIVE, a_market({ETH: 2_000, BNB: 500}), spread=1))
    return market


async def test_a_quote_is_of_the_cycle_and_nothing_rests_behind_it() -> None:
    market = shown()
    ticker, book = await market.ticker(ETH), await market.order_book(ETH)
    assert (ticker.bid, ticker.ask, ticker.last) == (D(1_999), D(2_001), D(2_000))
    assert ticker.at == book.at == NOW + FIVE
    assert (book.opposite(Side.BUY), book.opposite(Side.SELL), await market.trades(ETH)) == ((), (), ())


async def test_minutes_are_the_only_candles() -> None:
    market = shown()
    every = await market.candles(ETH, Timeframe.M1)
    assert [each.opened_at for each in every] == [NOW + MINUTE * n for n in range(5)]
    assert await market.candles(ETH, Timeframe.M1, NOW + MINUTE, NOW + 3 * MINUTE) == every[1:3]
    assert await market.candles(ETH, Timeframe.M1, limit=2) == every[-2:]
    assert await market.candles(ETH, Timeframe.M1, NOW, limit=2) == every[:2]
    with pytest.raises(UnsupportedTimeframe):
        await market.candles(ETH, Timeframe.M5)


async def test_a_pair_without_a_price_is_silent() -> None:
    for market in (shown(), ContestMarket(CONTEST, TERMS.instruments)):
        for asked in (
            market.ticker(BNB),
            market.order_book(BNB),
            market.trades(BNB),
            market.candles(BNB, Timeframe.M1),
        ):
            with pytest.raises(ExchangeUnavailable):
                await asked
        assert (await market.instrument(BNB)).symbol == BNB
        with pytest.raises(UnknownSymbol):
            await market.ticker(Symbol("BTC", "USDT"))


async def test_time_stands_until_the_next_cycle() -> None:
    clock = CycleClock(NOW)
    sleeper = asyncio.create_task(clock.sleep(300))
    await asyncio.sleep(0)
    await clock.set(NOW + FIVE - timedelta(microseconds=1))
    await asyncio.sleep(0)
    assert not sleeper.done()
    await clock.set(NOW + FIVE)
    await sleeper
    assert clock.now() == NOW + FIVE
    with pytest.raises(ValueError, match="past"):
        await clock.set(NOW)


def test_terms_come_back_as_they_were_frozen() -> None:
    stored = plain(TERMS)
    assert from_plain(stored) == TERMS
    assert stored["slippage"] == "0.0005"
    assert stored["instruments"]["ETH/USDT"] == {
        "tick": "0.01",
        "step": "0.0001",
        "min_amount": "0.0001",
        "min_notional": "5",
        "maker_fee": "0.001",
        "taker_fee": "0.001",
    }
