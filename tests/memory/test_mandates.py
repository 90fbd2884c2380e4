"""What runs may trade, what they use of it and what they have traded: the same on both databases."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from memory.database import Database
from memory.errors import AlreadyStored, MissingReference
from tests.memory.samples import BTC, ETH, START, account, later, order
from trading.approvals import ApprovalStatus
from trading.mandates import Mandate, Tally, Use, Used
from trading.model import OrderStatus, Origin

D = Decimal
PENDING, APPROVED, REVOKED = ApprovalStatus.PENDING, ApprovalStatus.APPROVED, ApprovalStatus.REVOKED
EXACT, NEGATIVE = D("0.123456789012345678901234567890"), D("-0.123456789012345678901234567890")


@pytest.fixture
async def db(database: Database) -> Database:
    async with database.transact() as uow:
        await uow.accounts.add(account())
    return database


def mandate(name: str = "m1", **more: Any) -> Mandate:
    values: dict[str, Any] = {
        "account": "main",
        "run": "r1",
        "principal": "ada",
        "status": PENDING,
        "per_order": D("100.10"),
        "per_day": D("1000"),
        "loss": EXACT,
        "created_at": START,
        "expires_at": later(120),
    }
    return Mandate(name, **(values | more))


def use(order_id: str = "o1", **more: Any) -> Use:
    values: dict[str, Any] = {
        "mandate": "m1",
        "account": "main",
        "run": "r1",
        "value": EXACT,
        "amount": D("0.1"),
        "at": START,
    }
    return Use(order_id, **(values | more))


def entry(name: str, **more: Any) -> Any:
    return order(name, run="r1", origin=Origin.RUN, **more)


async def test_a_mandate_changes_only_from_what_it_was(db: Database) -> None:
    asked = mandate()
    approved = replace(
        asked,
        status=APPROVED,
        resolved_at=later(5),
        resolved_by="bob",
        reason="go on",
        baseline=NEGATIVE,
        session_id="s1",
    )
    revoked = replace(approved, status=REVOKED, revoked_at=later(9), revoked_by="eve", reason="enough")
    async with db.transact() as uow:
        await uow.mandates.add(asked)
        assert not await uow.mandates.change(revoked, APPROVED)
        assert await uow.mandates.in_force("main", "r1") is None
        assert await uow.mandates.change(approved, PENDING)
        assert not await uow.mandates.change(replace(asked, status=ApprovalStatus.DENIED), PENDING)
    async with db.transact() as uow:
        assert await uow.mandates.in_force("main", "r1") == approved
        assert await uow.mandates.in_force("main", "r2") is None
        assert await uow.mandates.in_force("other", "r1") is None
        assert await uow.mandates.change(revoked, APPROVED)
    async with db.read() as uow:
        assert await uow.mandates.get("m1") == revoked
        assert await uow.mandates.in_force("main", "r1") is None
        assert await uow.mandates.get("m2") is None


async def test_a_run_has_one_mandate_in_force_on_an_account(db: Database) -> None:
    async with db.transact() as uow:
        await uow.accounts.add(account("other"))
        for name, more in (("m1", {}), ("m2", {"run": "r2"}), ("m3", {"account": "other"})):
            await uow.mandates.add(mandate(name, status=APPROVED, **more))
        await uow.mandates.add(mandate("m4"))
        await uow.mandates.add(mandate("m5", status=REVOKED))
    with pytest.raises(AlreadyStored):
        async with db.transact() as uow:
            await uow.mandates.change(mandate("m4", status=APPROVED), PENDING)


async def test_mandates_are_listed_by_status_expiry_and_age(db: Database) -> None:
    first = mandate()
    second = mandate("m2", created_at=later(1), expires_at=later(60))
    third = mandate("m3", created_at=later(2), status=APPROVED)
    async with db.transact() as uow:
        for each in (third, second, first):
            await uow.mandates.add(each)
    async with db.read() as uow:
        assert await uow.mandates.of_status(PENDING) == [first, second]
        assert await uow.mandates.of_status(PENDING, later(60)) == [second]
        assert await uow.mandates.of_status(APPROVED) == [third]
        assert await uow.mandates.recent(2) == [third, second]


async def test_a_mandate_is_of_an_account_that_exists(db: Database) -> None:
    with pytest.raises(MissingReference):
        async with db.transact() as uow:
            await uow.mandates.add(mandate(account="none"))


async def test_what_is_open_or_of_the_day_is_used(db: Database) -> None:
    async with db.transact() as uow:
        await uow.mandates.add(mandate())
        names = {
            "open": OrderStatus.PARTIAL,
            "closed": OrderStatus.CANCELED,
            "today": OrderStatus.FILLED,
            "lost": OrderStatus.UNKNOWN,
        }
        for name, status in names.items():
            await uow.orders.add(entry(name, status=status, filled=D("0.05")))
            await uow.mandates.use(use(name, at=later(10) if name == "today" else START))
        await uow.orders.add(entry("unasked"), order("other", run="r2"))
        await uow.mandates.use(use("other", run="r2", at=later(10)))
    async with db.read() as uow:
        found = {each.order_id: each for each in await uow.mandates.used("main", "r1", later(10))}
        assert found.keys() == {"open", "today", "lost"}
        assert found["open"] == Used("open", EXACT, D("0.1"), OrderStatus.PARTIAL, D("0.05"), False)
        assert found["open"].counts == EXACT
        assert found["today"].counts == EXACT / 2
        assert len(await uow.mandates.used("main", "r1", START)) == 4
        assert await uow.mandates.used("other", "r1", START) == []
        assert await uow.mandates.use_of("open") == use("open")
        assert await uow.mandates.use_of("unasked") is None


async def test_an_order_is_let_pass_once(db: Database) -> None:
    async with db.transact() as uow:
        await uow.mandates.add(mandate())
        await uow.orders.add(entry("o1"))
        await uow.mandates.use(use())
    for again in (use(), use("none")):
        with pytest.raises((AlreadyStored, MissingReference)):
            async with db.transact() as uow:
                await uow.mandates.use(again)


async def test_what_a_run_has_traded_adds_up_exactly(db: Database) -> None:
    def traded(symbol: Any, amount: Decimal, cash: Decimal, run: str = "r1") -> Tally:
        return Tally("main", run, symbol, amount, cash)

    async with db.transact() as uow:
        await uow.mandates.add(mandate())
        await uow.orders.add(entry("o1", status=OrderStatus.FILLED, filled=D("0.1")))
        await uow.mandates.use(use())
        await uow.mandates.traded("o1", traded(BTC, EXACT, NEGATIVE), later(3))
        await uow.mandates.traded("o2", traded(BTC, D("-1e-30"), D(10) ** 20), later(4))
        await uow.mandates.traded("o2", traded(ETH, D(1), D(-3)), later(4))
        await uow.mandates.traded("o3", traded(BTC, D(9), D(9), "r2"), later(4))
    async with db.read() as uow:
        bitcoin, ether = await uow.mandates.tallies("main", "r1")
        assert bitcoin == traded(
            BTC,
            D("0.123456789012345678901234567889"),
            D("99999999999999999999.876543210987654321098765432110"),
        )
        assert ether == traded(ETH, D(1), D(-3))
        assert await uow.mandates.tallies("other", "r1") == []
        # When an order has traded is kept with what it uses.
        assert await uow.mandates.use_of("o1") == use(at=later(3))
        assert [each.order_id for each in await uow.mandates.used("main", "r1", later(3))] == ["o1"]


async def test_an_order_remembers_its_run(db: Database) -> None:
    async with db.transact() as uow:
        await uow.orders.add(entry("o1"), order("o2"))
    async with db.read() as uow:
        assert [(each.id, each.run) for each in await uow.orders.open("main")] == [("o1", "r1"), ("o2", None)]
