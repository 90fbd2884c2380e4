"""Decisions of models, and what each rests on."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

MONEY = sa.Text().with_variant(sa.Numeric(), "postgresql")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "decisions",
        *(_text(each) for each in ("id", "principal", "account", "source", "model", "action", "symbols")),
        _moment("at"),
        *(_text(each) for each in ("status", "reasoning")),
        *(_number(each) for each in ("input_tokens", "output_tokens", "cached_tokens", "latency_ms")),
        *(_money(each) for each in ("cost", "confidence")),
        *(_text(each, nullable=True) for each in ("capability", "session_id", "turn_id", "call_id", "run")),
        *(_text(each) for each in ("orders", "approvals")),
        *(_text(each, nullable=True) for each in ("reason", "answered_by")),
        _moment("answered_at", nullable=True),
        _text("outcome", nullable=True),
        _money("pnl"),
        _text("pnl_currency", nullable=True),
        *(_moment(each, nullable=True) for each in ("outcome_at", "due_at")),
        _moment("revision"),
        sa.PrimaryKeyConstraint("id", name="pk_decisions"),
    )
    op.create_index("ix_decisions_principal_at", "decisions", ["principal", "at"])
    op.create_index("ix_decisions_revision", "decisions", ["revision"])
    op.create_index("ix_decisions_due_at", "decisions", ["due_at"])
    op.create_index("ix_decisions_turn_id", "decisions", ["turn_id"])
    op.create_index("ix_decisions_run_at", "decisions", ["run", "at"])
    _create_bases()


def _create_bases() -> None:
    op.create_table(
        "decision_bases",
        *(_text(each) for each in ("id", "prompt", "prompt_hash", "response", "context")),
        sa.PrimaryKeyConstraint("id", name="pk_decision_bases"),
        sa.ForeignKeyConstraint(["id"], ["decisions.id"], name="fk_decision_bases_id"),
    )
    counter = op.create_table(
        "decision_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_decision_revision"),
    )
    op.bulk_insert(counter, [{"id": 1, "last": 0}])


def _text(name: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _moment(name: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _money(name: str) -> sa.Column[Any]:
    return sa.Column(name, MONEY, nullable=True)


def _number(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=False)
