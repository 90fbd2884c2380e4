"""The pairs that people watch, on disk."""

from collections.abc import Sequence

from sqlalchemy import bindparam, delete

from memory import schema_chats as schema
from memory.link import Link
from memory.records import Watched
from memory.rows import Shape
from memory.sql import insert_unless_there
from trading.symbols import Symbol

WATCHED = Shape(schema.watchlist, Watched)

_W = schema.watchlist.c
INSERT = insert_unless_there(schema.watchlist)
OF = WATCHED.query.where(_W.principal == bindparam("who")).order_by(_W.added_at, _W.symbol)


class Watchlist:
    """Everybody's own pairs."""

    def __init__(self, connection: Link) -> None:
        self._connection = connection

    async def add(self, watched: Watched) -> bool:
        """Store that somebody watches a pair; return False, and change nothing, when they did before."""
        statement = INSERT[self._connection.dialect.name]
        return (await self._connection.execute(statement, WATCHED.values(watched))).first() is not None

    async def remove(self, principal: str, symbol: Symbol) -> bool:
        """Forget that somebody watches a pair; return False when they did not."""
        which = delete(schema.watchlist).where(_W.principal == principal, _W.symbol == symbol)
        return (await self._connection.execute(which)).rowcount == 1

    async def of(self, principal: str) -> Sequence[Watched]:
        """Return the pairs that somebody watches, in the order they were added."""
        return WATCHED.read_all(await self._connection.execute(OF, {"who": principal}))
