"""Alerts and scheduled jobs by their numbers, ids or names: shown, paused, run, deleted."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from bot.asking import CLEAR, SAVE, Call, Misread, Plan
from bot.cards.parts import code
from bot.reading.words import Words, misread
from bot.voice import plain
from tools.alert_views import AlertList
from tools.cron_views import JobList, JobView, Templates, TemplateView
from tools.wire import Result
from tools.words.language import fold

MOST_ROWS = 10
SNOOZE_MINUTES = 60

_LISTS = frozenset({"", "list", "liste", "show", "zeig", "zeige", "all", "alle"})
_ALL = frozenset({"all", "alle", "everything", "alles"})
_TEMPLATES = frozenset({"templates", "template", "vorlagen", "vorlage"})
_VERBS: Mapping[str, str] = {
    **dict.fromkeys(("delete", "remove", "loesche", "loeschen", "entferne", "entfernen"), "delete"),
    **dict.fromkeys(("pause", "pausiere", "pausieren"), "pause"),
    **dict.fromkeys(("snooze", "spaeter"), "snooze"),
    **dict.fromkeys(("resume", "unpause", "fortsetzen", "weiter", "aktiviere"), "resume"),
    **dict.fromkeys(("history", "verlauf", "runs", "laeufe"), "history"),
    **dict.fromkeys(("show", "get", "zeig", "zeige"), "show"),
    **dict.fromkeys(("run", "start", "starte", "starten"), "run"),
    **dict.fromkeys(("add", "anlegen"), "add"),
    **dict.fromkeys(("clear", "leeren"), "clear"),
}
_ID = re.compile(r"[a-z]{2,6}_[0-9a-z]{4,40}", re.IGNORECASE)
_PLACE = re.compile(r"[0-9]{1,4}")
_SPAN = re.compile(r"(?:for |fuer )?([0-9]{1,5}) ?(m|min|h|d|minut\w*|hours?|stunden?|days?|tage?)?")
_MINUTES = {"m": 1, "h": 60, "s": 60, "d": 1440, "t": 1440}

Calling = Callable[[str], Call]
"""Makes the call about a thing of this id or name."""

_ALERTS: Mapping[str, Callable[[str], Call]] = {
    "delete": lambda name: Call("alert.delete", {"alertId": name}),
    "resume": lambda name: Call("alert.resume", {"alertId": name}),
    "history": lambda name: Call("alert.history", {"alertId": name, "limit": MOST_ROWS}),
    "show": lambda name: Call("alert.get", {"alertId": name}),
}
_JOBS: Mapping[str, Callable[[str], Call]] = {
    "delete": lambda name: Call("cron.remove", {"name": name}),
    "run": lambda name: Call("cron.run", {"name": name}),
    "pause": lambda name: Call("cron.update", {"name": name, "enabled": False}),
    "resume": lambda name: Call("cron.update", {"name": name, "enabled": True}),
    "history": lambda name: Call("cron.history", {"name": name, "limit": MOST_ROWS}),
    "show": lambda name: Call("cron.get", {"name": name}),
}


def alerts(words: Words) -> Plan | Misread:
    """Read what becomes of which alert: delete 2, pause 2, snooze 2 30m, history; nothing lists them."""
    verb, rest = _verb(words)
    if fold(words.raw.strip()) in _LISTS:
        return Plan((Call("alert.list", {}),))
    if verb == "clear" or (verb == "delete" and fold(" ".join(rest)) in _ALL):
        return Plan((Call("alert.clear", {}),), sure=words.voice.say("sure.clear"), question=CLEAR)
    if verb == "history" and not rest:
        return Plan((Call("alert.history", {"limit": MOST_ROWS}),))
    if verb in ("pause", "snooze"):
        return _pausing(words, rest, SNOOZE_MINUTES if verb == "snooze" else None)
    make = _ALERTS.get(verb)
    return (
        misread(words.voice, "misread.automation", words=plain(words.raw[:80]))
        if make is None
        else _of_alert(words, rest, make)
    )


def _pausing(words: Words, rest: Sequence[str], usual: int | None) -> Plan | Misread:
    """Read which alert, and for how long; without an end it stays paused until it is resumed."""
    found = _SPAN.fullmatch(fold(" ".join(rest[1:]))) if rest[1:] else None
    if rest[1:] and found is None:
        return misread(words.voice, "misread.minutes")
    minutes = usual if found is None else int(found[1]) * _MINUTES[(found[2] or "m")[0]]
    span = {} if minutes is None else {"minutes": minutes}
    return _of_alert(words, rest[:1], lambda name: Call("alert.pause", {"alertId": name, **span}))


def _of_alert(words: Words, rest: Sequence[str], make: Calling) -> Plan | Misread:
    voice = words.voice
    if len(rest) != 1 or not (_ID.fullmatch(rest[0]) or _PLACE.fullmatch(rest[0])):
        return misread(voice, "misread.which_alert")
    if _ID.fullmatch(rest[0]):
        return Plan((make(rest[0].lower()),))

    def then(answers: Sequence[Result]) -> Plan | Misread:
        found, place = cast(AlertList, answers[0]).alerts, int(rest[0])
        if not 1 <= place <= len(found):
            return misread(voice, "misread.which_alert" if found else "misread.no_alerts")
        return Plan((make(found[place - 1].id),))

    return Plan((Call("alert.list", {}),), then)


def jobs(words: Words) -> Plan | Misread:
    """Read what becomes of which job: run 1, delete morning, history 2; nothing lists them."""
    verb, rest = _verb(words)
    said = fold(words.raw.strip())
    if said in _LISTS:
        return Plan((Call("cron.list", {}),))
    if said in _TEMPLATES:
        return Plan((Call("cron.templates", {}),))
    named = " ".join(rest)
    if verb == "add" and named:
        return Plan((Call("cron.templates", {}),), _adding(words, named))
    make = _JOBS.get(verb)
    if make is None:
        return misread(words.voice, "misread.automation", words=plain(words.raw[:80]))
    return Plan((Call("cron.list", {}),), _of_job(words, named, make))


def _of_job(words: Words, named: str, make: Calling) -> Callable[[Sequence[Result]], Plan | Misread]:
    def then(answers: Sequence[Result]) -> Plan | Misread:
        found = cast(JobList, answers[0]).jobs
        job = _job(found, named)
        if job is None:
            return misread(words.voice, "misread.which_job" if found else "misread.no_jobs")
        return Plan((make(job.name),))

    return then


def _job(found: Sequence[JobView], named: str) -> JobView | None:
    """Return a job by its id, its place in the list, or its name."""
    by_id = next((each for each in found if each.id == named.lower()), None)
    if by_id is None and _PLACE.fullmatch(named):
        return found[int(named) - 1] if 1 <= int(named) <= len(found) else None
    return by_id or next((each for each in found if fold(each.name) == fold(named)), None)


def _adding(words: Words, named: str) -> Callable[[Sequence[Result]], Plan | Misread]:
    def then(answers: Sequence[Result]) -> Plan | Misread:
        found = cast(Templates, answers[0]).templates
        template = next((each for each in found if fold(each.name) == fold(named)), None)
        if template is None:
            return misread(words.voice, "misread.automation", words=plain(named[:80]))
        return _added(words, template)

    return then


def _added(words: Words, template: TemplateView) -> Plan:
    params: Mapping[str, Any] = {"name": template.name, "template": template.name}
    sure = words.voice.say(
        "sure.job",
        name=plain(template.name),
        schedule=code(template.schedule),
        prompt=plain(template.prompt),
    )
    return Plan((Call("cron.add", params),), sure=sure, question=SAVE)


def _verb(words: Words) -> tuple[str, Sequence[str]]:
    """Return what is to be done, and the words behind it: without a verb it is to be shown."""
    said = words.raw.split()
    verb = _VERBS.get(fold(said[0])) if said else None
    return ("show", said) if verb is None else (verb, said[1:])
