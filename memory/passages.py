"""Passages: the stretches of text that memories are made of, each with where it stands and since when."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What a passage is about."""

    FACT = "fact"
    NOTE = "note"
    TRADE = "trade"
    DECISION = "decision"


class Source(StrEnum):
    """How a passage came about: said by the person, written by them, or distilled from what they said."""

    SAID = "said"
    WRITTEN = "written"
    DISTILLED = "distilled"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a passage is from: by what kind of source, in which conversation and turn."""

    passage: str
    person: str
    origin: Source
    at: datetime
    session_id: str | None = None
    turn_id: str | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text that is found as one; lines count from 1, the last one included.

    `at` is the moment it tells of, None where it does not say. `symbols` are pairs and assets it names.
    """

    kind: Kind
    heading: str
    text: str
    start_line: int
    end_line: int
    at: datetime | None = None
    symbols: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece that is kept for somebody.

    `known_at` is when the service first saw it: whoever looks from an earlier moment does not find it,
    whatever date it bears. `digest` tells whether a piece of a text is one that is kept already.
    """

    id: str
    person: str
    path: str
    kind: Kind
    heading: str
    text: str
    start_line: int
    end_line: int
    at: datetime
    known_at: datetime
    symbols: str
    digest: str

    @property
    def whole(self) -> str:
        """Return the text under its heading, as it is embedded and as its words are looked up."""
        return f"{self.heading}: {self.text}" if self.heading else self.text


@dataclass(frozen=True, slots=True)
class Query:
    """What somebody looks for. Times are an inclusive start and an exclusive end.

    With `as_of` nothing is found that was not known, or tells of what had not happened, at that moment.
    """

    text: str
    limit: int = 10
    kinds: frozenset[Kind] = frozenset()
    since: datetime | None = None
    until: datetime | None = None
    symbol: str | None = None
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found.

    `score` (0 to 1) tells it from the others that were found. `bears` tells whether it has to do with what
    was looked for at all: near enough in meaning, or by the share of its words.
    """

    passage: Passage
    score: float
    bears: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came to, the best first; `without` says which half of it was not to be had."""

    hits: tuple[Hit, ...] = field(default_factory=tuple)
    without: str | None = None
