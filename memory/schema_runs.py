"""The tables of runs: what each may trade, what it uses of that, and what it has traded."""

from typing import Any

from sqlalchemy import Column, ForeignKey, Index, PrimaryKeyConstraint, Table, text

from memory.schema import metadata
from memory.types import Choice, Moment, Money, Pair, Words
from trading.approvals import ApprovalStatus

IN_FORCE: dict[str, Any] = {
    f"{name}_where": text(f"status = '{ApprovalStatus.APPROVED}'") for name in ("sqlite", "postgresql")
}

mandates = Table(
    "mandates",
    metadata,
    Column("id", Words, primary_key=True),
    Column("account", Words, ForeignKey("accounts.id"), nullable=False),
    Column("run", Words, nullable=False),
    Column("principal", Words, nullable=False),
    Column("status", Choice(ApprovalStatus), nullable=False),
    Column("per_order", Money, nullable=False),
    Column("per_day", Money, nullable=False),
    Column("loss", Money, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("session_id", Words),
    Column("resolved_at", Moment),
    Column("resolved_by", Words),
    Column("revoked_at", Moment),
    Column("revoked_by", Words),
    Column("reason", Words),
    Column("baseline", Money),
    Index(None, "status", "expires_at"),
    Index(None, "created_at"),
    # Whatever happens at once, a run has one mandate on an account.
    Index("ix_mandates_in_force", "account", "run", unique=True, **IN_FORCE),
)

mandate_uses = Table(
    "mandate_uses",
    metadata,
    Column("order_id", Words, ForeignKey("orders.id"), primary_key=True),
    Column("mandate", Words, ForeignKey("mandates.id"), nullable=False),
    Column("account", Words, nullable=False),
    Column("run", Words, nullable=False),
    Column("value", Money, nullable=False),
    Column("amount", Money, nullable=False),
    # When the order was made, or last traded.
    Column("at", Moment, nullable=False),
    Index(None, "account", "run", "at"),
)

run_tallies = Table(
    "run_tallies",
    metadata,
    Column("account", Words, nullable=False),
    Column("run", Words, nullable=False),
    Column("symbol", Pair, nullable=False),
    Column("amount", Money, nullable=False),
    Column("cash", Money, nullable=False),
    PrimaryKeyConstraint("account", "run", "symbol"),
)
