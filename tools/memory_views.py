"""Memories in the words of the wire: where each stands, since when, and how it came about."""

import re
from collections.abc import Mapping

from pydantic import Field

from memory.edits import said_in
from memory.passages import Kind, Origin, Passage, Source
from memory.terms import terms
from tools.wire import Millis, Result

MOST_SNIPPET = 400
"""Characters of a memory that are shown in a list."""

BEFORE = 120
"""Characters that are shown before the first word that was looked for."""

CUT = "…"

_WORD = re.compile(r"\S+")


class MemoryView(Result):
    """A memory and the lines of the file in which it stands.

    `at` is the moment it tells of, `knownAt` when the service first saw it. `source` is said or distilled,
    null for what was written by hand; `sessionId` names the conversation it is from.
    """

    id: str
    path: str
    snippet: str
    start_line: int
    end_line: int
    kind: Kind
    heading: str
    at: Millis
    known_at: Millis
    source: Source | None
    session_id: str | None = None


class FoundMemory(MemoryView):
    """A memory that was found; `score` lies between 0 and 1."""

    score: float


class Memories(Result):
    """Memories that were found, the best first.

    `without` is "vectors" when they were found by their words alone; `notice` says why.
    """

    results: list[FoundMemory]
    without: str | None = None
    notice: str | None = None


class MemoryFile(Result):
    """Lines of a file of yours, which count from 1, the last one included."""

    path: str
    content: str
    start_line: int
    end_line: int
    total_lines: int


class MemoryList(Result):
    """Memories, the latest first; `hasMore` tells of older ones."""

    memories: list[MemoryView]
    has_more: bool


class MemoryAdded(Result):
    """A fact that is kept now; it is not `fresh` when it was kept before.

    A repeated request is told no more than its id.
    """

    unrecorded = frozenset({"memory"})

    id: str
    fresh: bool
    memory: MemoryView | None = None


class MemoryForgotten(Result):
    """How many memories are gone for good, and what they were, which is told this once.

    `notice` says what has to be mended for the last trace to go.
    """

    unrecorded = frozenset({"forgotten"})
    not_for_models = frozenset({"forgotten"})

    count: int
    forgotten: list[MemoryView] = Field(default_factory=list)
    notice: str | None = None


class Unread(Result):
    """A file that is not read, and why."""

    path: str
    problem: str


class MemorySynced(Result):
    """How the index stands beside the files: how many `changed`, what it holds, what has no vector yet.

    `problem` says why memories are found by their words alone, null while they are not.
    """

    changed: int
    memories: int
    waiting: int
    unread: list[Unread]
    problem: str | None


def view(passage: Passage, origins: Mapping[str, Origin]) -> MemoryView:
    """Return a memory as lists show it."""
    return MemoryView(**_fields(passage, origins), snippet=snippet(shown(passage)))


def found_view(passage: Passage, score: float, query: str, origins: Mapping[str, Origin]) -> FoundMemory:
    """Return a memory that was found by a query."""
    fields = _fields(passage, origins)
    return FoundMemory(**fields, snippet=snippet(shown(passage), query), score=round(score, 4))


def shown(passage: Passage) -> str:
    """Return the text of a memory; a fact without its bullet and date."""
    return said_in(passage.text) if passage.kind is Kind.FACT else passage.text


def snippet(text: str, query: str = "") -> str:
    """Return a text, or of a longer one a part around the first word that was looked for, cut at words."""
    if len(text) <= MOST_SNIPPET:
        return text
    wanted = set(terms(query))
    words = list(_WORD.finditer(text))
    place = next((each.start() for each in words if not wanted.isdisjoint(terms(each[0]))), 0)
    first = max(0, min(place - BEFORE, len(text) - MOST_SNIPPET))
    start = next((each.start() for each in words if each.start() >= first), first) if first else 0
    last = start + MOST_SNIPPET - 2 * len(CUT)
    end = max((each.end() for each in words if start < each.end() <= last), default=last)
    return f"{CUT if start else ''}{text[start:end]}{CUT if end < len(text) else ''}"


def _fields(passage: Passage, origins: Mapping[str, Origin]) -> dict[str, object]:
    origin = origins.get(passage.id)
    return {
        "id": passage.id,
        "path": passage.path,
        "start_line": passage.start_line,
        "end_line": passage.end_line,
        "kind": passage.kind,
        "heading": passage.heading,
        "at": passage.at,
        "known_at": passage.known_at,
        "source": origin.origin if origin else None,
        "session_id": origin.session_id if origin else None,
    }
