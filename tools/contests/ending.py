"""What a cycle makes of the runs themselves: one that has had all its cycles, or cannot go on, has ended."""

from datetime import datetime

from memory.database import UnitOfWork
from tools.contests.asking import UNKNOWN
from tools.contests.noticing import tell_ended
from tools.contests.parts import Parts
from tools.contests.round import Round
from tools.contests.telling import tell_changed
from trading.runs.contest import Contest, ContestKind, ended
from trading.runs.cycle import Cycle, Entry, Outcome, Task
from trading.runs.record import Ending, Run, RunState
from trading.runs.states import ENDED, complete, fail


async def after_cycle(parts: Parts, uow: UnitOfWork, round_: Round, cycle: Cycle) -> None:
    """End the runs whose schedule is over or that cannot go on, and the contest of a run by itself then."""
    now = cycle.ended_at or parts.clock.now()
    runs = {each.id: each for each in await uow.runs.of_contest(round_.contest.id)}
    for entry in round_.entries.values():
        after = _after(runs[entry.run], entry, round_.contest, cycle, now)
        if after is not None and await uow.runs.change(after):
            runs[after.id] = after
            await tell_changed(parts, uow, after)
            initial = round_.views[after.id].initial
            await tell_ended(uow, after, entry.equity, initial, now, parts.new_id)
    if round_.contest.kind is ContestKind.SINGLE and all(
        [await _is_through(uow, each, round_.entries.get(each.id)) for each in runs.values()]
    ):
        contest = await uow.contests.get(round_.contest.id)
        if contest is not None and contest.ended_at is None:
            await uow.contests.change(ended(contest, now))


async def _is_through(uow: UnitOfWork, run: Run, entry: Entry | None) -> bool:
    """Tell whether nothing is left to do for a run: it has ended, and has closed what it was to close."""
    if run.state not in ENDED:
        return False
    if run.ending is not Ending.CLOSE or not await uow.positions.open(run.account):
        return True
    # What is still open on an account that others use, too, is theirs.
    return entry is not None and entry.task is Task.CLOSE and entry.outcome is Outcome.EXECUTED


def _after(run: Run, entry: Entry, contest: Contest, cycle: Cycle, now: datetime) -> Run | None:
    """Return a run as it ends with this cycle, None for one that goes on.

    By itself a run has failed when what decides for it is not there any more; in an arena it waits for that.
    """
    if entry.task is not Task.DECIDE or run.state is not RunState.RUNNING:
        return None
    if contest.kind is ContestKind.SINGLE and entry.fault == UNKNOWN:
        return fail(run, now, entry.reason or UNKNOWN)
    return complete(run, now) if run.schedule.is_over(cycle.number, now) else None
