"""What a turn finds on disk, and what it leaves there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from agent.models.port import Message
from agent.prompt import CUT, conversation, cut_short
from agent.summaries import gist_of
from agent.turn import Turn
from memory.database import UnitOfWork
from memory.records import MessageRole, Session, SessionMode, TranscriptMessage, TurnStatus
from memory.records import Turn as TurnRecord
from tools.own_words import BY, SHARED
from tools.services import Answered, Asked, Services
from trading.model import Origin

LOOKED_AT = 200
"""How many messages after the summary a turn looks at; those that it cannot hear whole it hears of."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A turn on record: `messages` is what its model hears, `cut` tells why the last one has no end.

    Without messages it began in an earlier run of the service.
    """

    turn: TurnRecord
    mode: SessionMode
    messages: Sequence[Message] | None
    cut: str | None


async def again(services: Services, turn: TurnRecord) -> Begun:
    """Return a turn that is on record, to go on with it."""
    async with services.database.read() as uow:
        session = await uow.sessions.get(turn.principal, turn.session_id)
    return Begun(turn, session.mode if session else SessionMode.READONLY, None, None)


async def begin(services: Services, principal: str, asked: Asked, model: str) -> Begun:
    """Store a message and its turn together, and return what is known before it."""
    now = services.clock.now()
    fresh = Session(asked.session_id, principal, asked.session_id, SessionMode.AUTO, now, now)
    question = TranscriptMessage(
        id=services.new_id("msg"),
        principal=principal,
        session_id=asked.session_id,
        role=MessageRole.USER,
        content=asked.message,
        created_at=now,
        turn_id=asked.request_id,
        data=_marks(asked),
    )
    turn = TurnRecord(asked.request_id, principal, asked.session_id, model, now)
    async with services.database.transact() as uow:
        session = await uow.sessions.ensure(fresh)
        summary = await uow.summaries.get(principal, asked.session_id)
        since = summary.upto if summary else 0
        history = await uow.messages.recent(principal, asked.session_id, LOOKED_AT, since)
        cut = await _cut(uow, history)
        await uow.messages.append(question)
        await uow.turns.start(turn)
    return Begun(turn, session.mode, conversation(history, asked.message, now, gist_of(summary)), cut)


def _marks(asked: Asked) -> Mapping[str, object] | None:
    """Return what a message has to say of who put it, and where; nothing for what a person typed alone."""
    put = {} if asked.origin is Origin.PERSON else {BY: asked.origin.value}
    return {**put, **({SHARED: True} if asked.shared else {})} or None


def ending_of(
    services: Services,
    record: TurnRecord,
    status: TurnStatus,
    turn: Turn | None = None,
    *,
    error_code: str | None = None,
) -> Answered:
    """Return what a turn has come to; without a `turn` it never ran."""
    now = services.clock.now()
    answer = TranscriptMessage(
        id=services.new_id("msg"),
        principal=record.principal,
        session_id=record.session_id,
        role=MessageRole.ASSISTANT,
        content="".join(turn.text) if turn else "",
        created_at=now,
        turn_id=record.id,
        data={"tools": list(turn.used) if turn else [], "status": status.value},
    )
    whole = replace(_with_usage(record, turn), status=status, error_code=error_code, finished_at=now)
    return Answered(answer, whole)


def _with_usage(record: TurnRecord, turn: Turn | None) -> TurnRecord:
    if turn is None:
        return record
    used = turn.usage
    return replace(
        record,
        model=turn.answered_by or record.model,
        input_tokens=used.input,
        output_tokens=used.output,
        cached_tokens=used.cached,
        cost=turn.cost,
    )


async def stand(services: Services, record: TurnRecord, turn: Turn, status: TurnStatus) -> None:
    """Store how a turn stands that has not ended."""
    async with services.database.transact() as uow:
        await uow.turns.finish(replace(_with_usage(record, turn), status=status))
        await turn.docket.write(uow)


async def finish(services: Services, answered: Answered, turn: Turn | None = None) -> None:
    """Store what a turn came to and what it decided, all of it or nothing; without a `turn` it never ran."""
    async with services.database.transact() as uow:
        if answered.message.content:
            await uow.messages.append(answered.message)
        await uow.turns.finish(answered.turn)
        if turn is not None:
            await turn.docket.write(uow)


async def _cut(uow: UnitOfWork, history: Sequence[TranscriptMessage]) -> str | None:
    last = history[-1] if history else None
    if last is None or last.turn_id is None or (last.data or {}).get("status") == TurnStatus.COMPLETE:
        return None
    turn = await uow.turns.get(last.turn_id)
    if turn is None or turn.status not in CUT:
        return None
    asked = [each.content for each in history if each.turn_id == turn.id and each.role is MessageRole.USER]
    return cut_short(asked[0] if asked else "", turn.status)
