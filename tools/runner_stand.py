"""Where somebody's runner stands: what is on disk of it, and how far what it has in hand has come."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from memory.runner_records import Runner, RunnerMode
from tools.contests.reading import book_of, views_of
from tools.context import Context
from tools.errors import CallError, Code, NotFound
from tools.runner_course import ACTIVE, FAILED, IDLE, STARTING, Course, Trading, of_backtest, of_trading
from tools.runner_news import CHANGED, payload

PATIENCE = timedelta(seconds=60)
"""How long a run may take to begin: after it whoever was at it is gone."""


@dataclass(frozen=True, slots=True)
class Stand:
    """A runner and the course of what it has in hand, or had last."""

    runner: Runner
    course: Course

    @property
    def active(self) -> bool:
        """Whether nothing else can be begun now."""
        return self.course.status in ACTIVE


async def stand_of(ctx: Context) -> Stand:
    """Return where the runner of a caller stands."""
    principal = ctx.principal.id
    async with ctx.services.database.read() as uow:
        runner = await uow.runners.get(principal) or Runner(principal)
    return Stand(runner, await _course(ctx, runner))


async def begin(
    ctx: Context, mode: RunnerMode, config: Mapping[str, Any], work: Callable[[], Awaitable[str]]
) -> Stand:
    """Give the runner something to run: `work` begins it and returns its id. Raises CallError when it has.

    Of two at once one is refused; what cannot begin leaves the runner as it was. That it has begun is told by
    the work itself, which may be over by now.
    """
    before = await stand_of(ctx)
    if before.active:
        raise busy(before)
    now = ctx.services.clock.now()
    claimed = Runner(ctx.principal.id, mode, None, config, now, before.runner.version + 1)
    await _put(ctx, claimed, before)
    begun = replace(before.runner, version=claimed.version + 1)
    try:
        begun = replace(claimed, work=await work(), version=begun.version)
    finally:
        await _put(ctx, begun, before)
    return Stand(begun, await _course(ctx, begun))


async def put_away(ctx: Context) -> Runner:
    """Make the runner idle and return what it was; raise CallError while something runs."""
    before = await stand_of(ctx)
    if before.active:
        raise busy(before)
    await _put(ctx, Runner(ctx.principal.id, version=before.runner.version + 1), before)
    await tell(ctx, None, IDLE, None)
    return before.runner


def busy(stand: Stand) -> CallError:
    """Return the refusal of what cannot be done while something runs."""
    told = {"runId": stand.runner.work, "state": stand.course.status}
    return CallError("something runs already; stop it first", code=Code.CONFLICT, details=told)


async def tell(ctx: Context, work: str | None, status: str, mode: RunnerMode | None) -> None:
    """Tell the caller's clients where the runner stands now."""
    await ctx.services.events.publish(CHANGED, payload(work, status, mode), ctx.principal.id)


async def _put(ctx: Context, runner: Runner, before: Stand) -> None:
    async with ctx.services.database.transact() as uow:
        if not await uow.runners.put(runner):
            raise busy(replace(before, course=Course(STARTING)))


async def _course(ctx: Context, runner: Runner) -> Course:
    if runner.mode is None or runner.begun_at is None:
        return Course(IDLE)
    if runner.work is None:
        gone = ctx.services.clock.now() - runner.begun_at > PATIENCE
        why = "the service stopped while it was being begun" if gone else None
        return Course(FAILED if gone else STARTING, started_at=runner.begun_at, error=why)
    try:
        if runner.mode is RunnerMode.BACKTEST:
            backtests = ctx.services.backtests
            progress = backtests.progress(runner.work)
            return of_backtest(await backtests.get(ctx.principal, runner.work), progress)
        return of_trading(await _trading(ctx, runner.work))
    except NotFound:
        return Course(FAILED, started_at=runner.begun_at, error="its record is kept no longer")


async def _trading(ctx: Context, run_id: str) -> Trading:
    parts = ctx.services.contests.parts
    async with ctx.services.database.read() as uow:
        run = await uow.runs.get(run_id)
        contest = None if run is None else await uow.contests.get(run.contest)
        points = await uow.entries.points_of(run_id)
    if run is None or contest is None:
        raise NotFound(f"there is no run {run_id[:64]!r}")
    book = await book_of(parts, run)
    view = (await views_of(parts, contest, [run]))[run.id]
    since = run.started_at
    begun = [each for each in points if since is not None and each.at >= since]
    return Trading(run, book.initial, begun, book.closed, book.fees, view)
