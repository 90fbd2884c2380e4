"""The table of what somebody has set for the whole service."""

from sqlalchemy import Column, Table

from memory.schema import metadata
from memory.types import Json, Moment, Words

config = Table(
    "config",
    metadata,
    Column("name", Words, primary_key=True),
    Column("value", Json, nullable=False),
    Column("by", Words, nullable=False),
    Column("at", Moment, nullable=False),
)
