"""Keeps what a model hears of a conversation short: all but its newest part is summarised, beside turns."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import structlog

from agent.lanes import LaneKey
from agent.models.errors import ModelError
from agent.models.port import Message, Model
from agent.open_questions import to_stored
from agent.span import Span, read_span, still_holds
from agent.summaries import Gist, extended, recall, with_text
from agent.summarising import Written, by_rules, readable, written_by
from memory.database import UnitOfWork
from memory.records import MessageRole, PlacedMessage, SessionSummary, TranscriptMessage
from tools.errors import AgentBusy
from tools.services import Services
from tools.sessions import Compacted

MOST_CHARS = 18_000
MOST_MESSAGES = 40
"""A part that was not summarised yet may be this long: a turn or two below what a model hears of it, so that
it is summarised before anything has to be left out."""

FAR_CHARS = 22_000
FAR_MESSAGES = 52
"""At this length the next turn may not hear everything: what no model summarises, rules do."""

EVENT = "session.compact"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Draft:
    """A summary that is not on disk yet, by whom it was written, and what it stands for."""

    gist: Gist
    written: Written


class Compactor:
    """Summarises conversations, each by one work at a time in this process; of several processes one wins."""

    def __init__(self) -> None:
        self._works: dict[LaneKey, asyncio.Task[Compacted | None]] = {}
        self._closing = False

    def later(self, services: Services, principal: str, session_id: str, model: Model) -> None:
        """Summarise a conversation beside the caller if it has become long; a failure is tried again."""
        if not self._closing and (principal, session_id) not in self._works:
            self._begin(services, principal, session_id, model, forced=False)

    async def now(
        self, services: Services, principal: str, session_id: str, model: Model
    ) -> Compacted | None:
        """Summarise a conversation however long it is; None when all of it is its newest part.

        Where no model answers, rules do. Raises AgentBusy when the service stops.
        """
        while (other := self._works.get((principal, session_id))) is not None:
            await asyncio.wait([other])
        if self._closing:
            raise _stopping()
        work = self._begin(services, principal, session_id, model, forced=True)
        await asyncio.wait([work])
        if work.cancelled():
            raise _stopping()
        return work.result()

    async def close(self) -> None:
        """Give up what is not written down yet: the summaries of before hold."""
        self._closing = True
        works = tuple(self._works.values())
        for work in works:
            work.cancel()
        if works:
            await asyncio.wait(works)

    def _begin(
        self, services: Services, principal: str, session_id: str, model: Model, *, forced: bool
    ) -> "asyncio.Task[Compacted | None]":
        key = (principal, session_id)
        work = asyncio.create_task(_compact(services, principal, session_id, model, forced))
        self._works[key] = work
        work.add_done_callback(lambda done: self._ended(key, done))
        return work

    def _ended(self, key: LaneKey, work: "asyncio.Task[Compacted | None]") -> None:
        del self._works[key]
        if not work.cancelled() and (error := work.exception()) is not None:
            log.warning("a conversation was not compacted", session=key[1], error=str(error))


async def _compact(
    services: Services, principal: str, session_id: str, model: Model, forced: bool
) -> Compacted | None:
    async with services.database.read() as uow:
        if not forced and not await _is_long(uow, principal, session_id):
            return None
        span = await read_span(uow, principal, session_id)
    if span.last is None:
        return None
    draft = await _drafted(span, model, must=forced or _is_far(span))
    summary = _summary(span, span.last, draft, services.clock.now())
    told = _told(span, draft, summary)
    async with services.database.transact() as uow:
        if not (await still_holds(uow, span, span.last) and await uow.summaries.put(summary)):
            log.info("a conversation was changed while it was compacted", session=session_id)
            return None
        payload = told.model_dump(mode="json")
        await services.events.record(uow, EVENT, payload, principal, session_id)
    return told


async def _is_long(uow: UnitOfWork, principal: str, session_id: str) -> bool:
    summary = await uow.summaries.get(principal, session_id)
    messages, characters = await uow.messages.size_since(
        principal, session_id, summary.upto if summary else 0
    )
    return messages > MOST_MESSAGES or characters > MOST_CHARS


def _is_far(span: Span) -> bool:
    return span.messages > FAR_MESSAGES or span.characters > FAR_CHARS


async def _drafted(span: Span, model: Model, must: bool) -> _Draft:
    """Return a summary by a model, or by rules where it `must` be; raises ModelError or TimeoutError."""
    before, messages = span.before, span.shortened
    unread = _unread(messages)
    if unread:
        # More than a model is given to read was said: rules take the older part.
        following = messages[unread] if unread < len(messages) else span.following
        before = extended(before, messages[:unread], span.statuses, following)
        messages = messages[unread:]
    try:
        written = await written_by(model, before, messages) if messages else None
    except (ModelError, TimeoutError) as error:
        if not must:
            raise
        log.warning("no model summarises, so rules do", model=model.name, error=str(error))
        written = None
    if written is None:
        gist = extended(before, messages, span.statuses, span.following)
        return _Draft(gist, by_rules(gist.text))
    return _Draft(with_text(before, messages, written.text, span.statuses, span.following), written)


def _unread(messages: Sequence[TranscriptMessage]) -> int:
    """Return how many of these messages a model is not given to read: whole exchanges."""
    unread = len(messages) - readable(messages)
    while 0 < unread < len(messages) and messages[unread].role is not MessageRole.USER:
        unread += 1
    return unread


def _summary(span: Span, last: PlacedMessage, draft: _Draft, now: datetime) -> SessionSummary:
    old, written = span.stored, draft.written
    return SessionSummary(
        principal=last.message.principal,
        session_id=last.message.session_id,
        upto=last.seq,
        upto_id=last.message.id,
        upto_at=last.message.created_at,
        messages=draft.gist.messages,
        text=draft.gist.text,
        open=to_stored(draft.gist.open),
        at=now,
        model=written.model,
        input_tokens=written.usage.input + (old.input_tokens if old else 0),
        output_tokens=written.usage.output + (old.output_tokens if old else 0),
        cached_tokens=written.usage.cached + (old.cached_tokens if old else 0),
        cost=_sum(written.cost, old.cost if old else Decimal(0)),
        revision=old.revision + 1 if old else 1,
    )


def _sum(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else one + other


def _told(span: Span, draft: _Draft, summary: SessionSummary) -> Compacted:
    written = draft.written
    return Compacted(
        session_id=summary.session_id,
        up_to=summary.upto_id,
        messages=summary.messages - (span.stored.messages if span.stored else 0),
        characters_before=_length(recall(span.earlier)) + span.characters,
        characters_after=_length(recall(draft.gist)) + span.characters - span.leaving,
        model=written.model,
        input_tokens=written.usage.input,
        output_tokens=written.usage.output,
        cached_tokens=written.usage.cached,
        cost=written.cost,
    )


def _length(messages: Sequence[Message]) -> int:
    return sum(len(each.text) for each in messages)


def _stopping() -> AgentBusy:
    return AgentBusy("the service is stopping; ask again in a moment", retry_after_ms=1_000)
