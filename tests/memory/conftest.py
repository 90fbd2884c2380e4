"""The databases that every test of this room runs on."""

from tests.peers.databases import (
    database,
    database_url,
    empty_url,
    postgres_peer,
    postgres_template,
    postgres_url,
    sqlite_template,
    sqlite_url,
)

__all__ = [
    "database",
    "database_url",
    "empty_url",
    "postgres_peer",
    "postgres_template",
    "postgres_url",
    "sqlite_template",
    "sqlite_url",
]
