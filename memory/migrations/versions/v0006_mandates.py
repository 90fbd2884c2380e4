"""What runs may trade without asking, what they use of it, and what they have traded."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

MONEY = sa.Text().with_variant(sa.Numeric(), "postgresql")
IN_FORCE = sa.text("status = 'approved'")


def upgrade() -> None:
    """Add the tables, and to orders the run that wanted each."""
    op.add_column("orders", _text("run", nullable=True))
    _create_mandates()
    op.create_table(
        "mandate_uses",
        _text("order_id"),
        _text("mandate"),
        _text("account"),
        _text("run"),
        _money("value"),
        _money("amount"),
        _moment("at"),
        sa.PrimaryKeyConstraint("order_id", name="pk_mandate_uses"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_mandate_uses_order_id"),
        sa.ForeignKeyConstraint(["mandate"], ["mandates.id"], name="fk_mandate_uses_mandate"),
    )
    op.create_index("ix_mandate_uses_account_run_at", "mandate_uses", ["account", "run", "at"])
    op.create_table(
        "run_tallies",
        _text("account"),
        _text("run"),
        _text("symbol"),
        _money("amount"),
        _money("cash"),
        sa.PrimaryKeyConstraint("account", "run", "symbol", name="pk_run_tallies"),
    )


def _create_mandates() -> None:
    op.create_table(
        "mandates",
        _text("id"),
        _text("account"),
        _text("run"),
        _text("principal"),
        _text("status"),
        _money("per_order"),
        _money("per_day"),
        _money("loss"),
        _moment("created_at"),
        _moment("expires_at"),
        _text("session_id", nullable=True),
        _moment("resolved_at", nullable=True),
        _text("resolved_by", nullable=True),
        _moment("revoked_at", nullable=True),
        _text("revoked_by", nullable=True),
        _text("reason", nullable=True),
        _money("baseline", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_mandates"),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_mandates_account"),
    )
    op.create_index("ix_mandates_status_expires_at", "mandates", ["status", "expires_at"])
    op.create_index("ix_mandates_created_at", "mandates", ["created_at"])
    op.create_index(
        "ix_mandates_in_force",
        "mandates",
        ["account", "run"],
        unique=True,
        sqlite_where=IN_FORCE,
        postgresql_where=IN_FORCE,
    )


def _text(name: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _money(name: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, MONEY, nullable=nullable)


def _moment(name: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)
