"""The tables of chats: who asks to be let in, what people prefer, watch, did and can press."""

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, Table

from memory.schema import metadata
from memory.types import Json, Moment, Pair, Seq, Words

arrivals = Table(
    "arrivals",
    metadata,
    Column("seq", Seq, primary_key=True, autoincrement=True),
    Column("id", Words, nullable=False, unique=True),
    Column("place", Words, nullable=False),
    Column("payload", Json, nullable=False),
    Column("received_at", Moment, nullable=False),
    # Who works on it, until when nobody else may; an empty `due_at` says that it is settled.
    Column("owner", Words),
    Column("due_at", Moment),
    Column("attempts", Integer, nullable=False),
    Column("progress", Json),
    Column("settled_as", Words),
    Index(None, "due_at"),
    Index(None, "place", "due_at"),
    Index(None, "received_at"),
)

cards = Table(
    "cards",
    metadata,
    Column("id", Words, primary_key=True),
    Column("place", Json, nullable=False),
    Column("person", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("actions", Json, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment),
    Column("subject", Words),
    Column("message", Words),
    Column("closed_at", Moment),
    Column("closed_as", Words),
    Index(None, "subject"),
    Index(None, "closed_at", "expires_at"),
)

chats = Table(
    "chats",
    metadata,
    Column("place", Words, nullable=False),
    Column("person", Words, nullable=False),
    Column("session", Words, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("language", Words),
    PrimaryKeyConstraint("place", "person"),
)

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
