"""What an account holds, is worth and has won."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.trading.house import BTC, ETH, ETHBTC, MAIN, START, House, account, counting, furnish
from trading.accounts import open_account
from trading.equity import EquityRecorder
from trading.errors import NotFound
from trading.exchanges.scripted import ScriptedMarket, instrument
from trading.model import Balance, EquityPoint, Source
from trading.portfolio import Period

D = Decimal


async def points(house: House) -> list[tuple[timedelta, Decimal]]:
    history = await house.portfolio.history(MAIN, START - timedelta(days=1))
    return [(point.at - START, point.equity) for point in history]


async def test_a_new_account_is_worth_its_deposit(house: House) -> None:
    portfolio = await house.portfolio.snapshot(MAIN)
    assert (portfolio.equity, portfolio.cash, portfolio.change_24h) == (D(100_000), D(100_000), D(0))
    assert portfolio.value_in_btc == D(100_000) / 67_000
    assert (portfolio.source, portfolio.exchange, portfolio.unpriced) == (Source.SIMULATED, "scripted", ())
    [line] = portfolio.assets
    assert (line.balance, line.allocation) == (Balance("USDT", D(100_000)), D(1))


async def test_opening_an_account_again_changes_nothing(house: House) -> None:
    again = await open_account(house.database.transact, account(initial=5), house.new_id)
    assert again == account()
    assert await house.balances() == {"USDT": D(100_000)}
    await house.audit()


async def test_an_account_id_with_a_slash_is_refused(house: House) -> None:
    with pytest.raises(ValueError, match="slash"):
        await open_account(house.database.transact, account("a/fees"), house.new_id)


async def test_assets_add_up_to_equity_and_positions_are_not_counted_again(house: House) -> None:
    await house.buy("0.5")
    await house.buy(2, ETH)
    await house.moves(68_000)
    portfolio = await house.portfolio.snapshot(MAIN)
    assert [line.balance.asset for line in portfolio.assets] == ["USDT", "BTC", "ETH"]
    values = [line.value for line in portfolio.assets if line.value is not None]
    assert sum(values) == portfolio.equity
    assert values[1:] == [D(34_000), D(7_200)]
    assert sum(line.allocation or 0 for line in portfolio.assets) == pytest.approx(1)
    assert portfolio.assets[1].change_24h == D(68_000) / 67_000 - 1
    assert {line.position.symbol for line in portfolio.positions} == {BTC, ETH}


async def test_open_orders_lock_what_they_may_need(house: House) -> None:
    await house.buy("0.5")
    await house.buy("0.1", type="limit", price=60_000)
    await house.sell("0.2", type="limit", price=70_000)
    lines = {line.balance.asset: line.balance for line in (await house.portfolio.snapshot(MAIN)).assets}
    assert lines["USDT"].locked == D("6006")
    assert (lines["BTC"].total, lines["BTC"].locked, lines["BTC"].free) == (D("0.5"), D("0.2"), D("0.3"))


async def test_a_position_is_marked_at_the_last_price(house: House) -> None:
    await house.buy("0.5")
    await house.moves(68_000)
    [line] = await house.portfolio.positions(MAIN)
    assert (line.mark, line.unrealized) == (D(68_000), D("0.5") * (D(68_000) - D("67000.01")))
    assert line.unrealized_fraction == D("499.995") / D("33500.005")


async def test_an_asset_nobody_prices_is_named_and_not_worth_zero(house: House) -> None:
    await house.buy(2, ETH)
    poorer = ScriptedMarket(house.clock, {instrument("BTC/USDT"): 67_000})
    there = furnish(house.database, house.clock, poorer, counting(500_000))
    portfolio = await there.portfolio.snapshot(MAIN)
    assert portfolio.unpriced == ("ETH",)
    assert portfolio.equity == portfolio.cash
    [eth] = [line for line in portfolio.assets if line.balance.asset == "ETH"]
    assert (eth.price, eth.value, eth.allocation) == (None, None, None)
    [line] = portfolio.positions
    assert (line.mark, line.unrealized) == (None, None)


async def test_an_asset_without_a_pair_of_its_own_is_valued_over_bitcoin(house: House) -> None:
    await house.buy(2, ETH)
    cross = ScriptedMarket(house.clock, {instrument("BTC/USDT"): 60_000, instrument("ETH/BTC"): "0.05"})
    there = furnish(house.database, house.clock, cross, counting(500_000))
    assert (await there.portfolio.snapshot(MAIN)).assets[1].price == D(3_000)


async def test_a_silent_market_still_shows_what_is_held(house: House) -> None:
    await house.buy("0.5")
    house.market.fail()
    portfolio = await house.portfolio.snapshot(MAIN)
    assert portfolio.unpriced == ("BTC",)
    assert portfolio.value_in_btc is None


async def test_every_fill_leaves_a_point_of_equity(house: House) -> None:
    await house.clock.advance(10)
    bought = await house.buy("0.5")
    await house.moves(70_000)
    await house.sell("0.5")
    worth = D(100_000) - bought.order.cost - bought.order.fees + D("33500")
    assert (await points(house))[:2] == [(timedelta(0), D(100_000)), (timedelta(seconds=10), worth)]
    assert (await points(house))[-1][1] == (await house.balances())["USDT"]


async def test_the_recorder_values_every_account(house: House) -> None:
    await open_account(house.database.transact, account("arena", initial=100), house.new_id)
    await house.buy("0.5")
    await house.moves(68_000, seconds=300)
    recorder = EquityRecorder(house.database.transact, house.database.read, house.markets, house.clock)
    assert await recorder.record() == 2
    last = (await points(house))[-1]
    assert last == (timedelta(seconds=300), (await house.portfolio.snapshot(MAIN)).equity)
    async with house.database.read() as uow:
        assert await uow.equity.at("arena", house.clock.now()) == EquityPoint(
            house.clock.now(), D(100), D(100)
        )


async def test_what_cannot_be_valued_leaves_no_point(house: House) -> None:
    await house.buy("0.5")
    before = await points(house)
    house.market.fail()
    recorder = EquityRecorder(house.database.transact, house.database.read, house.markets, house.clock)
    assert await recorder.record() == 0
    assert await points(house) == before


async def test_changes_are_measured_from_the_nearest_earlier_point(house: House) -> None:
    async with house.database.transact() as uow:
        for days, equity in ((8, 80_000), (6, 120_000), (2, 90_000)):
            moment = START + timedelta(days=10 - days)
            await uow.equity.add(MAIN, EquityPoint(moment, D(equity), D(equity)))
    await house.clock.advance(10 * 86_400)
    portfolio = await house.portfolio.snapshot(MAIN)
    assert portfolio.change_24h == D(100_000) / 90_000 - 1
    assert portfolio.change_7d == D(100_000) / 80_000 - 1


async def test_profit_and_loss_is_the_change_in_equity_in_two_parts(house: House) -> None:
    await house.buy("0.5")
    await house.moves(68_000)
    won = await house.sell("0.2")
    await house.moves(66_000)
    lost = await house.sell("0.1")
    report = await house.portfolio.pnl(MAIN, Period.ALL)
    equity = (await house.portfolio.snapshot(MAIN)).equity
    realized = [sum(fill.realized or 0 for fill in each.fills) for each in (won, lost)]
    assert (report.start_value, report.end_value, report.pnl) == (D(100_000), equity, equity - 100_000)
    assert report.realized == sum(realized)
    [line] = await house.portfolio.positions(MAIN)
    assert report.unrealized == (line.unrealized or 0) - line.position.entry_fees
    assert report.fees == sum(fill.fee for fill in await house.fills())
    assert (report.orders, report.closed, report.won, report.win_rate) == (3, 2, 1, D("0.5"))
    assert report.fraction == report.pnl / 100_000


async def test_a_closed_trade_counts_once_however_many_fills_it_took(house: House) -> None:
    await house.buy("0.5")
    house.market.set_book(BTC, [(68_000, "0.1"), (67_900, "0.1"), (67_800, 9)], [(68_100, 1)])
    await house.sell("0.5")
    report = await house.portfolio.pnl(MAIN, Period.ALL)
    assert (report.orders, report.closed, report.won) == (2, 1, 1)


async def test_an_account_that_never_traded_has_no_win_rate(house: House) -> None:
    report = await house.portfolio.pnl(MAIN, Period.DAY)
    assert (report.pnl, report.realized, report.win_rate, report.start) == (D(0), D(0), D(0), START)


async def test_profit_in_another_quote_is_converted(house: House) -> None:
    await house.buy("0.5")
    await house.buy(2, ETHBTC)
    await house.sell(2, ETHBTC)
    report = await house.portfolio.pnl(MAIN, Period.ALL)
    fees = [(fill.fee, fill.symbol.quote) for fill in await house.fills()]
    assert report.fees == sum(fee * (67_000 if quote == "BTC" else 1) for fee, quote in fees)


PERIODS = {
    Period.DAY: START + timedelta(days=399),
    Period.WEEK: START + timedelta(days=393),
    Period.MONTH: START + timedelta(days=370),
    Period.YEAR_TO_DATE: (START + timedelta(days=400)).replace(month=1, day=1, hour=0, minute=0, second=0),
    Period.ALL: START,
}


@pytest.mark.parametrize("period", Period, ids=str)
async def test_each_period_starts_where_it_says(house: House, period: Period) -> None:
    assert period.start(START + timedelta(days=400), START) == PERIODS[period]


async def test_fills_before_the_period_do_not_count(house: House) -> None:
    await house.buy("0.5")
    await house.clock.advance(3 * 86_400)
    await house.sell("0.5")
    assert (await house.portfolio.pnl(MAIN, Period.DAY)).orders == 1
    assert (await house.portfolio.pnl(MAIN, Period.WEEK)).orders == 2


async def test_trades_are_the_fills_newest_kept(house: House) -> None:
    for amount in ("0.1", "0.2", "0.3"):
        await house.buy(amount)
        await house.clock.advance(1)
    assert [fill.amount for fill in await house.portfolio.trades(MAIN, limit=2)] == [D("0.2"), D("0.3")]
    assert await house.portfolio.trades(MAIN, symbol=ETH) == []


async def test_an_unknown_account_is_not_found(house: House) -> None:
    for answer in (
        house.portfolio.snapshot("nobody"),
        house.portfolio.pnl("nobody", Period.ALL),
        house.portfolio.history("nobody", START),
        house.portfolio.trades("nobody"),
        house.portfolio.positions("nobody"),
    ):
        with pytest.raises(NotFound):
            await answer
