"""What the day's loss of an account counts from once money was paid in or taken out."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

MONEY = sa.Text().with_variant(sa.Numeric(), "postgresql")


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "equity_rebases",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("day_start", MONEY, nullable=False),
        sa.PrimaryKeyConstraint("account", name="pk_equity_rebases"),
    )
