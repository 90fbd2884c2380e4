"""The first tables: money, conversations, and the journal of events and calls."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

# The types as they were at this version, apart from those of the program, which go on changing.
MONEY = sa.Text().with_variant(sa.Numeric(), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create every table."""
    _create_orders()
    _create_holdings()
    _create_ledger()
    _create_conversations()
    _create_journal()


def text(name: str, nullable: bool = False) -> sa.Column[Any]:
    """A column of text."""
    return sa.Column(name, sa.Text(), nullable=nullable)


def money(name: str, nullable: bool = False) -> sa.Column[Any]:
    """A column of exact decimals."""
    return sa.Column(name, MONEY, nullable=nullable)


def moment(name: str, nullable: bool = False) -> sa.Column[Any]:
    """A column of microseconds since 1970."""
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def flag(name: str, nullable: bool = False) -> sa.Column[Any]:
    """A column of yes and no."""
    return sa.Column(name, sa.Boolean(), nullable=nullable)


def count(name: str) -> sa.Column[Any]:
    """A column of small numbers."""
    return sa.Column(name, sa.Integer(), nullable=False)


def number(name: str, grows: bool = False) -> sa.Column[Any]:
    """A column of large numbers, which the database counts up when it `grows`."""
    return sa.Column(name, NUMBER, nullable=False, autoincrement=grows)


def _create_orders() -> None:
    op.create_table(
        "accounts",
        text("id"),
        text("owner"),
        text("currency"),
        text("mode"),
        money("initial"),
        moment("created_at"),
        text("settings"),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
    )
    op.create_table(
        "orders",
        text("id"),
        text("account"),
        text("symbol"),
        text("side"),
        text("type"),
        text("status"),
        money("amount"),
        moment("created_at"),
        moment("updated_at"),
        text("mode"),
        text("exchange"),
        money("price", nullable=True),
        money("stop_price", nullable=True),
        money("stop_loss", nullable=True),
        money("take_profit", nullable=True),
        flag("reduce_only"),
        flag("triggered"),
        text("group", nullable=True),
        money("filled"),
        money("cost"),
        money("fees"),
        money("reserved"),
        money("budget", nullable=True),
        flag("quoted"),
        money("queue_ahead", nullable=True),
        moment("looked_at", nullable=True),
        text("reason", nullable=True),
        text("key", nullable=True),
        count("version"),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_orders_account"),
        sa.PrimaryKeyConstraint("id", name="pk_orders"),
        sa.UniqueConstraint("account", "key", name="uq_orders_account_key"),
    )
    op.create_index("ix_orders_status_account", "orders", ["status", "account"])


def _create_holdings() -> None:
    op.create_table(
        "fills",
        number("seq", grows=True),
        text("id"),
        text("order_id"),
        text("account"),
        text("symbol"),
        text("side"),
        money("amount"),
        money("price"),
        money("fee"),
        text("liquidity"),
        moment("at"),
        text("exchange"),
        text("mode"),
        text("order_type"),
        money("realized", nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_fills_order_id"),
        sa.PrimaryKeyConstraint("seq", name="pk_fills"),
        sa.UniqueConstraint("id", name="uq_fills_id"),
    )
    op.create_index("ix_fills_account_at", "fills", ["account", "at"])
    op.create_index("ix_fills_order_id", "fills", ["order_id"])
    op.create_table(
        "positions",
        text("id"),
        text("account"),
        text("symbol"),
        text("side"),
        money("amount"),
        money("cost"),
        money("entry_fees"),
        money("realized"),
        moment("opened_at"),
        text("exchange"),
        text("mode"),
        flag("is_open"),
        sa.PrimaryKeyConstraint("id", name="pk_positions"),
    )
    op.create_index("ix_positions_account_is_open", "positions", ["account", "is_open"])
    op.create_table(
        "equity_points",
        text("account"),
        moment("at"),
        money("equity"),
        money("cash"),
        sa.PrimaryKeyConstraint("account", "at", name="pk_equity_points"),
    )


def _create_ledger() -> None:
    op.create_table(
        "ledger_entries",
        number("seq", grows=True),
        text("id"),
        text("kind"),
        text("reference"),
        moment("at"),
        sa.PrimaryKeyConstraint("seq", name="pk_ledger_entries"),
        sa.UniqueConstraint("id", name="uq_ledger_entries_id"),
    )
    op.create_table(
        "ledger_postings",
        text("entry_id"),
        count("place"),
        text("account"),
        text("asset"),
        money("amount"),
        sa.ForeignKeyConstraint(["entry_id"], ["ledger_entries.id"], name="fk_ledger_postings_entry_id"),
        sa.PrimaryKeyConstraint("entry_id", "place", name="pk_ledger_postings"),
    )
    op.create_index("ix_ledger_postings_account", "ledger_postings", ["account"])
    op.create_table(
        "ledger_balances",
        text("account"),
        text("asset"),
        money("amount"),
        sa.PrimaryKeyConstraint("account", "asset", name="pk_ledger_balances"),
    )


def _create_conversations() -> None:
    op.create_table(
        "sessions",
        text("id"),
        text("principal"),
        text("name"),
        text("mode"),
        moment("created_at"),
        moment("updated_at"),
        count("message_count"),
        sa.PrimaryKeyConstraint("principal", "id", name="pk_sessions"),
    )
    op.create_table(
        "messages",
        number("seq", grows=True),
        text("id"),
        text("principal"),
        text("session_id"),
        text("role"),
        text("content"),
        moment("created_at"),
        text("turn_id", nullable=True),
        text("data", nullable=True),
        sa.ForeignKeyConstraint(
            ["principal", "session_id"],
            ["sessions.principal", "sessions.id"],
            name="fk_messages_principal_session_id",
        ),
        sa.PrimaryKeyConstraint("seq", name="pk_messages"),
        sa.UniqueConstraint("id", name="uq_messages_id"),
    )
    op.create_index("ix_messages_principal_session_id_seq", "messages", ["principal", "session_id", "seq"])
    op.create_table(
        "turns",
        text("id"),
        text("principal"),
        text("session_id"),
        text("model"),
        moment("started_at"),
        text("status"),
        count("input_tokens"),
        count("output_tokens"),
        count("cached_tokens"),
        money("cost", nullable=True),
        text("error_code", nullable=True),
        moment("finished_at", nullable=True),
        sa.ForeignKeyConstraint(
            ["principal", "session_id"],
            ["sessions.principal", "sessions.id"],
            name="fk_turns_principal_session_id",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_turns"),
    )
    op.create_index("ix_turns_principal_session_id", "turns", ["principal", "session_id"])
    op.create_index("ix_turns_status", "turns", ["status"])


def _create_journal() -> None:
    op.create_table(
        "events",
        number("seq"),
        moment("at"),
        text("name"),
        text("principal", nullable=True),
        text("session_id", nullable=True),
        text("payload"),
        sa.PrimaryKeyConstraint("seq", name="pk_events"),
    )
    op.create_table(
        "counters",
        text("name"),
        number("value"),
        sa.PrimaryKeyConstraint("name", name="pk_counters"),
    )
    op.execute("INSERT INTO counters (name, value) VALUES ('events', 0)")
    op.create_table(
        "calls",
        text("id"),
        text("key", nullable=True),
        text("principal"),
        text("capability"),
        text("origin"),
        text("body_hash"),
        moment("started_at"),
        moment("finished_at", nullable=True),
        flag("ok", nullable=True),
        text("code", nullable=True),
        text("answer", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_calls"),
        sa.UniqueConstraint("principal", "capability", "key", name="uq_calls_principal_capability_key"),
    )
    op.create_index("ix_calls_started_at", "calls", ["started_at"])
