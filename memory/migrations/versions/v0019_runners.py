"""What each principal's runner has in hand."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "runners",
        sa.Column("principal", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("mode", "work", "config")),
        sa.Column("begun_at", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("principal", name="pk_runners"),
    )
