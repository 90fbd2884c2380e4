"""From a message to a sentence: its tokens, and the language it is in."""

from dataclasses import dataclass
from datetime import datetime

from agent.models.offline.detection import detect
from agent.models.offline.vocabulary import VOCABULARY
from tools.words.language import Language
from tools.words.tokens import read_tokens, words_in

MAX_CHARS = 500
MAX_WORDS = 60
"""A command is short; what is longer is not read as one."""

_FEW = 3
_STOP_LOSS = frozenset({"loss", "stoploss", "sl"})


@dataclass(frozen=True, slots=True)
class Sentence:
    """A message as it was `said` at a time; `language` is None when its words do not tell."""

    tokens: tuple[str, ...]
    language: Language | None
    too_long: bool = False
    said: str = ""
    at: datetime | None = None

    @property
    def text(self) -> str:
        """The tokens as patterns match them: a blank before each."""
        return "".join(f" {token}" for token in self.tokens)


def read_sentence(message: str, at: datetime | None = None) -> Sentence:
    """Split a message into tokens."""
    said = message.strip()
    words = words_in(said[:MAX_CHARS])
    if len(said) > MAX_CHARS or len(words) > MAX_WORDS:
        return Sentence((), detect(words), too_long=True)
    tokens = read_tokens(said, VOCABULARY)
    if tokens[-1:] == ("stop",) and len(tokens) < _FEW and not _STOP_LOSS.isdisjoint(words):
        # A bare "stop" asks for something else.
        tokens = (*tokens, "order")
    return Sentence(tokens, detect(words), said=said, at=at)
