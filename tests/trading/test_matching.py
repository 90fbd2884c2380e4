"""The rules of filling, one by one, and what holds for all of them."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tests.trading.house import BTC, START
from trading.matching import (
    INSTANT,
    Hit,
    Take,
    floor_to,
    on_candle,
    on_trade,
    slipped,
    triggers,
    waiting,
    walk,
)
from trading.model import (
    Candle,
    Level,
    Liquidity,
    Mode,
    Order,
    OrderStatus,
    OrderType,
    PublicTrade,
    Side,
)

D = Decimal
MINUTE = timedelta(minutes=1)
TICK = D("0.01")
STEP = D("0.001")
SLIP = D("0.0005")
CLOSE = START + MINUTE - INSTANT


def order(
    side: Side, type_: OrderType, price: object = None, stop: object = None, amount: object = 1
) -> Order:
    return Order(
        id="o",
        account="main",
        symbol=BTC,
        side=side,
        type=type_,
        status=OrderStatus.ACCEPTED,
        amount=D(str(amount)),
        created_at=START,
        updated_at=START,
        mode=Mode.PAPER,
        exchange="scripted",
        price=None if price is None else D(str(price)),
        stop_price=None if stop is None else D(str(stop)),
    )


def bar(open_: object, high: object, low: object, close: object) -> Candle:
    return Candle(START, D(str(open_)), D(str(high)), D(str(low)), D(str(close)), D(5))


def trade(price: object, amount: object = 1) -> PublicTrade:
    return PublicTrade("t", D(str(price)), D(str(amount)), Side.BUY, START)


def test_a_walk_takes_the_best_levels_first() -> None:
    levels = (Level(D(100), D(1)), Level(D(101), D(2)), Level(D(102), D(3)))
    assert walk(levels, Side.BUY, D("2.5"), STEP) == (Take(D(100), D(1)), Take(D(101), D("1.5")))


def test_a_walk_stops_at_the_limit() -> None:
    levels = (Level(D(100), D(1)), Level(D(101), D(2)))
    assert walk(levels, Side.BUY, D(3), STEP, limit=D(100)) == (Take(D(100), D(1)),)
    bids = (Level(D(100), D(1)), Level(D(99), D(2)))
    assert walk(bids, Side.SELL, D(3), STEP, limit=D(100)) == (Take(D(100), D(1)),)


def test_slippage_is_rounded_against_the_taker() -> None:
    assert slipped(Side.BUY, D("100.01"), SLIP, TICK) == D("100.07")
    assert slipped(Side.SELL, D("100.01"), SLIP, TICK) == D("99.95")
    assert slipped(Side.SELL, D("0.01"), D("0.9"), TICK) == D("0.01")


def test_a_stop_starts_at_its_price_and_beyond() -> None:
    sell, buy = order(Side.SELL, OrderType.STOP, stop=90), order(Side.BUY, OrderType.STOP, stop=110)
    assert [triggers(sell, D(last)) for last in (91, 90, 89)] == [False, True, True]
    assert [triggers(buy, D(last)) for last in (109, 110, 111)] == [False, True, True]


def test_a_trade_through_the_price_fills_all_and_a_touch_only_behind_the_queue() -> None:
    bid = order(Side.BUY, OrderType.LIMIT, price=100, amount=2)
    assert on_trade(bid, D(5), trade("99.99", "0.001"), STEP) == (D(2), D(0))
    assert on_trade(bid, D(5), trade(100, 3), STEP) == (D(0), D(2))
    assert on_trade(bid, D(5), trade(100, 6), STEP) == (D(1), D(0))
    assert on_trade(bid, D(5), trade("100.01", 99), STEP) == (D(0), D(5))


CANDLES = {
    "a buy inside the bar": (
        order(Side.BUY, OrderType.LIMIT, price=95),
        bar(100, 101, 94, 99),
        Hit(D(95), Liquidity.MAKER, CLOSE),
    ),
    "a buy touched exactly": (
        order(Side.BUY, OrderType.LIMIT, price=94),
        bar(100, 101, 94, 99),
        Hit(D(94), Liquidity.MAKER, CLOSE),
    ),
    "a buy the bar opens below": (
        order(Side.BUY, OrderType.LIMIT, price=95),
        bar(93, 101, 92, 99),
        Hit(D(93), Liquidity.MAKER, START),
    ),
    "a buy the bar does not reach": (order(Side.BUY, OrderType.LIMIT, price=90), bar(100, 101, 94, 99), None),
    "a sale inside the bar": (
        order(Side.SELL, OrderType.LIMIT, price=101),
        bar(100, 102, 94, 99),
        Hit(D(101), Liquidity.MAKER, CLOSE),
    ),
    "a sale the bar opens above": (
        order(Side.SELL, OrderType.LIMIT, price=101),
        bar(105, 106, 94, 99),
        Hit(D(105), Liquidity.MAKER, START),
    ),
    "a sell stop inside the bar": (
        order(Side.SELL, OrderType.STOP, stop=95),
        bar(100, 101, 94, 99),
        Hit(D("94.95"), Liquidity.TAKER, CLOSE),
    ),
    "a sell stop the bar opens below": (
        order(Side.SELL, OrderType.STOP, stop=95),
        bar(90, 101, 89, 99),
        Hit(D("89.95"), Liquidity.TAKER, START),
    ),
    "a buy stop the bar opens above": (
        order(Side.BUY, OrderType.STOP, stop=105),
        bar(110, 111, 100, 101),
        Hit(D("110.06"), Liquidity.TAKER, START),
    ),
    "a stop the bar does not reach": (order(Side.SELL, OrderType.STOP, stop=90), bar(100, 101, 94, 99), None),
    "a stop-limit within its limit": (
        order(Side.SELL, OrderType.STOP_LIMIT, stop=95, price=90),
        bar(100, 101, 94, 99),
        Hit(D("94.95"), Liquidity.TAKER, CLOSE),
    ),
    "a stop-limit that slips to its limit": (
        order(Side.SELL, OrderType.STOP_LIMIT, stop=95, price=95),
        bar(100, 101, 94, 99),
        Hit(D(95), Liquidity.TAKER, CLOSE),
    ),
    "a stop-limit the bar jumps over": (
        order(Side.SELL, OrderType.STOP_LIMIT, stop=95, price=94),
        bar(90, 93, 89, 92),
        Hit(None, Liquidity.TAKER, START),
    ),
}


def test_candles_fill_by_their_rule() -> None:
    found = {name: on_candle(each, candle, MINUTE, SLIP, TICK) for name, (each, candle, _) in CANDLES.items()}
    assert found == {name: hit for name, (_, _, hit) in CANDLES.items()}


def test_a_triggered_stop_limit_is_a_plain_limit() -> None:
    stop = order(Side.SELL, OrderType.STOP_LIMIT, stop=95, price=96)
    assert waiting(stop)
    running = replace(stop, triggered=True)
    assert not waiting(running)
    assert on_candle(running, bar(90, 97, 89, 92), MINUTE, SLIP, TICK) == Hit(D(96), Liquidity.MAKER, CLOSE)


prices = st.integers(1, 100_000).map(lambda ticks: ticks * TICK)
amounts = st.integers(1, 10_000).map(lambda steps: steps * STEP)
sides = st.sampled_from(Side)


@st.composite
def books(draw: st.DrawFn, side: Side) -> tuple[Level, ...]:
    """What an order of `side` takes: best first."""
    distinct = draw(st.lists(prices, min_size=0, max_size=8, unique=True))
    ordered = sorted(distinct, reverse=side is Side.SELL)
    return tuple(Level(price, draw(amounts)) for price in ordered)


@given(st.data(), sides, amounts, st.none() | prices, st.none() | st.integers(1, 10**6).map(D))
def test_a_walk_keeps_within_amount_limit_depth_and_budget(
    data: st.DataObject, side: Side, amount: Decimal, limit: Decimal | None, budget: Decimal | None
) -> None:
    levels = data.draw(books(side))
    takes = walk(levels, side, amount, STEP, limit=limit, budget=budget)
    depth = {level.price: level.amount for level in levels}
    assert all(0 < take.amount <= depth[take.price] and take.amount % STEP == 0 for take in takes)
    assert sum(take.amount for take in takes) <= amount
    if limit is not None:
        assert all((take.price - limit) * side.sign <= 0 for take in takes)
    if budget is not None:
        assert sum(take.amount * take.price for take in takes) <= budget
    if limit is None and budget is None:
        assert sum(take.amount for take in takes) == min(amount, sum(depth.values()))
    # Nothing better is left behind.
    for better, worse in pairwise(takes):
        assert better.amount == depth[better.price]
        assert (worse.price - better.price) * side.sign > 0


@given(sides, prices, st.lists(st.tuples(prices, amounts), max_size=12), amounts, amounts)
def test_resting_fills_never_exceed_the_order_or_what_traded_at_its_price(
    side: Side, price: Decimal, tape: list[tuple[Decimal, Decimal]], amount: Decimal, queue: Decimal
) -> None:
    resting, ahead, through = order(side, OrderType.LIMIT, price=price, amount=amount), queue, False
    touched = D(0)
    for at, size in tape:
        through = through or (at - price) * side.sign < 0
        touched += size if at == price else 0
        part, ahead = on_trade(resting, ahead, trade(at, size), STEP)
        resting = replace(resting, filled=resting.filled + part)
    assert 0 <= resting.filled <= amount
    if through:
        assert resting.filled == amount
    else:
        assert resting.filled == min(amount, max(touched - queue, D(0)))


@given(sides, st.sampled_from([OrderType.LIMIT, OrderType.STOP, OrderType.STOP_LIMIT]), st.data())
def test_a_candle_never_fills_past_a_limit_nor_better_than_the_bar(
    side: Side, kind: OrderType, data: st.DataObject
) -> None:
    path = [data.draw(prices) for _ in range(4)]
    candle = bar(path[0], max(path), min(path), path[-1])
    price = None if kind is OrderType.STOP else data.draw(prices)
    stop = None if kind is OrderType.LIMIT else data.draw(prices)
    hit = on_candle(order(side, kind, price, stop), candle, MINUTE, SLIP, TICK)
    if hit is None or hit.price is None:
        return
    assert START <= hit.at <= CLOSE
    if price is not None:
        assert (hit.price - price) * side.sign <= 0
    best = candle.low if side is Side.BUY else candle.high
    assert (hit.price - best) * side.sign >= 0
    if stop is not None and price is None:
        assert (hit.price - stop) * side.sign >= 0


@given(st.decimals(0, 10**12, allow_nan=False, places=10), st.sampled_from([D("0.00001"), D("1"), D("0.25")]))
def test_rounding_down_is_below_and_within_one_unit(value: Decimal, unit: Decimal) -> None:
    rounded = floor_to(value, unit)
    assert 0 <= value - rounded < unit
    assert rounded % unit == 0
