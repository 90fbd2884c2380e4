"""The tables of scheduled jobs and of the prompts that nobody typed."""

from sqlalchemy import Boolean, Column, Index, Integer, Table, UniqueConstraint

from memory.cron_records import RunStatus, Source
from memory.schema import metadata
from memory.types import Choice, Json, Moment, Money, Seq, Words

cron_jobs = Table(
    "cron_jobs",
    metadata,
    Column("seq", Seq, primary_key=True, autoincrement=True),
    Column("id", Words, nullable=False, unique=True),
    Column("principal", Words, nullable=False),
    Column("name", Words, nullable=False),
    Column("schedule", Words, nullable=False),
    Column("timezone", Words, nullable=False),
    Column("prompt", Words, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("session", Words, nullable=False),
    Column("target", Json, nullable=False),
    Column("missed", Words, nullable=False),
    Column("jitter_seconds", Integer, nullable=False),
    Column("retries", Integer, nullable=False),
    Column("anchor", Moment, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("next_at", Moment),
    Column("model", Words),
    Column("webhook_id", Words),
    UniqueConstraint("principal", "name"),
    Index(None, "next_at"),
)

prompt_runs = Table(
    "prompt_runs",
    metadata,
    Column("seq", Seq, primary_key=True, autoincrement=True),
    Column("id", Words, nullable=False, unique=True),
    Column("principal", Words, nullable=False),
    Column("source", Choice(Source), nullable=False),
    Column("name", Words, nullable=False),
    Column("prompt", Words, nullable=False),
    Column("session", Words, nullable=False),
    Column("target", Json, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("due_at", Moment),
    Column("retries", Integer, nullable=False),
    Column("status", Choice(RunStatus), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("job", Words),
    Column("alert", Words),
    Column("slot", Moment),
    Column("model", Words),
    Column("webhook_id", Words),
    Column("owner", Words),
    Column("started_at", Moment),
    Column("finished_at", Moment),
    Column("turn_id", Words),
    Column("response", Words),
    Column("cost", Money),
    Column("error", Words),
    Column("notices", Json),
    UniqueConstraint("job", "slot"),
    Index(None, "due_at"),
    Index(None, "job", "seq"),
    Index(None, "principal", "name", "seq"),
    Index(None, "created_at"),
)
