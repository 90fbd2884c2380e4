"""Alerts, their firings, and how far each pair has been looked at."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MONEY = sa.Numeric().with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    _create_alerts()
    _create_firings()
    op.create_table(
        "alert_feeds",
        _text("symbol"),
        _moment("seen_at"),
        sa.PrimaryKeyConstraint("symbol", name="pk_alert_feeds"),
    )
    counter = op.create_table(
        "alert_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_alert_revision"),
    )
    op.bulk_insert(counter, [{"id": 1, "last": 0}])


def _create_alerts() -> None:
    op.create_table(
        "alerts",
        _text("id"),
        _text("principal"),
        _text("account"),
        _text("asked"),
        _text("channels"),
        _text("webhook", nullable=True),
        _text("status"),
        _moment("created_at"),
        _moment("since"),
        _moment("expires_at", nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        _moment("paused_until", nullable=True),
        _text("paused_because", nullable=True),
        sa.Column("fired", sa.Integer(), nullable=False),
        _moment("last_fired_at", nullable=True),
        _text("standing", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
    )
    op.create_index("ix_alerts_principal_created_at", "alerts", ["principal", "created_at"])
    op.create_index("ix_alerts_revision", "alerts", ["revision"])


def _create_firings() -> None:
    op.create_table(
        "alert_firings",
        sa.Column("seq", NUMBER, autoincrement=True, nullable=False),
        _text("id"),
        _text("alert"),
        _text("principal"),
        _moment("at"),
        _moment("recorded_at"),
        _text("told"),
        _text("notices"),
        sa.Column("value", MONEY, nullable=True),
        _text("run", nullable=True),
        sa.Column("due", sa.Boolean(), nullable=False),
        _text("proposed", nullable=True),
        sa.PrimaryKeyConstraint("seq", name="pk_alert_firings"),
        sa.UniqueConstraint("id", name="uq_alert_firings_id"),
    )
    op.create_index("ix_alert_firings_principal_recorded_at", "alert_firings", ["principal", "recorded_at"])
    op.create_index("ix_alert_firings_alert_seq", "alert_firings", ["alert", "seq"])
    op.create_index("ix_alert_firings_due", "alert_firings", ["due"])


def _text(name: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _moment(name: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)
