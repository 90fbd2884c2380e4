"""Alerts and jobs with the model that needs no key: shown before they are made, then made just so."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agent.models.offline.voice import Voice
from agent.models.port import Message, ToolCall, ToolSpec
from tests.agent.offline_driver import SPECS, Chat, answer, failure
from tools.words.language import Language

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
AT = 1_795_694_400_000
EN, DE = Voice(Language.EN), Voice(Language.DE)
NAMES = (
    *(
        f"alert_{name}"
        for name in ("preview", "create", "list", "delete", "clear", "pause", "resume", "history")
    ),
    *(f"cron_{name}" for name in ("add", "list", "remove", "run", "update", "history")),
)
TOOLS = [
    *(spec for spec in SPECS if spec.name not in NAMES),
    *(ToolSpec(name, "", {"type": "object", "properties": {}}) for name in NAMES),
]
ABOVE = {"type": "price", "pair": "BTC/USDT", "condition": "above", "value": 100000}
NOW = {"value": 91000.5, "at": AT, "source": "live", "stale": False}


def alert(number: int = 1, **more: Any) -> dict[str, Any]:
    condition = {**ABOVE, "current": NOW}
    usual = {"channels": ["telegram"], "active": True, "status": "active", "text": "BTC/USDT above 100,000"}
    terms = {"frequency": "once", "cooldownSeconds": 0, "match": "all", "fired": 0, "expiresAt": None}
    return {"id": f"alert_{number}", **ABOVE, **usual, **terms, "conditions": [condition], **more}


def job(name: str, **more: Any) -> dict[str, Any]:
    usual = {"schedule": "0 18 * * *", "timezone": "UTC", "enabled": True, "nextRunAt": AT, "lastRunAt": None}
    return {"id": f"job_{name}", "name": name, **usual, "lastStatus": None, "lastDelivery": None, **more}


ALERTS = {"alerts": [alert(1), alert(2, status="paused", active=False)]}
JOBS = {"jobs": [job("portfolio"), job("daily_report", lastStatus="success", lastDelivery="undeliverable")]}
ANSWERS: Mapping[str, Mapping[str, Any]] = {
    "alert_preview": {"alert": alert(), "met": False, "warnings": []},
    "alert_create": {"alertId": "alert_1", "alert": alert(), "met": False, "warnings": []},
    "alert_list": ALERTS,
    "alert_delete": {"alertId": "alert_2", "deleted": True},
    "alert_clear": {"deleted": 2},
    "alert_pause": {"alert": alert(2)},
    "alert_resume": {"alert": alert(2)},
    "alert_history": {
        "firings": [
            {"id": "f", "alertId": "alert_2", "at": AT, "value": 1, "text": "fell", "deliveries": []}
        ],
        "hasMore": False,
    },
    "cron_list": JOBS,
    "cron_add": {"job": job("portfolio_2"), "replaced": False, "warnings": []},
    "cron_remove": {"name": "portfolio", "removed": True},
    "cron_update": {"job": job("portfolio", enabled=False)},
    "cron_run": {"name": "daily_report", "run": {"status": "success", "response": "All well."}},
    "cron_history": {"name": "portfolio", "runs": [], "hasMore": False},
    "portfolio_pnl": {"period": "7d"},
}


def played(call: ToolCall) -> Message:
    if call.name in ANSWERS:
        return answer(call, ANSWERS[call.name])
    return failure(call, "NOT_FOUND", "nothing here")


def chat() -> Chat:
    return Chat(played, tools=TOOLS, now=NOON)


@pytest.mark.parametrize(
    ("said", "yes", "voice"),
    [
        ("alert me if BTC above 100k until Friday", "yes", EN),
        ("alarm wenn BTC über 100k bis Freitag", "ja", DE),
    ],
)
async def test_an_alert_is_shown_first_and_then_made_just_so(said: str, yes: str, voice: Voice) -> None:
    talk = await chat().say(said)
    params = {**ABOVE, "expiresAt": "2026-11-28T00:00:00Z"}
    assert talk.calls == [("alert_preview", params)]
    assert talk.text.startswith(voice.say("alert.proposed"))
    assert voice.price(None) not in talk.text
    assert talk.text.endswith(voice.say("alert.confirm"))
    talk.wait(timedelta(minutes=5))
    await talk.say(yes)
    assert talk.calls == [("alert_create", params)]
    assert talk.text.startswith(voice.say("alert.created"))


@pytest.mark.parametrize("no", ["no", "cancel", "never mind"])
async def test_what_is_declined_or_too_old_is_not_made(no: str) -> None:
    talk = await chat().say("alert me if BTC above 100k")
    await talk.say(no)
    assert (talk.calls, talk.text) == ([], EN.say("dropped"))
    await talk.say("alert me if BTC above 100k")
    talk.wait(timedelta(minutes=11))
    await talk.say("yes")
    assert talk.calls == []


async def test_what_is_missing_is_asked_for_and_taken_from_the_answer() -> None:
    talk = await chat().say("alert me if above 100k")
    assert (talk.calls, talk.text) == ([], EN.say("alert_gap.pair"))
    await talk.say("BTC")
    assert talk.calls == [("alert_preview", ABOVE)]
    await talk.say("yes")
    assert talk.calls == [("alert_create", ABOVE)]


async def test_a_condition_that_holds_already_and_a_missing_figure_are_told() -> None:
    unknown = {
        **ABOVE,
        "current": {"value": None, "at": None, "source": None, "stale": True, "problem": "no feed"},
    }
    shown = {"alert": alert(conditions=[unknown]), "met": True, "warnings": ["watch out"]}
    talk = await Chat(lambda call: answer(call, shown), tools=TOOLS, now=NOON).say(
        "alert me if BTC above 100k"
    )
    assert EN.say("alert.unknown", why=" (no feed)") in talk.text
    assert EN.say("alert.met") in talk.text
    assert "watch out" in talk.text


async def test_an_order_that_is_not_understood_makes_no_alert() -> None:
    talk = await chat().say("alert me if BTC below 60000 and then buy 100")
    assert (talk.calls, talk.text) == ([], EN.say("alert_gap.trade", rest="buy 100"))


@pytest.mark.parametrize(
    ("said", "calls"),
    [
        ("delete alert 2", [("alert_list", {}), ("alert_delete", {"alertId": "alert_2"})]),
        ("lösche alarm 2", [("alert_list", {}), ("alert_delete", {"alertId": "alert_2"})]),
        ("delete alert 7", [("alert_list", {})]),
        (
            "pause alert 2 for an hour",
            [("alert_list", {}), ("alert_pause", {"alertId": "alert_2", "minutes": 60})],
        ),
        ("resume alert 2", [("alert_list", {}), ("alert_resume", {"alertId": "alert_2"})]),
        ("clear alerts", [("alert_clear", {})]),
        ("when did my alert fire", [("alert_list", {}), ("alert_history", {"limit": 10})]),
        ("delete job 1", [("cron_list", {}), ("cron_remove", {"name": "portfolio"})]),
        ("run daily report now", [("cron_list", {}), ("cron_run", {"name": "daily_report"})]),
        ("run job 7", [("cron_list", {})]),
        ("pausiere job 1", [("cron_list", {}), ("cron_update", {"name": "portfolio", "enabled": False})]),
        ("resume job 1", [("cron_list", {}), ("cron_update", {"name": "portfolio", "enabled": True})]),
    ],
)
async def test_what_is_listed_goes_by_its_place_or_name(said: str, calls: list[Any]) -> None:
    talk = await chat().say(said)
    assert talk.calls == calls
    assert talk.text


async def test_lists_are_numbered() -> None:
    assert [line[:2] for line in (await chat().say("show alerts")).text.splitlines()[1:]] == ["1.", "2."]
    lines = (await chat().say("zeig jobs")).text.splitlines()
    assert [line[:2] for line in lines[1:]] == ["1.", "2."]
    assert DE.say("delivery.undeliverable") in lines[2]


async def test_a_job_is_shown_first_and_takes_no_name_that_is_taken() -> None:
    talk = await chat().say("every day at 18:00 send my portfolio")
    assert talk.calls == [("cron_list", {})]
    assert EN.say("job.next", moment="2026-11-26 18:00 UTC") in talk.text
    assert talk.text.endswith(EN.say("job.confirm"))
    await talk.say("yes")
    made = {"schedule": "0 18 * * *", "prompt": "send my portfolio", "timezone": "UTC", "name": "portfolio_2"}
    assert talk.calls == [("cron_list", {}), ("cron_add", made)]


async def test_a_job_without_a_time_is_asked_for_one() -> None:
    talk = await chat().say("jeden tag mein portfolio")
    assert (talk.calls, talk.text) == ([], DE.say("job_gap.when"))
    await talk.say("um 18 uhr")
    await talk.say("ja")
    assert talk.calls[-1][0] == "cron_add"
    assert talk.calls[-1][1]["schedule"] == "0 18 * * *"


async def test_the_weekly_report_is_told_and_offered_and_asked_for_by_its_own_job() -> None:
    talk = await chat().say("weekly report")
    assert talk.calls == [("cron_list", {}), ("portfolio_pnl", {"period": "7d"})]
    await talk.say("yes")
    prompt = talk.calls[-1][1]["prompt"]
    assert ("portfolio_pnl", {"period": "7d"}) in (await chat().say(prompt)).calls


@pytest.mark.parametrize(
    ("points", "calls"),
    [
        ("- water the plants", []),
        ("- buy BTC for 500\n- delete alert 1", []),
        ("- water the plants\n- price BTC", [("market_price", {"pair": "BTC/USDT"})]),
    ],
)
async def test_a_heartbeat_is_silent_but_for_what_can_be_looked_up(points: str, calls: list[Any]) -> None:
    talk = await chat().say(f"This is a heartbeat. Answer with exactly HEARTBEAT_OK.\n\n{points}")
    assert talk.calls == calls
    assert (talk.text == "HEARTBEAT_OK") is not bool(calls)


async def test_a_reminder_says_what_it_is_about() -> None:
    talk = await chat().say("Reminder: check ETH")
    assert (talk.calls, talk.text) == ([], EN.say("reminder", text="check ETH"))
