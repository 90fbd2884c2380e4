"""Jobs on disk: what was asked, how far it came, and what came of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import bindparam, delete, update

from memory import schema
from memory.link import Link
from memory.records import Job, JobStatus
from memory.rows import Shape, changing

JOB = Shape(schema.jobs, Job)

_J = schema.jobs.c
INSERT = schema.jobs.insert()
OWN = JOB.query.where(_J.principal == bindparam("who"), _J.id == bindparam("this"))
UNFINISHED = (JobStatus.QUEUED, JobStatus.RUNNING)


class Jobs:
    """Every principal's own jobs; nobody sees another's."""

    def __init__(self, connection: Link) -> None:
        self._connection = connection

    async def add(self, job: Job) -> None:
        """Store a new job."""
        await self._connection.execute(INSERT, JOB.values(job))

    async def update(self, job: Job) -> None:
        """Store how far a job has come."""
        values = changing(JOB.values(job), "id", "kind", "principal", "request", "created_at")
        await self._connection.execute(update(schema.jobs).where(_J.id == job.id).values(values))

    async def get(self, principal: str, job_id: str) -> Job | None:
        """Return one job of somebody."""
        found = await self._connection.execute(OWN, {"who": principal, "this": job_id})
        return JOB.read(found.one_or_none())

    async def newest(self, principal: str, kinds: Sequence[str], limit: int) -> Sequence[Job]:
        """Return somebody's newest jobs of some kinds, newest first, without their results."""
        query = JOB.query.where(_J.principal == principal, _J.kind.in_(kinds))
        rows = await self._connection.execute(query.order_by(_J.seq.desc()).limit(limit))
        return [replace(each, result=None) for each in JOB.read_all(rows)]

    async def interrupt(self, at: datetime, code: str, error: str) -> int:
        """Mark every job that a crash cut off as failed, and return how many that were."""
        values = {"status": JobStatus.FAILED, "finished_at": at, "error_code": code, "error": error}
        cut = update(schema.jobs).where(_J.status.in_(UNFINISHED)).values(values)
        return (await self._connection.execute(cut)).rowcount

    async def prune(self, before: datetime) -> int:
        """Forget finished jobs from before a moment, and return how many that were."""
        old = delete(schema.jobs).where(_J.finished_at.is_not(None), _J.created_at < before)
        return (await self._connection.execute(old)).rowcount
