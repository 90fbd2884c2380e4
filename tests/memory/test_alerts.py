"""Alerts and their firings: the same on both databases."""

import asyncio
from dataclasses import replace
from decimal import Decimal

from memory.alert_records import Alert, AlertFiring, AlertStatus
from memory.database import Database
from tests.memory.samples import BTC, ETH, START, later

ASKED = {"type": "price", "pair": "BTC/USDT", "condition": "above", "value": 70_000}
ALERT = Alert(
    id="alert_1",
    principal="telegram:1",
    account="main",
    asked=ASKED,
    channels={"names": ["telegram"]},
    webhook=None,
    status=AlertStatus.ACTIVE,
    created_at=START,
    since=START,
    expires_at=later(60),
    revision=0,
)
FIRED = AlertFiring(
    "fir_1", "alert_1", "telegram:1", later(1), later(2), {"text": "up"}, {}, Decimal("70000.5")
)


async def added(database: Database, *alerts: Alert) -> list[Alert]:
    """Store alerts, each with a revision of its own, and return them so."""
    made = []
    async with database.transact() as uow:
        for each in alerts:
            made.append(replace(each, revision=await uow.alerts.revise()))
            await uow.alerts.add(made[-1])
    return made


async def test_alerts_are_ones_own_and_what_is_deleted_is_seen_by_who_watches_only(
    database: Database,
) -> None:
    first, second, other = await added(
        database,
        ALERT,
        replace(ALERT, id="alert_2", created_at=later(1)),
        replace(ALERT, id="x", principal="key:k"),
    )
    async with database.transact() as uow:
        gone = replace(first, status=AlertStatus.DELETED, revision=await uow.alerts.revise())
        assert await uow.alerts.replace(gone, first.revision)
    async with database.read() as uow:
        assert await uow.alerts.of("telegram:1") == [second]
        assert await uow.alerts.get("telegram:1", first.id) is None
        assert await uow.alerts.get("telegram:1", other.id) is None
        assert await uow.alerts.count("telegram:1") == 1
        assert await uow.alerts.changed(0) == [second, other, gone]
        assert await uow.alerts.changed(other.revision) == [gone]
        assert await uow.alerts.changed(gone.revision) == []


async def test_of_many_who_saw_the_same_alert_one_writes(database: Database) -> None:
    (alert,) = await added(database, ALERT)

    async def fire(number: int) -> bool:
        async with database.transact() as uow:
            after = replace(alert, fired=1, standing={"by": number}, revision=await uow.alerts.revise())
            return await uow.alerts.replace(after, alert.revision)

    assert sorted(await asyncio.gather(*map(fire, range(6)))) == [False] * 5 + [True]
    async with database.transact() as uow:
        assert not await uow.alerts.keep(alert.id, alert.revision, {"late": True})
        now = await uow.alerts.get(alert.principal, alert.id)
        assert now is not None
        assert await uow.alerts.keep(alert.id, now.revision, {"side": 1})
        assert await uow.alerts.get(alert.principal, alert.id) == replace(now, standing={"side": 1})


async def test_how_far_a_pair_was_seen_is_kept(database: Database) -> None:
    async with database.transact() as uow:
        for symbol, minutes in ((BTC, 1), (ETH, 2), (BTC, 3)):
            await uow.alerts.see(symbol, later(minutes))
    async with database.read() as uow:
        assert await uow.alerts.seen() == {BTC: later(3), ETH: later(2)}


async def test_firings_come_newest_first_and_page_by_page(database: Database) -> None:
    many = [
        replace(FIRED, id=f"fir_{each}", alert=f"alert_{each % 2}", recorded_at=later(each))
        for each in range(5)
    ]
    async with database.transact() as uow:
        for each in (*many, replace(FIRED, id="other", principal="owner")):
            await uow.alerts.fire(each)
    async with database.read() as uow:
        newest = list(reversed(many))
        assert await uow.alerts.firings("telegram:1", 3) == newest[:3]
        assert await uow.alerts.firings("telegram:1", 3, before="fir_2") == newest[3:]
        assert await uow.alerts.firings("telegram:1", 9, alert="alert_1") == [many[3], many[1]]
        assert await uow.alerts.fired("telegram:1", later(2)) == 2


async def test_a_proposed_order_is_due_until_it_was_placed_before_somebody(database: Database) -> None:
    due = replace(FIRED, due=True)
    async with database.transact() as uow:
        await uow.alerts.fire(due)
        await uow.alerts.fire(replace(FIRED, id="fir_2"))
        assert await uow.alerts.due() == [due]
        assert await uow.alerts.prune(later(100)) == 1
        await uow.alerts.proposed(due.id, {"orderId": "ord_1"})
        assert await uow.alerts.due() == []
        assert await uow.alerts.firings("telegram:1", 9) == [
            replace(due, due=False, proposed={"orderId": "ord_1"})
        ]


async def test_what_is_over_is_forgotten_by_when_it_was_last_of_use(database: Database) -> None:
    fired = replace(ALERT, id="fired", status=AlertStatus.TRIGGERED, last_fired_at=later(50))
    over = replace(ALERT, id="over", status=AlertStatus.EXPIRED)
    active, kept, _ = await added(database, ALERT, fired, over)
    async with database.transact() as uow:
        await uow.alerts.prune(later(10))
    async with database.read() as uow:
        assert await uow.alerts.changed(0) == [active, kept]
