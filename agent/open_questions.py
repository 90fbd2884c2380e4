"""What nobody has answered in a conversation, told by rules and never left to a model."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from agent.shortening import one_line
from memory.records import TranscriptMessage, TurnStatus

ITEM_CHARS = 240
THEN_CHARS = 100
MOST = 4
"""Of each kind the newest are kept: what is older than four others has been let go by those who asked it."""

OPEN_CHARS = 2 * MOST * (ITEM_CHARS + THEN_CHARS + 100)
"""How much all of them can come to in words."""

ADORNED = "*_`\"'”’»)]} "
"""What may stand after a question mark."""

Statuses = Mapping[str, TurnStatus]
"""How turns ended, by their ids."""
Pair = tuple[TranscriptMessage | None, TranscriptMessage | None]
"""What a person said and what was said to it."""

UNANSWERED = frozenset({TurnStatus.FAILED, TurnStatus.INTERRUPTED})
"""How a turn ends that leaves its question open; what a person stopped, nobody waits for."""


class By(StrEnum):
    """Who waits for an answer."""

    PERSON = "person"
    AGENT = "agent"


@dataclass(frozen=True, slots=True)
class Open:
    """A question without an answer; `then` is what came in the answer's place."""

    by: By
    text: str
    at: str
    then: str = ""


def from_stored(stored: Mapping[str, Any]) -> tuple[Open, ...]:
    """Return open questions as they were stored."""
    return tuple(Open(By(each["by"]), each["text"], each["at"], each["then"]) for each in stored["items"])


def to_stored(questions: Sequence[Open]) -> Mapping[str, Any]:
    """Return open questions as plain data."""
    return {"items": [asdict(each) for each in questions]}


def words_of_open(question: Open) -> str:
    """Return one open question on one line."""
    then = f" (then: {question.then})" if question.then else ""
    who = "the person asked" if question.by is By.PERSON else "you asked the person"
    return f"- {question.at} {who}: “{question.text}”{then}"


def open_questions(
    before: Sequence[Open], pairs: Sequence[Pair], statuses: Statuses, following: TranscriptMessage | None
) -> tuple[Open, ...]:
    """Return what is open after these pairs of messages, given what was open before them.

    `following` is what a person says next. A question of the agent is answered by whatever follows it that is
    not itself a question; one of a person by the same words with a whole answer.
    """
    found = list(before)
    for place, (asked, answered) in enumerate(pairs):
        status = _status(asked, answered, statuses)
        if asked is not None and status in UNANSWERED:
            found.append(_open(By.PERSON, asked, one_line(asked.content, ITEM_CHARS), status.value))
        elif asked is not None and status is TurnStatus.COMPLETE:
            found = [each for each in found if not _same(each, asked)]
        question = asked_in(answered.content) if answered is not None else None
        if answered is not None and question is not None:
            reply = pairs[place + 1] if place + 1 < len(pairs) else (following, None)
            found += _unanswered(answered, question, reply, statuses)
    newest = {place for by in By for place in [at for at, each in enumerate(found) if each.by is by][-MOST:]}
    return tuple(each for place, each in enumerate(found) if place in newest)


def asked_in(text: str) -> str | None:
    """Return the question that a text ends with."""
    lines = [line for line in text.splitlines() if line.strip()]
    whole = " ".join(lines[-1].split()) if lines else ""
    if not whole.rstrip(ADORNED).endswith(("?", "？")):
        return None
    return whole if len(whole) <= ITEM_CHARS else f"…{whole[-ITEM_CHARS + 1 :]}"


def _unanswered(
    answered: TranscriptMessage, question: str, reply: Pair, statuses: Statuses
) -> Sequence[Open]:
    """Return a question of the agent as open, unless what the person said next answers it."""
    said, answer = reply
    if said is None:
        return [_open(By.AGENT, answered, question)]
    if asked_in(said.content) is None and _status(said, answer, statuses) not in UNANSWERED:
        return []
    return [_open(By.AGENT, answered, question, f"they went on with “{one_line(said.content, THEN_CHARS)}”")]


def _status(
    asked: TranscriptMessage | None, answered: TranscriptMessage | None, statuses: Statuses
) -> TurnStatus:
    """Return how the turn ended in which something was asked; as far as is known, it may still run."""
    known = statuses.get(asked.turn_id or "") if asked is not None else None
    if known is not None:
        return known
    if answered is None:
        return TurnStatus.RUNNING
    return TurnStatus((answered.data or {}).get("status", TurnStatus.COMPLETE))


def _open(by: By, message: TranscriptMessage, text: str, then: str = "") -> Open:
    return Open(by, text, f"{message.created_at:%Y-%m-%d %H:%M}", then)


def _same(question: Open, asked: TranscriptMessage) -> bool:
    words = one_line(asked.content, ITEM_CHARS)
    return question.by is By.PERSON and question.text.casefold() == words.casefold()
