"""Stops that follow the best price, trade by trade and bar by bar."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.trading.house import BTC, START, House, counting, furnish
from trading.errors import InvalidOrder
from trading.matching import INSTANT, Hit, on_candle, trailed
from trading.model import Candle, Liquidity, Mode, Order, OrderStatus, OrderType, Side

D = Decimal
MINUTE = timedelta(minutes=1)
TICK, SLIP = D("0.01"), D("0.0005")
CLOSE = START + MINUTE - INSTANT


def trailing(side: Side, stop: Any, trail: Any = 5, relative: bool = False) -> Order:
    return Order(
        id="o",
        account="main",
        symbol=BTC,
        side=side,
        type=OrderType.TRAILING_STOP,
        status=OrderStatus.ACCEPTED,
        amount=D(1),
        created_at=START,
        updated_at=START,
        mode=Mode.PAPER,
        exchange="scripted",
        stop_price=D(str(stop)),
        trail=D(str(trail)),
        trail_relative=relative,
    )


def bar(*prices: Any) -> Candle:
    first, high, low, last = (D(str(price)) for price in prices)
    return Candle(START, first, high, low, last, D(5))


def test_a_stop_follows_better_prices_and_never_goes_back() -> None:
    sell, buy = trailing(Side.SELL, 95), trailing(Side.BUY, 105)
    assert [trailed(sell, D(price), TICK).stop_price for price in (110, 100, 90)] == [D(105), D(95), D(95)]
    assert [trailed(buy, D(price), TICK).stop_price for price in (110, 100, 90)] == [D(105), D(105), D(95)]


def test_a_relative_distance_is_a_share_of_the_best_price() -> None:
    assert trailed(trailing(Side.SELL, 95, "0.05", True), D(110), TICK).stop_price == D("104.5")
    assert trailed(trailing(Side.BUY, 105, "0.05", True), D(90), TICK).stop_price == D("94.5")


def test_a_stop_that_has_been_triggered_follows_nothing() -> None:
    running = replace(trailing(Side.SELL, 95), triggered=True)
    assert trailed(running, D(110), TICK) == running


BARS = {
    "opens beyond the stop": (trailing(Side.SELL, 95), bar(94, 110, 90, 100), "93.95", START),
    "reaches the stop as the open left it": (trailing(Side.SELL, 95), bar(102, 120, 96, 110), "96.95", CLOSE),
    "reaches where its extreme moved it": (trailing(Side.SELL, 90), bar(100, 110, 98, 99), "104.94", CLOSE),
    "moves and never comes back": (trailing(Side.SELL, 90), bar(100, 104, 100, 104), None, None),
    "a buy opens beyond the stop": (trailing(Side.BUY, 105), bar(106, 110, 90, 100), "106.06", START),
    "a buy reaches what the open left": (trailing(Side.BUY, 105), bar(98, 104, 80, 90), "103.06", CLOSE),
    "a buy reaches its extreme only": (trailing(Side.BUY, 105), bar(100, 101, 90, 99), "95.05", CLOSE),
}  # fmt: skip


@pytest.mark.parametrize("name", BARS)
def test_a_bar_triggers_at_the_stop_of_its_open_before_that_of_its_extreme(name: str) -> None:
    order, candle, price, at = BARS[name]
    hit = on_candle(order, candle, MINUTE, SLIP, TICK)
    assert hit == (None if price is None or at is None else Hit(D(price), Liquidity.TAKER, at))


async def trail(house: House, side: Side = Side.SELL, **more: Any) -> Order:
    given: dict[str, Any] = {"type": "trailing-stop", "trail": 1_000, "trail_relative": False} | more
    return (await house.order(side, "0.5", BTC, **given)).order


async def test_a_trailing_stop_starts_at_its_distance_and_is_seen_where_it_stands(house: House) -> None:
    await house.buy("0.5")
    order = await trail(house, reduce_only=True)
    assert (order.status, order.stop_price) == (OrderStatus.ACCEPTED, D(66_000))
    await house.moves(68_500)
    assert (await house.stored(order)).stop_price == D(67_500)
    await house.moves(67_501)
    assert (await house.stored(order)).stop_price == D(67_500)
    [line] = await house.portfolio.positions("main")
    assert line.stop_loss == D(67_500)
    await house.moves(67_500)
    done = await house.stored(order)
    assert (done.status, done.stop_price, done.average) == (OrderStatus.FILLED, D(67_500), D("67499.99"))
    assert await house.portfolio.positions("main") == ()
    await house.audit()


async def test_trades_between_two_looks_move_it_and_trigger_it_in_their_order(house: House) -> None:
    await house.buy("0.5")
    order = await trail(house, reduce_only=True)
    for price in (68_500, 67_400, 70_000):
        await house.clock.advance(1)
        house.market.trade(BTC, price)
    await house.desk.settle()
    done = await house.stored(order)
    assert (done.status, done.stop_price) == (OrderStatus.FILLED, D(67_500))


async def test_a_trailing_buy_follows_the_market_down(house: House) -> None:
    order = await trail(house, Side.BUY, trail="0.01", trail_relative=True)
    assert order.stop_price == D(67_670)
    await house.moves(60_000)
    assert (await house.stored(order)).stop_price == D(60_600)
    await house.moves(60_600)
    assert (await house.stored(order)).average == D("60600.01")
    await house.audit()


async def test_a_trailing_stop_protects_a_short(house: House) -> None:
    await house.sell("0.5", leverage=5)
    await trail(house, Side.BUY, leverage=5, reduce_only=True)
    await house.moves(60_000)
    await house.moves(61_000)
    assert await house.portfolio.positions("main") == ()
    assert await house.open_orders() == []
    await house.audit()


async def test_a_trailing_stop_that_nobody_watched_followed_the_bars(house: House) -> None:
    await house.buy("0.5")
    order = await trail(house, reduce_only=True)
    await house.clock.advance(600)
    house.market.trade(BTC, 70_000)
    await house.clock.advance(600)
    again = furnish(house.database, house.clock, house.market, counting(500_000))
    await again.desk.settle()
    assert (await again.stored(order)).stop_price == D(69_000)
    assert (await again.stored(order)).status is OrderStatus.ACCEPTED


async def test_a_restart_goes_on_from_where_the_stop_was(house: House) -> None:
    await house.buy("0.5")
    order = await trail(house, reduce_only=True)
    await house.moves(70_000)
    again = furnish(house.database, house.clock, house.market, counting(500_000))
    await again.moves(69_500)
    assert (await again.stored(order)).status is OrderStatus.ACCEPTED
    await again.moves(69_000)
    assert (await again.stored(order)).status is OrderStatus.FILLED


@pytest.mark.parametrize(
    "more",
    [
        {"trail": None},
        {"trail": 0},
        {"trail": 70_000},
        {"trail": 1, "trail_relative": True},
        {"stop_price": 60_000},
        {"type": "market"},
        {"type": "stop", "stop_price": 60_000},
    ],
)
async def test_what_makes_no_sense_is_refused(house: House, more: dict[str, Any]) -> None:
    await house.buy("0.5")
    wish: dict[str, Any] = {"type": "trailing-stop", "trail_relative": False, "trail": 1_000} | more
    with pytest.raises(InvalidOrder):
        await house.sell("0.5", **{name: value for name, value in wish.items() if value is not None})
