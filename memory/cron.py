"""Scheduled jobs on disk; each slot is handed out once."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, func, select, update

from memory.cron_records import CronJob
from memory.link import Link
from memory.rows import Shape, changing
from memory.schema_cron import cron_jobs

JOB = Shape(cron_jobs, CronJob)

_J = cron_jobs.c
INSERT = cron_jobs.insert()
OF = JOB.query.where(_J.principal == bindparam("who")).order_by(_J.seq)
NAMED = JOB.query.where(_J.principal == bindparam("who"), _J.name == bindparam("called"))
BY_ID = JOB.query.where(_J.id == bindparam("this"))
COUNT = select(func.count()).select_from(cron_jobs).where(_J.principal == bindparam("who"))
DUE = select(_J.seq).where(_J.next_at <= bindparam("now")).limit(1)
# Who plans the others plans these too: each is passed to one planner.
TAKE = (
    JOB.query.where(_J.next_at <= bindparam("now"))
    .order_by(_J.next_at, _J.seq)
    .limit(bindparam("most"))
    .with_for_update(of=cron_jobs, skip_locked=True)
)
MOVE = (
    update(cron_jobs)
    .where(_J.id == bindparam("this"), _J.next_at == bindparam("was"))
    .values(next_at=bindparam("comes", type_=_J.next_at.type))
)
REPLACE = update(cron_jobs).where(_J.id == bindparam("this"))
DISABLE = update(cron_jobs).where(_J.id == bindparam("this")).values(enabled=False, next_at=None)
REMOVE = delete(cron_jobs).where(_J.id == bindparam("this"))


class CronJobs:
    """Everybody's jobs, each known to its person by its name."""

    def __init__(self, connection: Link) -> None:
        self._connection = connection

    async def add(self, job: CronJob) -> None:
        """Store a new job; raise AlreadyStored when its principal has one of that name."""
        await self._connection.execute(INSERT, JOB.values(job))

    async def replace(self, job: CronJob) -> None:
        """Store a job as it is now."""
        values = changing(JOB.values(job), "id", "principal")
        await self._connection.execute(REPLACE.values(**values), {"this": job.id})

    async def of(self, principal: str) -> Sequence[CronJob]:
        """Return somebody's jobs, oldest first."""
        return JOB.read_all(await self._connection.execute(OF, {"who": principal}))

    async def count(self, principal: str) -> int:
        """Return how many jobs somebody has."""
        return int(await self._connection.scalar(COUNT, {"who": principal}) or 0)

    async def named(self, principal: str, name: str) -> CronJob | None:
        """Return one job of somebody."""
        found = await self._connection.execute(NAMED, {"who": principal, "called": name})
        return JOB.read(found.one_or_none())

    async def get(self, job_id: str) -> CronJob | None:
        """Return one job by its id."""
        return JOB.read((await self._connection.execute(BY_ID, {"this": job_id})).one_or_none())

    async def is_due(self, now: datetime) -> bool:
        """Tell whether a slot may be due, in a look that keeps nobody from writing."""
        return await self._connection.scalar(DUE, {"now": now}) is not None

    async def due(self, now: datetime, limit: int) -> Sequence[CronJob]:
        """Return jobs whose next slot is due, to plan them within this transaction."""
        return JOB.read_all(await self._connection.execute(TAKE, {"now": now, "most": limit}))

    async def move(self, job: CronJob, next_at: datetime | None) -> bool:
        """Store which slot comes next; False, and nothing changes, when somebody else has moved it."""
        values = {"this": job.id, "was": job.next_at, "comes": next_at}
        return (await self._connection.execute(MOVE, values)).rowcount == 1

    async def disable(self, job_id: str) -> bool:
        """Let a job come no more; tell whether there is one of this id."""
        return (await self._connection.execute(DISABLE, {"this": job_id})).rowcount == 1

    async def remove(self, job_id: str) -> bool:
        """Forget a job; its runs stay. Tell whether there was one."""
        return (await self._connection.execute(REMOVE, {"this": job_id})).rowcount == 1
