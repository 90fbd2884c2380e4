"""The table of what long conversations were summarised to."""

from sqlalchemy import Column, ForeignKeyConstraint, Integer, PrimaryKeyConstraint, Table

from memory.schema import metadata
from memory.types import Json, Moment, Money, Seq, Words

session_summaries = Table(
    "session_summaries",
    metadata,
    Column("principal", Words, nullable=False),
    Column("session_id", Words, nullable=False),
    Column("upto", Seq, nullable=False, autoincrement=False),
    Column("upto_id", Words, nullable=False),
    Column("upto_at", Moment, nullable=False),
    Column("messages", Integer, nullable=False),
    Column("text", Words, nullable=False),
    Column("open", Json, nullable=False),
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
