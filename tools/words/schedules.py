"""Reading jobs: when something is to be asked, and what, in the person's own words."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tools.words import schedule_words as words
from tools.words.alert_gaps import JobGap
from tools.words.language import Language, fold
from tools.words.moments import (
    CLOCK,
    DAY,
    NAMED_CLOCK,
    SPAN,
    WEEKDAYS,
    any_of,
    moment_at,
    read_clock,
    read_day,
    span_seconds,
)

UTC_ZONE = ZoneInfo("UTC")
NAME_WORDS = 3
LONGEST_NAME = 40
LONGEST_PROMPT = 4_000
LONGEST_SAID = 4_500
LONGEST_SPAN = 366 * 86_400
_MINUTE = 60

_END = r"(?= |$)"
_STRIPPED = ".,;:!?\"'“”„()«»"
_UNITS = ((604_800, "w", "week"), (86_400, "d", "day"), (3_600, "h", "hour"), (60, "m", "minute"))

_WEEKDAY = any_of(WEEKDAYS)
_DAYS = rf"(?P<days>{_WEEKDAY}(?:(?: and| und| or| oder)? {_WEEKDAY})*)"
_RECURRING = any_of([day for day in WEEKDAYS if len(day) > 3 and day.endswith("s")])
_HALF_DAY = (
    r"(?: (?:in the|am|at) (?:morning|evening|afternoon|night|abend|morgen|nachmittag)"
    r"| (?:morgens|abends|nachmittags|nachts|frueh|vormittags))?"
)
_CLOCKS = (
    re.compile(rf" (?:at|um|by|gegen|@)(?: about| circa)? {CLOCK}{_HALF_DAY}{_END}"),
    re.compile(rf" (?:at |um |gegen )?{NAMED_CLOCK}{_END}"),
    re.compile(rf" (?P<hour>\d{{1,2}}):(?P<minute>\d{{2}})(?: ?(?P<half>am|pm|uhr))?{_HALF_DAY}{_END}"),
    re.compile(rf" (?P<hour>\d{{1,2}}) ?(?P<half>am|pm|uhr)(?: (?P<past>\d{{2}}))?{_HALF_DAY}{_END}"),
)
_CRON = re.compile(r" (?P<fields>(?:[\d*/,-]+ ){4}[\d*/,a-z-]+)" + _END)
_EVERY_SPAN = re.compile(rf" (?:every|each|alle|jede|jeden|jedes) {SPAN}")
_HOURLY = re.compile(rf" (?:hourly|stuendlich){_END}")
_IN = re.compile(rf" in {SPAN}")
_DAILY = re.compile(rf" {any_of(words.DAILY)}{_END}")
_WORKDAYS = re.compile(rf" {any_of(words.WORKDAYS)}{_END}")
_WEEKENDS = re.compile(rf" {any_of(words.WEEKENDS)}{_END}")
_WEEKLY = re.compile(rf" (?:every|each|jeden|jede|jedes|on|an)(?: single)? {_DAYS}{_END}")
_PLURAL = re.compile(rf" (?:on |immer )?(?P<days>{_RECURRING}(?:(?: and| und)? {_RECURRING})*){_END}")
_ORDINAL = rf"(?P<nth>\d{{1,2}})(?:st|nd|rd|th)?|(?P<named>{any_of(tuple(words.ORDINALS))})"
_MONTHLY = re.compile(
    rf" (?:on |am |jeden )?(?:the )?(?:{_ORDINAL})(?: day| tag)? "
    rf"(?:of (?:each|every|the|a)|of|jedes|eines jeden|im|des|every|each) (?:month|monats|monat){_END}"
)
_MONTH_ON = re.compile(
    rf" (?:every month|each month|monthly|jeden monat|monatlich)"
    rf"(?: (?:on|am)(?: the)? (?:{_ORDINAL}))?{_END}"
)
_ON_DAY = re.compile(rf" (?:on |am |den |at )*{DAY}{_END}")
_EVENING = re.compile(r" (?:tonight|evening|evenings|abend|abends|heute abend|night)" + _END)
_USUAL: Sequence[tuple[re.Pattern[str], str]] = tuple(
    (re.compile(rf" {any_of(listed)}{_END}"), schedule)
    for listed, schedule in (
        (words.BRIEFINGS, "30 7 * * 1-5"),
        (words.WEEKLY_REPORTS, "0 18 * * 0"),
    )
)
_AT_DAILY = re.compile(rf" {any_of(f'{words.BRIEFINGS}|{words.DAILY_REPORTS}')}{_END}")


@dataclass(frozen=True, slots=True)
class JobRead:
    """A job as far as it was read: `params` of cron.add, and what they lack.

    `timezone` stands among them where clocks matter. `notes` say what was assumed: `zone` where times are by
    the clocks of `zone`, `usual` where no time was named and the usual one of such a job was taken.
    """

    params: Mapping[str, Any]
    gap: JobGap | None = None
    unread: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    zone: str = "UTC"


@dataclass(slots=True)
class _Said:
    """The words as written, beside the same folded; what is taken from one is taken from both."""

    written: list[str]
    now: datetime | None
    zone: ZoneInfo
    clock: time | None = None
    schedule: str = ""
    by_clock: bool = True
    notes: list[str] = field(default_factory=list)
    gap: JobGap | None = None

    @property
    def text(self) -> str:
        return "".join(f" {_folded(word)}" for word in self.written)

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Return the first match of a pattern and drop its words."""
        text = self.text
        match = pattern.search(text)
        if match:
            first = text[: match.start()].count(" ")
            self.written[first : first + match[0].count(" ")] = []
        return match

    def lacks(self, gap: JobGap) -> None:
        """Note what is missing, unless something else was missing before."""
        self.gap = self.gap or gap


def read_job(
    said: str, language: Language, now: datetime | None = None, zone: ZoneInfo = UTC_ZONE
) -> JobRead:
    """Read a job from a sentence; times of day are by the clocks of `zone`."""
    reading = _Said(_spaced(said[:LONGEST_SAID]), now, zone)
    evening = _EVENING.search(reading.text) is not None
    _take_cron(reading)
    _take_clock(reading, evening)
    for take in _RULES:
        if not reading.schedule and reading.gap is None:
            take(reading)
    if not reading.schedule:
        reading.lacks(JobGap.WHEN)
    unread = _odd(reading.written)
    if unread:
        reading.lacks(JobGap.UNREAD)
    prompt = _prompt(reading)
    if prompt is None:
        reading.lacks(JobGap.PROMPT)
    params: dict[str, Any] = {"name": job_name(prompt or ""), "schedule": reading.schedule, "prompt": prompt}
    if reading.by_clock and reading.schedule:
        params["timezone"] = zone.key
        reading.notes.append("zone")
    known = {name: value for name, value in params.items() if value}
    return JobRead(known, reading.gap, unread, tuple(reading.notes), zone.key)


def job_name(prompt: str) -> str:
    """Return a short name made of the words of a prompt."""
    heard = re.findall(r"[^\W_]+", fold(prompt))
    telling = [word for word in heard if word not in words.NO_NAME] or heard or ["job"]
    return "_".join(telling[:NAME_WORDS])[:LONGEST_NAME].strip("_")


def _spaced(said: str) -> list[str]:
    # "mon-fri" and "18:00h" stay whole; only blanks part words.
    return [word for word in said.split() if _folded(word)]


def _folded(word: str) -> str:
    return fold(word).strip(_STRIPPED)


def _take_cron(reading: _Said) -> None:
    found = _CRON.search(reading.text)
    if found and "*" in found["fields"]:
        reading.take(_CRON)
        reading.schedule = found["fields"]


def _take_clock(reading: _Said, evening: bool) -> None:
    for pattern in _CLOCKS:
        if found := reading.take(pattern):
            groups = found.groupdict()
            clock = read_clock(groups)
            if clock is None:
                reading.lacks(JobGap.CLOCK)
            elif evening and 0 < clock.hour < 12 and groups.get("half") not in ("am", "uhr"):
                # "Tonight at 8" is no morning.
                clock = clock.replace(hour=clock.hour + 12)
            reading.clock = clock
            return


def _every_span(reading: _Said) -> None:
    found = _EVERY_SPAN.search(reading.text)
    if found is None:
        if reading.clock is None and reading.take(_HOURLY):
            reading.schedule, reading.by_clock = "every 1h", False
        return
    seconds = span_seconds(found["count"], found["unit"])
    if seconds == _UNITS[1][0]:
        # "Every day" is by the clock.
        return
    reading.take(_EVERY_SPAN)
    if not _MINUTE <= seconds <= LONGEST_SPAN:
        reading.lacks(JobGap.SPAN)
    elif reading.clock is not None or seconds % _MINUTE:
        # No rule says "every two days at eight".
        reading.lacks(JobGap.WHEN)
    elif seconds == _UNITS[0][0]:
        reading.lacks(JobGap.WHEN)
    else:
        length, unit, _ = next(each for each in _UNITS[1:] if seconds % each[0] == 0)
        reading.schedule, reading.by_clock = f"every {seconds // length}{unit}", False


def _in_span(reading: _Said) -> None:
    found = _IN.search(reading.text)
    if found is None:
        return
    reading.take(_IN)
    seconds = span_seconds(found["count"], found["unit"])
    if not 1 <= seconds <= LONGEST_SPAN or reading.clock is not None:
        reading.lacks(JobGap.SPAN if reading.clock is None else JobGap.WHEN)
        return
    length, _, name = next((each for each in _UNITS if seconds % each[0] == 0), (1, "s", "second"))
    count = seconds // length
    reading.schedule = f"in {count} {name}{'' if count == 1 else 's'}"
    reading.by_clock = False


def _monthly(reading: _Said) -> None:
    found = reading.take(_MONTHLY) or reading.take(_MONTH_ON)
    if found is None:
        return
    day = int(found["nth"]) if found["nth"] else words.ORDINALS.get(found["named"] or "", 0)
    if not day:
        reading.lacks(JobGap.WHEN)
    elif day > 31:
        reading.lacks(JobGap.CLOCK)
    else:
        _fields(reading, f"{day} * *")


def _weekly(reading: _Said) -> None:
    if reading.take(_WORKDAYS):
        _fields(reading, "* * 1-5")
    elif reading.take(_WEEKENDS):
        _fields(reading, "* * 0,6")
    elif found := reading.take(_PLURAL) or _take_weekly(reading):
        numbers = {(WEEKDAYS[word] + 1) % 7 for word in found["days"].split() if word in WEEKDAYS}
        _fields(reading, f"* * {','.join(map(str, sorted(numbers)))}")


def _take_weekly(reading: _Said) -> re.Match[str] | None:
    found = _WEEKLY.search(reading.text)
    # "On Friday" is the next one, "every Friday" is each.
    once = found is not None and found[0].split()[0] in ("on", "an") and " " not in found["days"]
    return None if once else reading.take(_WEEKLY)


def _daily(reading: _Said) -> None:
    if reading.take(_DAILY):
        _fields(reading, "* * *")


def _usual(reading: _Said) -> None:
    """Take a briefing or report for what comes again, at its usual time where none was named."""
    if reading.clock is not None and _AT_DAILY.search(reading.text):
        _fields(reading, "* * *")
        return
    found = next((schedule for pattern, schedule in _USUAL if pattern.search(reading.text)), "")
    if not found or _ON_DAY.search(reading.text):
        return
    if reading.clock is not None:
        _fields(reading, found.split(maxsplit=2)[2])
    else:
        reading.schedule = found
        reading.notes.append("usual")


def _fields(reading: _Said, rest: str) -> None:
    if reading.clock is None:
        reading.lacks(JobGap.WHEN)
    else:
        reading.schedule = f"{reading.clock.minute} {reading.clock.hour} {rest}"


def _once(reading: _Said) -> None:
    found = _ON_DAY.search(reading.text)
    if found is None and reading.clock is None:
        return
    if reading.now is None:
        reading.lacks(JobGap.NOW)
        return
    today = reading.now.astimezone(reading.zone).date()
    day = today
    if found is not None:
        reading.take(_ON_DAY)
        named = read_day(found.groupdict(), today)
        if named is None:
            reading.lacks(JobGap.CLOCK)
            return
        day = named
    if reading.clock is None:
        reading.lacks(JobGap.WHEN)
        return
    moment = moment_at(day, reading.clock, reading.zone)
    if moment <= reading.now and (found is None or found["weekday"]):
        day += timedelta(days=1 if found is None else 7)
        moment = moment_at(day, reading.clock, reading.zone)
    if moment <= reading.now:
        reading.lacks(JobGap.PAST)
    reading.schedule = f"at {day.isoformat()} {reading.clock:%H:%M}"


_RULES: Sequence[Callable[[_Said], None]] = (
    _every_span,
    _in_span,
    _monthly,
    _weekly,
    _daily,
    _usual,
    _once,
)


def _prompt(reading: _Said) -> str | None:
    """Return what is left, without the words that only led to it."""
    left = reading.written
    while left and _folded(left[0]) in words.LEADS:
        left = left[1:]
    while left and _folded(left[-1]) in words.TRAILS:
        left = left[:-1]
    prompt = " ".join(left).strip(" ,;:")
    for title, pattern in words.REMINDERS:
        if found := pattern.match(prompt):
            prompt = f"{title}: {prompt[found.end() :]}"
    return prompt[:LONGEST_PROMPT] or None


def _odd(left: Sequence[str]) -> tuple[str, ...]:
    """Return what is left of a time that was not all understood: "at 8 and 18"."""
    joined = len(left) > 1 and _folded(left[0]) in ("and", "und", "or", "oder")
    return (left[1],) if joined and left[1][:1].isdigit() else ()
