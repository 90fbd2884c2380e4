"""What the day's loss of an account counts from after a payment; orders counted by who started them."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

MONEY = sa.Text().with_variant(sa.Numeric(), "postgresql")


def upgrade() -> None:
    """Add the table, and the origin of orders to the index that they are counted by."""
    op.drop_index("ix_orders_account_created_at", "orders")
    op.create_index("ix_orders_account_created_at_origin", "orders", ["account", "created_at", "origin"])
    op.create_table(
        "equity_rebases",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("day_start", MONEY, nullable=False),
        sa.PrimaryKeyConstraint("account", name="pk_equity_rebases"),
    )
