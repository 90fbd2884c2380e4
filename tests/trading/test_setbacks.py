"""What could not be done is tried again later each time, and never given up."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from trading.setbacks import Attempt, Setback, Setbacks, pushed_back

START = datetime(2026, 11, 21, 12, tzinfo=UTC)
TRY = Attempt("failed", first=timedelta(seconds=1), longest=timedelta(minutes=1))
seconds = st.integers(0, 10_000).map(lambda count: timedelta(seconds=count))


def test_waits_double_up_to_the_longest() -> None:
    setback, now, waits = None, START, []
    for _ in range(8):
        setback = pushed_back(setback, TRY, now)
        waits.append((setback.until - now).total_seconds())
        now = setback.until
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]


@given(st.lists(st.tuples(seconds, st.booleans()), max_size=100))
def test_whoever_asks_often_enough_is_never_kept_waiting_for_longer(
    asked: list[tuple[timedelta, bool]],
) -> None:
    setbacks, now, tried = Setbacks(), START, START - TRY.longest
    for passed, well in asked:
        now += passed
        due = setbacks.due("one", TRY, now)
        assert due or now - tried < TRY.longest
        if due and well:
            setbacks.clear("one", TRY)
        elif due:
            tried = now
            assert TRY.first <= setbacks.add("one", TRY, now).until - now <= TRY.longest


def test_trouble_of_long_ago_counts_no_more() -> None:
    later = START + TRY.longest + timedelta(microseconds=1)
    assert pushed_back(Setback(7, START), TRY, later) == Setback(1, later + TRY.first)
    assert pushed_back(Setback(10_000, START), TRY, START) == Setback(10_001, START + TRY.longest)


def test_orders_and_attempts_wait_each_for_themselves_and_are_forgotten_when_gone() -> None:
    setbacks, other = Setbacks(), Attempt("not that", timedelta(hours=1), timedelta(hours=1))
    setbacks.add("one", TRY, START)
    setbacks.add("two", TRY, START)
    assert [setbacks.due(*each, START) for each in (("one", TRY), ("one", other), ("two", TRY))] == [
        False,
        True,
        False,
    ]
    setbacks.keep({"two"})
    assert [setbacks.due(each, TRY, START) for each in ("one", "two")] == [True, False]
