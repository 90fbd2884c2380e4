"""The table of how far conversations have been distilled into notes."""

from sqlalchemy import Column, ForeignKeyConstraint, Integer, PrimaryKeyConstraint, Table

from memory.schema import metadata
from memory.types import Moment, Money, Seq, Words

distilled = Table(
    "memory_distilled",
    metadata,
    Column("principal", Words, nullable=False),
    Column("session_id", Words, nullable=False),
    Column("upto", Seq, nullable=False, autoincrement=False),
    Column("upto_at", Moment, nullable=False),
    Column("messages", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("model", Words, nullable=False),
    Column("input_tokens", Integer, nullable=False),
    Column("output_tokens", Integer, nullable=False),
    Column("cached_tokens", Integer, nullable=False),
    Column("cost", Money),
    Column("revision", Integer, nullable=False),
    PrimaryKeyConstraint("principal", "session_id"),
    ForeignKeyConstraint(["principal", "session_id"], ["sessions.principal", "sessions.id"]),
)
