"""Contests on disk, each change made once."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, update

from memory.link import Link
from memory.rows import Shape, changing
from memory.schema_contests import contests
from memory.sql import insert_unless_there
from trading.runs.contest import Contest

CONTEST = Shape(contests, Contest)

_C = contests.c
INSERT = insert_unless_there(contests)
CHANGE = update(contests).where(_C.id == bindparam("this"), _C.version == bindparam("was"))
BY_ID = CONTEST.query.where(_C.id == bindparam("this"))
ACTIVE = CONTEST.query.where(_C.ended_at.is_(None)).order_by(_C.created_at, _C.id)
OF = CONTEST.query.where(_C.owner == bindparam("who")).order_by(_C.created_at.desc(), _C.id.desc())
NAMED = (
    CONTEST.query.where(_C.owner == bindparam("who"), _C.name == bindparam("called"))
    .order_by(_C.season.desc())
    .limit(1)
)
DUE = (
    CONTEST.query.where(_C.next_at <= bindparam("now"), _C.ended_at.is_(None))
    .order_by(_C.next_at, _C.id)
    .limit(bindparam("most"))
)


class Contests:
    """Everybody's contests; each season of one is a contest of its own."""

    def __init__(self, connection: Link) -> None:
        self._connection = connection

    async def add(self, contest: Contest) -> bool:
        """Store a new contest.

        Returns False, and changes nothing, when its id is taken, or its owner has that season of it already.
        """
        insert = INSERT[self._connection.dialect.name]
        return await self._connection.scalar(insert, CONTEST.values(contest)) is not None

    async def get(self, contest_id: str) -> Contest | None:
        """Return one contest."""
        return CONTEST.read((await self._connection.execute(BY_ID, {"this": contest_id})).one_or_none())

    async def change(self, contest: Contest) -> bool:
        """Store a changed contest.

        Returns False, and changes nothing, unless what is stored is the version before this one.
        """
        values = changing(CONTEST.values(contest), "id") | {"this": contest.id, "was": contest.version - 1}
        return (await self._connection.execute(CHANGE, values)).rowcount == 1

    async def active(self) -> Sequence[Contest]:
        """Return every contest that has not ended, oldest first."""
        return CONTEST.read_all(await self._connection.execute(ACTIVE))

    async def named(self, owner: str, name: str) -> Contest | None:
        """Return the latest season of somebody's contest."""
        found = await self._connection.execute(NAMED, {"who": owner, "called": name})
        return CONTEST.read(found.one_or_none())

    async def of(self, owner: str) -> Sequence[Contest]:
        """Return somebody's contests, newest first."""
        return CONTEST.read_all(await self._connection.execute(OF, {"who": owner}))

    async def due(self, now: datetime, limit: int) -> Sequence[Contest]:
        """Return contests whose next cycle is due, the one that has waited longest first."""
        return CONTEST.read_all(await self._connection.execute(DUE, {"now": now, "most": limit}))
