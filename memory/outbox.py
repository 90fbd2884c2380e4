"""Messages to people on disk, from the moment that made them until they are delivered."""

from memory import schema
from memory.link import Link
from memory.rows import Shape
from trading.notices import Notice

NOTICE = Shape(schema.outbox, Notice)
INSERT = schema.outbox.insert()


class Outbox:
    """Messages in the order they were made."""

    def __init__(self, connection: Link) -> None:
        self._connection = connection

    async def add(self, *notices: Notice) -> None:
        """Store messages, due at once."""
        if notices:
            rows = [{**NOTICE.values(each), "due_at": each.created_at, "attempts": 0} for each in notices]
            await self._connection.execute(INSERT, rows)
