"""Limits, switches, arming and approvals: the same on both databases."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from memory.database import Database
from memory.errors import AlreadyStored
from tests.memory.samples import START, account, later, order, point
from trading.approvals import Approval, ApprovalStatus
from trading.model import Origin
from trading.stores import Rebase, RiskState
from trading.switch import Arming, Switch, SwitchState


@pytest.fixture
async def db(database: Database) -> Database:
    async with database.transact() as uow:
        await uow.accounts.add(account())
    return database


def approval(name: str = "a1", **more: Any) -> Approval:
    values: dict[str, Any] = {
        "order_id": "o1",
        "account": "main",
        "principal": "ada",
        "origin": Origin.MODEL,
        "status": ApprovalStatus.PENDING,
        "reference": Decimal("67000.10"),
        "cost": Decimal("100.0"),
        "fee": Decimal("0.1"),
        "created_at": START,
        "expires_at": later(120),
    }
    return Approval(name, **(values | more))


async def test_an_untouched_account_is_active_unarmed_and_has_no_limits(db: Database) -> None:
    async with db.read() as uow:
        assert await uow.risk.state("main", START, START) == RiskState(
            {}, SwitchState.ACTIVE, False, None, None, 0
        )
        assert await uow.risk.switch() == Switch("all", SwitchState.ACTIVE)
        assert await uow.risk.arming("main") is None


async def test_the_state_of_an_account_is_read_in_one_look(db: Database) -> None:
    async with db.transact() as uow:
        await uow.accounts.add(account("other"))
        await uow.risk.set_limits("main", {"order": "0.1"}, "ada", START)
        await uow.risk.set_limits("main", {"order": "0.2"}, "ada", later(1))
        await uow.risk.set_switch(Switch("all", SwitchState.HALTED, "ada", later(2), "panic"))
        await uow.risk.set_arming(Arming("main", True, "ada", later(3)))
        for seconds, equity in ((0, "100"), (10, "120.5"), (20, "9"), (30, "110")):
            await uow.equity.add("main", point(seconds, equity))
        for name, seconds in (("o1", 0), ("o2", 50), ("o3", 61)):
            await uow.orders.add(order(name, created_at=later(seconds)))
        await uow.orders.add(order("o4", account="other", created_at=later(61)))
    async with db.read() as uow:
        state = await uow.risk.state("main", later(15), later(10))
        assert state == RiskState(
            {"order": "0.2"}, SwitchState.HALTED, True, Decimal("120.5"), Decimal("120.5"), 2
        )
        assert await uow.risk.switch() == Switch("all", SwitchState.HALTED, "ada", later(2), "panic")
        assert await uow.risk.arming("main") == Arming("main", True, "ada", later(3))


async def test_losses_count_from_the_last_payment_of_the_day(db: Database) -> None:
    async with db.transact() as uow:
        await uow.equity.add("main", point(0, "100"))
        for seconds, equity, peak, day_start in ((10, "50", "55.5", "52"), (20, "25", "27.75", "26")):
            rebase = Rebase(point(seconds, equity), Decimal(peak), Decimal(day_start))
            await uow.equity.rebase("main", rebase)
        await uow.equity.add("main", point(30, "24"))
        await uow.equity.rebase("other", Rebase(point(20, "7"), Decimal(9), Decimal(8)))
    async with db.read() as uow:
        today = await uow.risk.state("main", later(5), START)
        assert (today.peak, today.day_start) == (Decimal("27.75"), Decimal("26"))
        # From the next midnight on it is the point before that.
        next_day = await uow.risk.state("main", later(25), START)
        assert (next_day.peak, next_day.day_start) == (Decimal("27.75"), Decimal("25"))
        assert await uow.equity.between("main", START, later(20)) == [
            point(0, "100"),
            point(10, "50"),
            point(20, "25"),
        ]


async def test_an_approval_is_answered_once(db: Database) -> None:
    asked = approval()
    async with db.transact() as uow:
        await uow.orders.add(order("o1"))
        await uow.approvals.add(asked)
    denied = replace(
        asked, status=ApprovalStatus.DENIED, resolved_at=later(5), resolved_by="bob", reason="no"
    )
    async with db.transact() as uow:
        assert await uow.approvals.resolve(denied)
        assert not await uow.approvals.resolve(replace(denied, status=ApprovalStatus.APPROVED))
    async with db.read() as uow:
        assert await uow.approvals.get("a1") == denied
        assert await uow.approvals.of_order("o1") == denied
        assert await uow.approvals.pending() == []
        assert await uow.approvals.recent(10) == [denied]
        assert await uow.approvals.get("a2") is None


async def test_pending_approvals_are_listed_oldest_first_and_by_their_expiry(db: Database) -> None:
    first, second = approval(), approval("a2", order_id="o2", created_at=later(1), expires_at=later(60))
    async with db.transact() as uow:
        await uow.orders.add(order("o1"), order("o2"))
        await uow.approvals.add(second)
        await uow.approvals.add(first)
    async with db.read() as uow:
        assert await uow.approvals.pending() == [first, second]
        assert await uow.approvals.pending(later(60)) == [second]
        assert await uow.approvals.recent(1) == [second]


async def test_an_order_is_held_by_one_approval(db: Database) -> None:
    async with db.transact() as uow:
        await uow.orders.add(order("o1"))
        await uow.approvals.add(approval())
    with pytest.raises(AlreadyStored):
        async with db.transact() as uow:
            await uow.approvals.add(approval("a2"))
