"""Margin positions through the desk, with figures worked out by hand."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from tests.trading.house import BTC, ETH, MAIN, House, counting, furnish, request
from trading.errors import InsufficientFunds, InvalidOrder, NotFound
from trading.exchanges.paper import PaperExchange
from trading.ledger import margin as margin_account
from trading.model import Order, OrderStatus, OrderType, Position, Side
from trading.orders import is_liquidation
from trading.portfolio import Period, PositionLine
from trading.ports import Report

D = Decimal


@pytest.fixture(autouse=True)
def quiet(house: House) -> None:
    """A book so deep and so narrow that every figure is round: all trades are at 50000 or as said."""
    at(house, 50_000)


def at(house: House, price: Any, bid: Any = None) -> None:
    house.market.set_book(BTC, [(bid or price, 100)], [(price, 100)])


async def moves(house: House, price: Any, **more: Any) -> None:
    at(house, price)
    await house.moves(price, **more)


async def long(house: House, amount: Any = 1, leverage: Any = 10, **more: Any) -> Order:
    return (await house.buy(amount, leverage=leverage, **more)).order


async def short(house: House, amount: Any = 1, leverage: Any = 10, **more: Any) -> Order:
    return (await house.sell(amount, leverage=leverage, **more)).order


async def set_aside(house: House) -> Decimal:
    return (await house.balances(margin_account(MAIN))).get("USDT", D(0))


async def line(house: House) -> PositionLine:
    [found] = await house.portfolio.positions(MAIN)
    return found


async def liquidation(house: House) -> Order:
    [found] = [order for order in await house.open_orders() if is_liquidation(order)]
    return found


async def test_a_long_sets_its_margin_aside_and_holds_no_base(house: House) -> None:
    order = await long(house)
    assert (order.status, order.cost, order.fees, order.reserved) == (
        OrderStatus.FILLED,
        D(50_000),
        D(50),
        D(0),
    )
    assert await house.balances() == {"USDT": D(100_000) - 5_000 - 50}
    assert await set_aside(house) == D(5_000)
    held = (await line(house)).position
    assert (held.side, held.amount, held.cost, held.margin, held.leverage) == (
        "long",
        D(1),
        D(50_000),
        D(5_000),
        D(10),
    )
    await house.audit()


@pytest.mark.parametrize(
    ("side", "exit_price", "won"),
    [(Side.BUY, 51_000, 1_000), (Side.BUY, 49_000, -1_000), (Side.SELL, 49_000, 1_000)],
)
async def test_profit_and_loss_count_leverage_once(
    house: House, side: Side, exit_price: int, won: int
) -> None:
    await house.order(side, 1, BTC, leverage=10)
    at(house, exit_price)
    closing = await house.desk.close(MAIN, (await line(house)).position.id)
    assert closing.realized == won - 50 - D(exit_price) / 1_000
    assert await house.balances() == {"USDT": 100_000 + closing.realized}
    assert await set_aside(house) == 0
    assert await house.portfolio.positions(MAIN) == ()
    assert await house.open_orders() == []
    await house.audit()


async def test_part_of_a_position_gives_back_its_share_of_the_margin(house: House) -> None:
    await long(house)
    at(house, 52_000)
    closing = await house.desk.close(MAIN, (await line(house)).position.id, D(40))
    # 0.4 · 2000 won, 20.8 paid to close, and 0.4 of the 50 paid to open.
    assert closing.realized == D("759.2")
    assert await set_aside(house) == D(3_000)
    assert await house.balances() == {"USDT": D(94_950) + 2_000 + 800 - D("20.8")}
    left = closing.position
    assert (left.amount, left.cost, left.margin, left.entry_fees) == (D("0.6"), D(30_000), D(3_000), D(30))
    assert (await liquidation(house)).amount == D("0.6")


async def test_what_is_opened_at_two_leverages_keeps_the_margin_of_both(house: House) -> None:
    await long(house, 1, 10)
    await long(house, 1, 5)
    held = (await line(house)).position
    assert (held.margin, held.leverage) == (D(15_000), D("6.66666666"))


async def test_leverage_may_be_a_fraction(house: House) -> None:
    await long(house, 1, "2.5")
    assert await set_aside(house) == D(20_000)


async def test_an_opposite_order_reduces_first_and_then_flips(house: House) -> None:
    await long(house)
    before = (await line(house)).position
    at(house, 51_000)
    flip = await house.sell("1.5", leverage=10)
    [fill] = flip.fills
    # 1 of the 1.5 closes: 1000 won, two thirds of the fee of 76.5 and the 50 of the entry.
    assert fill.realized == D(1_000) - 51 - 50
    after = (await line(house)).position
    assert after.id != before.id
    assert (after.side, after.amount, after.cost, after.entry_fees, after.margin) == (
        "short",
        D("0.5"),
        D(25_500),
        D("25.5"),
        D(2_550),
    )
    assert await set_aside(house) == D(2_550)
    assert await house.balances() == {"USDT": 100_000 + D(1_000) - 50 - D("76.5") - 2_550}
    assert (await liquidation(house)).group == f"liq:{after.id}"
    await house.audit()


async def test_a_margin_position_stands_beside_a_holding_of_the_same_pair(house: House) -> None:
    await house.buy("0.5")
    await short(house, "0.2")
    lines = {each.position.leverage: each for each in await house.portfolio.positions(MAIN)}
    assert {key: (each.position.side, each.position.amount) for key, each in lines.items()} == {
        None: ("long", D("0.5")),
        D(10): ("short", D("0.2")),
    }
    await house.sell("0.5")
    assert (await line(house)).position.side == "short"
    await house.audit()


LIQUIDATIONS = [
    # (WB + cum - side·q·EP) / (q·MMR - side·q)
    (Side.BUY, 10, D(45_000) / D("0.995"), D("45226.13")),
    (Side.BUY, 2, D(25_000) / D("0.995"), D("25125.62")),
    (Side.SELL, 10, D(55_000) / D("1.005"), D("54726.37")),
    (Side.SELL, 1, D(100_000) / D("1.005"), D("99502.49")),
]


@pytest.mark.parametrize(("side", "leverage", "exact", "trigger"), LIQUIDATIONS)
async def test_a_position_is_liquidated_at_its_price_and_not_a_tick_before(
    house: House, side: Side, leverage: int, exact: Decimal, trigger: Decimal
) -> None:
    await house.order(side, 1, BTC, leverage=leverage)
    order = await liquidation(house)
    assert (await line(house)).liquidation_price == exact
    assert (order.side, order.type, order.stop_price, order.amount, order.reduce_only) == (
        side.opposite,
        OrderType.STOP,
        trigger,
        D(1),
        True,
    )
    await moves(house, trigger + side.sign * D("0.01"))
    assert await house.stored(order) == order
    await moves(house, trigger)
    assert (await house.stored(order)).status is OrderStatus.FILLED
    assert await house.portfolio.positions(MAIN) == ()
    assert await set_aside(house) == 0
    assert await house.open_orders() == []
    await house.audit()


async def test_an_unleveraged_long_is_never_liquidated(house: House) -> None:
    await long(house, 1, 1)
    assert (await line(house)).liquidation_price is None
    await moves(house, "0.01")
    assert (await line(house)).position.amount == 1


@pytest.mark.parametrize(("side", "price"), [(Side.BUY, 30_000), (Side.SELL, 90_000)])
async def test_a_loss_never_exceeds_the_margin(house: House, side: Side, price: int) -> None:
    await house.order(side, 1, BTC, leverage=10)
    await moves(house, price)
    [opened, closed] = await house.fills()
    assert closed.realized == -5_000 - opened.fee
    assert await house.balances() == {"USDT": D(100_000) - 5_000 - 50}
    await house.audit()


async def test_growing_a_position_moves_its_liquidation_and_reducing_does_not(house: House) -> None:
    await long(house, 1, 10)
    at(house, 52_000)
    await long(house, 1, 10)
    # (10200 - 102000) / (2 · 0.005 - 2)
    moved = await liquidation(house)
    assert (moved.stop_price, moved.amount) == (D("46130.65"), D(2))
    await house.desk.close(MAIN, (await line(house)).position.id, D(50))
    assert ((await liquidation(house)).stop_price, (await liquidation(house)).amount) == (
        D("46130.65"),
        D(1),
    )


async def test_a_liquidation_the_book_cannot_take_goes_on_with_the_next_trade(house: House) -> None:
    await long(house, 1, 10)
    house.market.set_book(BTC, [(45_000, "0.3")], [(45_001, 1)])
    await house.moves(45_000)
    assert (await line(house)).position.amount == D("0.7")
    assert (await liquidation(house)).amount == D("0.7")
    await moves(house, 45_000)
    assert await house.portfolio.positions(MAIN) == ()
    await house.audit()


async def test_one_trade_that_reaches_a_stop_and_the_liquidation_leaves_nothing_open(house: House) -> None:
    await short(house, leverage=50, stop_loss=50_500)
    await short(house, leverage=50)
    order = await liquidation(house)
    assert order.stop_price is not None
    assert 50_500 < order.stop_price < 52_000
    await moves(house, 52_000, amount=10)
    assert [each for each in await house.portfolio.positions(MAIN)] == []
    assert (await house.stored(order)).status is OrderStatus.FILLED


async def test_nobody_cancels_a_liquidation(house: House) -> None:
    await long(house)
    order = await liquidation(house)
    with pytest.raises(NotFound):
        await house.desk.cancel(MAIN, order.id)
    assert await liquidation(house) == order
    with pytest.raises(InvalidOrder):
        await house.buy(1, leverage=10, group="liq:x")


async def test_an_entry_reserves_its_margin_and_its_fee(house: House) -> None:
    bid = await long(house, 1, 10, type="limit", price=40_000)
    offer = await short(house, 1, 10, type="limit", price=60_000)
    assert (bid.reserved, offer.reserved) == (D(4_040), D(6_060))
    await house.audit()


async def test_an_account_pays_for_no_more_margin_than_it_has(house: House) -> None:
    with pytest.raises(InsufficientFunds):
        await long(house, 20, 10)
    order = await long(house, "19.8", 10)
    assert (order.status, await set_aside(house)) == (OrderStatus.FILLED, D(99_000))
    await house.audit()


async def test_what_closes_a_position_needs_no_money(house: House) -> None:
    await long(house, "19.8", 10)
    assert (await house.balances())["USDT"] == D(10)
    at(house, 49_000)
    closed = await short(house, "19.8", 10)
    assert closed.status is OrderStatus.FILLED
    assert await house.portfolio.positions(MAIN) == ()
    await house.audit()


async def test_a_resting_order_reserves_for_what_it_would_open_now(house: House) -> None:
    await long(house, 1, 10)
    offer = await short(house, "1.5", 10, type="limit", price=60_000)
    assert offer.reserved == D(3_030)
    await house.desk.close(MAIN, (await line(house)).position.id)
    assert (await house.stored(offer)).reserved == D(9_090)
    await long(house, 1, 10)
    assert (await house.stored(offer)).reserved == D(3_030)


async def test_a_resting_order_that_can_no_longer_be_paid_for_is_canceled(house: House) -> None:
    await long(house, 15, 10)
    offer = await short(house, 15, 10, type="limit", price=60_000)
    assert offer.reserved == 0
    at(house, 47_000)
    await house.desk.close(MAIN, (await line(house)).position.id)
    assert (await house.stored(offer)).status is OrderStatus.CANCELED
    await house.audit()


async def test_what_only_reduces_never_opens(house: House) -> None:
    with pytest.raises(InvalidOrder):
        await short(house, 1, 10, reduce_only=True)
    await long(house, 1, 10)
    with pytest.raises(InvalidOrder):
        await long(house, 1, 10, reduce_only=True)
    assert (await short(house, 5, 10, reduce_only=True)).filled == 1
    assert await house.portfolio.positions(MAIN) == ()


async def test_what_rests_and_only_reduces_goes_with_its_position(house: House) -> None:
    await long(house, 1, 10)
    guard = await short(house, 1, 10, reduce_only=True, type="limit", price=60_000)
    assert guard.reserved == 0
    await house.desk.close(MAIN, (await line(house)).position.id, D(40))
    assert (await house.stored(guard)).remaining == D("0.6")
    await short(house, 2, 10)
    assert (await house.stored(guard)).status is OrderStatus.CANCELED
    await house.audit()


GUARDED = {Side.BUY: (48_000, 55_000), Side.SELL: (52_000, 45_000)}


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("hit", ["stop", "target"])
async def test_a_stop_and_a_target_protect_both_sides(house: House, side: Side, hit: str) -> None:
    stop, target = GUARDED[side]
    await house.order(side, 1, BTC, leverage=5, stop_loss=stop, take_profit=target)
    shown = await line(house)
    assert (shown.stop_loss, shown.take_profit) == (D(stop), D(target))
    guards = [order for order in await house.open_orders() if not is_liquidation(order)]
    assert {(order.side, order.reduce_only, order.reserved) for order in guards} == {
        (side.opposite, True, D(0))
    }
    price = stop if hit == "stop" else target + side.sign
    await moves(house, price)
    assert await house.portfolio.positions(MAIN) == ()
    assert await house.open_orders() == []
    won = (D(stop if hit == "stop" else target) - 50_000) * side.sign
    fees = sum(fill.fee for fill in await house.fills())
    assert await house.balances() == {"USDT": 100_000 + won - fees}
    await house.audit()


@pytest.mark.parametrize(
    ("side", "more"),
    [
        (Side.SELL, {"stop_loss": 49_000}),
        (Side.SELL, {"take_profit": 51_000}),
        (Side.BUY, {"stop_loss": 51_000}),
        (Side.BUY, {"leverage": "0.5"}),
        (Side.BUY, {"leverage": 126}),
        (Side.BUY, {"leverage": "NaN"}),
    ],
)
async def test_what_makes_no_sense_is_refused(house: House, side: Side, more: dict[str, Any]) -> None:
    with pytest.raises(InvalidOrder):
        await house.order(side, 1, BTC, **({"leverage": 10} | more))


async def test_equity_counts_cash_holdings_margin_and_what_positions_have_won(house: House) -> None:
    await house.buy(2, ETH)
    await long(house, 1, 10)
    await moves(house, 51_000)
    shown = await house.portfolio.snapshot(MAIN)
    cash = (await house.balances())["USDT"]
    assert (shown.margin, shown.cash) == (D(5_000), cash)
    assert shown.equity == cash + 2 * D(3_600) + 5_000 + 1_000
    recorded = await house.portfolio.history(MAIN, shown.at)
    assert [point.equity for point in recorded] in ([], [shown.equity])
    report = await house.portfolio.pnl(MAIN, Period.ALL)
    assert report.end_value == shown.equity


async def test_every_fill_leaves_a_point_of_equity_with_the_margin_in_it(house: House) -> None:
    await house.clock.advance(1)
    await long(house, 1, 10)
    house.market.trade(BTC, 50_000)
    await house.clock.advance(1)
    await house.buy(1, ETH)
    points = await house.portfolio.history(MAIN, house.clock.now())
    assert [point.equity for point in points] == [
        (await house.balances())["USDT"] + 5_000 + 3_600,
    ]


async def test_a_position_shows_its_leverage_and_what_it_returns(house: House) -> None:
    await long(house, 1, 10)
    await moves(house, 51_000)
    shown = await line(house)
    assert (shown.leverage, shown.margin, shown.unrealized, shown.roe) == (
        D(10),
        D(5_000),
        D(1_000),
        D("0.19"),
    )


async def test_no_loss_is_shown_beyond_the_margin(house: House) -> None:
    position = Position(
        "p", MAIN, BTC, "long", D(1), D(50_000), D(50), D(0), house.clock.now(), "x",
        (await long(house)).mode, D(10), D(5_000),
    )  # fmt: skip
    assert (position.unrealized(D(46_000)), position.unrealized(D(40_000))) == (D(-4_000), D(-5_000))


async def test_a_market_short_larger_than_its_reservation_is_cut(house: House) -> None:
    offer = await short(house, 1, 10, type="stop", stop_price=49_000)
    assert offer.reserved == D(49_000) * D("1.05") * D("0.101")
    await house.clock.advance(1)
    house.market.trade(BTC, 49_000)
    at(house, 60_000)
    await house.desk.settle()
    ended = await house.stored(offer)
    assert (ended.status, ended.filled) == (OrderStatus.CANCELED, D("0.8575"))
    await house.audit()


async def test_two_closings_at_once_close_once(house: House) -> None:
    await long(house, 1, 10)
    answers = await asyncio.gather(
        *(house.desk.execute(request(Side.SELL, 1, leverage="10")) for _ in range(3)), return_exceptions=True
    )
    held = await house.portfolio.positions(MAIN)
    amounts = [each.position.amount * each.position.sign for each in held]
    sold = sum(each.order.filled for each in answers if not isinstance(each, BaseException))
    assert sum(amounts) == 1 - sold
    assert all(isinstance(each, InsufficientFunds) for each in answers if isinstance(each, BaseException))
    await house.audit()


class Slow(PaperExchange):
    """A paper exchange that keeps its answer to an order until the test lets it go."""

    def __init__(self, house: House) -> None:
        super().__init__(house.markets, house.clock)
        self.asked, self.answer = asyncio.Event(), asyncio.Event()

    async def place(self, order: Order) -> Report:
        report = await super().place(order)
        self.asked.set()
        await self.answer.wait()
        return report


async def test_what_an_order_on_its_way_closes_nothing_else_closes(house: House) -> None:
    await long(house, 1, 10, stop_loss=49_000)
    held = (await line(house)).position
    slow = Slow(house)
    there = furnish(house.database, house.clock, house.market, counting(500_000), exchange=slow)
    closing = asyncio.create_task(there.sell(1, leverage=10))
    await slow.asked.wait()
    with pytest.raises(InsufficientFunds):
        await short(house, 1, 10)
    with pytest.raises(InvalidOrder):
        await house.desk.close(MAIN, held.id)
    await house.moves(48_000)
    assert len(await house.fills()) == 1
    slow.answer.set()
    await closing
    await house.desk.settle()
    assert await house.portfolio.positions(MAIN) == ()
    assert await house.open_orders() == []
    assert [fill.price for fill in await house.fills()] == [D(50_000), D(50_000)]
    await house.audit()
