"""Moments as people name them: until when, on which day, at what time of day."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tools.words.alert_words import COUNTS, SPANS
from tools.words.spans import MONTHS

WEEKDAYS: Mapping[str, int] = {
    word: number
    for number, words in enumerate(
        (
            "monday mondays mon montag montags",
            "tuesday tuesdays tue dienstag dienstags",
            "wednesday wednesdays wed mittwoch mittwochs",
            "thursday thursdays thu donnerstag donnerstags",
            "friday fridays fri freitag freitags",
            "saturday saturdays sat samstag samstags sonnabend sonnabends",
            "sunday sundays sun sonntag sonntags",
        )
    )
    for word in words.split()
}
"""The days of the week by name, Monday is 0."""

TODAY = "today|tonight|this evening|this afternoon|heute|heute abend|heute nachmittag|heute nacht"
TOMORROW = "tomorrow|morgen"
_DAY_AFTER = "the day after tomorrow|day after tomorrow|uebermorgen"
_FUTURE_DAYS = 3_660


def any_of(words: Sequence[str] | Mapping[str, int] | str) -> str:
    """Return the pattern of one of these words, the longest first."""
    listed = words.split("|") if isinstance(words, str) else words
    return "(?:" + "|".join(sorted(map(re.escape, listed), key=lambda word: (-len(word), word))) + ")"


CLOCK = (
    r"(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2}))? ?(?P<half>am|pm|uhr|oclock)?(?: (?P<past>\d{2})(?= |$))?"
)
"""A time of day; what follows "uhr" are its minutes."""
DAY = (
    r"(?:(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})|(?P<dd>\d{1,2})\.(?P<dm>\d{1,2})(?:\.(?P<dy>\d{4}))?\.?"
    rf"|(?:the )?(?P<nd>\d{{1,2}})(?:st|nd|rd|th)?\.? (?:of )?(?P<nm>{any_of(MONTHS)})(?: (?P<ny>\d{{4}}))?"
    rf"|(?P<am>{any_of(MONTHS)}) (?P<ad>\d{{1,2}})(?:st|nd|rd|th)?(?: (?P<ay>\d{{4}}))?"
    rf"|(?:next |this |naechsten |kommenden |diesen )?(?P<weekday>{any_of(WEEKDAYS)})"
    rf"|(?P<after>{any_of(_DAY_AFTER)})|(?P<tomorrow>{any_of(TOMORROW)})|(?P<today>{any_of(TODAY)}))"
)
"""A day to come."""
_NOON: Mapping[str, time] = {
    "noon": time(12),
    "mittag": time(12),
    "midnight": time(0),
    "mitternacht": time(0),
}
NAMED_CLOCK = rf"(?P<named>{any_of(tuple(_NOON))})"


def read_clock(found: Mapping[str, str | None]) -> time | None:
    """Return the time of day that a match of CLOCK names, None for one no clock shows."""
    if named := found.get("named"):
        return _NOON[named]
    hour, half = int(found.get("hour") or 0), found.get("half")
    past = found.get("past") if half == "uhr" else None
    minute = int(found.get("minute") or past or 0)
    if half in ("am", "pm"):
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    if hour == 24 and not minute:
        hour = 0
    return time(hour, minute) if hour < 24 and minute < 60 else None


def read_day(found: Mapping[str, str | None], today: date) -> date | None:
    """Return the day to come that a match of DAY names, None for one no calendar has."""
    for reader in (_weekday, _near, _written):
        if day := reader(found, today):
            return day
    return None


def moment_at(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """Return a time of a day by the clocks of a zone, in UTC."""
    return datetime.combine(day, clock, zone).astimezone(UTC)


def span_seconds(count: str | None, unit: str) -> int:
    """Return how long "two days", "30 m" or "an hour" is."""
    number = 1 if not count else int(count) if count.isdigit() else COUNTS[count]
    return number * SPANS[unit]


SPAN = rf"(?:(?P<count>\d{{1,5}}|{any_of(tuple(COUNTS))}) ?)?(?P<unit>{any_of(tuple(SPANS))})(?= |$)"
"""A length of time."""


def _weekday(found: Mapping[str, str | None], today: date) -> date | None:
    name = found.get("weekday")
    if not name:
        return None
    return today + timedelta(days=(WEEKDAYS[name] - today.weekday()) % 7)


def _near(found: Mapping[str, str | None], today: date) -> date | None:
    ahead = next(
        (days for name, days in (("after", 2), ("tomorrow", 1), ("today", 0)) if found.get(name)), None
    )
    return None if ahead is None else today + timedelta(days=ahead)


def _written(found: Mapping[str, str | None], today: date) -> date | None:
    forms: Sequence[tuple[str, str, str, Callable[[str], int]]] = (
        ("y", "m", "d", int),
        ("dy", "dm", "dd", int),
        ("ny", "nm", "nd", MONTHS.__getitem__),
        ("ay", "am", "ad", MONTHS.__getitem__),
    )
    for year, month, day, read in forms:
        if found.get(month) and found.get(day):
            written = found.get(year)
            return _next(written, read(str(found[month])), int(str(found[day])), today)
    return None


def _next(year: str | None, month: int, day: int, today: date) -> date | None:
    years = (int(year),) if year else (today.year, today.year + 1)
    for each in years:
        try:
            found = date(each, month, day)
        except ValueError:
            continue
        if year or found >= today:
            return found if (found - today).days < _FUTURE_DAYS else None
    return None


_UNTIL_LEADS = r"(?:until|till|up to|bis zum|bis)"
_SECOND_CLOCK = re.sub(r"\(\?P<(\w+)>", r"(?P<only_\1>", CLOCK)
_UNTIL = re.compile(
    rf" {_UNTIL_LEADS} (?:(?:the |on |at |den |dem )*{DAY}(?:(?: at| um)? {CLOCK})?(?= |$)"
    rf"|(?:at |um |by )?(?:{NAMED_CLOCK}|{_SECOND_CLOCK})(?= |$))"
)
_FOR = re.compile(rf" (?:for|fuer) (?:the |die )?(?:next |naechsten |kommenden )?{SPAN}")


def take_until(text: str, now: datetime, zone: ZoneInfo) -> tuple[str, datetime | None, bool]:
    """Return a text without its "until Friday" or "for two days", that moment, and whether it is sound.

    A day without a time is meant to its end. Where nothing is said the moment is None and all is sound.
    """
    for pattern in (_UNTIL, _FOR):
        if match := pattern.search(text):
            rest = text[: match.start()] + text[match.end() :]
            found = match.groupdict()
            if pattern is _FOR:
                moment: datetime | None = _later(now, span_seconds(found["count"], str(found["unit"])))
            else:
                moment = _until(found, now, zone)
            return rest, moment, moment is not None and moment > now
    return text, None, True


def _later(now: datetime, seconds: int) -> datetime | None:
    return now + timedelta(seconds=seconds) if seconds <= _FUTURE_DAYS * 86_400 else None


def _until(found: Mapping[str, str | None], now: datetime, zone: ZoneInfo) -> datetime | None:
    today = now.astimezone(zone).date()
    if found["only_hour"] or found["named"]:
        only = {name: found[f"only_{name}"] for name in ("hour", "minute", "half", "past")}
        clock = read_clock({**only, "named": found["named"]})
        if clock is None:
            return None
        at = moment_at(today, clock, zone)
        return at if at > now else moment_at(today + timedelta(days=1), clock, zone)
    day = read_day(found, today)
    if day is None:
        return None
    if not found["hour"]:
        return moment_at(day + timedelta(days=1), time(0), zone)
    clock = read_clock({**found, "named": None})
    return None if clock is None else moment_at(day, clock, zone)
