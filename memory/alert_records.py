"""Alerts and their firings as they are remembered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any


class AlertStatus(StrEnum):
    """Whether an alert is looked at; one that is `triggered` has fired for the last time."""

    ACTIVE = "active"
    PAUSED = "paused"
    TRIGGERED = "triggered"
    EXPIRED = "expired"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Alert:
    """What somebody wants to be told of.

    `asked` is in the words of the wire, `channels` names where it is told. `standing` is how far it has come
    since `since`, None where it has seen nothing. Whatever changes it gives it a new `revision`.
    """

    id: str
    principal: str
    account: str
    asked: Mapping[str, Any]
    channels: Mapping[str, Any]
    webhook: str | None
    status: AlertStatus
    created_at: datetime
    since: datetime
    expires_at: datetime | None
    revision: int
    paused_until: datetime | None = None
    paused_because: str | None = None
    fired: int = 0
    last_fired_at: datetime | None = None
    standing: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class AlertFiring:
    """One firing: the moment in the market `at`, and what was told of it (`told` in the words of the wire).

    `notices` are the ids of its messages by channel. `run` is the prompt that it started. The order it
    proposes is `due` until that has been done, and is then on record as `proposed`.
    """

    id: str
    alert: str
    principal: str
    at: datetime
    recorded_at: datetime
    told: Mapping[str, Any]
    notices: Mapping[str, Any]
    value: Decimal | None = None
    run: str | None = None
    due: bool = False
    proposed: Mapping[str, Any] | None = None
