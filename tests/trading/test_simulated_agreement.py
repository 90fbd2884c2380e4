from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.trading.simulated import (
    BTC,
    CROSS,
    ETH,
    MINUTE,
    PAIRS,
    fold_candles,
    fold_trades,
    market_at,
    moments,
    pairs,
)
from trading.model import Candle, OrderBook, PublicTrade, Side
from trading.symbols import Symbol
from trading.timeframes import Timeframe

some = settings(max_examples=25, deadline=None)
timeframes = st.sampled_from(tuple(Timeframe))


@some
@given(pairs, moments(), st.integers(1, 200))
async def test_a_closed_minute_is_the_fold_of_its_trades(symbol: Symbol, now: datetime, ago: int) -> None:
    opened_at = Timeframe.M1.floor(now) - ago * MINUTE
    market = market_at(now)

    [candle] = await market.candles(symbol, Timeframe.M1, since=opened_at, limit=1)
    trades = await market.trades(symbol, since=opened_at, limit=1000)

    inside = [trade for trade in trades if trade.at < opened_at + MINUTE]
    assert candle == fold_trades(opened_at, inside)
    assert inside[0].at == opened_at
    assert len(inside) >= 10


@some
@given(pairs, moments(), timeframes)
async def test_a_longer_candle_is_the_fold_of_its_minutes(
    symbol: Symbol, now: datetime, timeframe: Timeframe
) -> None:
    market = market_at(now)

    candles = await market.candles(symbol, timeframe, limit=2)

    for candle in candles:
        size = timeframe.seconds // 60
        minutes = await market.candles(symbol, Timeframe.M1, since=candle.opened_at, limit=size)
        assert candle == fold_candles(minutes)
    assert [candle.opened_at for candle in candles] == [
        timeframe.floor(now) - timeframe.span,
        timeframe.floor(now),
    ]


@some
@given(
    pairs, moments(), st.sampled_from((Timeframe.M1, Timeframe.M3, Timeframe.M15, Timeframe.H1, Timeframe.H4))
)
async def test_the_forming_candle_is_the_fold_of_the_trades_up_to_now(
    symbol: Symbol, now: datetime, timeframe: Timeframe
) -> None:
    market = market_at(now)

    [forming] = await market.candles(symbol, timeframe, limit=1)
    trades = await market.trades(symbol, since=timeframe.floor(now), limit=10_000)

    assert forming == fold_trades(timeframe.floor(now), trades)


@some
@given(pairs, moments())
async def test_the_ticker_is_the_last_trade_and_the_last_1440_minutes(symbol: Symbol, now: datetime) -> None:
    market = market_at(now)

    ticker = await market.ticker(symbol)
    [last] = await market.trades(symbol, limit=1)
    day = fold_candles(await market.candles(symbol, Timeframe.M1, limit=1440))
    book = await market.order_book(symbol, depth=1)

    assert (ticker.last, ticker.at) == (last.price, now)
    assert (ticker.open_24h, ticker.high_24h, ticker.low_24h) == (day.open, day.high, day.low)
    assert (ticker.last, ticker.volume_24h) == (day.close, day.volume)
    assert day.opened_at == Timeframe.M1.floor(now) - 1439 * MINUTE
    assert (ticker.bid, ticker.ask) == (book.bids[0].price, book.asks[0].price)
    assert ticker.bid < ticker.ask
    assert ticker.last == (ticker.ask if last.side is Side.BUY else ticker.bid)


@some
@given(pairs, moments(), st.integers(1, 1000))
async def test_a_book_is_ordered_positive_and_on_the_grid(symbol: Symbol, now: datetime, depth: int) -> None:
    market = market_at(now)

    book = await market.order_book(symbol, depth)
    rules = await market.instrument(symbol)

    assert 0 < len(book.bids) <= depth
    assert len(book.asks) == depth
    assert book.bids[0].price < book.asks[0].price
    assert all(better.price > worse.price for better, worse in pairwise(book.bids))
    assert all(better.price < worse.price for better, worse in pairwise(book.asks))
    for level in (*book.bids, *book.asks):
        assert level.price > 0
        assert level.amount > 0
        assert level.price % rules.tick == 0
        assert level.amount % rules.step == 0


@some
@given(pairs, moments())
async def test_a_deeper_look_at_the_book_shows_the_same_top(symbol: Symbol, now: datetime) -> None:
    deep = await market_at(now).order_book(symbol, 50)
    flat = await market_at(now).order_book(symbol, 5)

    assert (flat.bids, flat.asks) == (deep.bids[:5], deep.asks[:5])


def bought_for(book: OrderBook, cost: Decimal) -> Decimal:
    """Return the price of the last level that a market buy of `cost` reaches."""
    for level in book.asks:
        cost -= level.price * level.amount
        if cost <= 0:
            return level.price
    raise AssertionError("the book is too thin")


@some
@given(moments())
async def test_a_market_order_of_100000_usdt_moves_btc_by_less_than_five_basis_points(now: datetime) -> None:
    book = await market_at(now).order_book(BTC, 100)

    reached = bought_for(book, Decimal(100_000))

    assert book.asks[0].price < reached < book.asks[0].price * Decimal("1.0005")


@some
@given(pairs, moments(), timeframes)
async def test_each_candle_opens_where_the_one_before_closed(
    symbol: Symbol, now: datetime, timeframe: Timeframe
) -> None:
    market = market_at(now)

    candles = await market.candles(symbol, timeframe, limit=60)
    rules = await market.instrument(symbol)

    assert len(candles) == 60
    for before, candle in pairwise(candles):
        assert candle.open == before.close
        assert candle.opened_at - before.opened_at == timeframe.span
    for candle in candles:
        assert_possible(candle)
        assert all(price % rules.tick == 0 for price in (candle.open, candle.high, candle.low, candle.close))
        assert candle.open.as_tuple().exponent == rules.tick.as_tuple().exponent
        assert candle.volume % rules.step == 0


def assert_possible(candle: Candle) -> None:
    assert 0 < candle.low <= min(candle.open, candle.close)
    assert max(candle.open, candle.close) <= candle.high
    assert candle.volume > 0


@some
@given(moments())
async def test_ether_in_bitcoin_is_ether_over_bitcoin_at_each_turn_of_a_minute(now: datetime) -> None:
    market = market_at(now)

    columns = [await market.candles(symbol, Timeframe.M1, limit=30) for symbol in (ETH, BTC, CROSS)]

    tick = (await market.instrument(CROSS)).tick
    for ether, bitcoin, cross in zip(*columns, strict=True):
        assert abs(cross.open - ether.open / bitcoin.open) < tick


async def test_a_long_answer_is_the_same_as_its_parts() -> None:
    now = datetime(2026, 5, 3, 7, 41, 12, tzinfo=UTC)
    market = market_at(now)
    start = datetime(2026, 3, 1, 22, 30, tzinfo=UTC)

    minutes = await market.candles(BTC, Timeframe.M1, since=start, limit=12_000)
    days = await market.candles(BTC, Timeframe.D1, limit=1200)
    trades = await market.trades(BTC, since=start, limit=20_000)

    other = market_at(now)
    for skip in range(0, 12_000, 1000):
        since = start + skip * MINUTE
        assert await other.candles(BTC, Timeframe.M1, since=since, limit=1000) == minutes[skip : skip + 1000]
    for day in days[::100]:
        hours = await other.candles(BTC, Timeframe.H1, since=day.opened_at, limit=24)
        assert day == fold_candles(hours)
    paged: list[PublicTrade] = []
    since = start
    while len(paged) < 20_000:
        paged += await other.trades(BTC, since=since, limit=400)
        since = paged[-1].at + timedelta(milliseconds=1)
    assert paged == trades


@pytest.mark.parametrize("symbol", PAIRS, ids=str)
async def test_trades_are_in_order_and_numbered(symbol: Symbol) -> None:
    market = market_at(datetime(2026, 11, 21, 9, 40, 33, tzinfo=UTC))

    trades = await market.trades(symbol, limit=500)

    assert len(trades) == 500
    assert len({trade.side for trade in trades}) == 2
    for before, trade in pairwise(trades):
        assert before.at < trade.at
        assert int(trade.id) == int(before.id) + 1
        assert trade.side is Side.BUY or trade.price <= before.price
        assert trade.side is Side.SELL or trade.price >= before.price
