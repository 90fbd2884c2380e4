from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from tests.peers.exchange_faults import alters
from tests.peers.exchange_state import LoopbackExchange
from tests.trading.ccxt_market.world import (
    BTC,
    BTC_USD,
    BTC_USDT,
    ETH,
    ETH_USDT,
    LISTED,
    NOW,
    QUIET,
    XBT,
    expected,
)
from trading.errors import UnsupportedTimeframe
from trading.exchanges.ccxt_market import CcxtMarket
from trading.exchanges.ccxt_paging import first_candles, last_candles, part_of
from trading.model import Candle
from trading.timeframes import Timeframe


@pytest.mark.parametrize("timeframe", list(Timeframe))
async def test_the_last_candles_end_with_the_one_still_forming(
    binance: CcxtMarket, timeframe: Timeframe
) -> None:
    found = await binance.candles(BTC_USDT, timeframe, limit=5)
    newest = timeframe.floor(NOW)
    assert found == expected(BTC, timeframe, newest - 4 * timeframe.span, newest)


@pytest.mark.parametrize("timeframe", list(Timeframe))
async def test_a_length_the_exchange_lacks_is_made_of_a_shorter_one(
    kraken: CcxtMarket, timeframe: Timeframe
) -> None:
    newest = timeframe.floor(NOW)
    found = await kraken.candles(BTC_USD, timeframe, limit=5)
    assert found == expected(XBT, timeframe, newest - 4 * timeframe.span, newest)
    since = newest - 7 * timeframe.span - timedelta(seconds=1)
    found = await kraken.candles(BTC_USD, timeframe, since, newest, limit=3)
    assert found == expected(XBT, timeframe, since, newest)[:3]


async def test_candles_before_an_end_are_those_that_closed_by_then(binance: CcxtMarket) -> None:
    end, span = Timeframe.H1.floor(NOW), Timeframe.H1.span
    for until in (end, end + timedelta(minutes=5)):
        found = await binance.candles(BTC_USDT, Timeframe.H1, until=until, limit=3)
        assert found == expected(BTC, Timeframe.H1, end - 3 * span, end - span)
    for until in (NOW + timedelta(seconds=1), NOW + timedelta(days=1)):
        found = await binance.candles(BTC_USDT, Timeframe.H1, until=until, limit=3)
        assert found == expected(BTC, Timeframe.H1, end - 2 * span, end)


async def test_candles_from_a_beginning_go_over_pages(
    binance: CcxtMarket, exchange: LoopbackExchange
) -> None:
    since = NOW - timedelta(days=3)
    found = await binance.candles(BTC_USDT, Timeframe.M1, since, limit=2300)
    assert found == BTC.candles(since, NOW, 1, 2300, NOW)
    assert exchange.count("klines") == 3


async def test_candles_between_two_moments_are_no_more_than_that(binance: CcxtMarket) -> None:
    since, until = NOW - timedelta(hours=5), NOW - timedelta(hours=2)
    found = await binance.candles(BTC_USDT, Timeframe.M5, since, until, limit=1000)
    assert found == expected(BTC, Timeframe.M5, since, until - Timeframe.M5.span)
    assert await binance.candles(BTC_USDT, Timeframe.M5, until, since) == []
    assert await binance.candles(BTC_USDT, Timeframe.M5, NOW + timedelta(days=1)) == []


async def test_a_hole_in_the_candles_is_stepped_over(binance: CcxtMarket) -> None:
    since = QUIET[0] - timedelta(minutes=3)
    forward = await binance.candles(ETH_USDT, Timeframe.M1, since, limit=10)
    assert forward == ETH.candles(since, NOW, 1, 10, NOW)
    assert forward[-1].opened_at > QUIET[1]
    until = QUIET[1] + timedelta(minutes=3)
    backward = await binance.candles(ETH_USDT, Timeframe.M1, until=until, limit=10)
    assert backward == ETH.candles(until - timedelta(hours=6), until - Timeframe.M1.span, 1, 999, NOW)[-10:]


@pytest.mark.parametrize("size", [7, 50, 1000])
async def test_a_hole_is_stepped_over_where_a_page_is_a_window_of_time(size: int) -> None:
    span = Timeframe.M1.span

    async def window(start: datetime, count: int) -> Sequence[Candle]:
        assert count <= size
        return ETH.candles(start, start + (count - 1) * span, 1, count, NOW)

    since, until = QUIET[0] - 4 * span, Timeframe.M1.floor(QUIET[1]) + 6 * span
    forward = await first_candles(window, span, since, NOW, 6, size)
    assert forward == ETH.candles(since, NOW, 1, 6, NOW)
    backward = await last_candles(window, span, until, 9, size)
    there = ETH.candles(since, until - span, 1, 999, NOW)[-9:]
    # Pages too short to reach over the hole do not look back for ever.
    assert backward == [candle for candle in there if size == 1000 or candle.opened_at > QUIET[0] + span]
    assert len(backward) == (9 if size == 1000 else 5)


async def test_a_young_pair_gives_what_there_is(binance: CcxtMarket, exchange: LoopbackExchange) -> None:
    assert await binance.candles(BTC_USDT, Timeframe.D1, limit=300) == expected(
        BTC, Timeframe.D1, Timeframe.D1.floor(LISTED) + timedelta(days=1), NOW
    )
    assert exchange.count("klines") <= 3
    early = await binance.candles(BTC_USDT, Timeframe.D1, datetime(2015, 1, 1, tzinfo=UTC), limit=2)
    assert early == BTC.candles(LISTED, NOW, 1440, 2, NOW)


async def test_what_kraken_has_forgotten_is_not_made_up(
    kraken: CcxtMarket, exchange: LoopbackExchange
) -> None:
    whole = await kraken.candles(BTC_USD, Timeframe.M1, limit=1000)
    assert whole == expected(XBT, Timeframe.M1, whole[0].opened_at, NOW)
    assert len(whole) == 720
    # Three-minute candles out of those minutes: the first one would lack its beginning.
    threes = await kraken.candles(BTC_USD, Timeframe.M3, limit=300)
    assert threes == expected(XBT, Timeframe.M3, threes[0].opened_at, NOW)
    assert len(threes) in (239, 240)
    assert exchange.count("OHLC") <= 6


async def test_no_candles_are_no_question(binance: CcxtMarket, exchange: LoopbackExchange) -> None:
    assert await binance.candles(BTC_USDT, Timeframe.H1, limit=0) == []
    assert await binance.trades(BTC_USDT, limit=0) == []
    assert exchange.count("klines") + exchange.count("aggTrades") == 0


@pytest.mark.parametrize(
    ("timeframe", "offered", "part"),
    [
        (Timeframe.H12, ["1m", "1h", "4h", "1d"], Timeframe.H4),
        (Timeframe.M3, ["1m", "2m", "5m"], Timeframe.M1),
        (Timeframe.D1, ["1d", "1w", "1M"], Timeframe.D1),
        (Timeframe.H6, ["4h", "30m"], Timeframe.M30),
    ],
)
def test_the_longest_part_makes_a_candle(timeframe: Timeframe, offered: list[str], part: Timeframe) -> None:
    assert part_of(timeframe, offered) is part


@pytest.mark.parametrize("offered", [[], ["5m", "1h"], ["1M", "1y", "1s"]])
def test_a_length_that_cannot_be_made_is_unsupported(offered: list[str]) -> None:
    with pytest.raises(UnsupportedTimeframe):
        part_of(Timeframe.M3, offered)


async def test_candles_come_once_and_in_order_whatever_the_exchange_sends(
    binance: CcxtMarket, exchange: LoopbackExchange
) -> None:
    exchange.fail("klines", alters(lambda answer: answer[::-1] + answer[:2]))
    newest = Timeframe.H1.floor(NOW)
    found = await binance.candles(BTC_USDT, Timeframe.H1, limit=4)
    assert found == expected(BTC, Timeframe.H1, newest - 3 * Timeframe.H1.span, newest)
