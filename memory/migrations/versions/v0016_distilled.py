"""How far conversations have been distilled into notes."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MONEY = sa.Text().with_variant(sa.Numeric(), "postgresql")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "memory_distilled",
        *(_text(each) for each in ("principal", "session_id")),
        sa.Column("upto", NUMBER, autoincrement=False, nullable=False),
        sa.Column("upto_at", sa.BigInteger(), nullable=False),
        _number("messages"),
        sa.Column("at", sa.BigInteger(), nullable=False),
        _text("model"),
        *(_number(each) for each in ("input_tokens", "output_tokens", "cached_tokens")),
        sa.Column("cost", MONEY, nullable=True),
        _number("revision"),
        sa.PrimaryKeyConstraint("principal", "session_id", name="pk_memory_distilled"),
        sa.ForeignKeyConstraint(
            ["principal", "session_id"],
            ["sessions.principal", "sessions.id"],
            name="fk_memory_distilled_principal_session_id",
        ),
    )


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False)


def _number(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=False)
