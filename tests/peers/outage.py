"""A database that nobody can reach for a while."""

from urllib.parse import urlsplit

import psycopg
from psycopg.sql import SQL, Identifier

from tests.peers.postgres import PostgresPeer


def shut(peer: PostgresPeer, url: str) -> None:
    """Let nobody into a database any more, and end the connections there are."""
    _allow(peer, url, "false")
    peer.cut_off(_name(url))


def reopen(peer: PostgresPeer, url: str) -> None:
    """Let everybody in again."""
    _allow(peer, url, "true")


def _allow(peer: PostgresPeer, url: str, allowed: str) -> None:
    with psycopg.connect(peer.url("postgres"), autocommit=True) as connection:
        statement = SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
        connection.execute(statement.format(Identifier(_name(url)), SQL(allowed)))


def _name(url: str) -> str:
    return urlsplit(url).path.strip("/")
