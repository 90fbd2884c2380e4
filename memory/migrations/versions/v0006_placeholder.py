"""A place kept for another branch."""

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Nothing."""
