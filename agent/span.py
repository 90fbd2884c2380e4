"""What of a conversation is to be summarised now, and what stays word for word."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agent.summaries import Gist, exchanges, extended, gist_of
from memory.database import UnitOfWork
from memory.records import MessageRole, PlacedMessage, SessionSummary, TranscriptMessage, TurnStatus

KEPT_MESSAGES = 12
KEPT_CHARS = 9_000
"""The newest part that stays: six exchanges, as far as an answer reaches back, and half of what may be there
before the next summary, so that one is not made turn by turn."""

PAGE = 400
"""How many messages are looked at in one step."""


@dataclass(frozen=True, slots=True)
class Span:
    """The part of a conversation after its summary.

    `stored` is that summary and `earlier` what it holds; `before` is that with the oldest messages of a very
    long span, of which only the rest is here. `shortened` are the messages to summarise and `following` the
    first that stays. `last` is the last one that is not to stay, None when all do. `messages` and
    `characters` count the whole span, `leaving` the characters of what is not to stay.
    """

    stored: SessionSummary | None
    earlier: Gist
    before: Gist
    shortened: Sequence[TranscriptMessage]
    following: TranscriptMessage | None
    last: PlacedMessage | None
    statuses: Mapping[str, TurnStatus]
    messages: int
    characters: int
    leaving: int
    digest: str
    """Tells what is not to stay from anything else."""

    @property
    def begins_after(self) -> int:
        """The place after which it begins."""
        return self.stored.upto if self.stored else 0


async def conversation_since(
    uow: UnitOfWork, principal: str, session_id: str, seq: int, limit: int = PAGE
) -> Sequence[PlacedMessage]:
    """Return the first messages of a conversation after place `seq`, in their order, at most `limit`."""
    return await uow.messages.since(principal, session_id, seq, limit)


async def read_span(uow: UnitOfWork, principal: str, session_id: str) -> Span:
    """Return what was said since the summary in force, cut where the newest part begins."""
    stored = await uow.summaries.get(principal, session_id)
    earlier = before = gist_of(stored)
    last, messages, folded, marks = None, 0, 0, hashlib.sha256()
    while True:
        seq = last.seq if last else stored.upto if stored else 0
        page = await conversation_since(uow, principal, session_id, seq)
        said = [each.message for each in page]
        statuses = await _statuses(uow, said)
        cut = kept_from(said)
        if len(page) < PAGE:
            break
        # A conversation from before there were summaries: what is far back is taken by rules, page by page.
        cut = cut or _last_question(said) or PAGE
        before = extended(before, said[:cut], statuses, said[cut] if cut < PAGE else None)
        last, messages, folded = page[cut - 1], messages + cut, folded + _characters(said[:cut])
        _mark(marks, said[:cut])
    _mark(marks, said[:cut])
    return Span(
        stored=stored,
        earlier=earlier,
        before=before,
        shortened=said[:cut],
        following=said[cut] if cut < len(said) else None,
        last=page[cut - 1] if cut else last,
        statuses=statuses,
        messages=messages + len(said),
        characters=folded + _characters(said),
        leaving=folded + _characters(said[:cut]),
        digest=marks.hexdigest(),
    )


async def still_holds(uow: UnitOfWork, span: Span, last: PlacedMessage) -> bool:
    """Tell whether what was read up to its `last` message is there as it was, and keep it so.

    What a person wants forgotten is erased from what was said, and must not come back from here.
    """
    said = last.message
    found = await uow.messages.hold(said.principal, said.session_id, span.begins_after, last.seq)
    marks = hashlib.sha256()
    _mark(marks, found)
    return marks.hexdigest() == span.digest


def kept_from(messages: Sequence[TranscriptMessage]) -> int:
    """Return the place of the first message that stays word for word: a person's, where an exchange begins.

    The last whole exchange and what follows it always stay.
    """
    first = _last_exchange(messages)
    room = KEPT_CHARS - _characters(messages[first:])
    for place in range(first - 1, max(len(messages) - KEPT_MESSAGES, 0) - 1, -1):
        room -= len(messages[place].content)
        if room < 0:
            break
        if messages[place].role is MessageRole.USER:
            first = place
    return first


def _last_exchange(messages: Sequence[TranscriptMessage]) -> int:
    """Return where the last whole exchange begins, without one the last message of a person."""
    answered = False
    for place in range(len(messages) - 1, -1, -1):
        if messages[place].role is MessageRole.USER and answered:
            return place
        answered = answered or messages[place].role is MessageRole.ASSISTANT
    return _last_question(messages)


def _last_question(messages: Sequence[TranscriptMessage]) -> int:
    places = (place for place, each in enumerate(messages) if each.role is MessageRole.USER)
    return max(places, default=0)


def _characters(messages: Sequence[TranscriptMessage]) -> int:
    return sum(len(each.content) for each in messages)


def _mark(marks: "hashlib._Hash", messages: Sequence[TranscriptMessage]) -> None:
    for each in messages:
        marks.update(f"{each.id}\0{each.content}\0".encode())


async def _statuses(uow: UnitOfWork, messages: Sequence[TranscriptMessage]) -> Mapping[str, TurnStatus]:
    """Return how the turns ended that left no answer; an answer tells it itself."""
    silent = [each.asked.turn_id for each in exchanges(messages) if each.asked and each.answered is None]
    turns = [await uow.turns.get(each) for each in silent if each is not None]
    return {each.id: each.status for each in turns if each is not None}
