"""Alerts and jobs as they are named in commands, and what each comes to."""

from collections.abc import Sequence

import pytest

from bot.asking import CLEAR, SAVE, Call, Misread, Plan
from bot.reading.automation import alerts, jobs
from bot.reading.words import Words, read_words
from bot.voice import Voice
from tests.bot.automation_samples import alert, job
from tests.bot.samples import NOON
from tests.bot.talk import DE, EN
from tools.alert_views import AlertList
from tools.cron_views import JobList, Templates, TemplateView
from tools.wire import Result

ALERTS = AlertList(alerts=[alert(id="alr_00first"), alert(id="alr_0second")])
JOBS = JobList(
    jobs=[job(id="job_00first", name="daily_report"), job(id="job_0second", name="2"), job(name="Über uns")]
)
READY = Templates(
    templates=[TemplateView(name="daily_report", summary="s", schedule="0 9 * * *", prompt="How?")]
)
LISTED: dict[str, Result] = {"alert.list": ALERTS, "cron.list": JOBS, "cron.templates": READY}


def words(typed: str, voice: Voice = EN) -> Words:
    found = read_words(typed, voice, NOON)
    assert isinstance(found, Words)
    return found


def last(found: Plan | Misread) -> Plan | Misread:
    """Return what a plan comes to once it has been told what there is."""
    while isinstance(found, Plan) and found.then is not None:
        found = found.then([LISTED[call.name] for call in found.calls])
    return found


def calls(found: Plan | Misread) -> Sequence[Call]:
    found = last(found)
    assert isinstance(found, Plan), found
    return found.calls


def pausing(minutes: int, alert_id: str = "alr_0second") -> Call:
    return Call("alert.pause", {"alertId": alert_id, "minutes": minutes})


def one(name: str, alert_id: str = "alr_0second") -> Call:
    return Call(name, {"alertId": alert_id})


@pytest.mark.parametrize(
    ("typed", "call"),
    [
        ("", Call("alert.list", {})),
        ("list", Call("alert.list", {})),
        ("2", one("alert.get")),
        ("delete 2", one("alert.delete")),
        ("löschen 1", one("alert.delete", "alr_00first")),
        ("delete alr_0FIRST", one("alert.delete", "alr_0first")),
        ("resume 2", one("alert.resume")),
        ("fortsetzen 2", one("alert.resume")),
        ("pause 2", one("alert.pause")),
        ("snooze 2", pausing(60)),
        ("pause 2 30m", pausing(30)),
        ("snooze 2 2 hours", pausing(120)),
        ("pause 2 für 3 Stunden", pausing(180)),
        ("pause 2 1 Tag", pausing(1_440)),
        ("pause alr_00first 60", pausing(60, "alr_00first")),
        ("history", Call("alert.history", {"limit": 10})),
        ("verlauf 2", Call("alert.history", {"alertId": "alr_0second", "limit": 10})),
        ("clear", Call("alert.clear", {})),
        ("delete all", Call("alert.clear", {})),
        ("lösche alle", Call("alert.clear", {})),
    ],
)
def test_an_alert_is_named_by_its_number_or_its_id(typed: str, call: Call) -> None:
    assert calls(alerts(words(typed))) == (call,)


@pytest.mark.parametrize(
    ("typed", "call"),
    [
        ("", Call("cron.list", {})),
        ("templates", Call("cron.templates", {})),
        ("run 1", Call("cron.run", {"name": "daily_report"})),
        ("run daily_report", Call("cron.run", {"name": "daily_report"})),
        ("run 2", Call("cron.run", {"name": "2"})),
        ("delete job_00first", Call("cron.remove", {"name": "daily_report"})),
        ("löschen über UNS", Call("cron.remove", {"name": "Über uns"})),
        ("pause 1", Call("cron.update", {"name": "daily_report", "enabled": False})),
        ("fortsetzen 1", Call("cron.update", {"name": "daily_report", "enabled": True})),
        ("verlauf 1", Call("cron.history", {"name": "daily_report", "limit": 10})),
        ("1", Call("cron.get", {"name": "daily_report"})),
        ("add daily_report", Call("cron.add", {"name": "daily_report", "template": "daily_report"})),
    ],
)
def test_a_job_is_named_by_its_number_its_id_or_its_name(typed: str, call: Call) -> None:
    assert calls(jobs(words(typed))) == (call,)


@pytest.mark.parametrize("voice", [EN, DE], ids=["en", "de"])
@pytest.mark.parametrize(
    "typed",
    ["delete", "delete 3", "delete 0", "delete btc", "pause 2 tomorrow", "run 1", "1 2", "resume all"],
)
def test_what_names_no_alert_is_answered_and_nothing_is_done(typed: str, voice: Voice) -> None:
    assert isinstance(last(alerts(words(typed, voice))), Misread)


@pytest.mark.parametrize("voice", [EN, DE], ids=["en", "de"])
@pytest.mark.parametrize(
    "typed", ["delete", "delete 4", "run weekly", "clear", "delete all", "add weekly", "add", "run job_9999"]
)
def test_what_names_no_job_is_answered_and_nothing_is_done(typed: str, voice: Voice) -> None:
    assert isinstance(last(jobs(words(typed, voice))), Misread)


def test_what_cannot_be_taken_back_is_asked_first() -> None:
    clear, add = alerts(words("clear")), last(jobs(words("add daily_report")))
    assert isinstance(clear, Plan)
    assert isinstance(add, Plan)
    assert (clear.question, add.question) == (CLEAR, SAVE)
    assert (clear.sure, add.sure) == (
        "All your alerts will be deleted.",
        "**daily\\_report** · `0 9 * * *`\nHow?",
    )
    assert calls(alerts(words("delete 2"))) == (one("alert.delete"),)
