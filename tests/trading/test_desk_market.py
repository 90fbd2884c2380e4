"""Market orders, sizes and refusals."""

import asyncio
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.trading.house import BTC, ETH, ETHBTC, MAIN, House, account, furnish, request
from trading.accounts import open_account
from trading.errors import (
    ExchangeUnavailable,
    InsufficientFunds,
    InvalidOrder,
    NotFound,
    RiskLimitExceeded,
    UnknownExchange,
    UnknownSymbol,
)
from trading.model import Liquidity, Mode, OrderStatus, Side
from trading.ports import UnitOfWork
from trading.risk.proposal import Proposal
from trading.symbols import Symbol

D = Decimal


async def test_a_market_buy_pays_the_ask_and_the_fee(house: House) -> None:
    bought = await house.buy("0.5")
    assert bought.order.status is OrderStatus.FILLED
    assert bought.order.average == D("67000.01")
    assert bought.order.fees == D("33.500005")
    assert await house.balances() == {
        "BTC": D("0.5"),
        "USDT": D("100000") - D("33500.005") - D("33.500005"),
    }
    [fill] = bought.fills
    assert (fill.liquidity, fill.mode, fill.realized) == (Liquidity.TAKER, Mode.PAPER, None)
    await house.audit()


@pytest.mark.parametrize("cost", [100, 5.5, 12_345.67, 90_000])
async def test_a_buy_sized_in_quote_spends_it_and_never_more(house: House, cost: float) -> None:
    bought = await house.buy(cost=cost)
    assert bought.order.status is OrderStatus.FILLED
    assert bought.order.amount == bought.order.filled
    assert D(str(cost)) - D("0.68") <= bought.order.cost <= D(str(cost))


async def test_a_sale_sized_in_quote_brings_it_and_never_more(house: House) -> None:
    await house.buy("0.5")
    sold = await house.sell(cost=1_000)
    assert sold.order.status is OrderStatus.FILLED
    assert D(999) <= sold.order.cost <= D(1_000)


async def test_a_large_order_walks_the_book_level_by_level(house: House) -> None:
    house.market.set_book(BTC, [(66_990, 1)], [(67_000, "0.1"), (67_100, "0.2"), (68_000, 5)])
    bought = await house.buy("0.5")
    assert [(fill.price, fill.amount) for fill in bought.fills] == [
        (D(67_000), D("0.1")),
        (D(67_100), D("0.2")),
        (D(68_000), D("0.2")),
    ]
    assert bought.order.average == D("67440")
    await house.audit()


async def test_what_the_book_does_not_hold_is_canceled(house: House) -> None:
    house.market.set_book(BTC, [(66_990, 1)], [(67_000, "0.1"), (67_100, "0.2")])
    bought = await house.buy("0.5")
    assert (bought.order.status, bought.order.filled) == (OrderStatus.CANCELED, D("0.3"))
    assert bought.order.reserved == 0
    assert await house.open_orders() == []


async def test_without_a_book_the_quote_is_slipped_against_the_taker(house: House) -> None:
    house.market.set_book(BTC, [], [])
    bought = await house.buy("0.1")
    sold = await house.sell("0.1")
    assert bought.order.average == D("67033.52")
    assert sold.order.average == D("66966.49")


async def test_amounts_round_down_to_the_step(house: House) -> None:
    bought = await house.buy("0.0012399999")
    assert bought.order.filled == D("0.00123")


async def test_buying_more_than_the_account_has_is_refused_and_leaves_nothing(house: House) -> None:
    with pytest.raises(InsufficientFunds):
        await house.buy(1_000_000, type="limit", price=60_000)
    with pytest.raises(InsufficientFunds):
        await house.buy(cost=100_000)
    assert await house.balances() == {"USDT": D(100_000)}
    assert await house.open_orders() == []


async def test_all_but_the_fee_can_be_spent(house: House) -> None:
    await house.buy(cost="99900.09")
    await house.audit()
    assert (await house.balances())["USDT"] < D("1")


async def test_the_last_money_buys_though_no_cushion_is_left(house: House) -> None:
    house.market.set_book(BTC, [(66_990, 9)], [(67_000, 9)])
    bought = await house.buy("1.49")
    assert bought.order.status is OrderStatus.FILLED
    await house.audit()


async def test_selling_more_than_is_held_is_refused(house: House) -> None:
    await house.buy("0.1")
    with pytest.raises(InsufficientFunds):
        await house.sell("0.10001")
    with pytest.raises(InsufficientFunds):
        await house.sell("1", ETH)


async def test_a_pair_without_the_account_s_currency_spends_the_other_asset(house: House) -> None:
    await house.buy("0.5")
    bought = await house.buy(1, ETHBTC)
    assert bought.order.status is OrderStatus.FILLED
    held = await house.balances()
    assert held["ETH"] == 1
    assert held["BTC"] == D("0.5") - bought.order.cost - bought.order.fees
    await house.audit()


INVALID = [
    {"amount": 0},
    {"amount": -1},
    {"amount": "NaN"},
    {"amount": "Infinity"},
    {"amount": "1e30"},
    {"amount": None},
    {"amount": 1, "cost": 1},
    {"cost": 0},
    {"amount": 1, "type": "limit"},
    {"amount": 1, "type": "limit", "price": "NaN"},
    {"amount": 1, "type": "limit", "price": -5},
    {"amount": 1, "type": "limit", "price": "0.001"},
    {"amount": 1, "price": 67_000},
    {"amount": 1, "stop_price": 70_000},
    {"amount": 1, "type": "stop"},
    {"amount": 1, "type": "stop", "stop_price": 70_000, "price": 1},
    {"amount": 1, "type": "stop", "stop_price": 66_000},
    {"amount": 1, "type": "stop", "stop_price": 67_000},
    {"amount": 1, "type": "stop-limit", "stop_price": 70_000},
    {"amount": 1, "type": "stop-limit", "price": 70_000},
    {"amount": 1, "stop_loss": 67_100},
    {"amount": 1, "stop_loss": "67000.01"},
    {"amount": 1, "take_profit": 66_900},
    {"amount": 1, "type": "limit", "price": 60_000, "stop_loss": 61_000},
    {"amount": 1, "type": "limit", "price": 60_000, "take_profit": 59_000},
    {"amount": 1, "type": "stop", "stop_price": 70_000, "take_profit": 69_000},
    {"amount": "0.00007"},
    {"amount": "0.000001"},
    {"cost": "4.99"},
    {"amount": "0.00001", "type": "limit", "price": 60_000},
    {"amount": 1, "reduce_only": True},
]


@pytest.mark.parametrize("figures", INVALID, ids=str)
async def test_an_order_that_contradicts_itself_or_the_venue_is_refused(
    house: House, figures: dict[str, Any]
) -> None:
    with pytest.raises(InvalidOrder):
        await house.desk.execute(request(Side.BUY, **figures))
    assert await house.open_orders() == []


@pytest.mark.parametrize("figures", [{"stop_loss": 60_000}, {"take_profit": 70_000}])
async def test_a_sale_of_a_holding_takes_no_protection(house: House, figures: dict[str, Any]) -> None:
    await house.buy("0.1")
    with pytest.raises(InvalidOrder):
        await house.sell("0.1", **figures)


@pytest.mark.parametrize("stop", [67_000, 68_000])
async def test_a_sell_stop_at_or_above_the_market_is_refused(house: House, stop: int) -> None:
    await house.buy("0.1")
    with pytest.raises(InvalidOrder):
        await house.sell("0.1", type="stop", stop_price=stop)


async def test_limits_round_to_the_tick_on_the_safe_side(house: House) -> None:
    await house.buy("0.1")
    bid = await house.buy("0.1", type="limit", price="60000.019")
    offer = await house.sell("0.1", type="limit", price="70000.011")
    assert (bid.order.price, offer.order.price) == (D("60000.01"), D("70000.02"))


async def test_an_unknown_pair_exchange_or_account_is_named(house: House) -> None:
    with pytest.raises(UnknownSymbol):
        await house.buy(1, Symbol("NOPE", "USDT"))
    with pytest.raises(UnknownExchange):
        await house.buy(1, exchange="nowhere")
    with pytest.raises(NotFound):
        await house.desk.execute(replace(request(Side.BUY, "0.1"), account="nobody"))


async def test_the_exchange_is_echoed_as_it_was_asked_for(house: House) -> None:
    asked = await house.buy("0.1", exchange="binance")
    silent = await house.buy("0.1")
    assert (asked.order.exchange, silent.order.exchange) == ("binance", "scripted")
    assert asked.order.mode is silent.order.mode is Mode.PAPER


async def test_an_account_with_real_money_cannot_trade_here(house: House) -> None:
    await open_account(house.database.transact, account("real", mode=Mode.LIVE), house.new_id)
    with pytest.raises(InvalidOrder):
        await house.desk.execute(replace(request(Side.BUY, "0.1"), account="real"))


async def test_the_same_key_never_buys_twice(house: House) -> None:
    first = await house.buy("0.1", key="wish")
    again = await house.buy("0.1", key="wish")
    assert again == first
    assert await house.balances() == {
        "BTC": D("0.1"),
        "USDT": D(100_000) - first.order.cost - first.order.fees,
    }


async def test_a_known_key_is_answered_though_the_market_is_silent(house: House) -> None:
    first = await house.buy("0.1", key="wish")
    house.market.fail()
    assert await house.buy("0.1", key="wish") == first


async def test_a_silent_market_takes_no_orders(house: House) -> None:
    house.market.fail()
    with pytest.raises(ExchangeUnavailable):
        await house.buy("0.1")
    house.market.fail(None)
    await house.buy("0.1")
    assert len(await house.fills()) == 1


async def test_what_is_published_goes_to_disk_with_what_it_tells_of(house: House) -> None:
    bought = await house.buy("0.1")
    assert house.heard == [(bought.order, bought.fills)]
    assert await house.stored(bought.order) == bought.order


async def test_who_stops_waiting_does_not_stop_the_order(house: House) -> None:
    reached, go_on = asyncio.Event(), asyncio.Event()

    async def slow(uow: UnitOfWork, proposal: Proposal) -> None:
        reached.set()
        await go_on.wait()

    impatient = furnish(house.database, house.clock, house.market, house.new_id, [slow])
    waiting = asyncio.create_task(impatient.buy("0.1"))
    await reached.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    go_on.set()
    await impatient.desk.drain()
    [fill] = await house.fills()
    assert fill.amount == D("0.1")
    await house.audit()


async def test_a_check_that_refuses_leaves_nothing_behind(house: House) -> None:
    seen: list[Proposal] = []

    async def strict(uow: UnitOfWork, proposal: Proposal) -> None:
        seen.append(proposal)
        raise RiskLimitExceeded("no more today")

    strictly = furnish(house.database, house.clock, house.market, house.new_id, [strict])
    with pytest.raises(RiskLimitExceeded):
        await strictly.buy("0.1", stop_loss=60_000)
    assert [(each.order.amount, each.estimate) for each in seen] == [(D("0.1"), D("6700.001"))]
    assert await house.open_orders() == []


async def test_a_hundred_orders_at_once_never_spend_more_than_there_is(any_house: House) -> None:
    house = any_house
    made = await asyncio.gather(*(house.buy(cost=3_000) for _ in range(100)), return_exceptions=True)
    refused = [each for each in made if isinstance(each, InsufficientFunds)]
    assert len(refused) == 67
    assert len(await house.fills()) == 33
    await house.audit()


async def test_a_hundred_sales_at_once_never_sell_more_than_is_held(any_house: House) -> None:
    house = any_house
    await house.buy("0.1")
    [position] = await house.portfolio.positions(MAIN)
    closings = [house.desk.close(MAIN, position.position.id, D(30)) for _ in range(20)]
    sales = [house.sell("0.02") for _ in range(20)]
    done = await asyncio.gather(*closings, *sales, return_exceptions=True)
    assert all(
        isinstance(each, InsufficientFunds | InvalidOrder | NotFound)
        for each in done
        if isinstance(each, BaseException)
    )
    await house.audit()
    assert (await house.balances()).get("BTC", D(0)) < D("0.02")


async def test_the_same_key_at_once_makes_one_order(any_house: House) -> None:
    made = await asyncio.gather(*(any_house.buy("0.01", key="wish") for _ in range(20)))
    assert len({each.order.id for each in made}) == 1
    assert len(await any_house.fills()) == 1


@pytest.mark.parametrize("kind", ["limit", "stop"])
async def test_an_absurd_size_is_too_little_money_and_not_a_fault(house: House, kind: str) -> None:
    level: dict[str, Any] = {"price" if kind == "limit" else "stop_price": "999999999999"}
    with pytest.raises(InsufficientFunds):
        await house.buy("999999999999", type=kind, **level)
