"""What the money domain asks of its stores, on both databases."""

from dataclasses import replace
from decimal import Decimal

import pytest

from memory.database import Database
from memory.errors import AlreadyStored, MissingReference
from tests.memory.samples import (
    BTC,
    ETH,
    START,
    account,
    entry,
    fill,
    later,
    order,
    point,
    position,
)
from trading.errors import StaleOrder
from trading.ledger import Imbalance
from trading.model import OrderStatus
from trading.orders import OPEN
from trading.ports import Transact


@pytest.fixture
async def db(database: Database) -> Database:
    async with database.transact() as uow:
        await uow.accounts.add(account())
    return database


def test_a_database_is_what_the_money_domain_asks_for(database: Database) -> None:
    transact: Transact = database.transact
    assert callable(transact)


async def test_an_order_comes_back_as_it_was_stored(db: Database) -> None:
    full = order(
        price=Decimal("50000.50"),
        stop_price=Decimal("1E+3"),
        stop_loss=Decimal("49000"),
        take_profit=Decimal("0.00000001"),
        reduce_only=True,
        triggered=True,
        group="g1",
        filled=Decimal("0.05"),
        cost=Decimal("2500.025"),
        fees=Decimal("2.5"),
        reserved=Decimal("2500"),
        budget=Decimal("5000"),
        quoted=True,
        queue_ahead=Decimal("7.5"),
        looked_at=later(1.5),
        reason="because",
        key="wish",
        version=3,
    )
    async with db.transact() as uow:
        await uow.orders.add(full, order("o2"))
    async with db.read() as uow:
        assert await uow.orders.get("o1") == full
        assert await uow.orders.get("o2") == order("o2")
        assert await uow.orders.get("o3") is None
        assert await uow.orders.by_key("main", "wish") == full
        assert await uow.orders.by_key("main", "another") is None


async def test_saving_an_order_gives_it_its_next_version(db: Database) -> None:
    async with db.transact() as uow:
        await uow.orders.add(order())
    async with db.transact() as uow:
        saved = await uow.orders.save(replace(order(), status=OrderStatus.SENT))
        again = await uow.orders.save(replace(saved, status=OrderStatus.ACCEPTED))
    assert again == replace(order(), status=OrderStatus.ACCEPTED, version=2)
    async with db.read() as uow:
        assert await uow.orders.get("o1") == again


async def test_a_stale_order_is_refused_and_changes_nothing(db: Database) -> None:
    async with db.transact() as uow:
        await uow.orders.add(order())
        await uow.orders.save(order())
    with pytest.raises(StaleOrder):
        async with db.transact() as uow:
            await uow.orders.save(replace(order(), status=OrderStatus.FILLED))
    async with db.read() as uow:
        assert await uow.orders.get("o1") == order(version=1)


async def test_one_wish_makes_one_order_per_account(db: Database) -> None:
    async with db.transact() as uow:
        await uow.accounts.add(account("other"))
        await uow.orders.add(order("o1", key="wish"), order("o2", account="other", key="wish"))
        await uow.orders.add(order("o3"), order("o4"))
    with pytest.raises(AlreadyStored):
        async with db.transact() as uow:
            await uow.orders.add(order("o5", key="wish"))


async def test_open_orders_are_those_that_may_still_fill_oldest_first(db: Database) -> None:
    async with db.transact() as uow:
        await uow.accounts.add(account("other"))
        for place, status in enumerate(OrderStatus):
            await uow.orders.add(order(f"o-{status}", status=status, created_at=later(-place)))
        await uow.orders.add(order("theirs", account="other", created_at=later(9)))
    mine = [f"o-{status}" for status in reversed(OrderStatus) if status in OPEN]
    async with db.read() as uow:
        assert [each.id for each in await uow.orders.open("main")] == mine
        assert [each.id for each in await uow.orders.open()] == [*mine, "theirs"]


async def test_orders_that_traded_are_those_with_a_fill_oldest_first(db: Database) -> None:
    async with db.transact() as uow:
        await uow.accounts.add(account("other"))
        for place, name in enumerate(("o3", "o2", "o1")):
            await uow.orders.add(order(name, created_at=later(-place)))
        await uow.orders.add(order("theirs", account="other"))
        await uow.fills.add(fill("f1", order_id="o3"), fill("f2", order_id="o1"), fill("f3", order_id="o1"))
        await uow.fills.add(fill("f4", order_id="theirs", account="other"))
    async with db.read() as uow:
        assert [each.id for each in await uow.orders.traded("main")] == ["o1", "o3"]
        assert [each.id for each in await uow.orders.traded("other")] == ["theirs"]


async def test_fills_come_back_oldest_first_and_within_bounds(db: Database) -> None:
    fills = [
        fill("f1", at=later(0)),
        fill("f2", at=later(10), symbol=ETH, realized=Decimal("-1.25")),
        fill("f3", at=later(10), exchange="kraken"),
        fill("f4", at=later(20)),
    ]
    async with db.transact() as uow:
        await uow.orders.add(order())
        await uow.fills.add(fills[3])
        await uow.fills.add(*fills[:3])
    async with db.read() as uow:
        assert await uow.fills.of("main") == fills
        assert await uow.fills.of("main", limit=2) == fills[2:]
        assert await uow.fills.of("main", since=later(10)) == fills[1:]
        assert await uow.fills.of("main", until=later(10)) == fills[:3]
        assert await uow.fills.of("main", symbol=ETH) == [fills[1]]
        assert await uow.fills.of("main", exchange="kraken") == [fills[2]]
        assert await uow.fills.of("main", BTC, "sim", later(0), later(15), 5) == [fills[0]]
        assert await uow.fills.of("main", before="f3") == fills[:2]
        assert await uow.fills.of("main", limit=1, before="f4") == [fills[2]]
        assert await uow.fills.of("main", before="f1") == await uow.fills.of("main", before="f9") == []
        assert await uow.fills.of("other", before="f4") == []
        assert await uow.fills.of("other") == []
        assert await uow.fills.of_order("o1") == fills
        assert await uow.fills.of_order("o2") == []


async def test_a_fill_is_stored_once_and_only_with_its_order(db: Database) -> None:
    async with db.transact() as uow:
        await uow.orders.add(order())
        await uow.fills.add(fill())
    with pytest.raises(AlreadyStored):
        async with db.transact() as uow:
            await uow.fills.add(fill())
    with pytest.raises(MissingReference):
        async with db.transact() as uow:
            await uow.fills.add(fill("f2", order_id="nobody's"))


async def test_entries_come_back_whole_and_in_order(db: Database) -> None:
    first = entry("e2", ("main", "USDT", "-10.5"), ("main", "BTC", "0.1"), ("venue", "USDT", "10.5"))
    first = replace(first, postings=(*first.postings, replace(first.postings[1], amount=Decimal("-0.1"))))
    second = entry("e1", ("main/fees", "USDT", "1"), ("venue", "USDT", "-1"))
    async with db.transact() as uow:
        await uow.ledger.append(first, second)
    async with db.read() as uow:
        assert await uow.ledger.entries() == [first, second]
        assert await uow.ledger.entries("main") == [first]
        assert await uow.ledger.entries("venue") == [first, second]
        assert await uow.ledger.entries("nobody") == []


async def test_balances_are_the_sum_of_the_postings(db: Database) -> None:
    async with db.transact() as uow:
        await uow.ledger.append(entry("e1", ("main", "USDT", "100.10"), ("capital", "USDT", "-100.10")))
        await uow.ledger.append(
            entry("e2", ("main", "USDT", "-0.2"), ("venue", "USDT", "0.1"), ("venue", "USDT", "0.1")),
            entry("e3", ("main", "BTC", "1E-8"), ("venue", "BTC", "-1E-8")),
        )
    async with db.read() as uow:
        assert await uow.ledger.balances("main") == {"USDT": Decimal("99.90"), "BTC": Decimal("1E-8")}
        assert await uow.ledger.balances("venue") == {"USDT": Decimal("0.2"), "BTC": Decimal("-1E-8")}
        assert await uow.ledger.balances("nobody") == {}


@pytest.mark.parametrize("postings", [(), (("main", "USDT", "1"), ("venue", "BTC", "-1"))])
async def test_an_entry_that_does_not_balance_is_refused(
    db: Database, postings: tuple[tuple[str, str, str], ...]
) -> None:
    with pytest.raises(Imbalance):
        async with db.transact() as uow:
            await uow.ledger.append(entry("e1", *postings))
    async with db.read() as uow:
        assert await uow.ledger.balances("main") == {}


async def test_an_account_is_stored_once(database: Database) -> None:
    other = account("other", created_at=later(-1), settings={})
    async with database.transact() as uow:
        assert await uow.accounts.add(account())
        assert await uow.accounts.add(other)
        assert not await uow.accounts.add(account(owner="eve", initial=Decimal(1)))
    async with database.read() as uow:
        assert await uow.accounts.get("main") == account()
        assert await uow.accounts.get("nobody") is None
        assert await uow.accounts.all() == [other, account()]


async def test_equity_keeps_one_point_per_moment(db: Database) -> None:
    async with db.transact() as uow:
        for each in (point(0, "1"), point(20, "3"), point(10, "2"), point(10, "2.5")):
            await uow.equity.add("main", each)
        await uow.equity.add("other", point(0, "7"))
    async with db.read() as uow:
        assert await uow.equity.between("main", later(0), later(10)) == [point(0, "1"), point(10, "2.5")]
        assert await uow.equity.at("main", later(19)) == point(10, "2.5")
        assert await uow.equity.at("main", later(20)) == point(20, "3")
        assert await uow.equity.at("main", later(-1)) is None
        assert await uow.equity.first("main") == point(0, "1")
        assert await uow.equity.first("nobody") is None


async def test_a_position_is_open_until_nothing_is_left_of_it(db: Database) -> None:
    ether = position("p2", symbol=ETH, side="short", opened_at=later(-5))
    closed = replace(position(), amount=Decimal("0.00"), realized=Decimal("12"))
    async with db.transact() as uow:
        await uow.positions.save(position())
        await uow.positions.save(ether)
        assert await uow.positions.open("main") == [ether, position()]
        assert await uow.positions.open("main", BTC) == [position()]
        assert await uow.positions.open("other") == []
        await uow.positions.save(closed)
    async with db.read() as uow:
        assert await uow.positions.open("main") == [ether]
        assert await uow.positions.of("main") == [ether, closed]
        assert await uow.positions.of("other") == []
        assert await uow.positions.get("p1") == closed
        assert await uow.positions.get("p3") is None


async def test_times_come_back_aware_to_the_microsecond(db: Database) -> None:
    async with db.read() as uow:
        stored = await uow.accounts.get("main")
    assert stored is not None
    assert stored.created_at == START
    assert stored.created_at.tzinfo is START.tzinfo
