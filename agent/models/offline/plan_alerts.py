"""Plans for alerts: shown before one is made, listed, and each found by its place in the list."""

from typing import Any

from agent.models.offline import telling_alerts as telling
from agent.models.offline.automation_gaps import alert_lacks
from agent.models.offline.facts import Facts
from agent.models.offline.intents import Intent, Kind
from agent.models.offline.steps import Ask, Call, Say, Step, problem
from agent.models.offline.turn import Turn
from agent.models.offline.voice import Voice
from tools.words.alerts import AlertRead

SHOWN = 10
LONGEST_PAUSE = 525_600
"""Minutes of a year."""

_TOOLS = {
    Kind.ALERT_DELETE: "alert_delete",
    Kind.ALERT_PAUSE: "alert_pause",
    Kind.ALERT_RESUME: "alert_resume",
}


def plan_alert(intent: Intent, turn: Turn, voice: Voice) -> Step:
    """Ask for what is missing, show it as it would be made, and make it once that was confirmed."""
    read = intent.alert or AlertRead({})
    if wanting := alert_lacks(read, voice):
        return Say(wanting)
    if not intent.confirmed:
        shown = turn.of("alert_preview")
        if shown:
            return Say(telling.proposal(shown[-1], read, voice))
        return Ask((Call("alert_preview", read.params),))
    made = turn.of("alert_create")
    return Say(telling.created(made[-1], voice)) if made else Ask((Call("alert_create", read.params),))


def plan_listed(intent: Intent, turn: Turn, voice: Voice) -> Step:
    """Change the alert at a place in the list, or list them where there is none at it."""
    tool = _TOOLS[intent.kind]
    found = turn.of("alert_list")
    if not found:
        return Ask((Call("alert_list", {}),))
    if wrong := problem(found[0], voice):
        return Say(wrong)
    rows = (found[0].facts or Facts()).rows("alerts")
    place = intent.number if intent.number is not None else 1 if len(rows) == 1 else 0
    if not 0 < place <= len(rows):
        told = telling.listed(found[0].facts or Facts(), voice)
        return Say(f"{told}\n{voice.say('alerts.which')}" if rows else told)
    alert = rows[place - 1]
    done = turn.of(tool)
    if not done:
        return Ask((Call(tool, {"alertId": alert.id("id"), **_pause(intent)}),))
    if wrong := problem(done[-1], voice):
        return Say(wrong)
    text = telling.conditions(alert, voice)
    return Say(voice.say(f"{tool.replace('_', '.')}d", number=place, alert=text))


def plan_history(intent: Intent, turn: Turn, voice: Voice) -> Step:
    """Tell when alerts fired, or one of them."""
    lists, told = turn.of("alert_list"), turn.of("alert_history")
    if not lists:
        return Ask((Call("alert_list", {}),))
    rows = (lists[0].facts or Facts()).rows("alerts")
    if intent.number is not None and not 0 < intent.number <= len(rows):
        return Say(problem(lists[0], voice) or telling.listed(lists[0].facts or Facts(), voice))
    if not told:
        one = {"alertId": rows[intent.number - 1].id("id")} if intent.number else {}
        return Ask((Call("alert_history", {**one, "limit": SHOWN}),))
    facts, alerts = told[-1].facts or Facts(), lists[0].facts or Facts()
    return Say(problem(told[-1], voice) or telling.history(facts, alerts, voice))


def _pause(intent: Intent) -> dict[str, Any]:
    minutes = intent.minutes if intent.kind is Kind.ALERT_PAUSE else 0
    return {"minutes": min(minutes, LONGEST_PAUSE)} if minutes else {}
