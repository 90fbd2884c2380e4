"""Alerts and jobs in words: each sentence is read as just what it says, or it is said what is missing."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tools.alert_sentences import ENGLISH, GERMAN
from tests.tools.job_sentences import ENGLISH_JOBS, GERMAN_JOBS
from tools.alert_params import CreateAlert
from tools.cron_params import AddJob
from tools.words.alert_gaps import AlertGap, JobGap
from tools.words.alerts import read_alert
from tools.words.language import Language
from tools.words.next_runs import next_run
from tools.words.schedule_texts import schedule_text
from tools.words.schedules import read_job

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
EN, DE = Language.EN, Language.DE
ALERTS = [(text, EN, params) for text, params in ENGLISH] + [(text, DE, params) for text, params in GERMAN]
JOBS = [(text, EN, params) for text, params in ENGLISH_JOBS] + [
    (text, DE, params) for text, params in GERMAN_JOBS
]


def test_the_tables_are_long_enough_to_mean_something() -> None:
    assert len(ENGLISH) >= 60
    assert len(GERMAN) >= 60


@pytest.mark.parametrize(("text", "language", "params"), ALERTS, ids=[text for text, _, _ in ALERTS])
def test_an_alert_is_read_as_it_is_said(text: str, language: Language, params: dict[str, Any]) -> None:
    read = read_alert(text, language, NOON)
    assert (read.params, read.gap, read.unread) == (params, None, ())
    CreateAlert.model_validate(read.params)


@pytest.mark.parametrize(("text", "language", "params"), JOBS, ids=[text for text, _, _ in JOBS])
def test_a_job_is_read_as_it_is_said(text: str, language: Language, params: dict[str, Any]) -> None:
    read = read_job(text, language, NOON, BERLIN)
    assert (read.params, read.gap, read.unread) == (params, None, ())
    AddJob.model_validate(read.params)


@pytest.mark.parametrize(
    ("text", "gap"),
    [
        ("alert me", AlertGap.CONDITION),
        ("alert me if above 100000", AlertGap.PAIR),
        ("alert me if BTC and ETH above 5", AlertGap.VALUE),
        ("alert BTC 100000", AlertGap.RELATION),
        ("alert me when BTC falls 2500", AlertGap.RELATION),
        ("alert me when BTC is above", AlertGap.VALUE),
        ("alert me at BTC 5%", AlertGap.DIRECTION),
        ("alert me if BTC above 100000€", AlertGap.CURRENCY),
        ("alert me if BTC falls by 200", AlertGap.PERCENT),
        ("alert me if BTC touches the bollinger band", AlertGap.LINE),
        ("alert me if BTC is above its average", AlertGap.PERIOD),
        ("alert me if BTC drops 5% in 90 days", AlertGap.WINDOW),
        ("alert me if RSI of BTC below 30 on 7m", AlertGap.TIMEFRAME),
        ("alert me if BTC above 5 and ETH above 6 or SOL above 7", AlertGap.MIXED),
        ("alert me if BTC above 100000 until 2026-11-01", AlertGap.EXPIRY),
        ("alert me if BTC above 100000 until 2026-02-30", AlertGap.EXPIRY),
        ("alert me if BTC drops below 60000 and then buy 100", AlertGap.TRADE),
        ("alert me if BTC drops below 60000 and sell half my BTC", AlertGap.TRADE),
        ("alert me if BTC drops below 60000 and buy something nice", AlertGap.TRADE),
        ("alert me if BTC above 100000 when it rains", AlertGap.UNREAD),
    ],
)
def test_what_an_alert_lacks_is_named(text: str, gap: AlertGap) -> None:
    assert read_alert(text, EN, NOON).gap is gap


@pytest.mark.parametrize(
    ("text", "gap"),
    [
        ("every day send my portfolio", JobGap.WHEN),
        ("every 2 days at 8 check BTC", JobGap.WHEN),
        ("send my portfolio", JobGap.WHEN),
        ("every day at 8", JobGap.PROMPT),
        ("today at 9 check BTC", JobGap.PAST),
        ("every day at 25:00 check BTC", JobGap.CLOCK),
        ("every 30 seconds check BTC", JobGap.SPAN),
        ("in 900 days check BTC", JobGap.SPAN),
        ("every day at 8 and 18 check BTC", JobGap.UNREAD),
    ],
)
def test_what_a_job_lacks_is_named(text: str, gap: JobGap) -> None:
    assert read_job(text, EN, NOON, BERLIN).gap is gap


def test_without_a_clock_no_moment_is_made_up() -> None:
    assert read_alert("alert me if BTC above 5 until Friday", EN).gap is AlertGap.NOW
    assert read_job("tomorrow at 7 check BTC", EN).gap is JobGap.NOW


def test_a_change_without_a_window_says_that_it_is_of_a_day() -> None:
    assert read_alert("ETH drops 5%", EN, NOON).notes == ("day",)
    assert read_alert("ETH drops 5% in 1h", EN, NOON).notes == ()


def test_times_of_day_are_by_the_clocks_of_the_person() -> None:
    said = "alert me if BTC above 5 until tonight 18:00"
    assert read_alert(said, EN, NOON, BERLIN).params["expiresAt"] == "2026-11-26T17:00:00Z"
    assert read_alert(said, EN, NOON).params["expiresAt"] == "2026-11-26T18:00:00Z"
    assert read_alert(said, EN, NOON, BERLIN).zone == "Europe/Berlin"


@pytest.mark.parametrize(
    ("schedule", "english", "german", "coming"),
    [
        ("0 18 * * *", "every day at 18:00", "jeden Tag um 18:00", (26, 17, 0)),
        ("30 8 * * 1-5", "Monday to Friday at 08:30", "Montag bis Freitag um 08:30", (27, 7, 30)),
        ("0 9 * * 1", "every Monday at 09:00", "jeden Montag um 09:00", (30, 8, 0)),
        ("every 15m", "every 15 minutes", "alle 15 Minuten", (26, 12, 15)),
        ("in 1 hour", "once, in 1 hour", "einmal, in 1 Stunde", (26, 13, 0)),
        ("at 2026-11-27 07:00", "once, on 2026-11-27 at 07:00", "einmal, am 2026-11-27 um 07:00", (27, 6, 0)),
    ],
)
def test_a_schedule_is_told_in_words_with_its_next_run(
    schedule: str, english: str, german: str, coming: tuple[int, int, int]
) -> None:
    assert (schedule_text(schedule, EN), schedule_text(schedule, DE)) == (english, german)
    assert next_run(schedule, NOON, BERLIN.key) == datetime(2026, 11, *coming, tzinfo=UTC)


ODD = ("-5", "1e9", "99999999999", "0", "5%", "٣", "½", "|", "until", "31.02.", "25:99", "¤btc", "at", "in")
WORDS = st.sampled_from(sorted({*ODD, *(word for text, _, _ in [*ALERTS, *JOBS] for word in text.split())}))
SAID = st.one_of(st.lists(WORDS, max_size=14).map(" ".join), st.text(max_size=60))


@given(said=SAID, language=st.sampled_from(Language))
@settings(max_examples=250, deadline=None)
def test_nothing_breaks_it_and_no_figure_is_made_up(said: str, language: Language) -> None:
    read_job(said, language, NOON, BERLIN)
    read = read_alert(said, language, NOON)
    if read.gap is None:
        parts = read.params.get("all") or read.params.get("any") or [read.params]
        written = {_plain(digits) for digits in re.findall(r"\d[\d.,]*", said)}
        for part in parts:
            value = part.get("value")
            assert value is None or _plain(str(value)) in written or _grouped(value, said)


def _plain(number: str) -> str:
    return re.sub(r"\D", "", number).strip("0")


def _grouped(value: float, said: str) -> bool:
    """Tell whether a figure's digits stand in the text, whatever the marks between them."""
    digits = str(abs(Decimal(str(value)))).replace(".", "").strip("0")
    return digits in re.sub(r"\D", "", said) or not digits
