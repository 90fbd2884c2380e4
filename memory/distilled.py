"""How far each conversation has been distilled into the notes of its person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import and_, bindparam, func, or_, select, update

from memory import schema
from memory.conversations import RUNS_OWN
from memory.link import Link
from memory.rows import Shape, changing
from memory.schema_distilled import distilled
from memory.sql import insert_unless_there


@dataclass(frozen=True, slots=True)
class Distilled:
    """That a conversation has been distilled up to and with the message at place `upto`, said at `upto_at`.

    `messages` counts them all. `model` wrote the last notes; tokens and `cost` (US dollars, None when not
    known) are what this conversation has taken so far. `revision` counts from 1.
    """

    principal: str
    session_id: str
    upto: int
    upto_at: datetime
    messages: int
    at: datetime
    model: str
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    cost: Decimal | None
    revision: int


@dataclass(frozen=True, slots=True)
class Due:
    """A conversation that is to be distilled, last used at `used_at`."""

    principal: str
    session_id: str
    used_at: datetime


DISTILLED = Shape(distilled, Distilled)

_D, _S = distilled.c, schema.sessions.c
_NEW = _S.message_count - func.coalesce(_D.messages, 0)
INSERT = insert_unless_there(distilled)
ONE = DISTILLED.query.where(_D.principal == bindparam("who"), _D.session_id == bindparam("which"))
REPLACE = update(distilled).where(
    _D.principal == bindparam("who"),
    _D.session_id == bindparam("which"),
    _D.revision == bindparam("was", type_=_D.revision.type),
)
# A run has a conversation of its own, in which nobody speaks.
DUE = (
    select(_S.principal, _S.id, _S.updated_at)
    .select_from(
        schema.sessions.outerjoin(distilled, and_(_D.principal == _S.principal, _D.session_id == _S.id))
    )
    .where(
        ~_S.id.startswith(RUNS_OWN, autoescape=True),
        _S.updated_at > bindparam("since", type_=_S.updated_at.type),
        _NEW >= 1,
        or_(_S.updated_at <= bindparam("rested", type_=_S.updated_at.type), bindparam("many") < _NEW),
    )
    .order_by(_S.updated_at, _S.principal, _S.id)
    .limit(bindparam("most"))
)


class Distillations:
    """What has been distilled of every conversation."""

    def __init__(self, connection: Link) -> None:
        self._connection = connection

    async def get(self, principal: str, session_id: str) -> Distilled | None:
        """Return how far a conversation has been distilled, None while it was not."""
        found = await self._connection.execute(ONE, {"who": principal, "which": session_id})
        return DISTILLED.read(found.one_or_none())

    async def due(self, since: datetime, rested: datetime, many: int, limit: int) -> Sequence[Due]:
        """Return conversations with messages that were not distilled, the one used longest ago first.

        They were used after `since`, and not after `rested` unless more than `many` messages wait.
        """
        values = {"since": since, "rested": rested, "many": many, "most": limit}
        return [Due(*row) for row in await self._connection.execute(DUE, values)]

    async def put(self, mark: Distilled) -> bool:
        """Store how far a conversation has been distilled, after the mark of the revision before.

        Returns False, and changes nothing, when another was quicker. Raises MissingReference without its
        session.
        """
        values = DISTILLED.values(mark)
        if mark.revision == 1:
            statement = INSERT[self._connection.dialect.name]
            return (await self._connection.execute(statement, values)).first() is not None
        changed = changing(values, "principal", "session_id")
        which = {"who": mark.principal, "which": mark.session_id, "was": mark.revision - 1}
        return (await self._connection.execute(REPLACE.values(**changed), which)).rowcount == 1
