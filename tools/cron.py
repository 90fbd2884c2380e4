"""Jobs: prompts that are put to the agent at set times."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from memory.cron_records import CronJob
from memory.database import UnitOfWork
from tools.channels import check_channels
from tools.chat import check_model
from tools.context import Context
from tools.cron_params import AddJob, HistoryOfJob, JobSession, OfJob, UpdateJob
from tools.cron_shown import show_jobs, show_runs
from tools.cron_templates import TEMPLATES, template
from tools.cron_views import JobAdded, JobList, JobRan, JobRemoved, JobRuns, JobShown, Templates
from tools.errors import AgentBusy, CallError, Code, InvalidParams, MissingParams, NotFound
from tools.market import EVERYWHERE
from tools.planning import run_of
from tools.policy import Scope
from tools.prompting import LEASE
from tools.registry import capability
from tools.schedules import BadSchedule, parse
from tools.wire import NoParams

MOST = 100
"""Jobs that one person may have."""

REMOVED = "its job was removed"
REPLACED = "another job of this name took the place of its job"


@capability("cron.add", scope=Scope.TRADE, surfaces=EVERYWHERE, effects=True)
async def add(ctx: Context, params: AddJob) -> JobAdded:
    """Make a job that asks the agent something at set times; one of the same name is replaced."""
    services, now = ctx.services, ctx.services.clock.now()
    usual = template(params.template) if params.template is not None else None
    schedule = params.schedule or (usual.schedule if usual else None)
    prompt = params.prompt or (usual.prompt if usual else None)
    if schedule is None or prompt is None:
        raise MissingParams(f"{'schedule' if schedule is None else 'prompt'}: Field required")
    check_model(ctx, params.model)
    warnings = list(check_channels(services, params.channels, params.webhook))
    job = CronJob(
        id=services.new_id("cron"),
        principal=ctx.principal.id,
        name=params.name,
        schedule=schedule,
        timezone=params.timezone or services.timezone,
        prompt=prompt,
        enabled=params.enabled,
        session=params.session,
        target=_target(params.channels, params.webhook),
        missed=params.missed,
        jitter_seconds=params.jitter_seconds,
        retries=params.retries,
        anchor=now,
        created_at=now,
        model=params.model,
    )
    job = _timed(job, now)
    async with services.database.transact() as uow:
        earlier = await uow.cron_jobs.named(ctx.principal.id, params.name)
        if earlier is None and await uow.cron_jobs.count(ctx.principal.id) >= MOST:
            raise CallError(f"you have {MOST} jobs, which is all there is room for", code=Code.CONFLICT)
        webhook_id, secret = None, None
        if params.webhook is not None:
            webhook_id, secret = await services.webhooks.add(uow, ctx.principal, params.webhook)
        job = replace(job, webhook_id=webhook_id)
        if earlier is None:
            await uow.cron_jobs.add(job)
        else:
            job = replace(job, id=earlier.id)
            await uow.cron_jobs.replace(job)
            await uow.prompt_runs.drop(job.id, now, REPLACED)
        (shown,) = await show_jobs(uow, [job])
    return JobAdded(job=shown, replaced=earlier is not None, warnings=warnings, webhook_secret=secret)


@capability("cron.list", surfaces=EVERYWHERE, personal=True)
async def list_jobs(ctx: Context, params: NoParams) -> JobList:
    """Show your own jobs, when each runs next and how its last run ended."""
    async with ctx.services.database.read() as uow:
        jobs = await uow.cron_jobs.of(ctx.principal.id)
        return JobList(jobs=await show_jobs(uow, jobs))


@capability("cron.get", surfaces=EVERYWHERE, personal=True)
async def get(ctx: Context, params: OfJob) -> JobShown:
    """Show one of your jobs."""
    async with ctx.services.database.read() as uow:
        return await _shown(uow, await _own(ctx, uow, params.name))


@capability("cron.update", scope=Scope.TRADE, surfaces=EVERYWHERE, effects=True)
async def update(ctx: Context, params: UpdateJob) -> JobShown:
    """Change something of a job, or switch it on or off with `enabled`."""
    check_model(ctx, params.model)
    changes = _changes(params)
    async with ctx.services.database.transact() as uow:
        job = await _own(ctx, uow, params.name)
        aims: dict[str, Any] = {key: changes.pop(key) for key in ("channels", "webhook") if key in changes}
        target: dict[str, Any] = {**job.target, **aims}
        check_channels(ctx.services, target["channels"], target["webhook"])
        now = ctx.services.clock.now()
        fresh = not {"schedule", "timezone"}.isdisjoint(changes)
        changed = replace(job, **changes, target=target, anchor=now if fresh else job.anchor)
        if fresh or changed.enabled is not job.enabled:
            changed = _timed(changed, now)
        secret = None
        if target["webhook"] is not None and target["webhook"] != job.target["webhook"]:
            webhook_id, secret = await ctx.services.webhooks.add(uow, ctx.principal, target["webhook"])
            changed = replace(changed, webhook_id=webhook_id)
        await uow.cron_jobs.replace(changed)
        return await _shown(uow, changed, secret)


@capability("cron.run", scope=Scope.TRADE, surfaces=EVERYWHERE, effects=True)
async def run(ctx: Context, params: OfJob) -> JobRan:
    """Run a job now, whatever its schedule, and return what came of it."""
    services, now = ctx.services, ctx.services.clock.now()
    # A turn cannot wait for another of its own conversation.
    later = ctx.session_id == JobSession.MAIN
    async with services.database.transact() as uow:
        job = await _own(ctx, uow, params.name)
        if await uow.prompt_runs.unsettled(job.id) is not None:
            raise AgentBusy(f"{job.name} runs at this moment; cron.history tells when it has ended")
        later = later and job.session == JobSession.MAIN
        begun = run_of(job, services.new_id("run"), now, None)
        if not later:
            begun = replace(begun, owner=services.prompter.owner, due_at=now + LEASE, attempts=1)
        await uow.prompt_runs.add(begun)
    ended = begun if later else await services.prompter.perform(ctx, begun)
    async with services.database.read() as uow:
        (shown,) = await show_runs(uow, [ended])
    return JobRan(name=job.name, run=shown)


@capability("cron.remove", scope=Scope.TRADE, surfaces=EVERYWHERE, effects=True)
async def remove(ctx: Context, params: OfJob) -> JobRemoved:
    """Remove a job; what it ran stays on record."""
    async with ctx.services.database.transact() as uow:
        job = await _own(ctx, uow, params.name)
        await uow.cron_jobs.remove(job.id)
        await uow.prompt_runs.drop(job.id, ctx.services.clock.now(), REMOVED)
    return JobRemoved(name=job.name, removed=True)


@capability("cron.history", surfaces=EVERYWHERE, personal=True)
async def history(ctx: Context, params: HistoryOfJob) -> JobRuns:
    """Show the runs of a job: what each came to, and whether its answer arrived."""
    async with ctx.services.database.read() as uow:
        runs = await uow.prompt_runs.named(ctx.principal.id, params.name, params.limit + 1, params.before)
        if not runs and params.before is None:
            await _own(ctx, uow, params.name)
        shown = await show_runs(uow, runs[: params.limit])
    return JobRuns(name=params.name, runs=shown, has_more=len(runs) > params.limit)


@capability("cron.templates", surfaces=EVERYWHERE)
async def templates(ctx: Context, params: NoParams) -> Templates:
    """Show the jobs that are ready to be added, such as daily_report."""
    return Templates(templates=list(TEMPLATES.values()))


async def _own(ctx: Context, uow: UnitOfWork, name: str) -> CronJob:
    job = await uow.cron_jobs.named(ctx.principal.id, name)
    if job is None:
        raise NotFound(f"you have no job {name!r}; cron.list shows those you have")
    return job


async def _shown(uow: UnitOfWork, job: CronJob, secret: str | None = None) -> JobShown:
    (shown,) = await show_jobs(uow, [job])
    return JobShown(job=shown, webhook_secret=secret)


def _timed(job: CronJob, now: datetime) -> CronJob:
    """Return a job with its next slot; raise InvalidParams for a schedule that has none."""
    try:
        next_at = parse(job.schedule, job.timezone, job.anchor).after(now)
    except BadSchedule as error:
        raise InvalidParams(f"schedule: {error}") from None
    if next_at is None and job.enabled:
        raise InvalidParams(f"schedule: {job.schedule!r} has passed; name a moment that is still to come")
    return replace(job, next_at=next_at if job.enabled else None)


def _changes(params: UpdateJob) -> dict[str, Any]:
    """Return what is to change, by the fields of a job; what may not be empty and is null stays."""
    given = {name: getattr(params, name) for name in params.model_fields_set - {"name", "template"}}
    if params.template is not None:
        usual = template(params.template)
        given = {"schedule": usual.schedule, "prompt": usual.prompt, **given}
    return {name: value for name, value in given.items() if value is not None or name in _MAY_BE_EMPTY}


_MAY_BE_EMPTY = frozenset({"model", "channels", "webhook"})


def _target(channels: Sequence[str] | None, webhook: str | None) -> Mapping[str, Any]:
    return {"channels": None if channels is None else list(channels), "webhook": webhook}
