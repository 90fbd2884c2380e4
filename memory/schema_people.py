"""The tables of who may use the service: people, and the keys of programs."""

from sqlalchemy import Column, Table

from memory.schema import metadata
from memory.types import Moment, Words

people = Table(
    "people",
    metadata,
    Column("id", Words, primary_key=True),
    Column("name", Words, nullable=False),
    Column("role", Words, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("created_by", Words, nullable=False),
    Column("revoked_at", Moment),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Words, primary_key=True),
    Column("name", Words, nullable=False),
    Column("role", Words, nullable=False),
    Column("digest", Words, nullable=False, unique=True),
    Column("created_at", Moment, nullable=False),
    Column("created_by", Words, nullable=False),
    Column("expires_at", Moment),
    Column("revoked_at", Moment),
)
