"""A live account whose books and the exchange's differ does not trade."""

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
from trading.errors import AccountLocked, ExchangeUnavailable, OutcomeUnknown
from trading.exchanges.scripted import ScriptedMarket
from trading.exchanges.scripted_exchange import ScriptedExchange
from trading.ledger import adoption
from trading.locks import Locks
from trading.markets import Markets
from trading.model import Mode, OrderStatus, OrderType, Side
from trading.reconciliation import EVERY, Reconciliation
from trading.risk.gate import RiskGate
from trading.switch import Arming

D = Decimal


@dataclass
class Live:
    """A live account, armed, at an exchange with 50,000 USDT."""

    database: Database
    clock: ManualClock
    exchange: ScriptedExchange
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
    markets = Markets(ScriptedMarket(clock, usual_pairs()))
    exchange = ScriptedExchange(clock, {"USDT": 50_000}, {BTC: 67_000})
    async with Database.open(url) as database:

        async def settle() -> None:
            await desk.settle()

        locks = Locks()
        books = Reconciliation(
            [MAIN], {Mode.LIVE: exchange}, database.transact, database.read, clock, new_id, settle, locks
        )
        desk = Desk(
            exchanges={Mode.LIVE: exchange},
            markets=markets,
            transact=database.transact,
            read=database.read,
            clock=clock,
            new_id=new_id,
            news=Heard(),
            checks=[RiskGate(lambda: False, locks.why)],
            locks=locks,
        )
        own = replace(account(), mode=Mode.LIVE, initial=D(0))
        await open_account(database.transact, own, new_id)
        async with database.transact() as uow:
            await uow.risk.set_arming(Arming(MAIN, True, "owner", START))
        opened = Live(database, clock, exchange, desk, books)
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
