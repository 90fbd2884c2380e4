"""A run goes through its states as one table says, and says by name what it cannot do."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trading.runs.given import ETH, FIVE, NOW, a_run
from trading.runs.errors import (
    ImpossibleMove,
    InvalidRun,
    RunActive,
    RunAlreadyPaused,
    RunEnded,
    RunNotActive,
    RunNotPaused,
    RunStarting,
)
from trading.runs.failures import answered, enters_safe_mode, is_safe, unanswered
from trading.runs.record import Ending, Run, RunState, Schedule
from trading.runs.states import (
    ENDED,
    NEXT,
    Move,
    begin,
    complete,
    fail,
    pause,
    reset,
    resume,
    start,
    stop,
)

S = RunState
LATER = NOW + FIVE

MOVES: Mapping[Move, Callable[[Run], Run]] = {
    Move.START: lambda run: start(run, NOW),
    Move.BEGIN: begin,
    Move.PAUSE: lambda run: pause(run, LATER),
    Move.RESUME: resume,
    Move.STOP: lambda run: stop(run, LATER, Ending.CLOSE, "asked"),
    Move.COMPLETE: lambda run: complete(run, LATER),
    Move.FAIL: lambda run: fail(run, LATER, "no market"),
    Move.RESET: reset,
}


def test_a_run_starts_pauses_goes_on_and_is_stopped() -> None:
    run = begin(start(a_run(), NOW))
    assert run == a_run(state=S.RUNNING, started_at=NOW, version=2)
    paused = pause(run, LATER)
    assert paused == replace(run, state=S.PAUSED, paused_at=LATER, version=3)
    assert resume(paused) == replace(run, version=4)
    assert stop(paused, LATER, Ending.KEEP, "asked") == replace(
        paused, state=S.STOPPED, ended_at=LATER, ending=Ending.KEEP, reason="asked", version=4
    )


def test_a_reset_run_is_as_if_it_had_never_been_started() -> None:
    ended = fail(start(a_run(failures=2), NOW), LATER, "no market")
    assert (ended.state, ended.reason, ended.ended_at) == (S.FAILED, "no market", LATER)
    assert reset(ended) == a_run(version=3)


@pytest.mark.parametrize(
    ("state", "move", "error"),
    [
        (S.IDLE, Move.PAUSE, RunNotActive),
        (S.IDLE, Move.STOP, RunNotActive),
        (S.IDLE, Move.RESUME, RunNotActive),
        (S.STARTING, Move.START, RunActive),
        (S.STARTING, Move.PAUSE, RunStarting),
        (S.RUNNING, Move.START, RunActive),
        (S.RUNNING, Move.RESUME, RunNotPaused),
        (S.RUNNING, Move.RESET, RunActive),
        (S.PAUSED, Move.PAUSE, RunAlreadyPaused),
        (S.PAUSED, Move.RESET, RunActive),
        (S.COMPLETED, Move.START, RunEnded),
        (S.STOPPED, Move.STOP, RunNotActive),
        (S.STOPPED, Move.RESUME, RunNotActive),
        (S.FAILED, Move.START, RunEnded),
    ],
)
def test_what_a_run_cannot_do_has_a_name(state: RunState, move: Move, error: type[ImpossibleMove]) -> None:
    with pytest.raises(error) as caught:
        MOVES[move](a_run(state=state))
    assert caught.value.details == {"run": "run_1", "state": state.value}


def test_the_table_answers_every_move_in_every_state() -> None:
    assert set(NEXT) == set(Move)
    assert all(set(row) == set(RunState) for row in NEXT.values())


@given(st.lists(st.sampled_from(list(Move)), max_size=30))
def test_whatever_is_done_a_run_stays_sound(moves: list[Move]) -> None:
    run = a_run()
    for move in moves:
        before = run
        try:
            run = MOVES[move](run)
        except ImpossibleMove:
            continue
        assert run.version == before.version + 1
        assert (run.state is S.IDLE) == (run.started_at is None)
        assert (run.state is S.PAUSED) <= (run.paused_at is not None)
        assert (run.state in ENDED) == (run.ended_at is not None)
        assert (run.state is S.STOPPED) == (run.ending is not None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"name": "x" * 65},
        {"symbols": ()},
        {"symbols": (ETH, ETH)},
        {"schedule": Schedule(timedelta(seconds=59))},
        {"schedule": Schedule(timedelta(days=8))},
        {"schedule": Schedule(cycles=0)},
    ],
)
def test_a_run_that_makes_no_sense_is_not_made(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidRun):
        a_run(**wrong)


def test_a_schedule_is_over_after_its_cycles_or_its_end() -> None:
    assert not Schedule().is_over(10**6, NOW)
    assert [Schedule(cycles=3).is_over(done, NOW) for done in (2, 3)] == [False, True]
    assert [Schedule(until=LATER).is_over(0, at) for at in (NOW, LATER)] == [False, True]


def test_three_failures_in_a_row_make_a_run_safe_until_it_answers() -> None:
    run, told = a_run(), []
    for _ in range(4):
        before, run = run, unanswered(run)
        told.append((is_safe(run), enters_safe_mode(before, run)))
    assert told == [(False, False), (False, False), (True, True), (True, False)]
    assert not is_safe(answered(run))
    assert answered(a_run()) == a_run()
