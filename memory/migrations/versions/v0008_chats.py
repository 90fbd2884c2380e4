"""What people did in chats, cards with buttons, and how each chat stands."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    _create_arrivals()
    _create_cards()
    op.add_column("outbox", _text("progress", nullable=True))
    op.add_column("outbox", sa.Column("failures", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "chats",
        _text("place"),
        _text("person"),
        _text("session"),
        _moment("seen_at"),
        _text("language", nullable=True),
        sa.PrimaryKeyConstraint("place", "person", name="pk_chats"),
    )


def _create_arrivals() -> None:
    op.create_table(
        "arrivals",
        sa.Column("seq", NUMBER, autoincrement=True, nullable=False),
        _text("id"),
        _text("place"),
        _text("payload"),
        _moment("received_at"),
        _text("owner", nullable=True),
        _moment("due_at", nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        _text("progress", nullable=True),
        _text("settled_as", nullable=True),
        sa.PrimaryKeyConstraint("seq", name="pk_arrivals"),
        sa.UniqueConstraint("id", name="uq_arrivals_id"),
    )
    op.create_index("ix_arrivals_due_at", "arrivals", ["due_at"])
    op.create_index("ix_arrivals_place_due_at", "arrivals", ["place", "due_at"])
    op.create_index("ix_arrivals_received_at", "arrivals", ["received_at"])


def _create_cards() -> None:
    op.create_table(
        "cards",
        _text("id"),
        _text("place"),
        _text("person"),
        _text("text"),
        _text("actions"),
        _moment("created_at"),
        _moment("expires_at", nullable=True),
        _text("subject", nullable=True),
        _text("message", nullable=True),
        _moment("closed_at", nullable=True),
        _text("closed_as", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_cards"),
    )
    op.create_index("ix_cards_subject", "cards", ["subject"])
    op.create_index("ix_cards_closed_at_expires_at", "cards", ["closed_at", "expires_at"])


def _text(name: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _moment(name: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)
