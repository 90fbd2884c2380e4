"""Prompts that nobody typed, on disk from the moment they are due until they are settled."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, delete, exists, func, select, update

from memory.cron_records import PromptRun, RunStatus
from memory.link import Link
from memory.rows import Shape
from memory.schema_cron import prompt_runs
from memory.sql import inserting

RUN = Shape(prompt_runs, PromptRun)

_R = prompt_runs.c
_NEXT, _EARLIER = prompt_runs.alias("next"), prompt_runs.alias("earlier")
INSERT = inserting(prompt_runs, lambda insert: insert.on_conflict_do_nothing().returning(_R.id))
BY_ID = RUN.query.where(_R.id == bindparam("this"))
DUE = select(_R.seq).where(_R.due_at <= bindparam("now")).limit(1)
# One run of a job at a time, in their order; those without a job hold up nobody.
FREE = (
    select(_NEXT.c.seq)
    .where(_NEXT.c.due_at <= bindparam("now"))
    .where(
        ~exists().where(
            _EARLIER.c.job == _NEXT.c.job, _EARLIER.c.seq < _NEXT.c.seq, _EARLIER.c.due_at.is_not(None)
        )
    )
    .order_by(_NEXT.c.due_at, _NEXT.c.seq)
    .limit(bindparam("most"))
    .with_for_update(of=_NEXT, skip_locked=True)
)
CLAIM = (
    update(prompt_runs)
    .where(_R.seq.in_(FREE))
    .values(owner=bindparam("me"), due_at=bindparam("until"), attempts=_R.attempts + 1)
    .returning(*RUN.columns)
)
MINE = and_(
    _R.id == bindparam("this"),
    _R.owner == bindparam("me"),
    _R.attempts == bindparam("claim"),
    _R.due_at.is_not(None),
)
CHANGE = update(prompt_runs).where(MINE)
RENEW = (
    update(prompt_runs)
    .where(_R.id == bindparam("this"), _R.owner == bindparam("me"), _R.due_at.is_not(None))
    .values(due_at=bindparam("until", type_=_R.due_at.type))
)
RELEASE = update(prompt_runs).where(_R.due_at.is_not(None), _R.owner.is_not(None))
UNSETTLED = RUN.query.where(_R.job == bindparam("which"), _R.due_at.is_not(None)).order_by(_R.seq).limit(1)
NAMED = (
    RUN.query.where(_R.principal == bindparam("who"), _R.name == bindparam("called"))
    .order_by(_R.seq.desc())
    .limit(bindparam("most"))
)
OLDER_NAMED = NAMED.where(_R.seq < select(_R.seq).where(_R.id == bindparam("mark")).scalar_subquery())
DROP = (
    update(prompt_runs)
    .where(_R.job == bindparam("which"), _R.status == RunStatus.WAITING, _R.owner.is_(None))
    .values(
        status=RunStatus.SKIPPED,
        due_at=None,
        finished_at=bindparam("now", type_=_R.finished_at.type),
        error=bindparam("why", type_=_R.error.type),
    )
)
OLD = delete(prompt_runs).where(_R.due_at.is_(None), _R.created_at < bindparam("before"))


class PromptRuns:
    """Every run, of jobs, alerts and the heartbeat."""

    def __init__(self, connection: Link) -> None:
        self._connection = connection

    async def add(self, *runs: PromptRun) -> Sequence[str]:
        """Store runs and return the ids of those that are new; a slot of a job that has one is left."""
        statement = INSERT[self._connection.dialect.name]
        return [
            each.id for each in runs if await self._connection.scalar(statement, RUN.values(each)) is not None
        ]

    async def get(self, run_id: str) -> PromptRun | None:
        """Return one run."""
        return RUN.read((await self._connection.execute(BY_ID, {"this": run_id})).one_or_none())

    async def is_due(self, now: datetime) -> bool:
        """Tell whether a run may be free to be taken, in a look that keeps nobody from writing."""
        return await self._connection.scalar(DUE, {"now": now}) is not None

    async def claim(self, owner: str, now: datetime, until: datetime, limit: int) -> Sequence[PromptRun]:
        """Take runs that are free, as they stand now; nobody else is given them before `until`."""
        values = {"me": owner, "now": now, "until": until, "most": limit}
        claimed = RUN.read_all(await self._connection.execute(CLAIM, values))
        return sorted(claimed, key=lambda each: (each.created_at, each.id))

    async def renew(self, owner: str, run_ids: Collection[str], until: datetime) -> None:
        """Keep what one works on for longer."""
        if run_ids:
            rows = [{"this": each, "me": owner, "until": until} for each in run_ids]
            await self._connection.execute(RENEW, rows)

    async def release(self, now: datetime) -> None:
        """Give back what anybody worked on, where it is known that nobody does any more."""
        await self._connection.execute(RELEASE.values(due_at=now, owner=None))

    async def change(self, claimed: PromptRun, **values: Any) -> bool:
        """Store how a claimed run stands, by the names of its fields.

        Returns False, and changes nothing, when somebody else has claimed or settled it since.
        """
        which = {"this": claimed.id, "me": claimed.owner, "claim": claimed.attempts}
        return (await self._connection.execute(CHANGE.values(**values), which)).rowcount == 1

    async def unsettled(self, job: str) -> PromptRun | None:
        """Return the run of a job that waits or runs, the oldest if there are several."""
        found = await self._connection.execute(UNSETTLED, {"which": job})
        return RUN.read(found.one_or_none())

    async def drop(self, job: str, now: datetime, reason: str) -> None:
        """Skip the runs of a job that nobody has begun."""
        await self._connection.execute(DROP, {"which": job, "now": now, "why": reason})

    async def named(
        self, principal: str, name: str, limit: int, before: str | None = None
    ) -> Sequence[PromptRun]:
        """Return somebody's newest runs of this name, newest first; `before` is the id of one."""
        values: dict[str, Any] = {"who": principal, "called": name, "most": limit}
        query = NAMED
        if before is not None:
            query, values = OLDER_NAMED, {**values, "mark": before}
        return RUN.read_all(await self._connection.execute(query, values))

    async def last_of(self, jobs: Collection[str]) -> dict[str, PromptRun]:
        """Return the newest run of each job that was begun, by the job's id."""
        newest = select(func.max(_R.seq)).where(_R.job.in_(jobs), _R.started_at.is_not(None)).group_by(_R.job)
        rows = RUN.read_all(await self._connection.execute(RUN.query.where(_R.seq.in_(newest))))
        return {str(each.job): each for each in rows}

    async def prune(self, before: datetime) -> int:
        """Forget the settled runs that were made before a moment and return how many that were."""
        return (await self._connection.execute(OLD, {"before": before})).rowcount
