"""The strategy files that were enabled, on disk."""

from collections.abc import Sequence

from sqlalchemy import delete

from memory import schema
from memory.link import Link
from memory.records import OwnStrategy
from memory.rows import Shape

STRATEGY = Shape(schema.strategies, OwnStrategy)

_S = schema.strategies.c
INSERT = schema.strategies.insert()
ALL = STRATEGY.query.order_by(_S.name)


class OwnStrategies:
    """Enabled strategies, each by its name; a file is enabled at most once."""

    def __init__(self, connection: Link) -> None:
        self._connection = connection

    async def put(self, strategy: OwnStrategy) -> None:
        """Store a strategy in place of what was enabled of its name or file."""
        same = (_S.name == strategy.name) | (_S.file == strategy.file)
        await self._connection.execute(delete(schema.strategies).where(same))
        await self._connection.execute(INSERT, STRATEGY.values(strategy))

    async def remove(self, name: str) -> bool:
        """Forget a strategy, and tell whether there was one."""
        gone = await self._connection.execute(delete(schema.strategies).where(_S.name == name))
        return gone.rowcount == 1

    async def all(self) -> Sequence[OwnStrategy]:
        """Return every enabled strategy, by name."""
        return STRATEGY.read_all(await self._connection.execute(ALL))
