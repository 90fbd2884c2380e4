import asyncio
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.trading.simulated import BTC, ETH, MINUTE, PAIRS, market_at, moments, pairs
from trading.clock import ManualClock
from trading.errors import ExchangeUnavailable, UnknownSymbol
from trading.exchanges.simulated import SimulatedMarket
from trading.model import Source
from trading.ports import MarketData, MarketHealth
from trading.symbols import Symbol
from trading.timeframes import Timeframe

some = settings(max_examples=25, deadline=None)
timeframes = st.sampled_from(tuple(Timeframe))
NOW = datetime(2026, 11, 21, 9, 40, 33, 250_000, tzinfo=UTC)
YEAR = timedelta(days=365)


async def everything(market: MarketData) -> list[object]:
    """Return some of each answer about each pair."""
    answers: list[object] = []
    for symbol in await market.instruments():
        answers.append(await market.ticker(symbol))
        answers.append(await market.order_book(symbol, 7))
        answers.append(await market.trades(symbol, limit=30))
        answers += [await market.candles(symbol, timeframe, limit=5) for timeframe in Timeframe]
    return answers


def printed(answers: Sequence[object]) -> str:
    return "\n".join(map(repr, answers))


async def test_two_markets_of_one_seed_agree_and_of_another_do_not() -> None:
    assert await everything(market_at(NOW)) == await everything(market_at(NOW))
    assert await market_at(NOW, seed=7).ticker(BTC) != await market_at(NOW, seed=8).ticker(BTC)


async def test_another_process_sees_the_same_market() -> None:
    program = (
        "import asyncio; from tests.trading import test_simulated_time as t;"
        "print(t.printed(asyncio.run(t.everything(t.market_at(t.NOW)))))"
    )
    other = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )

    assert other.stdout.strip() == printed(await everything(market_at(NOW)))


async def test_order_of_asking_changes_nothing() -> None:
    fresh = await market_at(NOW).candles(BTC, Timeframe.H1, limit=50)
    used = market_at(NOW)
    await everything(used)
    await used.candles(BTC, Timeframe.H1, since=NOW - timedelta(days=4), limit=5)

    assert await used.candles(BTC, Timeframe.H1, limit=50) == fresh


async def test_many_may_ask_at_once() -> None:
    market = market_at(NOW)
    wants = [(symbol, Timeframe.H4, 700) for symbol in PAIRS[:3]] * 4

    answers = await asyncio.gather(*(market.candles(symbol, t, limit=n) for symbol, t, n in wants))

    for (symbol, timeframe, limit), answer in zip(wants, answers, strict=True):
        assert answer == await market_at(NOW).candles(symbol, timeframe, limit=limit)


async def test_a_long_answer_leaves_the_loop_free() -> None:
    long = asyncio.create_task(market_at(NOW).candles(BTC, Timeframe.D1, limit=1000))
    for _ in range(3):
        await asyncio.sleep(0)

    assert not long.done()
    assert len(await long) == 1000


@some
@given(pairs, moments(), timeframes, st.integers(1, 40))
async def test_the_past_is_the_same_a_year_later(
    symbol: Symbol, then: datetime, timeframe: Timeframe, limit: int
) -> None:
    early, late = market_at(then), market_at(then + YEAR)

    closed = await early.candles(symbol, timeframe, until=then, limit=limit)
    trades = await early.trades(symbol, limit=limit)

    assert len(closed) == limit
    assert closed[-1].opened_at == timeframe.floor(then) - timeframe.span
    assert await late.candles(symbol, timeframe, until=then, limit=limit) == closed
    assert await late.trades(symbol, since=trades[0].at, limit=len(trades)) == trades


@some
@given(pairs, moments(), timeframes)
async def test_nothing_after_now_is_told(symbol: Symbol, now: datetime, timeframe: Timeframe) -> None:
    market = market_at(now)
    tomorrow = now + timedelta(days=1)

    assert await market.candles(symbol, timeframe, since=tomorrow) == []
    assert await market.trades(symbol, since=tomorrow) == []
    assert (await market.candles(symbol, timeframe, until=tomorrow, limit=3)) == (
        await market.candles(symbol, timeframe, limit=3)
    )
    assert (await market.trades(symbol, since=now - MINUTE, limit=100))[-1].at <= now
    assert (await market.trades(symbol, limit=1))[0].at <= now


@some
@given(pairs, moments())
async def test_a_trade_is_told_from_its_very_millisecond_on(symbol: Symbol, now: datetime) -> None:
    [trade] = await market_at(now).trades(symbol, limit=1)
    millisecond = timedelta(milliseconds=1)

    assert await market_at(trade.at).trades(symbol, limit=1) == [trade]
    assert await market_at(trade.at - millisecond).trades(symbol, limit=1) != [trade]
    assert (await market_at(now).trades(symbol, since=trade.at))[0] == trade
    assert await market_at(now).trades(symbol, since=trade.at + millisecond) == []


async def test_since_gives_the_first_candles_that_open_from_there_and_until_only_what_closed() -> None:
    market = market_at(NOW)
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    hour = timedelta(hours=1)

    async def opened(since: datetime | None, until: datetime | None, limit: int) -> list[datetime]:
        candles = await market.candles(BTC, Timeframe.H1, since=since, until=until, limit=limit)
        return [candle.opened_at for candle in candles]

    assert await opened(noon, None, 2) == [noon, noon + hour]
    assert await opened(noon + MINUTE, None, 1) == [noon + hour]
    assert await opened(noon, noon + 2 * hour, 9) == [noon, noon + hour]
    assert await opened(noon, noon + 2 * hour - MINUTE, 9) == [noon]
    assert await opened(None, noon, 2) == [noon - 2 * hour, noon - hour]
    assert await opened(noon, noon, 9) == []
    assert await opened(noon, noon - hour, 9) == []


async def test_limits_keep_the_first_with_since_and_the_last_without() -> None:
    market = market_at(NOW)

    recent = await market.trades(BTC, limit=100)

    assert await market.trades(BTC, since=recent[0].at, limit=7) == recent[:7]
    assert await market.trades(BTC, limit=7) == recent[-7:]


async def test_history_goes_back_more_than_six_years() -> None:
    start = datetime(2020, 1, 1, tzinfo=UTC)

    for symbol in PAIRS:
        [candle] = await market_at(NOW).candles(symbol, Timeframe.D1, since=start, limit=1)
        assert candle.opened_at == start


async def test_a_market_begins_in_1970() -> None:
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    market = market_at(epoch)

    [first] = await market.trades(BTC)
    [candle] = await market.candles(BTC, Timeframe.D1)
    ticker = await market.ticker(BTC)

    assert first.at == candle.opened_at == epoch
    assert (ticker.last, ticker.volume_24h) == (first.price, first.amount) == (candle.close, candle.volume)
    assert await market_at(NOW).candles(BTC, Timeframe.D1, since=epoch - YEAR, limit=1) == (
        await market_at(NOW).candles(BTC, Timeframe.D1, since=epoch, limit=1)
    )
    assert await market_at(NOW).candles(BTC, Timeframe.D1, until=epoch - YEAR) == []
    with pytest.raises(ExchangeUnavailable):
        await market_at(epoch - MINUTE).ticker(BTC)


async def test_the_clock_moves_the_market() -> None:
    clock = ManualClock(NOW)
    market = SimulatedMarket(clock)
    before = await market.ticker(BTC)

    await clock.advance(60)

    after = await market.ticker(BTC)
    assert after.at == NOW + MINUTE
    assert after.last != before.last


async def test_every_answer_says_where_it_comes_from() -> None:
    market: MarketData = SimulatedMarket(ManualClock(NOW), exchange="binance")

    ticker, book = await market.ticker(ETH), await market.order_book(ETH)

    assert {answer.exchange for answer in (market, ticker, book)} == {"binance"}
    assert {answer.source for answer in (market, ticker, book)} == {Source.SIMULATED}
    assert await market.health() == MarketHealth("binance", Source.SIMULATED, connected=True, latency_ms=0.0)


async def test_a_pair_that_does_not_trade_here_is_refused() -> None:
    market, nobody = market_at(NOW), Symbol("NOPE", "USDT")

    for asked in (
        market.instrument(nobody),
        market.ticker(nobody),
        market.order_book(nobody),
        market.trades(nobody),
        market.candles(nobody, Timeframe.H1),
    ):
        with pytest.raises(UnknownSymbol):
            await asked


@pytest.mark.parametrize("limit", [0, -1, 1_000_001])
async def test_an_impossible_limit_is_refused(limit: int) -> None:
    market = market_at(NOW)

    with pytest.raises(ValueError, match="limit"):
        await market.trades(BTC, limit=limit)
    with pytest.raises(ValueError, match="limit"):
        await market.candles(BTC, Timeframe.M1, limit=limit)
    with pytest.raises(ValueError, match="levels"):
        await market.order_book(BTC, depth=min(limit, 0))
