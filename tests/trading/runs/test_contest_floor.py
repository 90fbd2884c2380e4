"""What the accounts of a contest trade at, and what becomes of it from cycle to cycle."""

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest_asyncio

from tests.trading.runs.arena import Arena, a_market, buy, close, open_arena, sell
from tests.trading.runs.given import BNB, ETH, FIVE, NOW
from trading.runs.view import ExitReason

D = Decimal


@pytest_asyncio.fixture
async def arena(database_url: str) -> AsyncIterator[Arena]:
    async with open_arena(database_url) as opened:
        yield opened


async def test_an_entry_costs_the_quote_slippage_and_a_fee(arena: Arena) -> None:
    run = await arena.enter()
    await arena.floor.open(a_market({ETH: 2_000}, spread=1))
    outcome = await arena.does(run, buy(20, 5, stop_loss="0.05", take_profit="0.1"), "k1")
    # 20 / 2001 is 0.00999…, on the step 0.0099; 2001 slips by 0.05 % to 2002.0005, on the tick 2002.01.
    [fill] = outcome.fills
    assert (fill.amount, fill.price, fill.fee) == (D("0.0099"), D("2002.01"), D("0.01981989"))
    view = await arena.floor.view(run)
    [held] = view.positions
    cost = D("0.0099") * D("2002.01")
    assert held.margin == D("3.9639798")
    assert (held.stop_loss, held.take_profit) == (D("1900.95"), D("2201.1"))
    # (margin - cost) / (amount * (0.005 - 1))
    assert held.liquidation_price == (D("3.9639798") - cost) / (D("0.0099") * (D("0.005") - 1))
    assert held.unrealized == D("0.0099") * 2_000 - cost
    assert view.balance == 100 - D("0.01981989")
    assert view.available == view.balance - D("3.9639798")
    assert view.equity == view.balance + held.unrealized
    assert (await arena.floor.worth(run)).equity == view.equity
    assert held.order == outcome.order.id
    await arena.audit()


async def test_a_stop_that_was_hit_between_cycles_has_closed_the_position(arena: Arena) -> None:
    run = await arena.enter()
    first = a_market({ETH: 2_000})
    await arena.floor.open(first)
    await arena.does(run, buy(20, 5, stop_loss="0.05"), "k1")
    bars = {ETH: [(2_000, 2_010, 1_990, 1_995), (1_995, 1_995, 1_890, 1_950)]}
    await arena.floor.open(a_market({ETH: 1_960}, NOW + FIVE, first, bars))
    view = await arena.floor.view(run)
    assert view.positions == ()
    [trade] = view.trades
    assert trade.reason is ExitReason.STOP_LOSS
    # 1900 slips by 0.05 % to 1899.05, in the second minute.
    assert (trade.exit_price, trade.entry_price) == (D("1899.05"), D("2001"))
    assert view.balance == view.equity == 100 + trade.pnl
    assert await arena.orders() == []
    await arena.audit()


async def test_closing_by_decision(arena: Arena) -> None:
    run = await arena.enter()
    first = a_market({ETH: 2_000, BNB: 500})
    await arena.floor.open(first)
    await arena.does(run, sell(20, 2), "k1")
    await arena.does(run, buy(40, 2, BNB), "k2")
    await arena.floor.open(a_market({ETH: 1_900, BNB: 500}, NOW + FIVE, first))
    await arena.does(run, close(ETH), "k3")
    view = await arena.floor.view(run)
    assert [each.symbol for each in view.positions] == [BNB]
    assert [(each.symbol, each.reason, each.side) for each in view.trades] == [
        (ETH, ExitReason.DECISION, "short")
    ]
    assert (view.closed, view.won) == (1, 1)
    done = await arena.floor.close_all(run, "end")
    assert [each.order.symbol for each in done] == [BNB]
    assert await arena.floor.close_all(run, "end") == done
    assert (await arena.floor.view(run)).trades[-1].reason is ExitReason.MANUAL
