"""What of a market is frozen for a cycle, and what is not believed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio

from tests.trading.runs.given import BNB, ETH, FIVE, NOW, XRP, candles
from trading.clock import ManualClock
from trading.errors import ExchangeUnavailable
from trading.exchanges.scripted import ScriptedMarket, instrument
from trading.model import Candle, Ticker
from trading.runs.cycle_market import CycleMarket, from_plain, plain
from trading.runs.freezing import freeze
from trading.symbols import Symbol
from trading.timeframes import Timeframe

D = Decimal
MINUTE = timedelta(minutes=1)
PAIRS = (ETH, BNB)


class Feed(ScriptedMarket):
    """A market of which a test may spoil one pair: its ticker, or its candles of one length."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__(clock, {instrument(str(each)): 2_000 for each in (ETH, BNB, XRP)})
        self.clock = clock
        self.spoilt: dict[Symbol, Mapping[str, Any]] = {}
        self.made_up: dict[tuple[Symbol, Timeframe], Sequence[Candle]] = {}
        self.silent: set[Symbol] = set()

    async def ticker(self, symbol: Symbol) -> Ticker:
        if symbol in self.silent:
            raise ExchangeUnavailable("this pair is silent")
        return replace(await super().ticker(symbol), **self.spoilt.get(symbol, {}))

    async def candles(
        self,
        symbol: Symbol,
        timeframe: Timeframe,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 100,
    ) -> Sequence[Candle]:
        if (symbol, timeframe) in self.made_up:
            return self.made_up[symbol, timeframe]
        return await super().candles(symbol, timeframe, since, until, limit)


@pytest_asyncio.fixture
async def feed() -> Feed:
    """A market that has stood at 2000 for an hour, and stands there at noon."""
    clock = ManualClock(NOW - timedelta(hours=1))
    made = Feed(clock)
    await clock.advance(3_600)
    return made


async def frozen(feed: Feed, before: CycleMarket | None = None, at: datetime = NOW) -> CycleMarket:
    market, shown = await freeze(feed, PAIRS, Timeframe.M5, at, before, feed.clock.now())
    assert set(shown) == set(market.quotes) == set(market.snapshot.priced) == set(market.bars)
    assert all(each.opened_at + FIVE <= at for rows in shown.values() for each in rows)
    assert from_plain(plain(market)) == market
    return market


async def test_the_first_market_has_no_minutes(feed: Feed) -> None:
    market = await frozen(feed)
    assert market.snapshot.priced == PAIRS
    assert market.quotes[ETH].last == market.marks[ETH] == D(2_000)
    assert market.bars == {ETH: (), BNB: ()}
    assert market.until == {ETH: NOW, BNB: NOW}


async def test_every_minute_since_the_cycle_before_is_there_once(feed: Feed) -> None:
    first = await frozen(feed)
    await feed.clock.advance(150)
    feed.trade(ETH, 2_100)
    await feed.clock.advance(150)
    second = await frozen(feed, first, NOW + FIVE)
    assert [each.opened_at for each in second.bars[ETH]] == [NOW + MINUTE * n for n in range(5)]
    assert second.bars[ETH][2].high == D(2_100)
    assert second.until[ETH] == NOW + FIVE


async def test_a_cycle_in_the_middle_of_a_minute_has_the_whole_ones_before(feed: Feed) -> None:
    first = await frozen(feed)
    await feed.clock.advance(90)
    at = NOW + timedelta(seconds=90)
    second = await frozen(feed, first, at)
    assert [each.opened_at for each in second.bars[ETH]] == [NOW]
    assert second.until[ETH] == NOW + MINUTE


async def test_more_than_a_thousand_minutes_are_made_up_for(feed: Feed) -> None:
    first = await frozen(feed)
    await feed.clock.advance(2_345 * 60)
    second = await frozen(feed, first, NOW + 2_345 * MINUTE)
    assert [each.opened_at for each in second.bars[BNB]] == [NOW + MINUTE * n for n in range(2_345)]


SPOILT: Mapping[str, Mapping[str, Any]] = {
    "from the future": {"at": NOW + timedelta(seconds=5, microseconds=1)},
    "too old": {"at": NOW - timedelta(seconds=61)},
    "crossed": {"bid": D(2_001), "ask": D(2_000)},
    "zero": {"last": D(0)},
    "no number": {"bid": D("NaN")},
}


@pytest.mark.parametrize("spoilt", SPOILT.values(), ids=SPOILT)
async def test_a_price_that_cannot_be_is_none(feed: Feed, spoilt: Mapping[str, Any]) -> None:
    feed.spoilt[ETH] = spoilt
    market = await frozen(feed)
    assert (market.snapshot.priced, market.snapshot.unpriced) == ((BNB,), (ETH,))
    assert ETH not in market.until


async def test_a_little_ahead_is_a_clock_that_differs(feed: Feed) -> None:
    feed.spoilt[ETH] = {"at": NOW + timedelta(seconds=5)}
    assert (await frozen(feed)).snapshot.priced == PAIRS


CANDLES: Mapping[str, Sequence[Candle]] = {
    "from the future": candles([2_000] * 20, NOW + FIVE),
    "too old": candles([2_000] * 20, NOW - 3 * FIVE),
    "in no order": list(reversed(candles([2_000] * 20))),
    "no prices": candles([2_000] * 19 + [D("NaN")]),
    "none": [],
}


@pytest.mark.parametrize("made_up", CANDLES.values(), ids=CANDLES)
async def test_candles_that_cannot_be_leave_a_pair_without_a_price(
    feed: Feed, made_up: Sequence[Candle]
) -> None:
    feed.made_up[ETH, Timeframe.M5] = made_up
    assert (await frozen(feed)).snapshot.priced == (BNB,)


async def test_a_candle_that_still_forms_is_not_looked_at(feed: Feed) -> None:
    at = NOW + timedelta(seconds=90)
    await feed.clock.advance(90)
    feed.made_up[ETH, Timeframe.M5] = candles([2_000] * 20 + [9_999], NOW + FIVE)
    market = await frozen(feed, at=at)
    seen = market.snapshot.of(ETH)
    assert seen is not None
    assert (seen.price, seen.closed_at) == (D(2_000), NOW)


def minutes(count: int, **changes: Any) -> list[Candle]:
    price = D(2_000)
    bars = [Candle(NOW + MINUTE * n, price, price, price, price, D(1)) for n in range(count)]
    return [*bars[:-1], replace(bars[-1], **changes)]


MINUTES: Mapping[str, Sequence[Candle]] = {
    "a gap": [*minutes(5)[:2], *minutes(5)[3:]],
    "one too few": minutes(4),
    "one too many": minutes(6),
    "one twice": [*minutes(4), minutes(4)[-1]],
    "no price": minutes(5, low=D(0)),
    "no volume": minutes(5, volume=D("-1")),
    "low above high": minutes(5, low=D(2_001)),
}


@pytest.mark.parametrize("made_up", MINUTES.values(), ids=MINUTES)
async def test_minutes_that_cannot_be_are_made_up_for_by_the_next_cycle(
    feed: Feed, made_up: Sequence[Candle]
) -> None:
    first = await frozen(feed)
    await feed.clock.advance(300)
    feed.made_up[ETH, Timeframe.M1] = made_up
    second = await frozen(feed, first, NOW + FIVE)
    assert second.snapshot.priced == (BNB,)
    assert (second.until[ETH], second.marks[ETH]) == (NOW, D(2_000))
    feed.made_up.clear()
    await feed.clock.advance(300)
    third = await frozen(feed, second, NOW + 2 * FIVE)
    assert len(third.bars[ETH]) == 10
    assert len(third.bars[BNB]) == 5


async def test_a_pair_that_is_silent_keeps_no_other(feed: Feed) -> None:
    feed.silent.add(ETH)
    assert (await frozen(feed)).snapshot.priced == (BNB,)


async def test_a_market_that_is_silent_prices_nothing_and_remembers(feed: Feed) -> None:
    first = await frozen(feed)
    await feed.clock.advance(300)
    feed.fail()
    second = await frozen(feed, first, NOW + FIVE)
    assert second.snapshot.unpriced == PAIRS
    assert (second.marks, second.until) == (first.marks, first.until)
