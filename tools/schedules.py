"""When something is to happen again and again, or once: written by people, reckoned in exact moments."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from itertools import islice
from typing import Protocol
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from trading.clock import EPOCH

SHORTEST = timedelta(seconds=60)
LONGEST = timedelta(days=366)
FIELDS = 5
FORMS = "write five-field cron such as `0 9 * * *`, `every 15m`, `at 2026-12-24 18:00` or `in 20 minutes`"
UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
NAMES = {"s": "second", "m": "minute", "h": "hour", "d": "day", "w": "week"}

_UNIT = r"(s|m|h|d|w|sec|secs|seconds?|min|mins|minutes?|hr|hrs|hours?|days?|weeks?)"
_EVERY = re.compile(rf"every\s+(?:(\d{{1,9}})\s*)?{_UNIT}", re.IGNORECASE)
_IN = re.compile(rf"in\s+(\d{{1,9}})\s*{_UNIT}", re.IGNORECASE)
_AT = re.compile(r"(?:at\s+)?(\d{4}-\d{2}-\d{2}(?:[T ].+)?)", re.IGNORECASE)


class BadSchedule(ValueError):
    """Write the schedule in another way; the words say what is wrong with it."""


class Schedule(Protocol):
    """A rule that gives moments, its slots. They are in UTC and depend on nothing but the rule."""

    def after(self, moment: datetime) -> datetime | None:
        """Return the first slot after a moment, None when there is none any more."""
        ...

    def between(self, after: datetime, until: datetime, most: int) -> Sequence[datetime]:
        """Return the newest slots after one moment up to another, at most so many, oldest first."""
        ...

    @property
    def text(self) -> str:
        """The rule in words."""
        ...


@dataclass(frozen=True, slots=True)
class Cron:
    """Five fields, by the clocks of a zone.

    As in Debian: a job at a fixed hour runs once on the days when clocks change, at the first moment after a
    gap and in the first of two equal hours; one with a star for minute or hour goes by the time that passes.
    """

    fields: str
    zone: ZoneInfo

    def after(self, moment: datetime) -> datetime | None:
        """Return the first slot after a moment, None when there is none within 50 years."""
        return next(self._slots(moment), None)

    def between(self, after: datetime, until: datetime, most: int) -> Sequence[datetime]:
        """Return the newest slots after one moment up to another, at most so many, oldest first."""
        # From ever further back, so that a rule of every minute need not be followed through a year.
        span = timedelta(hours=2)
        while True:
            start = max(after, until - span)
            found = list(_until(self._slots(start), until))
            if len(found) >= most or start == after:
                return found[-most:]
            span *= 8

    @property
    def text(self) -> str:
        """The rule in words."""
        return f"{CronSim(self.fields, EPOCH).explain()} ({self.zone.key})"

    def _slots(self, moment: datetime) -> Iterator[datetime]:
        zone: tzinfo = UTC if self.zone.key == "UTC" else self.zone
        last = moment
        for local in CronSim(self.fields, moment.astimezone(zone)):
            slot = local.astimezone(UTC)
            # In the second of two equal hours, what it finds first lies in the first one.
            if slot > last:
                yield slot
                last = slot


@dataclass(frozen=True, slots=True)
class Every:
    """Again and again after an equal time, counted from `anchor` in UTC."""

    period: timedelta
    anchor: datetime
    words: str

    def after(self, moment: datetime) -> datetime | None:
        """Return the first slot after a moment."""
        return self.anchor + max(1, (moment - self.anchor) // self.period + 1) * self.period

    def between(self, after: datetime, until: datetime, most: int) -> Sequence[datetime]:
        """Return the newest slots after one moment up to another, at most so many, oldest first."""
        last = (until - self.anchor) // self.period
        first = max(1, (after - self.anchor) // self.period + 1, last - most + 1)
        return [self.anchor + number * self.period for number in range(first, last + 1)]

    @property
    def text(self) -> str:
        """The rule in words."""
        return f"Every {self.words}"


@dataclass(frozen=True, slots=True)
class Once:
    """At one moment; `zone` is only for the words."""

    moment: datetime
    zone: ZoneInfo

    def after(self, moment: datetime) -> datetime | None:
        """Return the moment if it is still to come."""
        return self.moment if self.moment > moment else None

    def between(self, after: datetime, until: datetime, most: int) -> Sequence[datetime]:
        """Return the moment if it lies after one up to another."""
        return [self.moment] if after < self.moment <= until and most else []

    @property
    def text(self) -> str:
        """The rule in words."""
        local = self.moment.astimezone(self.zone)
        return f"Once, on {local:%Y-%m-%d at %H:%M} ({self.zone.key})"


@lru_cache(maxsize=1_024)
def parse(text: str, zone: str, anchor: datetime) -> Schedule:
    """Return the rule that a person wrote in a zone at a moment, from which `every` and `in` count.

    Raises BadSchedule for what is no rule or gives no moment at all; a moment that has passed is a rule.
    """
    plain = " ".join(text.split())
    where = _zone(zone)
    for form, build in _FORMS:
        if found := form.fullmatch(plain):
            return build(found, where, anchor)
    return _cron(plain, where, anchor)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        raise BadSchedule(f"there is no time zone {name[:64]!r}; one is Europe/Berlin") from None


def _cron(text: str, zone: ZoneInfo, anchor: datetime) -> Schedule:
    if len(text.split()) != FIELDS:
        raise BadSchedule(f"{text[:60]!r} is no schedule: {FORMS}")
    try:
        rule = Cron(text, zone)
        never = rule.after(anchor) is None
    except CronSimError as error:
        raise BadSchedule(f"{text[:60]!r} is no schedule: {str(error).lower()}") from None
    if never:
        raise BadSchedule(f"{text[:60]!r} never comes: no day of the next 50 years fits it")
    return rule


def _every(found: re.Match[str], zone: ZoneInfo, anchor: datetime) -> Schedule:
    number, unit = int(found[1] or 1), found[2][0].lower()
    # Longer than a timedelta can be is refused like any other that is too long.
    seconds = number * UNITS[unit]
    if not SHORTEST.total_seconds() <= seconds <= LONGEST.total_seconds():
        raise BadSchedule("`every` takes from 60 seconds to 366 days")
    return Every(timedelta(seconds=seconds), anchor, _counted(number, unit))


def _in(found: re.Match[str], zone: ZoneInfo, anchor: datetime) -> Schedule:
    seconds = int(found[1]) * UNITS[found[2][0].lower()]
    if not 1 <= seconds <= LONGEST.total_seconds():
        raise BadSchedule("`in` takes from one second to 366 days")
    return Once(anchor + timedelta(seconds=seconds), zone)


def _at(found: re.Match[str], zone: ZoneInfo, anchor: datetime) -> Schedule:
    try:
        moment = datetime.fromisoformat(found[1])
    except ValueError:
        raise BadSchedule(f"{found[1][:60]!r} is no moment: write `at 2026-12-24 18:00`") from None
    if not 1971 <= moment.year < 2200:
        raise BadSchedule("a moment lies between 1971 and 2200")
    if moment.tzinfo is not None:
        return Once(moment.astimezone(UTC), zone)
    local = moment.replace(tzinfo=zone)
    if local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != moment:
        raise BadSchedule(f"clocks in {zone.key} never show {moment:%Y-%m-%d %H:%M}: they go forward then")
    return Once(local.astimezone(UTC), zone)


def _counted(number: int, unit: str) -> str:
    return NAMES[unit] if number == 1 else f"{number} {NAMES[unit]}s"


def _until(slots: Iterator[datetime], end: datetime) -> Iterator[datetime]:
    for slot in slots:
        if slot > end:
            return
        yield slot


_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], ZoneInfo, datetime], Schedule]], ...] = (
    (_EVERY, _every),
    (_IN, _in),
    (_AT, _at),
)


def upcoming(schedule: Schedule, after: datetime, most: int) -> Sequence[datetime]:
    """Return the next slots after a moment."""

    def following() -> Iterator[datetime]:
        slot = schedule.after(after)
        while slot is not None:
            yield slot
            slot = schedule.after(slot)

    return list(islice(following(), most))
