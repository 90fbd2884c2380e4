"""What is told of an alert that has fired, and written down with it in one transaction."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from memory.alert_records import Alert, AlertFiring
from memory.database import UnitOfWork
from tools.alert_params import CreateAlert
from tools.alert_words import condition_text, conditions_text, figure_text
from tools.channels import ChannelName, reach
from tools.events import EventBus
from tools.policy import Principal
from trading.alerts.board import Firing
from trading.clock import epoch_ms, iso
from trading.model import Source
from trading.notices import Notice
from trading.ports import NewId

LATE = timedelta(minutes=1)
"""How old a firing may be before it is said that it is late."""

FLOODED = "it fired too often"

Ask = Callable[[UnitOfWork, "Prompted"], Awaitable[str]]
"""Has a prompt run, in the transaction that says why, and returns the id of that run."""


@dataclass(frozen=True, slots=True)
class Prompted:
    """A prompt that an alert asks the agent when it fires, on behalf of whose alert it is."""

    alert: Alert
    principal: Principal
    prompt: str
    said: str
    firing: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where prices come from."""

    exchange: str
    source: Source


class Teller:
    """Writes down firings: the record, the event, a message to each recipient, and the prompt it asks."""

    def __init__(self, events: EventBus, new_id: NewId, place: Place, ask: Ask | None = None) -> None:
        self._events = events
        self._new_id = new_id
        self._place = place
        self._ask = ask

    async def tell(
        self, uow: UnitOfWork, alert: Alert, firing: Firing, who: Principal, now: datetime
    ) -> AlertFiring:
        """Write down one firing and return it."""
        params = CreateAlert.model_validate(dict(alert.asked))
        name = self._new_id("fir")
        payload = self._payload(alert, params, firing, name, now)
        run = None
        if params.prompt is not None and self._ask is not None:
            said = payload["text"]
            run = await self._ask(uow, Prompted(alert, who, params.prompt, said, name))
            payload["runId"] = run
        await self._events.record(uow, "alert:triggered", payload, alert.principal)
        notices = await self._send(uow, alert, who, "alert.triggered", payload, now, _quiet(params, now))
        record = AlertFiring(
            id=name,
            alert=alert.id,
            principal=alert.principal,
            at=firing.at,
            recorded_at=now,
            told=payload,
            notices=notices,
            value=firing.values[0],
            run=run,
            due=params.trade is not None,
        )
        await uow.alerts.fire(record)
        return record

    async def stopped(
        self, uow: UnitOfWork, alert: Alert, who: Principal, reason: str, now: datetime
    ) -> None:
        """Tell that an alert was paused because it fires too often."""
        text = f"Paused the alert {_words(alert)}: {reason}. It stays quiet until you resume it."
        payload = {"alertId": alert.id, "text": text, "reason": reason}
        await self._send(uow, alert, who, "alert.paused", payload, now, silent=False)

    async def _send(
        self,
        uow: UnitOfWork,
        alert: Alert,
        who: Principal,
        kind: str,
        payload: Mapping[str, Any],
        now: datetime,
        silent: bool,
    ) -> Mapping[str, Any]:
        channels = [ChannelName(each) for each in alert.channels["names"]]
        reached = await reach(uow, who, channels, alert.webhook)
        quiet = {"silent": True} if silent else {}
        ids: dict[str, list[str]] = {}
        for channel, recipient in reached.recipients:
            notice = Notice(
                self._new_id("ntc"), recipient, kind, payload["text"], now,
                {**payload, **quiet, "channel": channel.value},
            )  # fmt: skip
            await uow.notices.add(notice)
            ids.setdefault(channel.value, []).append(notice.id)
        return ids

    def _payload(
        self, alert: Alert, params: CreateAlert, firing: Firing, name: str, now: datetime
    ) -> dict[str, Any]:
        first = params.parts[0]
        actual = firing.values[0]
        return {
            "alertId": alert.id,
            "firingId": name,
            "type": first.type,
            "pair": None if first.pair is None else str(first.pair),
            "condition": first.condition,
            "value": _number(first.value),
            "actual": _number(actual),
            "conditions": [
                {**part.model_dump(mode="json", by_alias=True, exclude_none=True), "actual": _number(value)}
                for part, value in zip(params.parts, firing.values, strict=True)
            ],
            "price": _number(actual) if first.type == "price" and first.condition != "change" else None,
            "message": params.message,
            "text": _text(params, firing, self._place),
            "firedAt": epoch_ms(firing.at),
            "source": self._place.source.value,
            "exchange": self._place.exchange,
            "late": now - firing.at > LATE,
            "frequency": params.frequency.value,
        }


def _text(params: CreateAlert, firing: Firing, place: Place) -> str:
    """Return what has come, in one line: the conditions, the figures, the moment and the market."""
    if len(params.parts) == 1:
        what = f"{conditions_text(params)}: {figure_text(firing.values[0])}"
    else:
        figures = zip(params.parts, firing.values, strict=True)
        what = "; ".join(f"{condition_text(part)}: {figure_text(value)}" for part, value in figures)
    message = f"{params.message} ({what})" if params.message else what
    return f"{message} at {iso(firing.at)}, {place.source.value} prices of {place.exchange}"


def _words(alert: Alert) -> str:
    return f"“{conditions_text(CreateAlert.model_validate(dict(alert.asked)))}”"


def _quiet(params: CreateAlert, now: datetime) -> bool:
    return params.quiet_hours is not None and params.quiet_hours.hold(now)


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
