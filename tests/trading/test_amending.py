"""Moving what protects an open position."""

from decimal import Decimal

import pytest

from tests.trading.house import MAIN, House
from trading.amending import Levels
from trading.errors import InvalidOrder, NotFound
from trading.model import OrderType

D = Decimal


async def held(house: House) -> str:
    [line] = await house.portfolio.positions(MAIN)
    return line.position.id


async def levels(house: House) -> dict[OrderType, tuple[Decimal | None, Decimal]]:
    """Return where the position is closed by itself, and how much of it."""
    return {
        order.type: (order.stop_price or order.price, order.remaining)
        for order in await house.open_orders()
        if order.reduce_only and not (order.group or "").startswith("liq:")
    }


async def test_a_stop_that_was_moved_sells_at_its_new_level(house: House) -> None:
    await house.buy("0.1", stop_loss=60_000, take_profit=80_000)
    await house.desk.amend(MAIN, await held(house), Levels(stop_loss=D(66_000)))
    assert await levels(house) == {
        OrderType.STOP: (D(66_000), D("0.1")),
        OrderType.LIMIT: (D(80_000), D("0.1")),
    }
    await house.moves(65_900)
    assert await house.portfolio.positions(MAIN) == ()
    assert await levels(house) == {}
    await house.audit()


async def test_what_is_missing_is_made_and_cancels_with_the_other(house: House) -> None:
    await house.buy("0.1")
    await house.desk.amend(MAIN, await held(house), Levels(stop_loss=D(60_000), take_profit=D(70_000)))
    await house.moves(70_100)
    assert await house.portfolio.positions(MAIN) == ()
    assert await levels(house) == {}
    await house.audit()


async def test_a_level_can_be_removed(house: House) -> None:
    await house.buy("0.1", stop_loss=60_000, take_profit=80_000)
    await house.desk.amend(MAIN, await held(house), Levels(drop_stop_loss=True))
    assert await levels(house) == {OrderType.LIMIT: (D(80_000), D("0.1"))}
    await house.moves(59_000)
    assert len(await house.portfolio.positions(MAIN)) == 1


async def test_what_the_market_did_before_does_not_trigger_the_new_level(house: House) -> None:
    await house.buy("0.1")
    await house.moves(60_000)
    await house.moves(67_000)
    await house.desk.amend(MAIN, await held(house), Levels(stop_loss=D(65_000)))
    await house.desk.settle()
    assert OrderType.STOP in await levels(house)


@pytest.mark.parametrize(
    "wrong",
    [Levels(stop_loss=D(67_000)), Levels(stop_loss=D(90_000)), Levels(take_profit=D(60_000))],
    ids=["at the market", "above it", "below it"],
)
async def test_a_level_on_the_wrong_side_of_the_market_changes_nothing(house: House, wrong: Levels) -> None:
    await house.buy("0.1", stop_loss=60_000)
    with pytest.raises(InvalidOrder):
        await house.desk.amend(MAIN, await held(house), wrong)
    assert await levels(house) == {OrderType.STOP: (D(60_000), D("0.1"))}


async def test_the_stop_of_a_short_lies_above_the_market(house: House) -> None:
    await house.sell("0.1", leverage=D(2))
    position = await held(house)
    with pytest.raises(InvalidOrder):
        await house.desk.amend(MAIN, position, Levels(stop_loss=D(60_000)))
    await house.desk.amend(MAIN, position, Levels(stop_loss=D(70_000), take_profit=D(60_000)))
    await house.moves(70_050)
    assert await house.portfolio.positions(MAIN) == ()
    await house.audit()


async def test_only_an_open_position_of_the_account_has_levels(house: House) -> None:
    await house.buy("0.1")
    position = await held(house)
    with pytest.raises(NotFound):
        await house.desk.amend("other", position, Levels(stop_loss=D(60_000)))
    await house.desk.close(MAIN, position)
    with pytest.raises(NotFound):
        await house.desk.amend(MAIN, position, Levels(stop_loss=D(60_000)))
