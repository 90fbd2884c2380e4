"""The life of a run: one table says what every move makes of every state."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from trading.runs.errors import (
    ImpossibleMove,
    RunActive,
    RunAlreadyPaused,
    RunEnded,
    RunNotActive,
    RunNotPaused,
    RunStarting,
)
from trading.runs.record import Ending, Run, RunState

_S = RunState

ACTIVE = frozenset({_S.STARTING, _S.RUNNING, _S.PAUSED})
"""States of runs that have been started and have not ended."""

ENDED = frozenset({_S.COMPLETED, _S.STOPPED, _S.FAILED})
"""States that only a reset leaves."""


class Move(StrEnum):
    """What can be done with a run. `begin` is said by the engine once everything is ready for cycles."""

    START = "start"
    BEGIN = "begin"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    COMPLETE = "complete"
    FAIL = "fail"
    RESET = "reset"


Next = RunState | type[ImpossibleMove]


def _row(idle: Next, starting: Next, running: Next, paused: Next, ended: Next) -> Mapping[RunState, Next]:
    row: dict[RunState, Next] = {
        _S.IDLE: idle,
        _S.STARTING: starting,
        _S.RUNNING: running,
        _S.PAUSED: paused,
    }
    return row | dict.fromkeys(ENDED, ended)


NEXT: Mapping[Move, Mapping[RunState, Next]] = {
    Move.START: _row(_S.STARTING, RunActive, RunActive, RunActive, RunEnded),
    Move.BEGIN: _row(RunNotActive, _S.RUNNING, RunActive, RunActive, RunEnded),
    Move.PAUSE: _row(RunNotActive, RunStarting, _S.PAUSED, RunAlreadyPaused, RunNotActive),
    Move.RESUME: _row(RunNotActive, RunNotPaused, RunNotPaused, _S.RUNNING, RunNotActive),
    Move.STOP: _row(RunNotActive, _S.STOPPED, _S.STOPPED, _S.STOPPED, RunNotActive),
    Move.COMPLETE: _row(RunNotActive, RunStarting, _S.COMPLETED, _S.COMPLETED, RunNotActive),
    Move.FAIL: _row(RunNotActive, _S.FAILED, _S.FAILED, _S.FAILED, RunNotActive),
    Move.RESET: _row(_S.IDLE, RunActive, RunActive, RunActive, _S.IDLE),
}
"""What each move makes of an idle, starting, running, paused and ended run, or why it cannot be made."""


def start(run: Run, at: datetime) -> Run:
    """Return an idle run as starting; raise RunActive or RunEnded."""
    return replace(_moved(run, Move.START), started_at=at)


def begin(run: Run) -> Run:
    """Return a starting run as running; raise RunNotActive, RunActive or RunEnded."""
    return _moved(run, Move.BEGIN)


def pause(run: Run, at: datetime) -> Run:
    """Return a running run as paused; raise RunAlreadyPaused, RunStarting or RunNotActive."""
    return replace(_moved(run, Move.PAUSE), paused_at=at)


def resume(run: Run) -> Run:
    """Return a paused run as running; raise RunNotPaused or RunNotActive."""
    return replace(_moved(run, Move.RESUME), paused_at=None)


def stop(run: Run, at: datetime, ending: Ending, reason: str | None = None) -> Run:
    """Return an active run as stopped, its positions to be closed or kept; raise RunNotActive."""
    return replace(_moved(run, Move.STOP), ended_at=at, ending=ending, reason=reason)


def complete(run: Run, at: datetime) -> Run:
    """Return a run that has come to its end as completed; raise RunStarting or RunNotActive."""
    return replace(_moved(run, Move.COMPLETE), ended_at=at)


def fail(run: Run, at: datetime, reason: str) -> Run:
    """Return an active run as failed; raise RunNotActive."""
    return replace(_moved(run, Move.FAIL), ended_at=at, reason=reason)


def reset(run: Run) -> Run:
    """Return a run as if it had never been started; raise RunActive."""
    return replace(
        _moved(run, Move.RESET),
        started_at=None,
        paused_at=None,
        ended_at=None,
        ending=None,
        reason=None,
        failures=0,
    )


def _moved(run: Run, move: Move) -> Run:
    found = NEXT[move][run.state]
    if isinstance(found, RunState):
        return replace(run, state=found, version=run.version + 1)
    raise found(f"run {run.name!r} is {run.state}: {move} is not possible", run=run.id, state=run.state.value)
