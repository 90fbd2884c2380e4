"""The table of skills that somebody has switched on or off."""

from sqlalchemy import Boolean, Column, Table

from memory.schema import metadata
from memory.types import Moment, Words

skill_settings = Table(
    "skill_settings",
    metadata,
    Column("skill", Words, primary_key=True),
    Column("enabled", Boolean, nullable=False),
    Column("by", Words, nullable=False),
    Column("at", Moment, nullable=False),
)
