"""What of a conversation is to be summarised now, and what stays word for word."""

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


async def conversation_since(
    uow: UnitOfWork, principal: str, session_id: str, seq: int, limit: int = PAGE
) -> Sequence[PlacedMessage]:
    """Return the first messages of a conversation after place `seq`, in their order, at most `limit`."""
    return await uow.messages.since(principal, session_id, seq, limit)


async def read_span(uow: UnitOfWork, principal: str, session_id: str) -> Span:
    """Return what was said since the summary in force, cut where the newest part begins."""
    stored = await uow.summaries.get(principal, session_id)
    earlier = before = gist_of(stored)
    last, messages, folded = None, 0, 0
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
    )


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


async def _statuses(uow: UnitOfWork, messages: Sequence[TranscriptMessage]) -> Mapping[str, TurnStatus]:
    """Return how the turns ended that left no answer; an answer tells it itself."""
    silent = [each.asked.turn_id for each in exchanges(messages) if each.asked and each.answered is None]
    turns = [await uow.turns.get(each) for each in silent if each is not None]
    return {each.id: each.status for each in turns if each is not None}
