"""Jobs and runs in the words of the wire."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from memory.cron_records import CronJob, PromptRun
from memory.database import UnitOfWork
from memory.records import Delivery
from tools.alert_views import DeliveryView
from tools.cron_params import JobSession, Missed
from tools.cron_views import JobView, RunView
from tools.deliveries import Way, delivery_view
from tools.schedules import BadSchedule, parse

Deliveries = Mapping[str, Delivery]
"""Messages by their ids."""


async def show_jobs(uow: UnitOfWork, jobs: Sequence[CronJob]) -> list[JobView]:
    """Return jobs with how their last runs ended."""
    last = await uow.prompt_runs.last_of([each.id for each in jobs])
    deliveries = await _deliveries(uow, list(last.values()))
    return [_job(each, last.get(each.id), deliveries) for each in jobs]


async def show_runs(uow: UnitOfWork, runs: Sequence[PromptRun]) -> list[RunView]:
    """Return runs with how far their messages got."""
    deliveries = await _deliveries(uow, runs)
    return [_run(each, deliveries) for each in runs]


def _job(job: CronJob, last: PromptRun | None, deliveries: Deliveries) -> JobView:
    return JobView(
        id=job.id,
        name=job.name,
        schedule=job.schedule,
        prompt=job.prompt,
        enabled=job.enabled,
        last_run_at=last.started_at if last else None,
        next_run_at=job.next_at,
        text=_words(job),
        timezone=job.timezone,
        session=JobSession(job.session),
        channels=list(job.target.get("channels") or ()),
        missed=Missed(job.missed),
        jitter_seconds=job.jitter_seconds,
        retries=job.retries,
        created_at=job.created_at,
        last_status=last.status.value if last else None,
        last_delivery=_whole(_delivered(last, deliveries)) if last else None,
        model=job.model,
        webhook=job.target.get("webhook"),
    )


def _words(job: CronJob) -> str:
    try:
        return parse(job.schedule, job.timezone, job.anchor).text
    except BadSchedule:
        return job.schedule


def _run(run: PromptRun, deliveries: Deliveries) -> RunView:
    taken = run.finished_at - run.started_at if run.finished_at and run.started_at else None
    return RunView(
        id=run.id,
        status=run.status.value,
        started_at=run.started_at,
        completed_at=run.finished_at,
        response=run.response,
        slot=run.slot,
        attempts=run.attempts,
        duration_ms=None if taken is None else taken // timedelta(milliseconds=1),
        cost=run.cost,
        error=run.error,
        deliveries=_delivered(run, deliveries),
    )


async def _deliveries(uow: UnitOfWork, runs: Sequence[PromptRun]) -> Deliveries:
    ids = [each for run in runs for each in _ids(run)]
    return {each.id: each for each in await uow.notices.named(ids)}


def _ids(run: PromptRun) -> Sequence[str]:
    return list((run.notices or {}).get("ids", ()))


def _delivered(run: PromptRun, deliveries: Deliveries) -> list[DeliveryView]:
    """Return the ways of an answer to people; those that are no longer kept are left out."""
    found = [deliveries[each] for each in _ids(run) if each in deliveries]
    shown = [delivery_view(each.data.get("channel", "none"), each) for each in found]
    problems = (run.notices or {}).get("problems", ())
    return [
        *shown,
        *(
            DeliveryView(channel="none", status=Way.UNDELIVERABLE, delivered_at=None, reason=each)
            for each in problems
        ),
    ]


def _whole(ways: Sequence[DeliveryView]) -> str | None:
    """Return the worst that became of a message, None where there is none."""
    states = {each.status for each in ways}
    return next(
        (each for each in (Way.UNDELIVERABLE, Way.WAITING, Way.OFF, Way.DELIVERED) if each in states), None
    )
