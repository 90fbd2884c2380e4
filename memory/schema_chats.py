"""The tables of what chats need, in the metadata of all others."""

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, Table

from memory.schema import metadata
from memory.types import Json, Moment, Pair, Words

pairings = Table(
    "pairings",
    metadata,
    Column("id", Words, primary_key=True),
    Column("name", Words, nullable=False),
    Column("place", Words, nullable=False),
    Column("digest", Words),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("given", Integer, nullable=False),
    Column("given_since", Moment, nullable=False),
    Index(None, "expires_at"),
)

preferences = Table(
    "preferences",
    metadata,
    Column("principal", Words, nullable=False),
    Column("name", Words, nullable=False),
    Column("value", Json, nullable=False),
    Column("updated_at", Moment, nullable=False),
    PrimaryKeyConstraint("principal", "name"),
)

watchlist = Table(
    "watchlist",
    metadata,
    Column("principal", Words, nullable=False),
    Column("symbol", Pair, nullable=False),
    Column("added_at", Moment, nullable=False),
    PrimaryKeyConstraint("principal", "symbol"),
)
