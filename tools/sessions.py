"""Conversations: each principal has its own, `main` from the start."""

from typing import Annotated

from pydantic import Field

from memory.records import Session, SessionMode
from tools.context import Context
from tools.errors import NotFound
from tools.policy import Scope, Surface
from tools.registry import capability
from tools.wire import Millis, NoParams, Params, Result

SessionId = Annotated[str, Field(min_length=1, max_length=128)]


class SessionView(Result):
    """A conversation and how it is held."""

    id: str
    name: str
    mode: str | None
    created_at: Millis
    updated_at: Millis
    message_count: int


def view(session: Session) -> SessionView:
    """Return a stored session in the words of the wire."""
    return SessionView(
        id=session.id,
        name=session.name,
        mode=session.mode.value,
        created_at=session.created_at,
        updated_at=session.updated_at,
        message_count=session.message_count,
    )


class SessionList(Result):
    """Conversations, the latest used first."""

    sessions: list[SessionView]


class OneSession(Result):
    """A conversation."""

    session: SessionView


class NewSession(Result):
    """A conversation that was just made."""

    session_id: str
    session: SessionView


class OfSession(Params):
    """Which conversation."""

    session_id: SessionId


class CreateSession(Params):
    """How a new conversation is held: tools by role, every order confirmed, or reading only."""

    name: Annotated[str, Field(min_length=1, max_length=200)] = "New session"
    mode: SessionMode = SessionMode.AUTO


@capability("sessions.list")
async def list_sessions(ctx: Context, params: NoParams) -> SessionList:
    """List your conversations, the latest used first."""
    async with ctx.services.database.read() as uow:
        found = await uow.sessions.list(ctx.principal.id)
    return SessionList(sessions=[view(session) for session in found])


@capability("sessions.get")
async def get_session(ctx: Context, params: OfSession) -> OneSession:
    """Return one of your conversations."""
    async with ctx.services.database.read() as uow:
        found = await uow.sessions.get(ctx.principal.id, params.session_id)
    if found is None:
        raise NotFound(f"you have no session {params.session_id!r}; sessions.list shows yours")
    return OneSession(session=view(found))


@capability("sessions.create", scope=Scope.READ, surfaces=Surface.WIRE, effects=True)
async def create_session(ctx: Context, params: CreateSession) -> NewSession:
    """Begin a new conversation."""
    now = ctx.services.clock.now()
    session = Session(
        id=ctx.services.new_id("sess"),
        principal=ctx.principal.id,
        name=params.name,
        mode=params.mode,
        created_at=now,
        updated_at=now,
    )
    async with ctx.services.database.transact() as uow:
        await uow.sessions.create(session)
    return NewSession(session_id=session.id, session=view(session))
