"""Who traded what, as lines of a log: the fills of a day, and how far all of them have been told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from memory import schema
from memory.link import Link
from memory.rows import Shape
from memory.sql import upsert
from trading.model import Fill

FILL = Shape(schema.fills, Fill)

_F, _O, _C = schema.fills.c, schema.orders.c, schema.counters.c
# What a run trades is no memory of a person's.
TRADED = schema.fills.join(schema.orders, _O.id == _F.order_id)
AFTER = (
    select(_F.seq, _O.by, _F.at)
    .select_from(TRADED)
    .where(_F.seq > bindparam("mark"), _O.run.is_(None), _O.by.is_not(None))
    .order_by(_F.seq)
    .limit(bindparam("most"))
)
BETWEEN = (
    FILL.query.select_from(TRADED)
    .where(
        _O.by == bindparam("who"), _O.run.is_(None), _F.at >= bindparam("since"), _F.at < bindparam("until")
    )
    .order_by(_F.at, _F.seq)
)
READ = select(_C.value).where(_C.name == bindparam("which"))
WRITE = upsert(schema.counters, "name")


@dataclass(frozen=True, slots=True)
class Traded:
    """That somebody traded: `seq` is the place in the order of all fills."""

    seq: int
    by: str
    at: datetime


class TradeLog:
    """The fills of people's own orders."""

    def __init__(self, connection: Link) -> None:
        self._connection = connection

    async def after(self, mark: int, limit: int) -> Sequence[Traded]:
        """Return who traded after a place in the order of fills, oldest first."""
        rows = await self._connection.execute(AFTER, {"mark": mark, "most": limit})
        return [Traded(*row) for row in rows]

    async def between(self, by: str, since: datetime, until: datetime) -> Sequence[Fill]:
        """Return what somebody's orders were filled with in a stretch of time, oldest first."""
        bounds = {"who": by, "since": since, "until": until}
        return FILL.read_all(await self._connection.execute(BETWEEN, bounds))

    async def mark(self, name: str) -> int:
        """Return how far somebody has come who follows what happens; 0 at first."""
        return int(await self._connection.scalar(READ, {"which": name}) or 0)

    async def set_mark(self, name: str, value: int) -> None:
        """Note how far somebody has come."""
        await self._connection.execute(WRITE[self._connection.dialect.name], {"name": name, "value": value})
