"""How a cycle begins: once, whoever asks for it and however many processes do."""

from collections.abc import Sequence
from dataclasses import replace

from memory.database import UnitOfWork
from tools.contests.parts import LEASE, Parts
from tools.contests.telling import STARTED, event_of, started
from trading.errors import NotFound
from trading.model import ZERO, Position
from trading.runs.contest import Contest, counted
from trading.runs.cycle import Cycle, CycleKind, CycleStatus, Entry, Task
from trading.runs.errors import CycleRunning
from trading.runs.record import Ending, Run, RunState

ASKED = frozenset({RunState.RUNNING})
MEASURED = frozenset({RunState.STARTING, RunState.PAUSED, RunState.COMPLETED, RunState.STOPPED})
"""What is done about runs in the states that have a part in a cycle at all."""


async def begin(parts: Parts, contest_id: str, kind: CycleKind) -> Cycle | None:
    """Put a new cycle on record, and return it; None for a slot that is not due, or is somebody else's.

    Raises NotFound, and CycleRunning when one is asked for while another runs; a slot that comes then is left
    out.
    """
    now = parts.clock.now()
    async with parts.database.transact() as uow:
        contest = await uow.contests.get(contest_id)
        if contest is None or contest.ended_at is not None:
            raise NotFound(f"there is no contest {contest_id} that goes on")
        if kind is CycleKind.REGULAR and (contest.next_at is None or contest.next_at > now):
            return None
        if (other := await uow.cycles.running(contest_id)) is not None:
            if kind is not CycleKind.REGULAR:
                raise CycleRunning(f"cycle {other.number} of {contest.name} runs already", cycle=other.id)
            await uow.contests.change(
                replace(contest, next_at=contest.slot_after(now), version=contest.version + 1)
            )
            return None
        after = counted(contest, now)
        if not await uow.contests.change(after):
            _lost(contest, kind)
            return None
        cycle = Cycle(
            id=parts.new_id("cyc"),
            contest=contest.id,
            number=after.number,
            kind=kind,
            at=now,
            status=CycleStatus.RUNNING,
            started_at=now,
            worker=parts.worker,
            lease=now + LEASE,
        )
        if not await uow.cycles.begin(cycle):
            _lost(contest, kind)
            return None
        await parts.events.record(uow, event_of(contest, STARTED), started(cycle), contest.owner)
    return cycle


def _lost(contest: Contest, kind: CycleKind) -> None:
    if kind is not CycleKind.REGULAR:
        raise CycleRunning(f"a cycle of {contest.name} begins at this very moment")


async def entries_of(uow: UnitOfWork, contest: Contest, cycle: Cycle, runs: Sequence[Run]) -> Sequence[Entry]:
    """Return what each run has to do in a cycle; those that never began, or failed, have no part in it.

    What each holds before the market of the cycle is looked at is noted beside it.
    """
    found = []
    for run in runs:
        held = await uow.positions.open(run.account)
        task = _task(run, cycle, held)
        if task is not None:
            noted = {"held": [each.id for each in held]}
            found.append(
                Entry(cycle.id, run.id, contest.id, cycle.number, cycle.at, task, cost=ZERO, answer=noted)
            )
    return found


def _task(run: Run, cycle: Cycle, held: Sequence[Position]) -> Task | None:
    if run.state in ASKED:
        return Task.MEASURE if cycle.kind is CycleKind.CLOSING else Task.DECIDE
    if run.state not in MEASURED:
        return None
    closes = run.state is RunState.STOPPED and run.ending is Ending.CLOSE and held
    return Task.CLOSE if closes else Task.MEASURE
