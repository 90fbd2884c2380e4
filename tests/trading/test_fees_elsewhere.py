"""Fees that the venue takes in another asset than the quote, and executions it reports more than once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import ROUND_DOWN, Decimal

import pytest

from tests.trading.house import BTC, ETH, MAIN, START, House, account, counting, furnish
from trading.booking import Booked, Bookkeeper, Change, applied
from trading.exchanges.scripted import instrument
from trading.ledger import fees, trades
from trading.model import Fill, Liquidity, Mode, Order, OrderStatus, OrderType, Side
from trading.orders import is_liquidation
from trading.ports import Execution, Report
from trading.positions import fold_all

D = Decimal
S = OrderStatus


def resting(side: Side = Side.BUY, amount: object = 1, name: str = "ord_1") -> Order:
    return Order(
        id=name,
        account=MAIN,
        symbol=BTC,
        side=side,
        type=OrderType.LIMIT,
        status=S.ACCEPTED,
        amount=D(str(amount)),
        created_at=START,
        updated_at=START,
        mode=Mode.PAPER,
        exchange="scripted",
        price=D(50_000),
    )


def part(amount: object, fee_amount: object = 0, asset: str = "USDT", name: str | None = None) -> Execution:
    taken, price = D(str(fee_amount)), D(50_000)
    worth = {"USDT": taken, "BTC": taken * price, "ETH": taken * 3_600}[asset]
    return Execution(D(str(amount)), price, worth, Liquidity.MAKER, START, name, asset, taken)


async def book(
    house: House, order: Order, executions: Sequence[Execution], status: OrderStatus = S.PARTIAL
) -> Booked:
    report = Report(order.id, status, tuple(executions))
    async with house.database.transact() as uow:
        if await uow.orders.get(order.id) is None:
            await uow.orders.add(order)
        change = Change(order, report, instrument("BTC/USDT"))
        return await Bookkeeper(house.new_id).book(uow, account(), change, {}, START)


async def test_a_fee_in_base_is_taken_from_what_was_bought(house: House) -> None:
    booked = await book(house, resting(), [part(1, "0.001", "BTC")], S.FILLED)
    assert await house.balances() == {"BTC": D("0.999"), "USDT": D(50_000)}
    assert await house.balances(fees(MAIN)) == {"BTC": D("0.001")}
    [line] = await house.portfolio.positions(MAIN)
    held = line.position
    assert (held.amount, held.cost, held.entry_fees, held.entry_price) == (
        D("0.999"),
        D(49_950),
        D(50),
        D(50_000),
    )
    [fill] = booked.fills
    assert (fill.fee, fill.fee_asset, fill.fee_amount) == (D(50), "BTC", D("0.001"))
    assert booked.order.fees == 50
    await house.audit()


async def test_what_was_bought_is_protected_as_far_as_the_fee_left_it(house: House) -> None:
    entry = replace(resting(), stop_loss=D(45_000))
    await book(house, entry, [part(1, "0.001", "BTC")], S.FILLED)
    [stop] = await house.open_orders()
    assert stop.amount == D("0.999")


async def test_selling_all_with_a_fee_in_base_first_realizes_the_whole_change_in_cash(house: House) -> None:
    await book(house, resting(), [part(1, "0.001", "BTC")], S.FILLED)
    sale = resting(Side.SELL, "0.998", "ord_2")
    booked = await book(house, sale, [part("0.998", "0.001", "BTC")], S.FILLED)
    assert await house.portfolio.positions(MAIN) == ()
    assert await house.balances() == {"USDT": D(100_000) - 50_000 + 49_900}
    assert booked.fills[0].realized == D(-100)
    await house.audit()


async def test_a_fee_in_a_third_asset_shrinks_what_is_held_of_that(house: House) -> None:
    await house.buy(1, ETH)
    offer = (await house.sell(1, ETH, type="limit", price=4_000)).order
    await book(house, resting(), [part(1, "0.25", "ETH")], S.FILLED)
    assert await house.balances(fees(MAIN)) == {"ETH": D("0.25"), "USDT": D("3.60001")}
    lines = {line.position.symbol: line.position for line in await house.portfolio.positions(MAIN)}
    assert (lines[ETH].amount, lines[BTC].amount) == (D("0.75"), D(1))
    assert (lines[BTC].cost, lines[BTC].entry_fees) == (D(50_000), D(900))
    assert (await house.stored(offer)).remaining == D("0.75")
    await house.audit()


async def test_an_execution_with_a_name_is_booked_once_however_often_it_is_told(house: House) -> None:
    first = [part("0.25", 10, name="a"), part("0.25", 10, name="b")]
    order = (await book(house, resting(), first)).order
    again = await book(house, order, [*first, part("0.5", 20, name="c"), part("0.5", 20, name="c")], S.FILLED)
    assert [fill.venue_id for fill in again.fills] == ["c"]
    assert (again.order.filled, again.order.cost, again.order.fees) == (D(1), D(50_000), D(40))
    assert [fill.venue_id for fill in await house.fills()] == ["a", "b", "c"]
    assert await house.balances() == {"BTC": D(1), "USDT": D(100_000) - 50_000 - 40}
    await house.audit()


async def test_a_report_of_nothing_new_only_says_where_the_order_stands(house: House) -> None:
    order = (await book(house, resting(), [part("0.5", 10, name="a")])).order
    told = await book(house, order, [part("0.5", 10, name="a")], S.CANCELED)
    assert (told.order.status, told.order.filled, told.fills) == (S.CANCELED, D("0.5"), ())


async def test_executions_without_a_name_are_always_new(house: House) -> None:
    order = (await book(house, resting(), [part("0.5", 10)])).order
    assert (await book(house, order, [part("0.5", 10)], S.FILLED)).order.filled == 1


def test_a_report_names_the_order_and_moves_its_trigger() -> None:
    rules = instrument("BTC/USDT")
    order = replace(resting(), stop_price=D(49_000))
    told = applied(order, Report(order.id, S.ACCEPTED, venue_id="v", stop_price=D(49_500)), rules, START)
    assert (told.venue_id, told.stop_price) == ("v", D(49_500))
    after = applied(told, Report(order.id, S.ACCEPTED), rules, START + timedelta(seconds=1))
    assert (after.venue_id, after.stop_price) == ("v", D(49_500))


@pytest.mark.parametrize("asset", ["BTC", "USDT"])
def test_what_is_won_is_what_comes_in_whatever_the_fee_was_taken_in(asset: str) -> None:
    def fill(number: int, side: Side, amount: str, price: int) -> Fill:
        taken = D(amount) * D("0.001") * (1 if asset == "BTC" else price)
        return Fill(
            f"f{number}", "o", MAIN, BTC, side, D(amount), D(price), D(amount) * price * D("0.001"),
            Liquidity.TAKER, START, "scripted", Mode.PAPER, OrderType.MARKET, None, None, asset, taken,
        )  # fmt: skip

    first, second = fill(1, Side.BUY, "1", 50_000), fill(2, Side.BUY, "1", 60_000)
    held = 2 - first.base_fee - second.base_fee
    sold = str((held / D("1.001")).quantize(D("0.000001"), ROUND_DOWN) if asset == "BTC" else held)
    positions, folds = fold_all(None, [first, second, fill(3, Side.SELL, sold, 70_000)], counting())
    postings = [post for entry in trades(folds, counting()) for post in entry.postings]
    cash = sum(post.amount for post in postings if (post.account, post.asset) == (MAIN, "USDT"))
    base = sum(post.amount for post in postings if (post.account, post.asset) == (MAIN, "BTC"))
    [position] = positions
    assert position.amount == base
    assert position.realized == cash + position.cost + position.entry_fees


async def test_a_restart_keeps_liquidations(house: House) -> None:
    await house.buy(1, leverage=10)
    again = furnish(house.database, house.clock, house.market, counting(500_000))
    assert await again.desk.recover() == []
    assert [order.leverage for order in await again.open_orders() if is_liquidation(order)] == [D(10)]
