"""Conversations on disk: sessions, what was said in them, and the agent's turns."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, select, update

from memory import schema
from memory.errors import MissingReference
from memory.link import Link
from memory.records import MessageRole, PlacedMessage, Session, TranscriptMessage, Turn, TurnStatus
from memory.rows import Shape, changing
from memory.sql import insert_unless_there

RUNS_OWN = "job:"
"""How the id of a conversation begins that one run of a prompt has to itself."""

SESSION = Shape(schema.sessions, Session)
MESSAGE = Shape(schema.messages, TranscriptMessage)
TURN = Shape(schema.turns, Turn)

# Statements on the path of a turn are built once: building one costs more than running it.
_S, _M, _T = schema.sessions.c, schema.messages.c, schema.turns.c
INSERT_SESSION = schema.sessions.insert()
ENSURE_SESSION = insert_unless_there(schema.sessions)
ONE_SESSION = SESSION.query.where(_S.principal == bindparam("who"), _S.id == bindparam("which"))
# A run has a conversation of its own, which would bury those that people hold.
SESSIONS_OF = SESSION.query.where(
    _S.principal == bindparam("who"), ~_S.id.startswith(RUNS_OWN, autoescape=True)
).order_by(_S.updated_at.desc(), _S.id.desc())
USE_SESSION = (
    update(schema.sessions)
    .where(_S.principal == bindparam("who"), _S.id == bindparam("which"))
    .values(updated_at=bindparam("at"), message_count=_S.message_count + bindparam("more"))
)
INSERT_MESSAGE = schema.messages.insert().inline()
SAID_IN = (_M.principal == bindparam("who"), _M.session_id == bindparam("which"))
NEWEST_MESSAGES = MESSAGE.query.where(*SAID_IN).order_by(_M.seq.desc()).limit(bindparam("most"))
OLDER_MESSAGES = NEWEST_MESSAGES.where(_M.seq < bindparam("mark"))
LATER = _M.seq > bindparam("mark")
NEWEST_LATER_MESSAGES = NEWEST_MESSAGES.where(LATER)
LATER_MESSAGES = (
    select(_M.seq, *MESSAGE.columns).where(*SAID_IN, LATER).order_by(_M.seq).limit(bindparam("most"))
)
HELD_MESSAGES = (
    MESSAGE.query.where(*SAID_IN, LATER, _M.seq <= bindparam("last"))
    .order_by(_M.seq)
    .with_for_update(read=True)
)
SIZE_OF_LATER = select(func.count(), func.coalesce(func.sum(func.length(_M.content)), 0)).where(
    *SAID_IN, LATER
)
PLACE_OF_MESSAGE = select(_M.seq).where(*SAID_IN, _M.id == bindparam("message"))
ANSWER_OF = select(_M.content).where(
    *SAID_IN, _M.turn_id == bindparam("turn"), _M.role == MessageRole.ASSISTANT
)
INSERT_TURN = schema.turns.insert()
FINISH_TURN = update(schema.turns).where(_T.id == bindparam("this"))
TURN_BY_ID = TURN.query.where(_T.id == bindparam("this"))
RUNNING_TURNS = (
    TURN.query.where(_T.principal == bindparam("who"), _T.session_id == bindparam("which"))
    .where(_T.status.in_((TurnStatus.RUNNING, TurnStatus.WAITING)))
    .order_by(_T.started_at.desc(), _T.id.desc())
    .limit(1)
)
WAITING_TURNS = TURN.query.where(_T.status == TurnStatus.WAITING).order_by(_T.started_at, _T.id)
INTERRUPT_TURNS = (
    update(schema.turns)
    .where(_T.status == TurnStatus.RUNNING)
    .values(status=TurnStatus.INTERRUPTED, finished_at=bindparam("at"))
    .returning(*TURN.columns)
)


class Sessions:
    """Conversations of every principal."""

    def __init__(self, connection: Link) -> None:
        self._connection = connection

    async def create(self, session: Session) -> None:
        """Store a new session; raise AlreadyStored when its principal has one of that id."""
        await self._connection.execute(INSERT_SESSION, SESSION.values(session))

    async def ensure(self, session: Session) -> Session:
        """Store a session unless its principal has one of that id, and return the one that is there."""
        insert = ENSURE_SESSION[self._connection.dialect.name]
        await self._connection.execute(insert, SESSION.values(session))
        return await self.get(session.principal, session.id) or session

    async def get(self, principal: str, session_id: str) -> Session | None:
        """Return one session of a principal."""
        found = await self._connection.execute(ONE_SESSION, {"who": principal, "which": session_id})
        return SESSION.read(found.one_or_none())

    async def list(self, principal: str) -> Sequence[Session]:
        """Return the sessions of a principal, the one used last first; those of single runs are left out."""
        return SESSION.read_all(await self._connection.execute(SESSIONS_OF, {"who": principal}))

    async def touch(self, principal: str, session_id: str, at: datetime) -> None:
        """Mark a session as used at `at`; raise MissingReference when there is none."""
        await _use(self._connection, principal, session_id, at, messages=0)


class Messages:
    """What was said, append-only, in the order it was."""

    def __init__(self, connection: Link) -> None:
        self._connection = connection

    async def append(self, message: TranscriptMessage) -> None:
        """Append a message and count it; raise MissingReference without its session, AlreadyStored twice."""
        await _use(self._connection, message.principal, message.session_id, message.created_at, messages=1)
        await self._connection.execute(INSERT_MESSAGE, MESSAGE.values(message))

    async def page(
        self, principal: str, session_id: str, limit: int, before: str | None = None
    ) -> tuple[Sequence[TranscriptMessage], bool]:
        """Return up to `limit` messages, oldest first, and whether older ones exist.

        They are those just before message `before`; without it, or when the session has no such message, the
        newest.
        """
        query, values = NEWEST_MESSAGES, {"who": principal, "which": session_id, "most": limit + 1}
        if before is not None:
            here = {"who": principal, "which": session_id, "message": before}
            mark = (await self._connection.execute(PLACE_OF_MESSAGE, here)).scalar()
            if mark is not None:
                query, values = OLDER_MESSAGES, {**values, "mark": mark}
        rows = (await self._connection.execute(query, values)).all()
        return MESSAGE.read_all(reversed(rows[:limit])), len(rows) > limit

    async def answer_of(self, principal: str, session_id: str, turn_id: str) -> str | None:
        """Return what the agent said in a turn, None when it said nothing."""
        values = {"who": principal, "which": session_id, "turn": turn_id}
        found = await self._connection.scalar(ANSWER_OF, values)
        return None if found is None else str(found)

    async def recent(
        self, principal: str, session_id: str, limit: int, after: int = 0
    ) -> Sequence[TranscriptMessage]:
        """Return the newest messages of a session that come after a place, oldest first."""
        values = {"who": principal, "which": session_id, "most": limit, "mark": after}
        rows = (await self._connection.execute(NEWEST_LATER_MESSAGES, values)).all()
        return MESSAGE.read_all(reversed(rows))

    async def since(self, principal: str, session_id: str, after: int, limit: int) -> Sequence[PlacedMessage]:
        """Return the first messages of a session that come after a place, oldest first."""
        values = {"who": principal, "which": session_id, "most": limit, "mark": after}
        rows = await self._connection.execute(LATER_MESSAGES, values)
        return [PlacedMessage(seq, TranscriptMessage(*fields)) for seq, *fields in rows]

    async def hold(
        self, principal: str, session_id: str, after: int, last: int
    ) -> Sequence[TranscriptMessage]:
        """Return the messages between two places, the last one included, in their order.

        Nobody changes them before this transaction ends.
        """
        values = {"who": principal, "which": session_id, "mark": after, "last": last}
        return MESSAGE.read_all(await self._connection.execute(HELD_MESSAGES, values))

    async def size_since(self, principal: str, session_id: str, after: int) -> tuple[int, int]:
        """Return how many messages of a session come after a place, and their characters."""
        values = {"who": principal, "which": session_id, "mark": after}
        row = (await self._connection.execute(SIZE_OF_LATER, values)).first()
        return int(row[0]), int(row[1])


class Turns:
    """The agent's turns and what they used."""

    def __init__(self, connection: Link) -> None:
        self._connection = connection

    async def start(self, turn: Turn) -> None:
        """Store a turn that begins; raise MissingReference without its session."""
        await self._connection.execute(INSERT_TURN, TURN.values(turn))

    async def finish(self, turn: Turn) -> None:
        """Store how a turn ended, or stands; raise MissingReference when it was never started."""
        values = changing(TURN.values(turn), "id", "principal", "session_id", "started_at")
        done = await self._connection.execute(FINISH_TURN, {**values, "this": turn.id})
        if done.rowcount != 1:
            raise MissingReference(f"there is no turn {turn.id}")

    async def get(self, turn_id: str) -> Turn | None:
        """Return one turn."""
        found = await self._connection.execute(TURN_BY_ID, {"this": turn_id})
        return TURN.read(found.one_or_none())

    async def running(self, principal: str, session_id: str) -> Turn | None:
        """Return the turn of a session that has not ended, the latest if there are several."""
        found = await self._connection.execute(RUNNING_TURNS, {"who": principal, "which": session_id})
        return TURN.read(found.one_or_none())

    async def waiting(self) -> Sequence[Turn]:
        """Return every turn that waits for a person, oldest first."""
        return TURN.read_all(await self._connection.execute(WAITING_TURNS))

    async def interrupt_running(self, at: datetime) -> Sequence[Turn]:
        """Mark every running turn as interrupted at `at` and return them; for a start after a crash."""
        turns = TURN.read_all(await self._connection.execute(INTERRUPT_TURNS, {"at": at}))
        return sorted(turns, key=lambda turn: (turn.started_at, turn.id))


async def _use(connection: Link, principal: str, session_id: str, at: datetime, messages: int) -> None:
    done = await connection.execute(
        USE_SESSION, {"who": principal, "which": session_id, "at": at, "more": messages}
    )
    if done.rowcount != 1:
        raise MissingReference(f"{principal} has no session {session_id}")
