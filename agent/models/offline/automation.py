"""What sentences about alerts and jobs say beyond their kind, and what answers make of them."""

import re
from dataclasses import replace
from datetime import datetime

from agent.models.offline.automation_gaps import alert_lacks, job_lacks
from agent.models.offline.intents import Intent, Kind
from agent.models.offline.voice import Voice
from agent.models.offline.words import Sentence
from tools.words.alert_gaps import AlertGap, JobGap
from tools.words.alerts import read_alert
from tools.words.language import Language, fold
from tools.words.moments import SPAN, span_seconds
from tools.words.schedules import read_job

AUTOMATIONS = (Kind.ALERT_NEW, Kind.JOB_NEW)
MARK_OF_HEARTBEAT = "HEARTBEAT"

_ASKED_ALERTS = frozenset(
    {
        *(AlertGap.PAIR, AlertGap.CONDITION, AlertGap.RELATION, AlertGap.DIRECTION, AlertGap.VALUE),
        *(AlertGap.PERCENT, AlertGap.LINE, AlertGap.PERIOD),
    }
)
_ASKED_JOBS = frozenset({JobGap.WHEN, JobGap.PROMPT})
_LENGTH = re.compile(SPAN)
_AFTER_COLON = re.compile(r"^[^:]*:\s*")
_BULLET = re.compile(r"^\s*(?:[-*+•]|\d+[.)])?\s*(?:\[[ xX]?\])?\s*")


def with_details(intent: Intent, sentence: Sentence, language: Language) -> Intent:
    """Return an intent with the alert, job or length of time that its sentence names."""
    if intent.kind is Kind.ALERT_NEW:
        return replace(intent, alert=read_alert(sentence.said, language, sentence.at), said=sentence.said)
    if intent.kind is Kind.JOB_NEW:
        return replace(intent, job=read_job(sentence.said, language, sentence.at), said=sentence.said)
    if intent.kind is Kind.REMINDER:
        return replace(
            intent, said=_AFTER_COLON.sub("", sentence.said) if ":" in sentence.said else intent.rest
        )
    if intent.kind is Kind.ALERT_PAUSE and (length := _LENGTH.match(intent.rest)):
        return replace(intent, minutes=max(1, span_seconds(length["count"], length["unit"]) // 60))
    return intent


def unannounced(sentence: Sentence, language: Language) -> Intent | None:
    """Return the alert or job that a sentence makes which does not begin as one."""
    if not sentence.said:
        return None
    alert = read_alert(sentence.said, language, sentence.at)
    if alert.gap is None:
        return Intent(Kind.ALERT_NEW, alert=alert, said=sentence.said)
    # Without a clock: only what comes again or after a while tells by itself that it is a job.
    if read_job(sentence.said, language).gap is None:
        return Intent(Kind.JOB_NEW, job=read_job(sentence.said, language, sentence.at), said=sentence.said)
    return None


def automation_question(intent: Intent, voice: Voice) -> str:
    """Return what is asked back before an alert or job can be shown, empty when nothing is."""
    if intent.alert is not None and intent.alert.gap in _ASKED_ALERTS:
        return alert_lacks(intent.alert, voice)
    if intent.job is not None and intent.job.gap in _ASKED_JOBS:
        return job_lacks(intent.job, voice)
    return ""


def was_proposed(intent: Intent, answer: str) -> bool:
    """Tell whether an answer shows an alert or job and asks whether it is to be made."""
    key = {Kind.ALERT_NEW: "alert.confirm", Kind.JOB_NEW: "job.confirm"}.get(intent.kind)
    confirms = [Voice(language).say(key) for language in Language] if key else []
    return any(answer.strip().endswith(confirm) for confirm in confirms)


def completed(previous: Intent, said: str, language: Language, at: datetime | None) -> Intent | None:
    """Return the alert or job before with what is said now, None when that does not fit it."""
    whole = f"{previous.said} {said}"
    now = Sentence((), None, said=whole, at=at)
    new = with_details(Intent(previous.kind), now, language)
    read = new.alert or new.job
    before = previous.alert or previous.job
    assert read is not None
    assert before is not None
    if read.unread or (read.gap is not None and read.gap == before.gap) or read.params == before.params:
        return None
    if read.gap is not None and before.gap is None:
        return None
    return replace(new, said=whole)


def checklist(text: str) -> list[str]:
    """Return the points of a heartbeat's list as sentences."""
    lines = (line for line in text.splitlines() if MARK_OF_HEARTBEAT not in line and not line.startswith("#"))
    points = (_BULLET.sub("", line).strip() for line in lines)
    return [point for point in points if fold(point)]
