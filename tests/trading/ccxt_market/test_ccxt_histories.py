"""Histories whose candles come from the real classes for exchanges."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from memory.candles import CandleFiles
from memory.datasets import Datasets
from tests.peers.exchange_state import LoopbackExchange
from tests.peers.exchange_tape import Tape
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
from trading.backtest.histories import Histories
from trading.backtest.history import Gap, History
from trading.clock import ManualClock, epoch_ms, iso
from trading.errors import MissingHistory
from trading.exchanges.ccxt_market import CcxtMarket
from trading.markets import Markets
from trading.timeframes import Timeframe

MINUTE, HOUR = Timeframe.M1, Timeframe.H1


def histories(market: CcxtMarket, clock: ManualClock, folder: Path) -> Histories:
    return Histories(Markets(market), CandleFiles(folder / "cache"), Datasets(folder), clock)


def rows(history: History) -> list[tuple[float, ...]]:
    bars = history.bars
    columns = (history.times, bars.open, bars.high, bars.low, bars.close, bars.volume)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def traded(tape: Tape, timeframe: Timeframe, spans: Sequence[int]) -> list[tuple[float, ...]]:
    """Return what the tape has between so many candles back and so many."""
    newest = timeframe.floor(NOW)
    first, last = (newest - count * timeframe.span for count in spans)
    return [
        (
            epoch_ms(each.opened_at),
            float(each.open),
            float(each.high),
            float(each.low),
            float(each.close),
            float(each.volume),
        )
        for each in expected(tape, timeframe, first, last)
    ]


async def test_a_history_of_many_pages_is_fetched_once_without_the_candle_that_is_forming(
    binance: CcxtMarket, exchange: LoopbackExchange, clock: ManualClock, tmp_path: Path
) -> None:
    source = histories(binance, clock, tmp_path)
    start = MINUTE.floor(NOW) - timedelta(minutes=2_500)
    found = await source.get(BTC_USDT, MINUTE, start, NOW + timedelta(days=1), lead=30)
    assert (found.exchange, found.source, found.lead, found.measured) == ("binance", "live", 30, 2_500)
    assert rows(found) == traded(BTC, MINUTE, (2_530, 1))
    asked = exchange.count("klines")
    assert asked >= 3
    again = await histories(binance, clock, tmp_path).get(BTC_USDT, MINUTE, start, NOW, lead=30)
    assert (rows(again), exchange.count("klines")) == (rows(found), asked)


async def test_hours_in_which_nothing_traded_are_told_as_a_gap(
    binance: CcxtMarket, clock: ManualClock, tmp_path: Path
) -> None:
    start, end = HOUR.floor(QUIET[0]) - 10 * HOUR.span, HOUR.floor(QUIET[1]) + 10 * HOUR.span
    found = await histories(binance, clock, tmp_path).get(ETH_USDT, HOUR, start, end)
    [gap] = found.gaps()
    assert isinstance(gap, Gap)
    there = {row[0] for row in rows(found)}
    hours = range(epoch_ms(start), epoch_ms(end), HOUR.seconds * 1000)
    absent = [each for each in hours if each not in there]
    assert absent == [gap.start + number * HOUR.seconds * 1000 for number in range(gap.bars)]
    assert [each.opened_at for each in expected(ETH, HOUR, start, end - HOUR.span)] == [
        start + number * HOUR.span for number, each in enumerate(hours) if each in there
    ]


@pytest.mark.parametrize("back", [timedelta(days=60), timedelta(days=400)])
async def test_what_lies_before_the_listing_is_refused_with_what_there_is(
    binance: CcxtMarket, clock: ManualClock, tmp_path: Path, back: timedelta
) -> None:
    with pytest.raises(MissingHistory) as caught:
        await histories(binance, clock, tmp_path).get(BTC_USDT, HOUR, NOW - back, NOW)
    first = expected(BTC, HOUR, LISTED, NOW)[0].opened_at
    assert caught.value.details == {"earliest": iso(first), "latest": iso(HOUR.floor(NOW))}


async def test_what_an_exchange_has_forgotten_is_refused_with_what_it_still_has(
    kraken: CcxtMarket, clock: ManualClock, tmp_path: Path
) -> None:
    source = histories(kraken, clock, tmp_path)
    newest = MINUTE.floor(NOW)
    with pytest.raises(MissingHistory) as caught:
        await source.get(BTC_USD, MINUTE, newest - timedelta(minutes=2_000), NOW)
    # It keeps 720 candles, and the last one is still forming.
    kept = newest - timedelta(minutes=719)
    assert caught.value.details == {"earliest": iso(kept), "latest": iso(newest)}
    found = await source.get(BTC_USD, MINUTE, kept, NOW)
    assert rows(found) == traded(XBT, MINUTE, (719, 1))


async def test_what_was_kept_outlasts_what_an_exchange_forgets(
    kraken: CcxtMarket, clock: ManualClock, tmp_path: Path
) -> None:
    source = histories(kraken, clock, tmp_path)
    newest = MINUTE.floor(NOW)
    start = newest - timedelta(minutes=700)
    before = await source.get(BTC_USD, MINUTE, start, newest)
    await clock.advance(6 * 3600)
    after = await source.get(BTC_USD, MINUTE, start, clock.now())
    assert rows(after)[: len(before)] == rows(before)
    assert after.measured == 700 + 360
    assert list(after.gaps()) == []
