"""Alerts and jobs as they are shown in both languages, held word for word."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.asking import Action, Call
from bot.cards.notices import shown
from bot.cards.table import CARDS, actions, show, shows_balances
from bot.voice import Voice
from tests.bot.automation_samples import (
    ANSWERED,
    FALLS,
    FIRED,
    LOST,
    RSI,
    UNKNOWN,
    UNWANTED,
    WORTH,
    alert,
    condition,
    current,
    delivery,
    firing,
    job,
    notice,
    run,
)
from tests.bot.samples import NOON
from tests.bot.talk import DE, EN
from tools import alert_views as views
from tools import cron_views as jobs
from tools.alerts import HOLDS_ALREADY
from tools.wire import Result
from trading.notices import Notice

CARDS_FILE = Path(__file__).with_name("automation_cards.txt")
LATER = NOON + timedelta(hours=1)

PAUSED = alert(RSI, status="paused", active=False, paused_until=LATER, fired=3, last_fired_at=NOON)
FLOODED = alert(FALLS, status="paused", active=False, paused_because="it fired 20 times in an hour")
BOTH = alert(condition(), RSI, match="any", frequency="every", cooldown_seconds=300, expires_at=LATER)
MUCH = alert(
    condition(current=current(stale=True)),
    message="wake *up*",
    quiet_hours={"from_": "22:00", "to": "07:00", "zone": "Europe/Berlin"},
    prompt="What now?",
    trade={"action": "buy", "pair": "BTC/USDT", "type": "limit", "amount": 0.1, "price": 60_000},
    channels=["telegram", "webhook"],
)
SHOWN: Sequence[tuple[str, Result]] = (
    ("alert.preview", views.AlertPreview(alert=alert(), met=False, warnings=[])),
    ("alert.preview", views.AlertPreview(alert=BOTH, met=True, warnings=[HOLDS_ALREADY, "RSI moves fast"])),
    (
        "alert.create",
        views.AlertCreated(
            alert_id="alr_00abc123", alert=MUCH, met=True, warnings=[], webhook_secret="s3*cret"
        ),
    ),
    (
        "alert.list",
        views.AlertList(
            alerts=[
                alert(),
                PAUSED,
                FLOODED,
                BOTH,
                alert(WORTH),
                alert(UNKNOWN),
                alert(status="triggered"),
            ]
        ),
    ),
    ("alert.list", views.AlertList(alerts=[])),
    ("alert.pause", views.AlertShown(alert=PAUSED)),
    ("alert.delete", views.AlertDeleted(alert_id="alr_00abc123", deleted=True)),
    ("alert.clear", views.AlertsCleared(deleted=3)),
    (
        "alert.history",
        views.Firings(
            firings=[
                firing(),
                firing(deliveries=[delivery(), LOST]),
                firing(deliveries=[]),
                firing(deliveries=[UNWANTED]),
            ],
            has_more=True,
        ),
    ),
    ("alert.history", views.Firings(firings=[], has_more=False)),
    ("cron.add", jobs.JobAdded(job=job(), replaced=True, warnings=["nobody can be told on discord"])),
    (
        "cron.list",
        jobs.JobList(
            jobs=[
                job(),
                job(
                    enabled=False,
                    next_run_at=None,
                    last_run_at=None,
                    last_status=None,
                    last_delivery=None,
                ),
            ]
        ),
    ),
    ("cron.list", jobs.JobList(jobs=[])),
    ("cron.get", jobs.JobShown(job=job(model="offline", session="main"))),
    (
        "cron.run",
        jobs.JobRan(
            name="daily_report",
            run=run(
                status="waiting",
                started_at=None,
                slot=None,
                response=None,
                attempts=0,
                duration_ms=None,
                cost=None,
                deliveries=[],
            ),
        ),
    ),
    ("cron.remove", jobs.JobRemoved(name="daily_report", removed=True)),
    (
        "cron.history",
        jobs.JobRuns(
            name="daily_report",
            runs=[
                run(),
                run(status="failed", response=None, error="the model hangs", deliveries=[LOST], attempts=1),
                run(status="silent", response=None, deliveries=[], cost=None, started_at=NOON, attempts=1),
            ],
            has_more=True,
        ),
    ),
    ("cron.history", jobs.JobRuns(name="daily_report", runs=[], has_more=False)),
    (
        "cron.templates",
        jobs.Templates(
            templates=[
                jobs.TemplateView(
                    name="daily_report", summary="The day", schedule="0 9 * * *", prompt="How is it?"
                )
            ]
        ),
    ),
)
OVERSOLD: dict[str, Any] = {
    **FIRED,
    "type": "indicator",
    "pair": "ETH/USDT",
    "condition": "below",
    "value": 30,
    "actual": 28.4,
    "conditions": [],
    "message": None,
    "text": "RSI(14) of ETH/USDT on 1h below 30: 28.4",
    "late": True,
    "source": "live",
    "exchange": "kraken",
}
BELOW = {
    "type": "indicator",
    "pair": "ETH/USDT",
    "condition": "cross",
    "direction": "down",
    "timeframe": "4h",
    "indicator": {"name": "macd", "params": {"fast": 12, "slow": 26, "signal": 9}},
    "against": {"indicator": {"name": "macd", "line": "signal"}},
    "actual": -1.5,
}
FELL = {
    "type": "price",
    "pair": "ETH/USDT",
    "condition": "change",
    "direction": "down",
    "value": 3,
    "window": "1h",
    "actual": -3.2,
}
WORTH_LESS = {
    **FIRED,
    "type": "portfolio",
    "pair": None,
    "conditions": [],
    "message": None,
}
TOLD: Sequence[Notice] = (
    notice("alert.triggered", "BTC/USDT above 65,000: 65,010.5", FIRED),
    notice("alert.triggered", "both", {**OVERSOLD, "conditions": [BELOW, FELL]}),
    notice("alert.triggered", "portfolio down", WORTH_LESS),
    notice("alert.triggered", "what nobody *knows*", {"alertId": "alr_1"}),
    notice(
        "alert.paused",
        "paused",
        {"alertId": "alr_00abc123", "text": "Paused the alert: it fired too often.", "reason": "often"},
    ),
    notice("job.result", "# Morning\n**All** is well.", ANSWERED),
    notice("job.result", "It fell.", {**ANSWERED, "jobId": None, "jobName": None, "alertId": "alr_00abc123"}),
    notice("job.failed", "the model *hangs*", {**ANSWERED, "status": "failed"}),
    notice("alert.triggered", "of an indicator nobody names", OVERSOLD),
    notice("alert.triggered", "of conditions nobody knows", {**OVERSOLD, "conditions": [{"type": "x"}]}),
)


def test_every_card_is_held_word_for_word_in_both_languages() -> None:
    shown_now = [f"> {name}\n{show(name, found, voice)}\n" for name, found in SHOWN for voice in (EN, DE)]
    told_now = [
        f"> {each.kind}\n{shown(each, voice, NOON).markdown}\n" for each in TOLD for voice in (EN, DE)
    ]
    assert "\n".join([*shown_now, *told_now]) == CARDS_FILE.read_text(encoding="utf-8")


def test_where_others_read_along_nothing_is_told_of_somebodys_money() -> None:
    mine = alert(WORTH, message="my rent", prompt="sell?")
    for name, found in (
        ("alert.preview", views.AlertPreview(alert=mine, met=True, warnings=["it is 50,000"])),
        ("alert.create", views.AlertCreated(alert_id="a", alert=mine, met=True, warnings=["50,000"])),
        ("alert.pause", views.AlertShown(alert=mine)),
    ):
        told = show(name, found, EN, shared=True)
        assert "An alert on your account" in told
        assert "50,000" not in told
        assert "rent" not in told
        assert "sell" not in told
    secret = views.AlertCreated(alert_id="a", alert=alert(), met=False, warnings=[], webhook_secret="s3cret")
    assert "s3cret" not in show("alert.create", secret, EN, shared=True)
    kept = {name for name in CARDS if name.startswith(("alert.", "cron.")) and shows_balances(name)}
    lists = ["alert.get", "alert.history", "alert.list"]
    jobs_too = [f"cron.{each}" for each in ("add", "get", "history", "list", "run", "update")]
    assert sorted(kept) == [*lists, *jobs_too]


def test_each_row_of_a_list_has_buttons_that_name_it_and_not_its_place() -> None:
    listed = views.AlertList(alerts=[alert(), PAUSED, alert(status="triggered")])
    assert actions("alert.list", listed, EN) == (
        (
            Action("1 Pause", "alerts", "pause alr_00abc123"),
            Action("1 Delete", "alerts", "delete alr_00abc123", "bad"),
        ),
        (
            Action("2 Resume", "alerts", "resume alr_00abc123"),
            Action("2 Delete", "alerts", "delete alr_00abc123", "bad"),
        ),
        (
            Action("3 Resume", "alerts", "resume alr_00abc123"),
            Action("3 Delete", "alerts", "delete alr_00abc123", "bad"),
        ),
    )
    assert actions("cron.list", jobs.JobList(jobs=[job(enabled=False)]), DE) == (
        (
            Action("1 Starten", "jobs", "run job_00abc123"),
            Action("1 Fortsetzen", "jobs", "resume job_00abc123"),
            Action("1 Löschen", "jobs", "delete job_00abc123", "bad"),
        ),
    )


@pytest.mark.parametrize("voice", [EN, DE], ids=["en", "de"])
def test_what_fired_can_be_snoozed_deleted_and_analysed_and_is_drawn(voice: Voice) -> None:
    told = shown(TOLD[0], voice, NOON)
    (row,) = told.actions
    assert [(each.command, each.words, each.tone) for each in row] == [
        ("alerts", "snooze alr_00abc123 60m", "plain"),
        ("alerts", "delete alr_00abc123", "bad"),
        ("analyze", "BTC/USDT", "plain"),
    ]
    assert told.picture == Call("chart.candles", {"pair": "BTC/USDT"})
    assert told.lasts is None
    without_pair = shown(TOLD[2], voice, NOON)
    assert (len(without_pair.actions[0]), without_pair.picture) == (2, None)


def test_what_was_paused_or_failed_can_be_gone_on_with() -> None:
    paused, failed = shown(TOLD[4], EN, NOON), shown(TOLD[7], EN, NOON)
    assert [each.words for each in paused.actions[0]] == ["resume alr_00abc123", "delete alr_00abc123"]
    assert failed.actions == ((Action("Run again", "jobs", "run job_00abc123"),),)
    of_alert = notice("job.failed", "no", {**ANSWERED, "jobId": None, "jobName": None})
    assert shown(of_alert, EN, NOON).actions == ()
    # What is not of its kind's shape is told in its own words, with nothing to press.
    assert shown(TOLD[3], EN, NOON).actions == ()
