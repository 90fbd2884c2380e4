"""Risk limits, kill switch, approvals, messages to people, keys; margin and the exchange's own names."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

MONEY = sa.Text().with_variant(sa.Numeric(), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the new columns and tables."""
    _grow_orders()
    _grow_holdings()
    _create_risk()
    _create_approvals()
    _create_people()


def text(name: str, nullable: bool = False, default: str | None = None) -> sa.Column[Any]:
    """A column of text."""
    return sa.Column(name, sa.Text(), nullable=nullable, server_default=default)


def money(name: str, nullable: bool = False, default: str | None = None) -> sa.Column[Any]:
    """A column of exact decimals."""
    return sa.Column(name, MONEY, nullable=nullable, server_default=default)


def moment(name: str, nullable: bool = False) -> sa.Column[Any]:
    """A column of microseconds since 1970."""
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _grow_orders() -> None:
    for column in (
        money("leverage", nullable=True),
        money("trail", nullable=True),
        sa.Column("trail_relative", sa.Boolean(), nullable=False, server_default=sa.true()),
        text("origin", default="person"),
        text("by", nullable=True),
        text("venue_id", nullable=True),
        text("verdict", nullable=True),
    ):
        op.add_column("orders", column)
    op.create_index("ix_orders_account_created_at", "orders", ["account", "created_at"])


def _grow_holdings() -> None:
    for column in (
        text("venue_id", nullable=True),
        text("fee_asset", nullable=True),
        money("fee_amount", nullable=True),
        money("leverage", nullable=True),
    ):
        op.add_column("fills", column)
    op.drop_index("ix_fills_order_id", "fills")
    op.create_index("ix_fills_order_id_venue_id", "fills", ["order_id", "venue_id"], unique=True)
    op.add_column("positions", money("leverage", nullable=True))
    op.add_column("positions", money("margin", default="0"))
    op.add_column("equity_points", money("peak", nullable=True))


def _create_risk() -> None:
    op.create_table(
        "risk_limits",
        text("account"),
        text("limits"),
        text("by"),
        moment("at"),
        sa.PrimaryKeyConstraint("account", name="pk_risk_limits"),
    )
    op.create_table(
        "switches",
        text("scope"),
        text("state"),
        text("by", nullable=True),
        moment("at", nullable=True),
        text("reason", nullable=True),
        sa.PrimaryKeyConstraint("scope", name="pk_switches"),
    )
    op.create_table(
        "armings",
        text("account"),
        sa.Column("armed", sa.Boolean(), nullable=False),
        text("by"),
        moment("at"),
        sa.PrimaryKeyConstraint("account", name="pk_armings"),
    )


def _create_approvals() -> None:
    op.create_table(
        "approvals",
        text("id"),
        text("order_id"),
        text("account"),
        text("principal"),
        text("origin"),
        text("status"),
        money("reference"),
        money("cost"),
        money("fee"),
        moment("created_at"),
        moment("expires_at"),
        text("session_id", nullable=True),
        moment("resolved_at", nullable=True),
        text("resolved_by", nullable=True),
        text("reason", nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_approvals_order_id"),
        sa.PrimaryKeyConstraint("id", name="pk_approvals"),
        sa.UniqueConstraint("order_id", name="uq_approvals_order_id"),
    )
    op.create_index("ix_approvals_status_expires_at", "approvals", ["status", "expires_at"])
    op.create_index("ix_approvals_created_at", "approvals", ["created_at"])
    op.create_table(
        "outbox",
        sa.Column("seq", NUMBER, nullable=False, autoincrement=True),
        text("id"),
        text("recipient"),
        text("kind"),
        text("text"),
        moment("created_at"),
        text("data"),
        moment("due_at", nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        moment("delivered_at", nullable=True),
        text("delivered_as", nullable=True),
        text("reason", nullable=True),
        sa.PrimaryKeyConstraint("seq", name="pk_outbox"),
        sa.UniqueConstraint("id", name="uq_outbox_id"),
    )
    op.create_index("ix_outbox_due_at", "outbox", ["due_at"])


def _create_people() -> None:
    op.create_table(
        "people",
        text("id"),
        text("name"),
        text("role"),
        moment("created_at"),
        text("created_by"),
        moment("revoked_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
    )
    op.create_table(
        "api_keys",
        text("id"),
        text("name"),
        text("role"),
        text("digest"),
        moment("created_at"),
        text("created_by"),
        moment("expires_at", nullable=True),
        moment("revoked_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
        sa.UniqueConstraint("digest", name="uq_api_keys_digest"),
    )
