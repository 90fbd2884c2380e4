"""The table of addresses that people have messages posted to."""

from sqlalchemy import Column, Table, UniqueConstraint

from memory.schema import metadata
from memory.types import Moment, Words

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", Words, primary_key=True),
    Column("principal", Words, nullable=False),
    Column("url", Words, nullable=False),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("principal", "url"),
)
