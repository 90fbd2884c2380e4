"""How a job is asked for: the references' names, and those they leave open."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, WithJsonSchema

from tools.channels import Channels, Webhook
from tools.wire import Flag, Params
from tools.zones import Zone

JobName = Annotated[
    str,
    Field(min_length=1, max_length=64, pattern=r"^[\w][\w .:-]*$"),
    # A pattern of letters of any language means something else to each reader of a schema.
    WithJsonSchema(
        {
            "type": "string",
            "minLength": 1,
            "maxLength": 64,
            "description": "letters, digits, _ and, but for the first, space . : and -",
            "examples": ["daily_report"],
        }
    ),
]
ScheduleText = Annotated[
    str,
    Field(
        min_length=1,
        max_length=120,
        examples=["0 9 * * *", "every 15m", "at 2026-12-24 18:00", "in 20 minutes"],
    ),
]
Prompt = Annotated[str, Field(min_length=1, max_length=4_000)]


class JobSession(StrEnum):
    """Where a job talks to the agent: in the conversation `main`, or in one of its own that starts empty."""

    MAIN = "main"
    ISOLATED = "isolated"


class Missed(StrEnum):
    """What becomes of slots that passed while nothing ran: nothing, one run for all of them, or one each."""

    SKIP = "skip"
    ONCE = "once"
    ALL = "all"


class HistoryOfJob(Params):
    """Which runs of a job: the newest, or those before one (its id)."""

    name: JobName
    limit: Annotated[int, Field(ge=1, le=200, strict=True)] = 20
    before: Annotated[str, Field(min_length=1, max_length=128)] | None = None


class OfJob(Params):
    """Which job, by its name."""

    name: JobName


class AddJob(Params):
    """A job; one of the same name is replaced.

    `schedule` is five-field cron, `every 15m`, `at` a moment, or `in 20 minutes`; cron and `at` are by the
    clocks of `timezone`. `template` gives a prompt and schedule that may be left out.
    """

    name: JobName
    schedule: ScheduleText | None = None
    prompt: Prompt | None = None
    template: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    enabled: Flag = True
    timezone: Zone | None = None
    model: Annotated[str, Field(min_length=1, max_length=128)] | None = None
    session: JobSession = JobSession.ISOLATED
    channels: Channels | None = None
    webhook: Webhook | None = None
    missed: Missed = Missed.ONCE
    jitter_seconds: Annotated[int, Field(ge=0, le=3_600, strict=True)] = 0
    retries: Annotated[int, Field(ge=0, le=10, strict=True)] = 2


class UpdateJob(Params):
    """What changes of a job; what is left out stays.

    Null for `model`, `channels` or `webhook` takes it away.
    """

    name: JobName
    schedule: ScheduleText | None = None
    prompt: Prompt | None = None
    template: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    enabled: Flag | None = None
    timezone: Zone | None = None
    model: Annotated[str, Field(min_length=1, max_length=128)] | None = None
    session: JobSession | None = None
    channels: Channels | None = None
    webhook: Webhook | None = None
    missed: Missed | None = None
    jitter_seconds: Annotated[int, Field(ge=0, le=3_600, strict=True)] | None = None
    retries: Annotated[int, Field(ge=0, le=10, strict=True)] | None = None
