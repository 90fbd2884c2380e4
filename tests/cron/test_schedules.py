"""Rules that people write, and the moments they give."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from tools.schedules import BadSchedule, parse, upcoming

MADE = datetime(2026, 3, 28, 12, 0, 30, tzinfo=UTC)


def moments(text: str, zone: str, after: str, most: int = 3) -> list[str]:
    """Return the next moments of a rule, in UTC to the minute."""
    rule = parse(text, zone, MADE)
    return [f"{each:%m-%d %H:%M}" for each in upcoming(rule, datetime.fromisoformat(f"{after}+00:00"), most)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("0 9 * * *", "At 09:00 every day (Europe/Berlin)"),
        ("  30  7 * *  mon-fri ", "At 07:30 on Monday through Friday (Europe/Berlin)"),
        ("0 0 L * *", "At 00:00 on the last day of every month (Europe/Berlin)"),
        ("0 0 LW * *", "At 00:00 on the last weekday of every month (Europe/Berlin)"),
        ("0 12 * * MON#1", "At 12:00 on the first Monday of the month (Europe/Berlin)"),
        ("every 15m", "Every 15 minutes"),
        ("every hour", "Every hour"),
        ("EVERY 2 Days", "Every 2 days"),
        ("at 2026-12-24 18:00", "Once, on 2026-12-24 at 18:00 (Europe/Berlin)"),
        ("2026-12-24T18:00:00Z", "Once, on 2026-12-24 at 19:00 (Europe/Berlin)"),
        ("in 20 minutes", "Once, on 2026-03-28 at 13:20 (Europe/Berlin)"),
    ],
)
def test_a_rule_is_said_in_words(text: str, words: str) -> None:
    assert parse(text, "Europe/Berlin", MADE).text == words


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("", "UTC"),
        ("tomorrow", "UTC"),
        ("0 9 * *", "UTC"),
        ("0 0 9 * * *", "UTC"),
        ("60 * * * *", "UTC"),
        ("* 24 * * *", "UTC"),
        ("0 9 0 * *", "UTC"),
        ("0 9 31 2 *", "UTC"),
        ("0 9 30 2 *", "UTC"),
        ("*/0 * * * *", "UTC"),
        ("0 9 * * MON#6", "UTC"),
        (f"{'9' * 100} * * * *", "UTC"),
        ("0 9 * * *", "Europe/Atlantis"),
        ("0 9 * * *", "../etc/passwd"),
        ("every 59s", "UTC"),
        ("every 0m", "UTC"),
        ("every -5m", "UTC"),
        ("every 367d", "UTC"),
        ("every 999999999d", "UTC"),
        ("in 0 minutes", "UTC"),
        ("in 999999999 weeks", "UTC"),
        ("at 2026-13-01 10:00", "UTC"),
        ("at 9999-12-31 23:59", "UTC"),
        ("at 2026-03-29 02:30", "Europe/Berlin"),
    ],
)
def test_what_gives_no_moment_is_refused(text: str, zone: str) -> None:
    with pytest.raises(BadSchedule):
        parse(text, zone, MADE)


@pytest.mark.parametrize(
    ("text", "zone", "after", "expected"),
    [
        # Clocks go from 02:00 to 03:00: at the first moment after the gap, once.
        ("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00", ["03-29 01:00", "03-30 00:30", "03-31 00:30"]),
        ("0,30 2 * * *", "Europe/Berlin", "2026-03-28T12:00", ["03-29 01:00", "03-30 00:00", "03-30 00:30"]),
        ("30 2 * * *", "America/New_York", "2026-03-07T12:00", ["03-08 07:00", "03-09 06:30", "03-10 06:30"]),
        ("*/30 2 * * *", "Europe/Berlin", "2026-03-28T12:00", ["03-30 00:00", "03-30 00:30", "03-31 00:00"]),
        # Clocks show 02:00 to 03:00 twice: a fixed hour in the first of them, a star in both.
        ("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00", ["10-25 00:30", "10-26 01:30", "10-27 01:30"]),
        ("30 2 * * *", "Europe/Berlin", "2026-10-25T01:10", ["10-26 01:30", "10-27 01:30", "10-28 01:30"]),
        ("30 1 * * *", "America/New_York", "2026-10-31T12:00", ["11-01 05:30", "11-02 06:30", "11-03 06:30"]),
        ("*/30 2 * * *", "Europe/Berlin", "2026-10-24T23:59", ["10-25 00:00", "10-25 00:30", "10-25 01:00"]),
        ("0 * * * *", "Europe/Berlin", "2026-10-24T23:59", ["10-25 00:00", "10-25 01:00", "10-25 02:00"]),
        # Counted from when it was made, whatever clocks show.
        ("every 12h", "Europe/Berlin", "2026-03-28T13:00", ["03-29 00:00", "03-29 12:00", "03-30 00:00"]),
        ("every 12h", "Europe/Berlin", "2026-03-01T00:00", ["03-29 00:00", "03-29 12:00", "03-30 00:00"]),
        ("in 90 minutes", "UTC", "2026-03-28T12:00", ["03-28 13:30"]),
        ("at 2026-10-25 02:30", "Europe/Berlin", "2026-03-28T12:00", ["10-25 00:30"]),
        ("at 2020-01-01 02:30", "Europe/Berlin", "2026-03-28T12:00", []),
        ("0 0 29 2 *", "UTC", "2026-03-28T12:00", ["02-29 00:00", "02-29 00:00", "02-29 00:00"]),
    ],
)
def test_a_rule_gives_its_moments(text: str, zone: str, after: str, expected: list[str]) -> None:
    assert moments(text, zone, after) == expected


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "UTC"])
@pytest.mark.parametrize("text", ["30 2 * * *", "*/20 * * * *", "15 1-3 * * *", "0 9 * * MON", "every 7h"])
def test_the_newest_moments_are_those_that_come_one_after_the_other(text: str, zone: str) -> None:
    rule, chance = parse(text, zone, MADE), random.Random(f"{text}{zone}")
    for _ in range(10):
        start = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=chance.randrange(360 * 1_440))
        end = start + timedelta(minutes=chance.randrange(4 * 1_440))
        every = [each for each in upcoming(rule, start, 400) if each <= end]
        for most in (1, 7, 101):
            assert list(rule.between(start, end, most)) == every[-most:]
