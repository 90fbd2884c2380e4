"""Conversations: each principal has its own, `main` from the start."""

from typing import Annotated

from pydantic import Field

from memory.records import Session, SessionMode, SessionSummary
from tools.context import Context
from tools.errors import NotFound
from tools.policy import Scope, Surface
from tools.registry import capability
from tools.wire import Millis, NoParams, Num, Params, Result, unless_none

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


class SummaryView(Result):
    """What the earlier part of a conversation was summarised to: `upTo` is the last message in it.

    `messages` counts those that it stands for; all of them stay in chat.history.
    """

    up_to: str
    messages: int
    text: str
    at: Millis
    model: str


class OneSession(Result):
    """A conversation, with the summary that stands for its earlier part once it has become long."""

    session: SessionView
    summary: SummaryView | None = unless_none()


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
        summary = await uow.summaries.get(ctx.principal.id, params.session_id)
    if found is None:
        raise _no_session(params)
    return OneSession(session=view(found), summary=summary and _summary_view(summary))


def _summary_view(summary: SessionSummary) -> SummaryView:
    return SummaryView(
        up_to=summary.upto_id,
        messages=summary.messages,
        text=summary.text,
        at=summary.at,
        model=summary.model,
    )


def _no_session(params: OfSession) -> NotFound:
    return NotFound(f"you have no session {params.session_id!r}; sessions.list shows yours")


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


class Compacted(Result):
    """What compacting a conversation came to: `messages` more, up to message `upTo`, are in its summary.

    `charactersBefore` and `charactersAfter` are what the agent hears of the conversation. `model` is who
    wrote the summary, `rules` where no model did; tokens and `cost` (US dollars, null when not known) are
    what that took. The summary itself is only where it can be forgotten again: sessions.get shows it.
    """

    session_id: str
    up_to: str
    messages: int
    characters_before: int
    characters_after: int
    model: str
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    cost: Num | None


class CompactReport(Result):
    """Whether a conversation was compacted, and how; if not, all of it is new, or it has just changed."""

    compacted: bool
    compaction: Compacted | None = unless_none()


@capability("sessions.compact", scope=Scope.READ, surfaces=Surface.WIRE, effects=True)
async def compact(ctx: Context, params: OfSession) -> CompactReport:
    """Summarise all but the newest part of a conversation for the agent, as a long one is by itself."""
    async with ctx.services.database.read() as uow:
        found = await uow.sessions.get(ctx.principal.id, params.session_id)
    if found is None:
        raise _no_session(params)
    done = await ctx.services.chat.compact(ctx, params.session_id)
    return CompactReport(compacted=done is not None, compaction=done)
