"""Memories: the files they stand in, their passages, and the words by which these are found."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "memory_passages",
        sa.Column("seq", NUMBER, autoincrement=True, nullable=False),
        *(_text(each) for each in ("id", "person", "path", "kind", "heading", "text")),
        *(sa.Column(each, sa.Integer(), nullable=False) for each in ("start_line", "end_line")),
        *(sa.Column(each, sa.BigInteger(), nullable=False) for each in ("at", "known_at")),
        *(_text(each) for each in ("symbols", "digest")),
        _text("embedded", nullable=True),
        sa.PrimaryKeyConstraint("seq", name="pk_memory_passages"),
        sa.UniqueConstraint("id", name="uq_memory_passages_id"),
    )
    op.create_index("ix_memory_passages_person_path", "memory_passages", ["person", "path"])
    op.create_index("ix_memory_passages_embedded", "memory_passages", ["embedded"])
    op.create_table(
        "memory_retired",
        *(_text(each) for each in ("id", "person")),
        sa.Column("forgotten", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_memory_retired"),
    )
    op.create_table(
        "memory_files",
        *(_text(each) for each in ("person", "path")),
        *(sa.Column(each, sa.BigInteger(), nullable=False) for each in ("size", "changed")),
        _text("problem", nullable=True),
        sa.Column("read_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("person", "path", name="pk_memory_files"),
    )
    op.create_table(
        "memory_sources",
        sa.Column("seq", NUMBER, autoincrement=True, nullable=False),
        *(_text(each) for each in ("passage", "person", "origin")),
        sa.Column("at", sa.BigInteger(), nullable=False),
        *(_text(each, nullable=True) for each in ("session_id", "turn_id")),
        sa.PrimaryKeyConstraint("seq", name="pk_memory_sources"),
        sa.UniqueConstraint("passage", name="uq_memory_sources_passage"),
    )
    op.create_index("ix_memory_sources_person_seq", "memory_sources", ["person", "seq"])
    if op.get_context().dialect.name == "postgresql":
        op.execute("CREATE TABLE memory_words (rowid BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)")
        op.execute("CREATE INDEX ix_memory_words_words ON memory_words USING GIN (words)")
    else:
        op.execute("CREATE VIRTUAL TABLE memory_words USING fts5(words, tokenize = 'unicode61')")


def _text(name: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=nullable)
