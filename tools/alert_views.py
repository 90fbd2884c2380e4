"""How alerts are shown."""

from typing import Any

from tools.alert_params import Against, AlertType, Condition, Figure, IndicatorOf, Window
from tools.preferences import QuietHours
from tools.wire import CandleLength, Millis, Num, Pair, Result, unless_none
from trading.alerts.conditions import Way
from trading.alerts.rules import Frequency


class CurrentView(Result):
    """What an alert looks at right now. `value` is null while it is not known, and `problem` says why."""

    value: Num | None
    at: Millis | None
    source: str | None
    stale: bool
    problem: str | None = unless_none()


class ConditionView(Result):
    """One condition, in the words it is asked for.

    What is compared with another indicator is shown as how far it is above that one.
    """

    type: AlertType
    pair: Pair | None
    condition: Condition
    value: Num | None
    direction: Way | None = unless_none()
    window: Window | None = unless_none()
    timeframe: CandleLength | None = unless_none()
    indicator: IndicatorOf | None = unless_none()
    against: Against | None = unless_none()
    figure: Figure | None = unless_none()
    current: CurrentView


class AlertView(Result):
    """An alert.

    `status` is `active`, `paused`, `triggered` (it fires no more) or `expired`; `active` tells the first.
    `type`, `pair`, `condition` and `value` are those of its only or first condition. `text` says it in words.
    `pausedUntil` is when a pause ends by itself, `pausedBecause` why it was paused by the service.
    """

    id: str
    type: AlertType
    pair: Pair | None
    condition: Condition
    value: Num | None
    message: str | None
    channels: list[str]
    active: bool
    created_at: Millis
    status: str
    text: str
    frequency: Frequency
    cooldown_seconds: int
    match: str = "all"
    conditions: list[ConditionView]
    fired: int
    last_fired_at: Millis | None
    expires_at: Millis | None
    paused_until: Millis | None = unless_none()
    paused_because: str | None = unless_none()
    quiet_hours: QuietHours | None = unless_none()
    prompt: str | None = unless_none()
    trade: dict[str, Any] | None = unless_none()
    webhook: str | None = unless_none()


class AlertCreated(Result):
    """An alert that was made.

    `met` says that its condition holds already, so that it fires at once; `warnings` what else a person
    should know. `webhookSecret` signs what is posted, and is shown this once.
    """

    unrecorded = frozenset({"webhook_secret"})
    not_for_models = frozenset({"webhook_secret"})

    alert_id: str
    alert: AlertView
    met: bool
    warnings: list[str]
    webhook_secret: str | None = unless_none()


class AlertPreview(Result):
    """An alert as it would be made; nothing is."""

    alert: AlertView
    met: bool
    warnings: list[str]


class AlertList(Result):
    """Alerts, oldest first: their places in the list are their numbers in chats."""

    alerts: list[AlertView]


class AlertShown(Result):
    """One alert; `webhookSecret` signs what is posted to an address it was just given."""

    unrecorded = frozenset({"webhook_secret"})
    not_for_models = frozenset({"webhook_secret"})

    alert: AlertView
    webhook_secret: str | None = unless_none()


class AlertDeleted(Result):
    """An alert that is gone."""

    alert_id: str
    deleted: bool


class AlertsCleared(Result):
    """How many alerts are gone."""

    deleted: int


class DeliveryView(Result):
    """How far the message of a firing or a job got; `deliveredAs` is its name where it arrived.

    `status` is `waiting`, `delivered`, `undeliverable`, `off` (its recipient has turned such messages off) or
    `forgotten` (settled long ago).
    """

    channel: str
    status: str
    delivered_at: Millis | None
    delivered_as: str | None = unless_none()
    reason: str | None = unless_none()


class FiringView(Result):
    """One firing: when and at what figure, and whether people were reached."""

    id: str
    alert_id: str
    at: Millis
    value: Num | None
    text: str
    source: str
    deliveries: list[DeliveryView]
    run_id: str | None = unless_none()


class Firings(Result):
    """Firings, newest first; `hasMore` tells of older ones."""

    firings: list[FiringView]
    has_more: bool
