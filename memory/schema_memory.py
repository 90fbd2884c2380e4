"""The tables of memories: files that were read, the passages in them, and what Chroma has yet to drop."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, PrimaryKeyConstraint, Table

from memory.passages import Kind, Source
from memory.schema import metadata
from memory.types import Choice, Moment, Seq, Words

passages = Table(
    "memory_passages",
    metadata,
    Column("seq", Seq, primary_key=True, autoincrement=True),
    Column("id", Words, nullable=False, unique=True),
    Column("person", Words, nullable=False),
    Column("path", Words, nullable=False),
    Column("kind", Choice(Kind), nullable=False),
    Column("heading", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("start_line", Integer, nullable=False),
    Column("end_line", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("known_at", Moment, nullable=False),
    Column("symbols", Words, nullable=False),
    Column("digest", Words, nullable=False),
    # By whom its vector was made and where it lies; empty until there is one.
    Column("embedded", Words),
    Index(None, "person", "path"),
    Index(None, "embedded"),
)

# What is no passage any more and may still have a vector. It holds no text.
retired = Table(
    "memory_retired",
    metadata,
    Column("id", Words, primary_key=True),
    Column("person", Words, nullable=False),
    Column("forgotten", Boolean, nullable=False),
)

files = Table(
    "memory_files",
    metadata,
    Column("person", Words, nullable=False),
    Column("path", Words, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("changed", BigInteger, nullable=False),
    Column("problem", Words),
    Column("read_at", Moment, nullable=False),
    PrimaryKeyConstraint("person", "path"),
)

# How passages that were not written by hand came about; whatever has no row here was.
sources = Table(
    "memory_sources",
    metadata,
    Column("seq", Seq, primary_key=True, autoincrement=True),
    Column("passage", Words, nullable=False, unique=True),
    Column("person", Words, nullable=False),
    Column("origin", Choice(Source), nullable=False),
    Column("at", Moment, nullable=False),
    Column("session_id", Words),
    Column("turn_id", Words),
    Index(None, "person", "seq"),
)
