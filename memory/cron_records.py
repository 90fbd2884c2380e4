"""Scheduled jobs and the prompts they run, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any


class RunStatus(StrEnum):
    """How far the run of a prompt is; `silent` ended well with nothing to tell."""

    WAITING = "waiting"
    RUNNING = "running"
    SUCCESS = "success"
    SILENT = "silent"
    FAILED = "failed"
    SKIPPED = "skipped"


class Source(StrEnum):
    """What a run came from: the slot of a job, somebody who asked for a job, an alert or the heartbeat."""

    SLOT = "slot"
    ASKED = "asked"
    ALERT = "alert"
    HEARTBEAT = "heartbeat"


@dataclass(frozen=True, slots=True)
class CronJob:
    """A job as somebody asked for it.

    `every` and `in` count from `anchor`. `next_at` is the slot that comes next, None when there is none or
    the job is off. `target` is {"channels": [names] or null, "webhook": address or null}.
    """

    id: str
    principal: str
    name: str
    schedule: str
    timezone: str
    prompt: str
    enabled: bool
    session: str
    target: Mapping[str, Any]
    missed: str
    jitter_seconds: int
    retries: int
    anchor: datetime
    created_at: datetime
    next_at: datetime | None = None
    model: str | None = None
    webhook_id: str | None = None


@dataclass(frozen=True, slots=True)
class PromptRun:
    """A prompt that is put to the agent by no person, from the moment it was due until it is settled.

    `job` is whose slot it is: of these there is one each. `name` is what people know it by. A waiting run is
    free at `due_at`; while `owner` works on it nobody else may before that; a settled one has none.
    `failures` counts the attempts that failed, `turn_id` names the turn of the last attempt. `notices` is
    {"ids": [...]}, the messages that carry the answer to people.
    """

    id: str
    principal: str
    source: Source
    name: str
    prompt: str
    session: str
    target: Mapping[str, Any]
    created_at: datetime
    due_at: datetime | None
    retries: int = 0
    status: RunStatus = RunStatus.WAITING
    attempts: int = 0
    failures: int = 0
    job: str | None = None
    alert: str | None = None
    slot: datetime | None = None
    model: str | None = None
    webhook_id: str | None = None
    owner: str | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    turn_id: str | None = None
    response: str | None = None
    cost: Decimal | None = None
    error: str | None = None
    notices: Mapping[str, Any] | None = None
