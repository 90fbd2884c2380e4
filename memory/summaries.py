"""What long conversations were summarised to, one summary in force for each."""

from sqlalchemy import bindparam, update

from memory.link import Link
from memory.records import SessionSummary
from memory.rows import Shape, changing
from memory.schema_summaries import session_summaries
from memory.sql import insert_unless_there

SUMMARY = Shape(session_summaries, SessionSummary)

_S = session_summaries.c
INSERT = insert_unless_there(session_summaries)
ONE = SUMMARY.query.where(_S.principal == bindparam("who"), _S.session_id == bindparam("which"))
REPLACE = update(session_summaries).where(
    _S.principal == bindparam("who"),
    _S.session_id == bindparam("which"),
    _S.revision == bindparam("was", type_=_S.revision.type),
)


class Summaries:
    """The summary of each conversation that has become long."""

    def __init__(self, connection: Link) -> None:
        self._connection = connection

    async def get(self, principal: str, session_id: str) -> SessionSummary | None:
        """Return the summary in force, None while there is none."""
        found = await self._connection.execute(ONE, {"who": principal, "which": session_id})
        return SUMMARY.read(found.one_or_none())

    async def put(self, summary: SessionSummary) -> bool:
        """Store a summary in place of the one of the revision before; 1 is the first.

        Returns False, and changes nothing, when that one is not in force any more. Raises MissingReference
        without its session.
        """
        values = SUMMARY.values(summary)
        if summary.revision == 1:
            statement = INSERT[self._connection.dialect.name]
            return (await self._connection.execute(statement, values)).first() is not None
        changed = changing(values, "principal", "session_id")
        which = {"who": summary.principal, "which": summary.session_id, "was": summary.revision - 1}
        return (await self._connection.execute(REPLACE.values(**changed), which)).rowcount == 1
