"""Orders that alerts propose when they fire: each is put before a person, once, and never just placed."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from memory.alert_records import Alert, AlertFiring
from tools.acting import principal_now
from tools.context import Context, Door, Repeat
from tools.errors import CallError, Code
from tools.services import Services
from trading.model import Origin

TOO_LATE = timedelta(minutes=10)
"""How old a firing may be for its order to be proposed still."""

KEPT = timedelta(days=30)
LATE = {"error": {"code": Code.CONFLICT.value, "message": "the alert fired too long ago for its order"}}
GONE = {"error": {"code": Code.FORBIDDEN.value, "message": "whoever made the alert may not trade any more"}}


class Proposals:
    """The orders of firings. Somebody has to `step`, again and again."""

    def __init__(self, services: Services, door: Door) -> None:
        self._services = services
        self._door = door

    async def step(self) -> None:
        """Put before people what is due."""
        async with self._services.database.read() as uow:
            due = await uow.alerts.due()
        for firing in due:
            answer = await self._propose(firing)
            async with self._services.database.transact() as uow:
                await uow.alerts.proposed(firing.id, answer)

    async def _propose(self, firing: AlertFiring) -> Mapping[str, Any]:
        now = self._services.clock.now()
        if now - firing.at > TOO_LATE:
            return LATE
        async with self._services.database.read() as uow:
            alert = await uow.alerts.get(firing.principal, firing.alert)
            account = "main" if alert is None else alert.account
            who = await principal_now(uow, firing.principal, account, now)
        trade = _trade(alert)
        if who is None or trade is None:
            return GONE
        # A crash after the call and before its answer is on record repeats the wish, not the order.
        ctx = Context(
            who, self._services, self._door, origin=Origin.ALERT, repeat=Repeat(f"alert:{firing.id}", KEPT)
        )
        try:
            answer = await self._door.call("trade.execute", trade, ctx)
        except CallError as error:
            return {"error": {"code": error.reason.value, "message": error.message}}
        return answer.model_dump(mode="json")


def _trade(alert: Alert | None) -> Mapping[str, Any] | None:
    return None if alert is None else alert.asked.get("trade")
