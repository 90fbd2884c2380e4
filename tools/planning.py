"""Which slots of jobs are due: each is handed out once, whoever looks and however many do."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from memory.conversations import RUNS_OWN
from memory.cron_records import CronJob, PromptRun, RunStatus, Source
from memory.database import Database, UnitOfWork
from tools.cron_params import JobSession, Missed
from tools.schedules import BadSchedule, parse
from trading.clock import EPOCH, MICROSECOND, Clock
from trading.ports import NewId

PUNCTUAL = timedelta(seconds=60)
"""A slot that is seen later than this was missed."""

MOST_MISSED = 100
"""How many missed slots of one job are made up for at most."""

AT_ONCE = 50
"""Jobs that one transaction plans."""

BUSY = "the run before it had not ended"
PASSED = "it passed while nothing ran"
TOO_MANY = (
    f"it passed while nothing ran, as did more than the {MOST_MISSED} slots after it that are made up for"
)


class Planner:
    """Makes runs of slots that are due. Any number of them may work on one database."""

    def __init__(self, database: Database, clock: Clock, new_id: NewId) -> None:
        self._database = database
        self._clock = clock
        self._new_id = new_id

    async def step(self) -> None:
        """Plan until nothing is due."""
        while await self._is_due():
            async with self._database.transact() as uow:
                jobs = await uow.cron_jobs.due(self._clock.now(), AT_ONCE)
                for job in jobs:
                    await self._plan(uow, job, self._clock.now())
            if not jobs:
                # Another planner is at them.
                return

    async def _is_due(self) -> bool:
        async with self._database.read() as uow:
            return await uow.cron_jobs.is_due(self._clock.now())

    async def _plan(self, uow: UnitOfWork, job: CronJob, now: datetime) -> None:
        try:
            schedule = parse(job.schedule, job.timezone, job.anchor)
        except BadSchedule as error:
            # It was one when it was made: the rules of a zone are the system's. The others go on.
            await uow.cron_jobs.disable(job.id)
            await uow.prompt_runs.add(self._run(job, job.next_at or now, f"the job is off: {error}", now))
            return
        if job.next_at is None or not await uow.cron_jobs.move(job, schedule.after(now)):
            return
        slots = schedule.between(job.next_at - MICROSECOND, now, MOST_MISSED + 1)
        busy = await uow.prompt_runs.unsettled(job.id) is not None
        planned = [self._run(job, slot, reason, now) for slot, reason in plan(job, slots, now, busy)]
        await uow.prompt_runs.add(*planned)

    def _run(self, job: CronJob, slot: datetime, skipped: str | None, now: datetime) -> PromptRun:
        run = run_of(job, self._new_id("run"), now, slot)
        if skipped is None:
            return run
        return _settled(run, skipped, now)


def plan(
    job: CronJob, slots: Sequence[datetime], now: datetime, busy: bool
) -> Sequence[tuple[datetime, str | None]]:
    """Return what becomes of slots that are due, oldest first: None runs, words tell why one is skipped.

    Slots that are in the answer are put on record, the others are covered by one that is.
    """
    if not slots:
        return ()
    *earlier, newest = slots
    late = now - newest > PUNCTUAL
    if job.missed == Missed.ALL:
        too_many = [(earlier[0], TOO_MANY)] if len(slots) > MOST_MISSED else []
        made_up = [(slot, None) for slot in earlier[len(too_many) :]]
        return [*too_many, *made_up, (newest, BUSY if busy and not late and not earlier else None)]
    if busy:
        return [(newest, BUSY)]
    return [(newest, PASSED if late and job.missed == Missed.SKIP else None)]


def run_of(job: CronJob, run_id: str, now: datetime, slot: datetime | None) -> PromptRun:
    """Return a new run of a job, for a slot or, without one, for somebody who asked."""
    return PromptRun(
        id=run_id,
        principal=job.principal,
        source=Source.ASKED if slot is None else Source.SLOT,
        name=job.name,
        prompt=job.prompt,
        session=JobSession.MAIN if job.session == JobSession.MAIN else f"{RUNS_OWN}{run_id}",
        target=job.target,
        created_at=now,
        due_at=now if slot is None else slot + jitter(job, slot),
        retries=0 if slot is None else job.retries,
        job=job.id,
        slot=slot,
        model=job.model,
        webhook_id=job.webhook_id,
    )


def jitter(job: CronJob, slot: datetime) -> timedelta:
    """Return how much later than its slot a run begins: always the same for the same slot."""
    if not job.jitter_seconds:
        return timedelta(0)
    seed = f"{job.id}:{(slot - EPOCH) // MICROSECOND}".encode()
    number = int.from_bytes(hashlib.sha256(seed).digest()[:8])
    return timedelta(milliseconds=number % (job.jitter_seconds * 1_000))


def _settled(run: PromptRun, reason: str, now: datetime) -> PromptRun:
    return replace(run, status=RunStatus.SKIPPED, due_at=None, finished_at=now, error=reason)
