"""When a job that was read from words runs next."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tools.words.moments import moment_at

_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_SPAN = re.compile(r"(?:every|in) (\d+) ?([smhdw])[a-z]*")
_AT = re.compile(r"at (\d{4}-\d{2}-\d{2}) (\d{2}:\d{2})")
_FIELDS = re.compile(r"(\d{1,2}) (\d{1,2}) (\*|\d{1,2}) \* (\*|[0-7](?:[-,][0-7])*)")
_FAR = 800


def next_run(schedule: str, now: datetime, zone: str) -> datetime | None:
    """Return the first moment of a schedule after `now`, in UTC; None where it is not reckoned here."""
    if found := _SPAN.fullmatch(schedule):
        return now + timedelta(seconds=int(found[1]) * _SECONDS[found[2]])
    where = ZoneInfo(zone)
    if found := _AT.fullmatch(schedule):
        return moment_at(date.fromisoformat(found[1]), time.fromisoformat(found[2]), where)
    fields = _FIELDS.fullmatch(schedule)
    return _of_fields(fields, now.astimezone(UTC), where) if fields else None


def _of_fields(found: re.Match[str], now: datetime, zone: ZoneInfo) -> datetime | None:
    clock = time(int(found[2]), int(found[1]))
    weekdays, monthly = _weekdays(found[4]), found[3]
    first = now.astimezone(zone).date()
    for ahead in range(_FAR):
        day = first + timedelta(days=ahead)
        fits = (monthly == "*" or day.day == int(monthly)) and day.isoweekday() % 7 in weekdays
        moment = moment_at(day, clock, zone)
        if fits and moment > now:
            return moment
    return None


def _weekdays(text: str) -> frozenset[int]:
    if text == "*":
        return frozenset(range(7))
    first, dash, last = text.partition("-")
    if dash:
        return frozenset(range(int(first), int(last) + 1))
    return frozenset(int(each) % 7 for each in text.split(","))
