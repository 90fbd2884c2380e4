"""A run that asks to trade by itself, as people see and answer it through the door."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.service import NOON, Running, running
from tools.approvals import Approved
from tools.context import Context
from tools.errors import CallError, Code
from tools.policy import LOCAL_OWNER, Principal, Role
from trading.clock import ManualClock, epoch_ms
from trading.mandates import Terms
from trading.model import OrderRequest, OrderStatus, OrderType, Origin, Side
from trading.placing import OrderOutcome
from trading.symbols import Symbol

D = Decimal
EVE, BOB = Principal("eve", Role.TRADER), Principal("bob", Role.VIEWER)
NOW = epoch_ms(NOON)


@pytest.fixture
async def asking(tmp_path: Path) -> AsyncIterator[Running]:
    """A service whose paper account asks for what no person starts."""
    async with running(tmp_path) as service:
        await called(service, "risk.set", {"askOnPaper": True})
        yield service


async def called(
    service: Running, method: str, params: dict[str, Any], who: Principal = LOCAL_OWNER, **more: Any
) -> dict[str, Any]:
    context = Context(who, service.app.services, service.app.registry, **more)
    return (await service.app.registry.call(method, params, context)).model_dump(mode="json")


async def code_of(service: Running, method: str, approval: str, who: Principal, **more: Any) -> Code:
    with pytest.raises(CallError) as refused:
        await called(service, method, {"approvalId": approval}, who, **more)
    return refused.value.reason


async def asks(service: Running, run: str = "run_1", day: int = 150) -> str:
    terms = Terms(D(100), D(day), D(20))
    return (await service.app.services.desk.mandates.ask("main", run, terms, "ada", "s1")).id


async def wants(service: Running, amount: str = "0.001", run: str = "run_1") -> OrderOutcome:
    return await service.app.services.desk.execute(
        OrderRequest(
            "main",
            Symbol("BTC", "USDT"),
            Side.BUY,
            OrderType.MARKET,
            amount=D(amount),
            origin=Origin.RUN,
            by="ada",
            run=run,
        )
    )


def asked_view(approval: str, **more: Any) -> dict[str, Any]:
    return {
        "kind": "run",
        "approvalId": approval,
        "status": "pending",
        "run": "run_1",
        "account": "main",
        "mode": "paper",
        "currency": "USDT",
        "perOrder": 100.0,
        "perDay": 150.0,
        "loss": 20.0,
        "usedToday": 0.0,
        "lost": None,
        "origin": "run",
        "askedFor": "ada",
        "sessionId": "s1",
        "createdAt": NOW,
        "expiresAt": NOW + 120_000,
        "resolvedAt": None,
        "resolvedBy": None,
        "revokedAt": None,
        "revokedBy": None,
        "reason": None,
        **more,
    }


async def test_a_run_is_listed_approved_used_and_revoked(asking: Running) -> None:
    approval = await asks(asking)
    assert (await called(asking, "approval.list", {}))["approvals"] == [asked_view(approval)]
    told = await called(asking, "approval.approve", {"approvalId": approval, "reason": "go on"}, EVE)
    answer = {"status": "approved", "resolvedAt": NOW, "resolvedBy": "eve", "reason": "go on"}
    assert told == {"approval": asked_view(approval, **answer)}
    assert (await called(asking, "approval.list", {}))["approvals"] == []

    await asking.advance(1)
    first, second, third = [await wants(asking) for _ in range(3)]
    assert [each.order.status for each in (first, second, third)] == ["filled", "filled", "held"]
    held, listed = (await called(asking, "approval.list", {"pending": False}))["approvals"]
    assert (held["kind"], held["run"], held["limits"]["mandate_day"]) == (
        "order",
        "run_1",
        "206.142540 of 150",
    )
    assert 137 < listed.pop("usedToday") < 138
    assert 0 < listed.pop("lost") < 1
    assert listed == {
        name: value
        for name, value in asked_view(approval, **answer).items()
        if name not in ("usedToday", "lost")
    }

    revoked = await called(asking, "approval.revoke", {"approvalId": approval, "reason": "enough"}, EVE)
    assert (revoked["status"], revoked["revokedBy"], revoked["reason"]) == ("revoked", "eve", "enough")
    assert (await wants(asking, "0.0001")).order.status is OrderStatus.HELD
    orders = (await called(asking, "trade.orders", {}))["orders"]
    assert {each["run"] for each in orders} == {"run_1"}


async def test_every_change_is_told_and_kept(asking: Running, tmp_path: Path) -> None:
    first, second = await asks(asking), await asks(asking, "run_2")
    await called(asking, "approval.approve", {"approvalId": first})
    await called(asking, "approval.deny", {"approvalId": second, "reason": "no"})
    await called(asking, "approval.revoke", {"approvalId": first})
    third, expired = await asks(asking, "run_3"), asyncio.Event()
    asking.app.services.events.listen(
        lambda events: (
            expired.set() if any(each.payload.get("status") == "expired" for each in events) else None
        )
    )
    await asking.advance(120)
    ended = asyncio.create_task(expired.wait())
    for _ in range(30):
        # What expires them may be at work just now, and sleeps only after that.
        await asking.advance(1)
        if (await asyncio.wait({ended}, timeout=1))[0]:
            break
    async with asking.app.services.database.read() as uow:
        events = await uow.events.after(LOCAL_OWNER.id, 0, 100)
    told = [
        (each.name.removeprefix("approval."), each.payload["approvalId"], each.payload["status"])
        for each in events
        if each.name.startswith("approval.")
    ]
    assert told == [
        ("requested", first, "pending"),
        ("requested", second, "pending"),
        ("resolved", first, "approved"),
        ("resolved", second, "denied"),
        ("resolved", first, "revoked"),
        ("requested", third, "pending"),
        ("resolved", third, "expired"),
    ]


@pytest.mark.parametrize("method", ["approval.approve", "approval.deny", "approval.revoke"])
async def test_only_a_person_who_may_trade_answers(asking: Running, method: str) -> None:
    approval = await asks(asking)
    if method == "approval.revoke":
        await called(asking, "approval.approve", {"approvalId": approval})
    for origin in (Origin.MODEL, Origin.RUN, Origin.JOB, Origin.GUARD):
        assert await code_of(asking, method, approval, LOCAL_OWNER, origin=origin) is Code.FORBIDDEN
    assert await code_of(asking, method, approval, BOB) is Code.FORBIDDEN
    assert (await called(asking, "approval.list", {"pending": False}, BOB))["approvals"]
    await called(asking, method, {"approvalId": approval}, EVE)
    assert await code_of(asking, method, approval, EVE) is Code.CONFLICT


async def test_an_order_is_not_revoked(asking: Running) -> None:
    held = await wants(asking)
    assert held.approval is not None
    assert await code_of(asking, "approval.revoke", held.approval.id, EVE) is Code.NOT_FOUND
    context = Context(EVE, asking.app.services, asking.app.registry)
    told = await asking.app.registry.call("approval.approve", {"approvalId": held.approval.id}, context)
    assert isinstance(told, Approved)
    assert (told.approval.kind, told.order.status) == ("order", "filled")


async def test_the_model_reads_what_waits(asking: Running) -> None:
    approval = await asks(asking)
    listed = await called(asking, "approval.list", {}, origin=Origin.MODEL)
    assert [each["approvalId"] for each in listed["approvals"]] == [approval]


async def test_the_kill_switch_tells_which_runs_it_has_stopped(asking: Running) -> None:
    in_force, waiting = await asks(asking), await asks(asking, "run_2")
    await called(asking, "approval.approve", {"approvalId": in_force})
    halted = await called(asking, "trading.halt", {})
    assert (halted["revoked"], halted["denied"]) == ([in_force], [waiting])
    await called(asking, "trading.rearm", {})
    assert (await wants(asking)).order.status is OrderStatus.HELD


async def test_a_run_stays_approved_through_a_restart(tmp_path: Path) -> None:
    async with running(tmp_path) as service:
        await called(service, "risk.set", {"askOnPaper": True})
        await called(service, "approval.approve", {"approvalId": await asks(service, day=140)})
        assert (await wants(service)).order.status is OrderStatus.FILLED
    async with running(tmp_path, clock=ManualClock(NOON + timedelta(seconds=1))) as service:
        assert (await wants(service)).order.status is OrderStatus.FILLED
        assert (await wants(service, "0.0001")).order.status is OrderStatus.HELD
