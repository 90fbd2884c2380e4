"""Jobs that are reckoned apart from the call that asked for them; strategies; messages by recipient."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
DOCUMENT = sa.Text()


def upgrade() -> None:
    """Create the table, and the index."""
    op.create_table(
        "jobs",
        sa.Column("seq", NUMBER, autoincrement=True, nullable=False),
        _text("id"),
        _text("kind"),
        _text("principal"),
        sa.Column("request", DOCUMENT, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        _text("status"),
        sa.Column("started_at", sa.BigInteger()),
        sa.Column("finished_at", sa.BigInteger()),
        _text("error_code", nullable=True),
        _text("error", nullable=True),
        sa.Column("result", DOCUMENT),
        sa.PrimaryKeyConstraint("seq", name="pk_jobs"),
        sa.UniqueConstraint("id", name="uq_jobs_id"),
    )
    op.create_index("ix_jobs_principal_seq", "jobs", ["principal", "seq"])
    op.create_index("ix_jobs_status", "jobs", ["status"])
    op.create_table(
        "strategies",
        _text("name"),
        _text("file"),
        _text("digest"),
        sa.Column("described", DOCUMENT, nullable=False),
        sa.Column("enabled_at", sa.BigInteger(), nullable=False),
        _text("enabled_by"),
        sa.PrimaryKeyConstraint("name", name="pk_strategies"),
        sa.UniqueConstraint("file", name="uq_strategies_file"),
    )
    op.create_index("ix_outbox_recipient_seq", "outbox", ["recipient", "seq"])


def _text(name: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=nullable)
