"""Scheduled jobs, and the prompts that are run for them and for alerts."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MONEY = sa.Text().with_variant(sa.Numeric(), "postgresql")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "cron_jobs",
        sa.Column("seq", NUMBER, autoincrement=True, nullable=False),
        *(_text(each) for each in ("id", "principal", "name", "schedule", "timezone", "prompt")),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        *(_text(each) for each in ("session", "target", "missed")),
        *(_number(each) for each in ("jitter_seconds", "retries")),
        *(_moment(each) for each in ("anchor", "created_at")),
        _moment("next_at", nullable=True),
        *(_text(each, nullable=True) for each in ("model", "webhook_id")),
        sa.PrimaryKeyConstraint("seq", name="pk_cron_jobs"),
        sa.UniqueConstraint("id", name="uq_cron_jobs_id"),
        sa.UniqueConstraint("principal", "name", name="uq_cron_jobs_principal_name"),
    )
    op.create_index("ix_cron_jobs_next_at", "cron_jobs", ["next_at"])
    _create_runs()


def _create_runs() -> None:
    op.create_table(
        "prompt_runs",
        sa.Column("seq", NUMBER, autoincrement=True, nullable=False),
        *(_text(each) for each in ("id", "principal", "source", "name", "prompt", "session", "target")),
        _moment("created_at"),
        _moment("due_at", nullable=True),
        _number("retries"),
        _text("status"),
        *(_number(each) for each in ("attempts", "failures")),
        *(_text(each, nullable=True) for each in ("job", "alert")),
        _moment("slot", nullable=True),
        *(_text(each, nullable=True) for each in ("model", "webhook_id", "owner")),
        *(_moment(each, nullable=True) for each in ("started_at", "finished_at")),
        *(_text(each, nullable=True) for each in ("turn_id", "response")),
        sa.Column("cost", MONEY, nullable=True),
        *(_text(each, nullable=True) for each in ("error", "notices")),
        sa.PrimaryKeyConstraint("seq", name="pk_prompt_runs"),
        sa.UniqueConstraint("id", name="uq_prompt_runs_id"),
        sa.UniqueConstraint("job", "slot", name="uq_prompt_runs_job_slot"),
    )
    op.create_index("ix_prompt_runs_due_at", "prompt_runs", ["due_at"])
    op.create_index("ix_prompt_runs_job_seq", "prompt_runs", ["job", "seq"])
    op.create_index("ix_prompt_runs_principal_name_seq", "prompt_runs", ["principal", "name", "seq"])
    op.create_index("ix_prompt_runs_created_at", "prompt_runs", ["created_at"])


def _text(name: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _moment(name: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _number(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=False)
