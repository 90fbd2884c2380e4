"""What sentences about memories say beyond their kind, and what answers to our questions make of them."""

import re
from collections.abc import Iterator
from dataclasses import replace

from agent.models.offline.intents import Intent, Kind
from agent.models.offline.vocabulary import VOCABULARY
from agent.models.offline.voice import Voice
from agent.models.offline.words import Sentence
from tools.words.language import Language
from tools.words.pairs import MARK
from tools.words.tokens import read_tokens

MEMORIES = (Kind.REMEMBER, Kind.RECALL, Kind.FORGET)

_WITHDRAWN = (Kind.DENY, Kind.DROPPED)
_TASK = re.compile(r"to [a-z].*|.*\bzu [a-z]+n")
"""A thing to be done, in folded words, is no fact."""
_PLACE = re.compile(r"(?:(?:the|number|no|nr|nummer|die|das) )?([1-9][0-9]?)")
_LISTED = re.compile(r"^(\d+)\. (.+)$", re.MULTILINE)
_MOST_WORDS = 60


def with_text(intent: Intent, sentence: Sentence) -> Intent:
    """Return an intent with what is to be remembered, recalled or forgotten, as it was written."""
    if intent.kind not in MEMORIES or not intent.rest:
        return intent
    text = _as_written(sentence.said, intent.rest)
    if intent.kind is not Kind.REMEMBER:
        text = text.rstrip("?!. ")
    return replace(intent, text=text, said=sentence.said)


def is_task(intent: Intent) -> bool:
    """Tell whether what is to be remembered is something to do."""
    return _TASK.fullmatch(intent.rest.strip()) is not None


def about_memory(previous: Intent, answer: str, sentence: Sentence, direct: Intent) -> Intent | None:
    """Return what a sentence makes of the memories talked of before it, None when it stands for itself."""
    if direct.kind is Kind.UNDO:
        # Anything else that was done has its own way back.
        return replace(direct, confirmed=answer.strip() in _said("memory.kept"))
    sure, which = _asks("memory.sure", answer), _asks("memory.which", answer)
    if previous.kind is not Kind.FORGET or not (sure or which):
        return None
    if direct.kind in _WITHDRAWN:
        return Intent(Kind.DROPPED)
    place = _PLACE.fullmatch(sentence.text.strip())
    agreed = sure and direct.kind is Kind.APPROVE and direct.number is None
    if place is None and not agreed:
        return None
    listed = {int(number): line for number, line in _LISTED.findall(answer)}
    return replace(previous, shown=listed.get(int(place[1]) if place else 1, ""))


def _asks(key: str, answer: str) -> bool:
    return answer.strip().endswith(tuple(_said(key)))


def _said(key: str) -> list[str]:
    return [Voice(language).say(key) for language in Language]


def _as_written(said: str, folded: str) -> str:
    """Return the words of a message that were folded to these, else these."""
    wanted = _even(folded)
    words = said.split()[:_MOST_WORDS]
    for start in range(len(words)):
        if not _tokens(words[start:]).startswith(wanted):
            continue
        for end in _ends(words, start):
            if _tokens(words[start:end]) == wanted:
                return " ".join(words[start:end]).strip(" ,;:")
    return folded


def _ends(words: list[str], start: int) -> Iterator[int]:
    return iter(range(len(words), start, -1))


def _tokens(words: list[str]) -> str:
    return _even(" ".join(read_tokens(" ".join(words), VOCABULARY)))


def _even(tokens: str) -> str:
    return " ".join(tokens.replace(MARK, "").split())
