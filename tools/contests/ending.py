"""What a cycle makes of the runs themselves: one that has had all its cycles is complete."""

from datetime import datetime

from memory.database import UnitOfWork
from tools.contests.noticing import tell_ended
from tools.contests.parts import Parts
from tools.contests.round import Round
from trading.runs.contest import ContestKind, ended
from trading.runs.cycle import Cycle, Entry, Outcome, Task
from trading.runs.record import Ending, Run, RunState
from trading.runs.states import ENDED, complete


async def after_cycle(parts: Parts, uow: UnitOfWork, round_: Round, cycle: Cycle) -> None:
    """Complete the runs whose schedule is over, and end the contest of a run by itself that has ended."""
    now = cycle.ended_at or parts.clock.now()
    runs = {each.id: each for each in await uow.runs.of_contest(round_.contest.id)}
    for entry in round_.entries.values():
        run = runs[entry.run]
        if entry.task is Task.DECIDE and run.state is RunState.RUNNING and _is_over(run, cycle, now):
            runs[run.id] = complete(run, now)
            if await uow.runs.change(runs[run.id]):
                initial = round_.views[run.id].initial
                await tell_ended(uow, runs[run.id], entry.equity, initial, now, parts.new_id)
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


def _is_over(run: Run, cycle: Cycle, now: datetime) -> bool:
    return run.schedule.is_over(cycle.number, now)
