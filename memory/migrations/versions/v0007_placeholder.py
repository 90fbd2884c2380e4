"""A place kept for another branch."""

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Nothing."""
