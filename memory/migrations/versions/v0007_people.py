"""What chats need: who asks to be let in, what people prefer, and the pairs they watch."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "pairings",
        _text("id"),
        _text("name"),
        _text("place"),
        _text("digest", nullable=True),
        _moment("created_at"),
        _moment("expires_at"),
        sa.Column("given", sa.Integer(), nullable=False),
        _moment("given_since"),
        sa.PrimaryKeyConstraint("id", name="pk_pairings"),
    )
    op.create_index("ix_pairings_expires_at", "pairings", ["expires_at"])
    op.create_table(
        "preferences",
        _text("principal"),
        _text("name"),
        _text("value"),
        _moment("updated_at"),
        sa.PrimaryKeyConstraint("principal", "name", name="pk_preferences"),
    )
    op.create_table(
        "watchlist",
        _text("principal"),
        _text("symbol"),
        _moment("added_at"),
        sa.PrimaryKeyConstraint("principal", "symbol", name="pk_watchlist"),
    )


def _text(name: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _moment(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=False)
