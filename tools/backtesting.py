"""Jobs that take long: queued fairly, run apart, told of, kept on record, and ended at will."""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, Protocol

import structlog

from memory.database import Database, UnitOfWork
from memory.records import Job, JobStatus
from tools.errors import CallError, Code, InternalError, NotFound, RateLimited, from_trading
from tools.events import EventBus
from tools.policy import Principal
from tools.wire import Result
from trading.clock import Clock
from trading.errors import TradingError
from trading.ports import NewId

Told = Callable[[int, int], Awaitable[None]]
"""Hears of steps done and of all."""

Follows = Callable[[UnitOfWork, Job], Awaitable[None]]
"""Hears of a job that has come further."""

MOST_WAITING = 100
MOST_EACH = 10

INTERRUPTED = "the service stopped while it ran; ask again"

log = structlog.get_logger(__name__)


class WorkerFailed(Exception):
    """Ask again, perhaps for less: the process that reckoned died, took too long or could not start."""


class Pool(Protocol):
    """Processes that reckon."""

    size: int

    async def perform(self, task: Any, told: Told) -> Any:
        """Do a task; raise TradingError when it is refused, WorkerFailed when it could not be finished."""
        ...


@dataclass(frozen=True, slots=True)
class Work:
    """What a job does: `prepare` gathers its task once its turn has come, `shape` words the answer.

    `event` names what is told of it: `backtest` is told as backtest:progress and backtest:complete.
    `follows` hears of the job, in each transaction that stores it: when it waits, begins to run and ends.
    """

    kind: str
    request: Mapping[str, Any]
    prepare: Callable[[], Awaitable[Any]]
    shape: Callable[[str, Any], Result]
    follows: Follows | None = None


class Turns:
    """So many at once, and of those who wait one of each in turn."""

    def __init__(self, size: int) -> None:
        self._free = size
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}

    @asynccontextmanager
    async def hold(self, who: str) -> AsyncIterator[None]:
        """Wait for a turn and keep it until the block ends."""
        await self._wait(who)
        try:
            yield
        finally:
            self._pass_on()

    async def _wait(self, who: str) -> None:
        if self._free > 0:
            self._free -= 1
            return
        mine = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(who, deque()).append(mine)
        try:
            await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():
                self._pass_on()
            else:
                self._forget(who, mine)
            raise

    def _pass_on(self) -> None:
        for who in list(self._waiting):
            line = self._waiting.pop(who)
            mine = line.popleft()
            if line:
                # Whoever has had a turn goes behind everybody else.
                self._waiting[who] = line
            if not mine.done():
                mine.set_result(None)
                return
        self._free += 1

    def _forget(self, who: str, mine: asyncio.Future[None]) -> None:
        line = self._waiting.get(who)
        if line is not None and mine in line:
            line.remove(mine)
            if not line:
                del self._waiting[who]


@dataclass(slots=True)
class _Running:
    job: Job
    task: asyncio.Task[Job]
    percent: float = 0.0


class Backtests:
    """The jobs of this process, and everybody's record of theirs."""

    def __init__(self, database: Database, events: EventBus, pool: Pool, clock: Clock, new_id: NewId) -> None:
        self.pool = pool
        self._database = database
        self._events = events
        self._clock = clock
        self._new_id = new_id
        self._turns = Turns(pool.size)
        self._running: dict[str, _Running] = {}
        self._taken: Counter[str] = Counter()

    async def recover(self) -> int:
        """Mark what the last run of the service left unfinished, and return how many that were."""
        async with self._database.transact() as uow:
            return await uow.jobs.interrupt(self._clock.now(), Code.INTERNAL_ERROR, INTERRUPTED)

    async def start(self, principal: Principal, work: Work) -> Job:
        """Take a job; raise RateLimited where too many wait already."""
        self._admit(principal)
        begun = False
        try:
            job = await self._begin(principal, work)
            begun = True
        finally:
            if not begun:
                self._taken[principal.id] -= 1
        return job

    async def reckon(self, principal: Principal, task: Any) -> Any:
        """Do a short task in its turn, of which no record is kept, and return its answer.

        Raises RateLimited where too many wait already, TradingError when it is refused, InternalError when it
        could not be finished.
        """
        self._admit(principal)
        try:
            async with self._turns.hold(principal.id):
                return await self.pool.perform(task, _unheard)
        except WorkerFailed as error:
            raise _seen(error) from error
        finally:
            self._taken[principal.id] -= 1

    def _admit(self, principal: Principal) -> None:
        own, every = self._taken[principal.id], self._taken.total()
        if own >= MOST_EACH or every >= MOST_WAITING:
            whose = f"{own} of yours" if own >= MOST_EACH else f"{every} jobs"
            raise RateLimited(f"{whose} are waiting already; let some finish first", retry_after_ms=5_000)
        self._taken[principal.id] += 1

    async def _begin(self, principal: Principal, work: Work) -> Job:
        prefix = {"optimize": "opt"}.get(work.kind, "bt")
        job = Job(self._new_id(prefix), work.kind, principal.id, dict(work.request), self._clock.now())
        async with self._database.transact(durable=False) as uow:
            await uow.jobs.add(job)
            await _followed(uow, job, work)
        running = _Running(job, asyncio.create_task(self._run(job, work)))
        self._running[job.id] = running
        running.task.add_done_callback(lambda _: self._left(job))
        # A task that is cancelled before its first step would never get to keep a record of that.
        await asyncio.sleep(0)
        return job

    def _left(self, job: Job) -> None:
        del self._running[job.id]
        self._taken[job.principal] -= 1

    async def finish(self, principal: Principal, job_id: str) -> Job:
        """Return a job once it has ended; raise NotFound."""
        running = self._running.get(job_id)
        if running is not None and running.job.principal == principal.id:
            return await asyncio.shield(running.task)
        return await self.get(principal, job_id)

    async def cancel(self, principal: Principal, job_id: str) -> Job:
        """End a job that waits or runs, and return it; one that has ended stays as it is. Raises NotFound."""
        running = self._running.get(job_id)
        if running is not None and running.job.principal == principal.id:
            running.task.cancel()
        return await self.finish(principal, job_id)

    async def get(self, principal: Principal, job_id: str) -> Job:
        """Return one of somebody's jobs; raise NotFound."""
        async with self._database.read() as uow:
            found = await uow.jobs.get(principal.id, job_id)
        if found is None:
            raise NotFound(f"you have no backtest {job_id[:64]!r}")
        return found

    def progress(self, job_id: str) -> float | None:
        """Return how many percent of a job are done; None when it does not run here."""
        running = self._running.get(job_id)
        return None if running is None else running.percent

    async def newest(self, principal: Principal, kinds: Sequence[str], limit: int) -> Sequence[Job]:
        """Return somebody's newest jobs, newest first, without their results."""
        async with self._database.read() as uow:
            return await uow.jobs.newest(principal.id, kinds, limit)

    async def close(self) -> None:
        """End every job."""
        tasks = [each.task for each in self._running.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, job: Job, work: Work) -> Job:
        """Bring a job to its end, whatever that is; only a database that is away is raised."""
        try:
            result = await self._perform(job, work)
        except asyncio.CancelledError:
            ended = replace(job, status=JobStatus.CANCELED)
        except (TradingError, WorkerFailed, CallError) as error:
            seen = _seen(error)
            ended = replace(job, status=JobStatus.FAILED, error_code=seen.reason, error=seen.message)
        else:
            ended = replace(job, status=JobStatus.DONE, result=result)
        ended = replace(ended, started_at=job.started_at, finished_at=self._clock.now())
        async with self._database.transact(durable=False) as uow:
            await self._store(uow, ended, work)
            await self._events.record(uow, "backtest:complete", _told(ended), job.principal)
        return ended

    async def _perform(self, job: Job, work: Work) -> Mapping[str, Any]:
        async with self._turns.hold(job.principal):
            started = replace(job, status=JobStatus.RUNNING, started_at=self._clock.now())
            async with self._database.transact(durable=False) as uow:
                await self._store(uow, started, work)
            answer = await self.pool.perform(await work.prepare(), self._teller(job))
        shaped: dict[str, Any] = work.shape(job.id, answer).model_dump(mode="json")
        await self._progress(job, 1, 1, 100.0)
        # The last progress is on record before the end is.
        await self._events.flush()
        return shaped

    async def _store(self, uow: UnitOfWork, job: Job, work: Work) -> None:
        await uow.jobs.update(job)
        await _followed(uow, job, work)

    def _teller(self, job: Job) -> Told:
        async def told(done: int, total: int) -> None:
            # The last one is told when the answer is there.
            await self._progress(job, done, total, min(100.0 * done / max(total, 1), 99.9))

        return told

    async def _progress(self, job: Job, done: int, total: int, percent: float) -> None:
        if job.id in self._running:
            self._running[job.id].percent = percent
        payload = {"backtestId": job.id, "progress": round(percent, 1), "processed": done, "total": total}
        await self._events.publish("backtest:progress", payload, job.principal)


def failure(job: Job) -> CallError:
    """Return what the caller of a job that did not end well sees."""
    if job.status is JobStatus.CANCELED:
        return CallError("it was canceled", code=Code.CONFLICT, details={"backtestId": job.id})
    code = Code(job.error_code or Code.INTERNAL_ERROR)
    return CallError(job.error or "it failed", code=code, details={"backtestId": job.id})


async def _unheard(done: int, total: int) -> None:
    """Tell nobody."""


def _seen(error: Exception) -> CallError:
    if isinstance(error, CallError):
        return error
    if isinstance(error, TradingError):
        return from_trading(error, {}) or InternalError(str(error))
    log.warning("a backtest failed", reason=str(error))
    return InternalError(str(error))


async def _followed(uow: UnitOfWork, job: Job, work: Work) -> None:
    if work.follows is not None:
        await work.follows(uow, job)


def _told(job: Job) -> dict[str, Any]:
    error = {"error": {"code": job.error_code, "message": job.error}} if job.error_code else {}
    return {"backtestId": job.id, "kind": job.kind, "status": job.status.value, **error}
