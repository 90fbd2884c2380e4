"""Risk limits, kill switch and arming on disk."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, func, select

from memory import schema
from memory.link import Link
from memory.rows import Shape
from memory.sql import upsert
from trading.model import Origin
from trading.stores import RiskState
from trading.switch import EVERYTHING, Arming, Switch, SwitchState

SWITCH = Shape(schema.switches, Switch)
ARMING = Shape(schema.armings, Arming)

_O, _E, _L, _R = schema.orders.c, schema.equity.c, schema.risk_limits.c, schema.rebases.c
_OWNER: BindParameter[str] = bindparam("owner")
_POINTS = select(_E.equity).where(_E.account == _OWNER).order_by(_E.at.desc()).limit(1)
_FIRST = select(_E.equity).where(_E.account == _OWNER).order_by(_E.at).limit(1)
STATE: Select[Any] = select(
    select(_L.limits).where(_L.account == _OWNER).scalar_subquery(),
    select(schema.switches.c.state).where(schema.switches.c.scope == EVERYTHING).scalar_subquery(),
    select(schema.armings.c.armed).where(schema.armings.c.account == _OWNER).scalar_subquery(),
    _POINTS.with_only_columns(func.coalesce(_E.peak, _E.equity, type_=_E.peak.type)).scalar_subquery(),
    # An account that is younger than the day began it with its first point.
    func.coalesce(
        select(_R.day_start).where(_R.account == _OWNER, _R.at > bindparam("day")).scalar_subquery(),
        _POINTS.where(_E.at <= bindparam("day")).scalar_subquery(),
        _FIRST.scalar_subquery(),
        type_=_E.equity.type,
    ),
    select(func.count())
    .select_from(schema.orders)
    # What guards a position comes with its entry, or goes in the place of an order that was counted.
    .where(_O.account == _OWNER, _O.created_at > bindparam("since"), _O.origin != Origin.GUARD)
    .scalar_subquery(),
)
SWITCH_OF = SWITCH.query.where(schema.switches.c.scope == bindparam("which"))
ARMING_OF = ARMING.query.where(schema.armings.c.account == _OWNER)
UPSERT_LIMITS = upsert(schema.risk_limits, "account")
UPSERT_SWITCH = upsert(schema.switches, "scope")
UPSERT_ARMING = upsert(schema.armings, "account")


class Risk:
    """What the risk gate reads, and what owners set."""

    def __init__(self, connection: Link) -> None:
        self._connection = connection

    async def state(self, account: str, day: datetime, since: datetime) -> RiskState:
        """Return where an account stands: its equity at the start of `day`, its orders `since`."""
        found = await self._connection.execute(STATE, {"owner": account, "day": day, "since": since})
        limits, switch, armed, peak, day_start, recent = tuple(found.first())
        return RiskState(limits or {}, switch or SwitchState.ACTIVE, bool(armed), peak, day_start, recent)

    async def set_limits(self, account: str, limits: Mapping[str, str], by: str, at: datetime) -> None:
        """Replace the limits that an owner has set for an account."""
        values = {"account": account, "limits": dict(limits), "by": by, "at": at}
        await self._connection.execute(UPSERT_LIMITS[self._connection.dialect.name], values)

    async def switch(self, scope: str = EVERYTHING) -> Switch:
        """Return where a switch stands; active before anybody has touched it."""
        found = await self._connection.execute(SWITCH_OF, {"which": scope})
        return SWITCH.read(found.one_or_none()) or Switch(scope, SwitchState.ACTIVE)

    async def set_switch(self, switch: Switch) -> None:
        """Put a switch."""
        await self._connection.execute(UPSERT_SWITCH[self._connection.dialect.name], SWITCH.values(switch))

    async def arming(self, account: str) -> Arming | None:
        """Return whether an account is armed, None before anybody has said so."""
        return ARMING.read((await self._connection.execute(ARMING_OF, {"owner": account})).one_or_none())

    async def set_arming(self, arming: Arming) -> None:
        """Arm an account, or disarm it."""
        await self._connection.execute(UPSERT_ARMING[self._connection.dialect.name], ARMING.values(arming))
