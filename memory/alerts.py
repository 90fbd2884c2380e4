"""Alerts on disk: what people want to be told of, how far each has come, and when each fired."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, delete, func, select, update

from memory import schema_alerts as schema
from memory.alert_records import Alert, AlertFiring, AlertStatus
from memory.link import Link
from memory.rows import Shape, changing
from memory.sql import upsert
from memory.types import Moment
from trading.symbols import Symbol

ALERT = Shape(schema.alerts, Alert)
FIRING = Shape(schema.alert_firings, AlertFiring)

_A, _F = schema.alerts.c, schema.alert_firings.c
INSERT = schema.alerts.insert()
INSERT_FIRING = schema.alert_firings.insert()
REVISE = update(schema.alert_revision).values(last=schema.alert_revision.c.last + 1)
SEE = upsert(schema.alert_feeds, "symbol")
KEPT = _A.status != AlertStatus.DELETED
OWN = ALERT.query.where(_A.principal == bindparam("who"), KEPT)
CHANGED = ALERT.query.where(_A.revision > bindparam("after")).order_by(_A.revision)
COUNT = (
    select(func.count())
    .select_from(schema.alerts)
    .where(_A.principal == bindparam("who"), _A.status.in_((AlertStatus.ACTIVE, AlertStatus.PAUSED)))
)
DUE = FIRING.query.where(_F.due).order_by(_F.seq)
FIRED = (
    select(func.count())
    .select_from(schema.alert_firings)
    .where(_F.principal == bindparam("who"), _F.recorded_at > bindparam("since"))
)
NEWEST: Select[Any] = FIRING.query.where(_F.principal == bindparam("who")).order_by(_F.seq.desc())
PLACE = select(_F.seq).where(_F.principal == bindparam("who"), _F.id == bindparam("mark")).scalar_subquery()


class Alerts:
    """Everybody's own alerts, and what the engine that watches them knows."""

    def __init__(self, connection: Link) -> None:
        self._connection = connection

    async def revise(self) -> int:
        """Take the next revision; until this transaction ends nobody else gets one."""
        await self._connection.execute(REVISE)
        return int(await self._connection.scalar(select(schema.alert_revision.c.last)) or 0)

    async def add(self, alert: Alert) -> None:
        """Store a new alert."""
        await self._connection.execute(INSERT, ALERT.values(alert))

    async def replace(self, alert: Alert, revision: int) -> bool:
        """Store an alert that was at `revision`; return False, and change nothing, when it has moved on."""
        values = changing(ALERT.values(alert), "id", "principal", "created_at")
        which = update(schema.alerts).where(_A.id == alert.id, _A.revision == revision)
        return (await self._connection.execute(which.values(values))).rowcount == 1

    async def keep(self, name: str, revision: int, standing: Mapping[str, Any]) -> bool:
        """Store how far an alert has come; False as for `replace`. Its revision stays."""
        which = update(schema.alerts).where(_A.id == name, _A.revision == revision)
        return (await self._connection.execute(which.values(standing=standing))).rowcount == 1

    async def get(self, principal: str, name: str) -> Alert | None:
        """Return one alert of somebody that is not deleted."""
        found = await self._connection.execute(
            OWN.where(_A.id == bindparam("this")), {"who": principal, "this": name}
        )
        return ALERT.read(found.one_or_none())

    async def of(self, principal: str) -> Sequence[Alert]:
        """Return somebody's alerts that are not deleted, oldest first."""
        rows = await self._connection.execute(OWN.order_by(_A.created_at, _A.id), {"who": principal})
        return ALERT.read_all(rows)

    async def count(self, principal: str) -> int:
        """Return how many alerts of somebody may still fire."""
        return int(await self._connection.scalar(COUNT, {"who": principal}) or 0)

    async def changed(self, after: int) -> Sequence[Alert]:
        """Return the alerts that were changed after a revision, in that order, deleted ones too."""
        return ALERT.read_all(await self._connection.execute(CHANGED, {"after": after}))

    async def seen(self) -> Mapping[Symbol, datetime]:
        """Return how far each pair has been looked at."""
        rows = await self._connection.execute(
            select(schema.alert_feeds.c.symbol, schema.alert_feeds.c.seen_at)
        )
        return {symbol: at for symbol, at in rows}

    async def see(self, symbol: Symbol, at: datetime) -> None:
        """Store how far a pair has been looked at."""
        statement = SEE[self._connection.dialect.name]
        await self._connection.execute(statement, {"symbol": symbol, "seen_at": at})

    async def fire(self, firing: AlertFiring) -> None:
        """Store a firing."""
        await self._connection.execute(INSERT_FIRING, FIRING.values(firing))

    async def fired(self, principal: str, since: datetime) -> int:
        """Return how often somebody's alerts have fired since a moment."""
        return int(await self._connection.scalar(FIRED, {"who": principal, "since": since}) or 0)

    async def due(self) -> Sequence[AlertFiring]:
        """Return the firings whose proposed order has not been placed before a person yet."""
        return FIRING.read_all(await self._connection.execute(DUE))

    async def proposed(self, firing: str, answer: Mapping[str, Any]) -> None:
        """Store what became of a proposed order."""
        which = update(schema.alert_firings).where(_F.id == firing)
        await self._connection.execute(which.values(due=False, proposed=answer))

    async def firings(
        self, principal: str, limit: int, alert: str | None = None, before: str | None = None
    ) -> Sequence[AlertFiring]:
        """Return somebody's firings, newest first; `before` is the id of one."""
        query, values = NEWEST.limit(limit), {"who": principal}
        if alert is not None:
            query = query.where(_F.alert == alert)
        if before is not None:
            query, values = query.where(_F.seq < PLACE), {**values, "mark": before}
        return FIRING.read_all(await self._connection.execute(query, values))

    async def prune(self, before: datetime) -> int:
        """Forget firings from before a moment, and alerts that were over by then; return how many firings."""
        over = (AlertStatus.DELETED, AlertStatus.TRIGGERED, AlertStatus.EXPIRED)
        last = func.coalesce(_A.last_fired_at, _A.since, type_=Moment())
        gone = delete(schema.alerts).where(_A.status.in_(over), last < before)
        await self._connection.execute(gone)
        old = delete(schema.alert_firings).where(_F.recorded_at < before, ~_F.due)
        return (await self._connection.execute(old)).rowcount
