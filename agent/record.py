"""What a turn finds on disk, and what it leaves there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from agent.models.port import Message
from agent.prompt import CUT, conversation, cut_short
from agent.turn import Turn
from memory.database import UnitOfWork
from memory.records import MessageRole, Session, SessionMode, TranscriptMessage, TurnStatus
from memory.records import Turn as TurnRecord
from tools.services import Answered, Asked, Services

HISTORY_MESSAGES = 60


@dataclass(frozen=True, slots=True)
class Begun:
    """A turn on record: `messages` is what its model hears, `cut` tells why the last one has no end."""

    turn: TurnRecord
    mode: SessionMode
    messages: Sequence[Message]
    cut: str | None


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
    )
    turn = TurnRecord(asked.request_id, principal, asked.session_id, model, now)
    async with services.database.transact() as uow:
        session = await uow.sessions.ensure(fresh)
        history = await uow.messages.recent(principal, asked.session_id, HISTORY_MESSAGES)
        cut = await _cut(uow, history)
        await uow.messages.append(question)
        await uow.turns.start(turn)
    return Begun(turn, session.mode, conversation(history, asked.message, now), cut)


def ended(
    services: Services,
    record: TurnRecord,
    status: TurnStatus,
    turn: Turn | None = None,
    *,
    tools: Sequence[dict[str, Any]] = (),
    error_code: str | None = None,
) -> Answered:
    """Return what a turn has come to; without a `turn` it never ran."""
    used = turn.usage if turn else None
    now = services.clock.now()
    answer = TranscriptMessage(
        id=services.new_id("msg"),
        principal=record.principal,
        session_id=record.session_id,
        role=MessageRole.ASSISTANT,
        content="".join(turn.text) if turn else "",
        created_at=now,
        turn_id=record.id,
        data={"tools": list(tools), "status": status.value},
    )
    whole = replace(
        record,
        status=status,
        model=(turn.answered_by if turn else "") or record.model,
        input_tokens=used.input if used else 0,
        output_tokens=used.output if used else 0,
        cached_tokens=used.cached if used else 0,
        cost=turn.cost if turn else record.cost,
        error_code=error_code,
        finished_at=now,
    )
    return Answered(answer, whole)


async def finish(services: Services, answered: Answered) -> None:
    """Store what a turn came to, all of it or nothing."""
    async with services.database.transact() as uow:
        if answered.message.content:
            await uow.messages.append(answered.message)
        await uow.turns.finish(answered.turn)


async def _cut(uow: UnitOfWork, history: Sequence[TranscriptMessage]) -> str | None:
    last = history[-1] if history else None
    if last is None or last.turn_id is None or (last.data or {}).get("status") == TurnStatus.COMPLETE:
        return None
    turn = await uow.turns.get(last.turn_id)
    if turn is None or turn.status not in CUT:
        return None
    asked = [each.content for each in history if each.turn_id == turn.id and each.role is MessageRole.USER]
    return cut_short(asked[0] if asked else "", turn.status)
