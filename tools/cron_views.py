"""How jobs and their runs are shown."""

from tools.alert_views import DeliveryView
from tools.cron_params import JobSession, Missed
from tools.wire import Millis, Num, Result, unless_none


class JobView(Result):
    """A job.

    `schedule` is as it was asked for, `text` says it in words. `lastStatus` tells how the last run ended and
    `lastDelivery` whether its answer arrived: these are two facts.
    """

    id: str
    name: str
    schedule: str
    prompt: str
    enabled: bool
    last_run_at: Millis | None
    next_run_at: Millis | None
    text: str
    timezone: str
    session: JobSession
    channels: list[str]
    missed: Missed
    jitter_seconds: int
    retries: int
    created_at: Millis
    last_status: str | None
    last_delivery: str | None
    model: str | None = unless_none()
    webhook: str | None = unless_none()


class JobList(Result):
    """Jobs, oldest first: their places in the list are their numbers in chats."""

    jobs: list[JobView]


class JobShown(Result):
    """One job; `webhookSecret` signs what is posted to an address it was just given."""

    unrecorded = frozenset({"webhook_secret"})
    not_for_models = frozenset({"webhook_secret"})

    job: JobView
    webhook_secret: str | None = unless_none()


class JobAdded(Result):
    """A job that was made; `warnings` is what a person should know, `webhookSecret` is shown this once."""

    unrecorded = frozenset({"webhook_secret"})
    not_for_models = frozenset({"webhook_secret"})

    job: JobView
    replaced: bool
    warnings: list[str]
    webhook_secret: str | None = unless_none()


class JobRemoved(Result):
    """A job that is gone; its runs stay on record."""

    name: str
    removed: bool


class RunView(Result):
    """One run of a job.

    `status` is `waiting`, `running`, `success`, `silent` (nothing to tell), `failed` or `skipped`. `slot` is
    when it was due, null for one that was asked for. `deliveries` tells of the answer's way to people.
    """

    id: str
    status: str
    started_at: Millis | None
    completed_at: Millis | None
    response: str | None
    slot: Millis | None
    attempts: int
    duration_ms: int | None
    cost: Num | None
    error: str | None = unless_none()
    deliveries: list[DeliveryView]


class JobRan(Result):
    """A job and the run it was just given."""

    name: str
    run: RunView


class JobRuns(Result):
    """Runs, newest first; `hasMore` tells of older ones."""

    name: str
    runs: list[RunView]
    has_more: bool


class TemplateView(Result):
    """A job ready to be added: its usual schedule and what it asks."""

    name: str
    summary: str
    schedule: str
    prompt: str


class Templates(Result):
    """The jobs that are ready to be added."""

    templates: list[TemplateView]
