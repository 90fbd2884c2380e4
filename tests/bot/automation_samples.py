"""Alerts and jobs, made up."""

from datetime import timedelta
from typing import Any

from tests.bot.samples import NOON
from tools.alert_views import AlertView, ConditionView, CurrentView, DeliveryView, FiringView
from tools.cron_views import JobView, RunView
from trading.clock import epoch_ms
from trading.notices import Notice


def current(value: float | None = 68_714.18, **more: Any) -> CurrentView:
    """Return where a condition stands."""
    return CurrentView.model_validate(
        {"value": value, "at": NOON, "source": "simulated", "stale": False, **more}
    )


def condition(**more: Any) -> ConditionView:
    """Return a condition on the price of BTC/USDT."""
    return ConditionView.model_validate(
        {
            "type": "price",
            "pair": "BTC/USDT",
            "condition": "above",
            "value": 100_000,
            "current": current(),
            **more,
        }
    )


def alert(*conditions: ConditionView, **more: Any) -> AlertView:
    """Return an alert of these conditions, or on the price of BTC/USDT."""
    found = conditions or (condition(),)
    first = found[0]
    return AlertView.model_validate(
        {
            "id": "alr_00abc123",
            "type": first.type,
            "pair": first.pair,
            "condition": first.condition,
            "value": first.value,
            "message": None,
            "channels": ["telegram"],
            "active": True,
            "created_at": NOON,
            "status": "active",
            "text": "BTC/USDT above 100,000",
            "frequency": "once",
            "cooldown_seconds": 0,
            "conditions": list(found),
            "fired": 0,
            "last_fired_at": None,
            "expires_at": None,
            **more,
        }
    )


RSI = condition(
    type="indicator",
    condition="below",
    value=30,
    timeframe="1h",
    indicator={"name": "rsi", "params": {"period": 14}},
    current=current(28.4),
)
FALLS = condition(
    condition="change", value=3, direction="down", window="1h", pair="ETH/USDT", current=current(-0.42)
)
WORTH = condition(type="portfolio", pair=None, condition="below", value=50_000, figure="value")
UNKNOWN = condition(current=current(None, at=None, source=None, stale=True, problem="no price has come yet"))


def delivery(**more: Any) -> DeliveryView:
    """Return a message that arrived on Telegram."""
    return DeliveryView.model_validate(
        {
            "channel": "telegram",
            "status": "delivered",
            "delivered_at": NOON,
            "delivered_as": "4711",
            **more,
        }
    )


LOST = delivery(
    status="undeliverable", delivered_at=None, delivered_as=None, reason="the chat is closed to us"
)
UNWANTED = delivery(status="off", delivered_at=None, delivered_as=None)


def firing(**more: Any) -> FiringView:
    """Return a firing that its person was told of."""
    return FiringView.model_validate(
        {
            "id": "fir_00abc123",
            "alert_id": "alr_00abc123",
            "at": NOON,
            "value": 100_100,
            "text": "BTC/USDT above 100,000",
            "source": "simulated",
            "deliveries": [delivery()],
            **more,
        }
    )


def job(**more: Any) -> JobView:
    """Return a job of every morning."""
    return JobView.model_validate(
        {
            "id": "job_00abc123",
            "name": "daily_report",
            "schedule": "0 9 * * *",
            "prompt": "How is my portfolio?",
            "enabled": True,
            "last_run_at": NOON,
            "next_run_at": NOON + timedelta(hours=20),
            "text": "At 09:00 every day (Europe/Berlin)",
            "timezone": "Europe/Berlin",
            "session": "isolated",
            "channels": ["telegram"],
            "missed": "once",
            "jitter_seconds": 0,
            "retries": 2,
            "created_at": NOON,
            "last_status": "success",
            "last_delivery": "undeliverable",
            **more,
        }
    )


def run(**more: Any) -> RunView:
    """Return a run of a job that went well."""
    return RunView.model_validate(
        {
            "id": "run_00abc123",
            "status": "success",
            "started_at": NOON + timedelta(minutes=1),
            "completed_at": NOON + timedelta(minutes=2),
            "response": "All is **well**.",
            "slot": NOON,
            "attempts": 2,
            "duration_ms": 3_240,
            "cost": 0.0123,
            "deliveries": [delivery()],
            **more,
        }
    )


FIRED: dict[str, Any] = {
    "alertId": "alr_00abc123",
    "firingId": "fir_00abc123",
    "type": "price",
    "pair": "BTC/USDT",
    "condition": "above",
    "value": 65_000,
    "actual": 65_010.5,
    "price": 65_010.5,
    "message": "time to *look*",
    "text": "BTC/USDT above 65,000: 65,010.5",
    "conditions": [
        {"type": "price", "pair": "BTC/USDT", "condition": "above", "value": 65_000, "actual": 65_010.5}
    ],
    "firedAt": epoch_ms(NOON),
    "source": "simulated",
    "exchange": "simulated",
    "late": False,
    "frequency": "once",
    "channel": "scripted",
}
ANSWERED: dict[str, Any] = {
    "jobId": "job_00abc123",
    "jobName": "daily_report",
    "runId": "run_00abc123",
    "slot": epoch_ms(NOON),
    "status": "success",
    "channel": "scripted",
}


def notice(kind: str, text: str, data: dict[str, Any], to: str = "scripted:1", name: str = "ntc_1") -> Notice:
    """Return a message to somebody."""
    return Notice(name, to, kind, text, NOON, data)
