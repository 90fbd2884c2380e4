"""What a run by itself does at the market of the moment, beside whoever else trades its account."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.trading.house import BTC, ETH, MAIN, House
from tests.trading.runs.arena import a_market, buy, close, sell
from tests.trading.runs.given import a_run
from trading.errors import InvalidOrder
from trading.model import Mode, Origin
from trading.runs.desk_floor import DeskFloor
from trading.runs.record import Run
from trading.runs.rules import RunRules
from trading.runs.shelf import Shelf
from trading.runs.view import ExitReason

D = Decimal


def a_single(**changes: Any) -> Run:
    return a_run(account=MAIN, symbols=(BTC, ETH), mode=Mode.PAPER, **changes)


@pytest.fixture
def floor(house: House) -> DeskFloor:
    return DeskFloor(house.desk, house.markets, house.database.read, house.clock, Shelf(house.database.read))


async def test_a_run_with_leverage_trades_on_margin(house: House, floor: DeskFloor) -> None:
    run = a_single()
    house.market.set_book(BTC, [(50_000, 10)], [(50_000, 10)])
    await floor.open(a_market({}, house.clock.now()))
    outcome = await floor.execute(run, sell(1_000, 5, BTC, stop_loss="0.02"), "k1")
    order = outcome.order
    assert (order.leverage, order.key, order.origin, order.run, order.by) == (
        D(5),
        "k1",
        Origin.RUN,
        run.id,
        run.owner,
    )
    view = await floor.view(run)
    [held] = view.positions
    assert (held.side, held.amount, held.stop_loss, held.order) == ("short", D("0.02"), D(51_000), order.id)
    assert view.at == (await floor.worth(run)).at == house.clock.now()
    assert view.equity == view.balance + held.unrealized == (await floor.worth(run)).equity
    assert (await floor.execute(run, sell(1_000, 5, BTC), "k1")).order == order


async def test_a_run_without_leverage_buys_what_it_holds(house: House, floor: DeskFloor) -> None:
    run = a_single(rules=RunRules(most_leverage=D(1)))
    house.market.set_book(BTC, [(50_000, 10)], [(50_000, 10)])
    await floor.open(a_market({}, house.clock.now()))
    await floor.execute(run, buy(1_000, 1, BTC), "k1")
    assert (await house.balances())["BTC"] == D("0.02")
    view = await floor.view(run)
    [held] = view.positions
    assert (held.leverage, held.margin, held.liquidation_price) == (D(1), D(1_000), None)
    assert view.balance == 100_000 - D(1)
    house.market.set_book(BTC, [(51_000, 10)], [(51_000, 10)])
    await floor.execute(run, close(BTC), "k2")
    [trade] = (await floor.view(run)).trades
    assert (trade.pnl, trade.fees, trade.reason) == (D("17.98"), D("2.02"), ExitReason.DECISION)


async def test_with_real_money_it_closes_what_it_has_opened_and_nothing_else(
    house: House, floor: DeskFloor
) -> None:
    run = replace(a_single(), mode=Mode.LIVE)
    await house.buy("0.1", leverage=2)
    await floor.open(a_market({}, house.clock.now()))
    await floor.execute(run, buy(100, 1, ETH), "k1")
    done = await floor.close_all(run, "end")
    assert [each.order.symbol for each in done] == [ETH]
    view = await floor.view(run)
    assert [each.symbol for each in view.positions] == [BTC]
    assert [each.reason for each in view.trades] == [ExitReason.MANUAL]


async def test_on_paper_the_account_is_its_own_and_all_in_it_is_closed(
    house: House, floor: DeskFloor
) -> None:
    run = a_single()
    await house.buy("0.1", leverage=2)
    await floor.open(a_market({}, house.clock.now()))
    await floor.execute(run, buy(100, 2, ETH), "k1")
    done = await floor.close_all(run, "end")
    assert sorted(str(each.order.symbol) for each in done) == ["BTC/USDT", "ETH/USDT"]
    assert (await floor.view(run)).positions == ()


@pytest.mark.parametrize("decision", [sell(100, 1, BTC), buy(100, 2, BTC)])
async def test_real_money_is_spot_alone(house: House, floor: DeskFloor, decision: Any) -> None:
    await floor.open(a_market({}, house.clock.now()))
    with pytest.raises(InvalidOrder):
        await floor.execute(replace(a_single(), mode=Mode.LIVE), decision, "k1")
