"""A live account whose books and the exchange's differ does not trade."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from decimal import Decimal

import pytest

from memory.database import Database
from tests.trading.house import BTC, MAIN, START, Heard, account, counting, request, usual_pairs
from trading.accounts import open_account
from trading.clock import ManualClock
from trading.desk import Desk
from trading.equity import EquityRecorder
from trading.errors import AccountLocked, ExchangeUnavailable, OutcomeUnknown, RiskLimitExceeded
from trading.exchanges.scripted import ScriptedMarket
from trading.exchanges.scripted_exchange import ScriptedExchange
from trading.ledger import adoption
from trading.locks import Locks
from trading.markets import Markets
from trading.model import Mode, OrderStatus, OrderType, Origin, Side, Ticker
from trading.reconciliation import EVERY, Reconciliation
from trading.risk.gate import RiskGate
from trading.switch import Arming
from trading.symbols import Symbol

D = Decimal


@dataclass
class Live:
    """A live account, armed, at an exchange with 50,000 USDT."""

    database: Database
    clock: ManualClock
    exchange: ScriptedExchange
    market: ScriptedMarket
    desk: Desk
    books: Reconciliation

    async def buy(self, amount: str = "0.01") -> OrderStatus:
        return (await self.desk.execute(request(Side.BUY, amount))).order.status

    async def differences(self) -> list[str]:
        return [each.what for each in await self.books.check(MAIN)]

    async def balances(self) -> dict[str, Decimal]:
        async with self.database.read() as uow:
            return {asset: total for asset, total in (await uow.ledger.balances(MAIN)).items() if total}


@asynccontextmanager
async def live(url: str) -> AsyncIterator[Live]:
    clock, new_id = ManualClock(START), counting()
    market = ScriptedMarket(clock, usual_pairs())
    markets = Markets(market)
    exchange = ScriptedExchange(clock, {"USDT": 50_000}, {BTC: 67_000})
    async with Database.open(url) as database:

        async def settle() -> None:
            await desk.settle()

        locks = Locks()
        books = Reconciliation(
            [MAIN],
            {Mode.LIVE: exchange},
            database.transact,
            database.read,
            clock,
            new_id,
            settle,
            locks,
            market,
        )
        desk = Desk(
            exchanges={Mode.LIVE: exchange},
            markets=markets,
            transact=database.transact,
            read=database.read,
            clock=clock,
            new_id=new_id,
            news=Heard(),
            checks=[RiskGate(lambda: False, locks)],
            locks=locks,
        )
        own = replace(account(), mode=Mode.LIVE, initial=D(0))
        await open_account(database.transact, own, new_id)
        async with database.transact() as uow:
            await uow.risk.set_arming(Arming(MAIN, True, "owner", START))
            await uow.risk.set_limits(MAIN, {"position": "1", "exposure": "1"}, "owner", START)
        opened = Live(database, clock, exchange, market, desk, books)
        yield opened
        await desk.drain()


@pytest.fixture
async def house(sqlite_url: str) -> AsyncIterator[Live]:
    async with live(sqlite_url) as opened:
        await opened.books.adopt(MAIN, "owner")
        yield opened


async def test_an_account_begins_with_what_the_exchange_has(house: Live) -> None:
    assert await house.balances() == {"USDT": D(50_000)}
    assert house.books.locked(MAIN) is None
    assert await house.buy() is OrderStatus.FILLED
    assert await house.differences() == []
    assert await house.balances() == {asset: each for asset, each in house.exchange.balances.items() if each}


async def test_nothing_trades_before_the_first_comparison(sqlite_url: str) -> None:
    async with live(sqlite_url) as house:
        async with house.database.transact() as uow:
            await uow.ledger.append(adoption(MAIN, {"USDT": D(50_000)}, "owner", START, "ent_first"))
        with pytest.raises(AccountLocked):
            await house.buy()
        assert [call for call, _ in house.exchange.log] == []
        await house.books.step()
        assert await house.buy() is OrderStatus.FILLED


async def test_books_that_differ_twice_lock_the_account_until_they_agree(house: Live) -> None:
    house.exchange.balances["USDT"] -= 100
    assert await house.differences() == ["USDT"]
    assert house.books.locked(MAIN) is None
    assert await house.differences() == ["USDT"]
    with pytest.raises(AccountLocked):
        await house.buy()
    house.exchange.balances["USDT"] += 100
    await house.books.step()
    assert house.books.locked(MAIN) is None
    assert await house.buy() is OrderStatus.FILLED


async def test_a_person_may_sell_what_the_books_agree_about_on_a_locked_account(house: Live) -> None:
    await house.buy()
    house.exchange.balances["USDT"] -= 100
    await house.differences()
    await house.differences()
    for refused in (request(Side.BUY, "0.001"), request(Side.SELL, "0.001", origin=Origin.MODEL)):
        with pytest.raises(AccountLocked):
            await house.desk.execute(refused)
    assert (await house.desk.execute(request(Side.SELL, "0.001"))).order.status is OrderStatus.FILLED
    house.exchange.balances["BTC"] -= D("0.001")
    await house.differences()
    with pytest.raises(AccountLocked):
        await house.desk.execute(request(Side.SELL, "0.001"))


async def test_nobody_sells_before_the_first_comparison(sqlite_url: str) -> None:
    async with live(sqlite_url) as house:
        async with house.database.transact() as uow:
            await uow.ledger.append(adoption(MAIN, {"BTC": D(1)}, "owner", START, "ent_first"))
        with pytest.raises(AccountLocked):
            await house.desk.execute(request(Side.SELL, "0.001"))


async def test_the_owner_can_take_over_what_the_exchange_has(house: Live) -> None:
    house.exchange.balances |= {"USDT": D(49_000), "ETH": D(2)}
    await house.differences()
    await house.differences()
    await house.books.adopt(MAIN, "owner")
    assert await house.balances() == {"USDT": D(49_000), "ETH": D(2)}
    assert house.books.locked(MAIN) is None


async def test_an_order_that_is_not_ours_is_a_difference(house: Live) -> None:
    stranger = request(Side.BUY, "0.01", type="limit", price=60_000)
    order = (await house.desk.execute(stranger)).order
    assert await house.differences() == []
    async with house.database.transact() as uow:
        current = await uow.orders.get(order.id)
        assert current is not None
        await uow.orders.save(replace(current, status=OrderStatus.CANCELED))
    [difference] = await house.differences()
    assert "not ours" in difference


async def test_an_order_that_has_gone_from_the_exchange_is_a_difference(house: Live) -> None:
    resting = request(Side.BUY, "0.01", type="limit", price=60_000)
    order = (await house.desk.execute(resting)).order
    assert order.type is OrderType.LIMIT
    house.exchange.forget(order.id)
    [difference] = await house.differences()
    assert order.id in difference


async def test_books_are_not_compared_while_an_order_is_unanswered(house: Live) -> None:
    house.exchange.failures.lost["place"] = OutcomeUnknown("timed out")
    assert await house.buy() is OrderStatus.UNKNOWN
    assert await house.books.compare(MAIN) is None
    assert house.books.locked(MAIN) is None
    house.exchange.failures.lost.clear()
    await house.desk.recover()
    assert await house.differences() == []


async def test_a_silent_exchange_locks_nothing_that_was_compared(house: Live) -> None:
    house.exchange.failures.refused["statement"] = ExchangeUnavailable("closed")
    await house.books.step()
    await house.books.step()
    assert house.books.locked(MAIN) is None


async def test_an_account_that_agrees_is_compared_now_and_then(house: Live) -> None:
    def looks() -> int:
        return sum(call == "statement" for call, _ in house.exchange.log)

    await house.books.step()
    before = looks()
    await house.books.step()
    assert looks() == before
    await house.clock.advance(EVERY.total_seconds())
    await house.books.step()
    assert looks() == before + 1


async def refused(house: Live) -> tuple[str, float]:
    """Try to buy, and return which limit that breaks and what was measured."""
    with pytest.raises(RiskLimitExceeded) as caught:
        await house.buy()
    return caught.value.details["limit"], caught.value.details["actual"]


async def losses(house: Live) -> tuple[str, str]:
    """Buy a little, and return what was measured of the day's loss and of the drawdown."""
    order = (await house.desk.execute(request(Side.BUY, "0.001"))).order
    assert order.verdict is not None
    return order.verdict["daily_loss"].split()[0], order.verdict["drawdown"].split()[0]


async def falls(house: Live, price: int) -> None:
    await house.clock.advance(1)
    house.market.trade(BTC, price)
    house.exchange.prices[BTC] = D(price)


@pytest.mark.parametrize("change", [-40_000, 500_000])
async def test_what_was_lost_stays_the_same_share_whatever_is_paid_in_or_out(
    house: Live, change: int
) -> None:
    await house.buy("0.14")
    await falls(house, 57_000)
    assert await losses(house) == ("0.028188", "0.028188")
    await house.clock.advance(1)
    house.exchange.balances["USDT"] += change
    await house.books.adopt(MAIN, "owner")
    assert [float(each) for each in await losses(house)] == pytest.approx([0.028188] * 2, abs=1e-5)


async def test_a_deposit_does_not_hide_a_loss(house: Live) -> None:
    await house.buy("0.14")
    await falls(house, 45_000)
    limit, lost = await refused(house)
    house.exchange.balances |= {"USDT": house.exchange.balances["USDT"] + 500_000, "ETH": D(10)}
    await house.books.adopt(MAIN, "owner")
    again, still_lost = await refused(house)
    assert (again, limit) == ("daily_loss", "daily_loss")
    assert still_lost == pytest.approx(lost, abs=1e-9)


async def test_the_day_after_a_payment_counts_from_its_own_midnight(house: Live) -> None:
    await house.buy("0.14")
    await falls(house, 45_000)
    house.exchange.balances["USDT"] -= 10_000
    await house.books.adopt(MAIN, "owner")
    assert (await refused(house))[0] == "daily_loss"
    await house.clock.advance(86_400)
    assert (await losses(house))[0] == "0.000000"


async def test_an_account_that_was_emptied_begins_anew(house: Live) -> None:
    for usdt in (0, 20_000):
        await house.clock.advance(1)
        house.exchange.balances["USDT"] = D(usdt)
        await house.books.adopt(MAIN, "owner")
    assert await losses(house) == ("0.000000", "0.000000")


async def test_an_asset_that_no_market_knows_counts_for_nothing(house: Live) -> None:
    house.exchange.balances |= {"OAK": D(1_000), "USDT": D(25_000)}
    await house.books.adopt(MAIN, "owner")
    del house.exchange.balances["OAK"]
    await house.books.adopt(MAIN, "owner")
    assert await losses(house) == ("0.000000", "0.000000")


async def test_nothing_is_taken_over_while_nobody_can_say_what_it_is_worth(house: Live) -> None:
    await house.buy("0.14")
    before = await house.balances()
    house.exchange.balances["USDT"] -= 10_000
    house.market.fail()
    with pytest.raises(ExchangeUnavailable):
        await house.books.adopt(MAIN, "owner")
    assert await house.balances() == before
    house.market.fail(None)
    await house.books.adopt(MAIN, "owner")
    assert await house.balances() == {a: each for a, each in house.exchange.balances.items() if each}


async def test_equity_that_is_being_recorded_meanwhile_brings_no_peak_back(house: Live) -> None:
    class Slow(ScriptedMarket):
        asked, answer = asyncio.Event(), asyncio.Event()

        async def ticker(self, symbol: Symbol) -> Ticker:
            self.asked.set()
            await self.answer.wait()
            return await super().ticker(symbol)

    await house.buy("0.14")
    slow = Slow(house.clock, usual_pairs())
    parts = house.database.transact, house.database.read, Markets(slow), house.clock
    recording = asyncio.create_task(EquityRecorder(*parts).record())
    await slow.asked.wait()
    await house.clock.advance(1)
    house.exchange.balances["USDT"] -= 30_000
    await house.books.adopt(MAIN, "owner")
    await house.clock.advance(1)
    slow.answer.set()
    await recording
    assert await losses(house) == ("0.000188", "0.000188")
