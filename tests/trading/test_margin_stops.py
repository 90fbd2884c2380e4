"""A stop-loss that a liquidation would come before protects nothing, and is refused."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trading.house import BTC, MAIN, START, House
from trading.amending import Levels
from trading.errors import InvalidOrder
from trading.margin import check_stop_loss, liquidation_trigger, set_aside
from trading.model import Mode, Order, OrderStatus, OrderType, Position, Side

D = Decimal
TICK = D("0.01")


@pytest.fixture(autouse=True)
def quiet(house: House) -> None:
    """A book at 50000 so deep that every figure is round."""
    house.market.set_book(BTC, [(50_000, 100)], [(50_000, 100)])


# At a leverage of 10, 50000 is liquidated at 45226.1306… as a long and at 54726.3681… as a short.
@pytest.mark.parametrize(
    ("side", "good", "bad"),
    [
        (Side.BUY, "45226.14", "45226.13"),
        (Side.SELL, "54726.36", "54726.37"),
    ],
)
async def test_a_stop_works_only_before_the_liquidation(
    house: House, side: Side, good: str, bad: str
) -> None:
    with pytest.raises(InvalidOrder) as refused:
        await house.order(side, 1, BTC, leverage=10, stop_loss=bad)
    assert refused.value.details == {
        "stop_loss": float(bad),
        "liquidation_price": pytest.approx(float(bad), abs=0.01),
    }
    assert await house.open_orders() == []
    await house.order(side, 1, BTC, leverage=10, stop_loss=good)
    [line] = await house.portfolio.positions(MAIN)
    assert line.stop_loss == D(good)


@pytest.mark.parametrize(("side", "stop"), [(Side.BUY, "30000"), (Side.SELL, "70000")])
async def test_a_level_that_is_moved_is_held_to_the_position_as_it_is(
    house: House, side: Side, stop: str
) -> None:
    await house.order(side, 1, BTC, leverage=2)
    [line] = await house.portfolio.positions(MAIN)
    amended = await house.desk.amend(MAIN, line.position.id, Levels(stop_loss=D(stop)))
    assert [each.stop_price for each in amended] == [D(stop)]
    beyond = D(stop) - side.sign * 10_000
    with pytest.raises(InvalidOrder):
        await house.desk.amend(MAIN, line.position.id, Levels(stop_loss=beyond))
    assert [
        each.stop_price for each in await house.open_orders() if each.group != f"liq:{line.position.id}"
    ] == [D(stop)]


async def test_what_is_added_is_held_to_all_of_the_position(house: House) -> None:
    await house.buy(1, leverage=50)
    with pytest.raises(InvalidOrder):
        # By itself it would be liquidated at 40201, both together at about 44723.
        await house.buy(1, leverage=5, stop_loss=44_000)
    await house.buy(1, leverage=5, stop_loss=45_000)


async def test_what_turns_a_position_around_is_held_to_what_it_opens(house: House) -> None:
    await house.buy(1, leverage=50)
    await house.sell(2, leverage=5, stop_loss=59_000)
    [line] = await house.portfolio.positions(MAIN)
    assert (line.position.side, line.stop_loss) == ("short", D(59_000))


async def test_without_leverage_a_stop_may_be_anywhere_below(house: House) -> None:
    await house.buy("0.5", stop_loss=100)
    await house.buy("0.5", leverage=1, stop_loss=100)


prices = st.decimals("0.01", 200_000, places=2)
amounts = st.decimals("0.001", 100, places=3)
leverages = st.decimals(1, 125, places=1)


@given(st.sampled_from(Side), prices, amounts, leverages, prices)
def test_it_agrees_with_the_order_that_will_liquidate(
    side: Side, price: Decimal, amount: Decimal, leverage: Decimal, stop: Decimal
) -> None:
    trigger = liquidation_trigger(_position(side, amount, amount * price, leverage), TICK)
    first = trigger != 0 and (stop <= trigger if side is Side.BUY else stop >= trigger)
    order = _order(side, amount, leverage, stop)
    if first:
        with pytest.raises(InvalidOrder):
            check_stop_loss(order, None, amount, price)
    else:
        check_stop_loss(order, None, amount, price)


def _position(side: Side, amount: Decimal, cost: Decimal, leverage: Decimal) -> Position:
    given: dict[str, Any] = {"entry_fees": D(0), "realized": D(0), "opened_at": START, "exchange": "scripted"}
    return Position(
        "p",
        MAIN,
        BTC,
        "long" if side is Side.BUY else "short",
        amount,
        cost,
        mode=Mode.PAPER,
        leverage=leverage,
        margin=set_aside(cost, leverage),
        **given,
    )


def _order(side: Side, amount: Decimal, leverage: Decimal, stop: Decimal) -> Order:
    return Order(
        "o",
        MAIN,
        BTC,
        side,
        OrderType.MARKET,
        OrderStatus.INTENT,
        amount,
        START,
        START,
        Mode.PAPER,
        "scripted",
        stop_loss=stop,
        leverage=leverage,
    )
