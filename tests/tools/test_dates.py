"""Dates as people write them, and what is no date."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tools.wire import Params, Since, Until, date_from, date_until
from trading.clock import epoch_ms, iso

NEW_YEAR = datetime(2025, 1, 1, tzinfo=UTC)

MEANT = {
    "2025-01-01": NEW_YEAR,
    "2025-01-01T00:00:00Z": NEW_YEAR,
    "2025-01-01 01:00+01:00": NEW_YEAR,
    "2025-01-01T00:00": NEW_YEAR,
    "1735689600000": NEW_YEAR,
    1_735_689_600_000: NEW_YEAR,
    0: datetime(1970, 1, 1, tzinfo=UTC),
}


class Range(Params):
    """A range of time."""

    since: Since
    until: Until


@pytest.mark.parametrize("written", MEANT, ids=str)
def test_a_date_is_read_as_it_is_meant(written: Any) -> None:
    assert date_from(written) == MEANT[written]
    whole_day = timedelta(days=1) if written == "2025-01-01" else timedelta(0)
    assert date_until(written) == MEANT[written] + whole_day


@pytest.mark.parametrize(
    "written",
    [
        *("2025-02-30", "2025-13-01", "soon", "", "2025", "20250101", "2025-01-01T25:00", "1969-12-31"),
        *("0001-01-01T00:00+23:00", "9999-12-31T23:59-23:00", "2200-01-01", "1970-01-01T00:00+01:00"),
        *(-1, 1e30, float("nan"), True, None, [], {}, "2025-01-01garbage", "２０２５-01-01", "9" * 12 + "\n"),
    ],
    ids=repr,
)
def test_nonsense_is_refused(written: Any) -> None:
    for field in ("since", "until"):
        with pytest.raises(ValidationError):
            Range.model_validate({"since": "2025-01-01", "until": "2025-01-01", field: written})


def test_a_range_is_told_in_iso() -> None:
    told = Range.model_validate({"since": "2025-01-01", "until": "2025-01-31"}).model_dump(mode="json")
    assert told == {"since": "2025-01-01T00:00:00Z", "until": "2025-02-01T00:00:00Z"}


@given(st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_a_moment_comes_back_from_iso_and_from_milliseconds(moment: datetime) -> None:
    exact = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    assert date_from(iso(exact)) == exact
    whole = moment.replace(microsecond=0)
    assert date_from(epoch_ms(whole)) == whole
