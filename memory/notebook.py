"""What the agent knows of people, as the Markdown files in which it stands: read, added to, forgotten."""

import asyncio
import re
from collections import defaultdict
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from memory.database import Database
from memory.inside import Outside, Text, parts_of, read, write
from memory.markdown import ABOVE, pieces_of
from memory.memory_index import MemoryIndex, digest_of
from memory.passage_store import FileMark
from memory.passages import Found, Kind, Origin, Passage, Piece, Query, Source
from memory.same import same
from memory.workspace import MEMORY, OF_THE_BOOKS, OF_THE_HOUSE, OWNER, PEOPLE, Workspace, note_of
from trading.clock import Clock

FACTS = "## Facts"
"""The heading of MEMORY.md under which facts are added."""

MOST_FACT = 500
"""Characters of one fact."""

MOST_FACTS = 2_000
"""Facts of one person: more would be no memory, but a log."""


class NothingToKeep(Exception):
    """Say something else: this is no fact that can be kept."""


class NotForgettable(Exception):
    """Leave it: trades and decisions are the books, which nobody rewrites."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A fact that is kept; `fresh` tells whether it was not before."""

    passage: Passage
    fresh: bool


class Notebook:
    """Everybody's memories. Names of people are those of principals; the owner's is `owner`."""

    def __init__(
        self, workspace: Workspace, index: MemoryIndex, database: Database, clock: Clock, zone: ZoneInfo
    ) -> None:
        self.workspace = workspace
        self.index = index
        self._database = database
        self._clock = clock
        self._zone = zone
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    def today(self) -> date:
        """Return the day it is where people are."""
        return self._clock.now().astimezone(self._zone).date()

    async def search(self, person: str, query: Query) -> Found:
        """Return what somebody's memories have on something, the best first."""
        return await self.index.search(person, query)

    async def read(self, person: str, path: str) -> str:
        """Return a file of somebody's; raise Outside, Unreadable or FileNotFoundError."""
        if person == OWNER and parts_of(path)[0] == PEOPLE:
            raise Outside("what others have told is theirs")
        if parts_of(path)[0] in OF_THE_BOOKS:
            return await self._from_the_books(person, "/".join(parts_of(path)))
        return (await asyncio.to_thread(read, self.workspace.of(person), path)).text

    async def recent(
        self, person: str, limit: int, before: str | None = None, kinds: Set[Kind] = frozenset()
    ) -> Sequence[Passage]:
        """Return somebody's memories of some kinds or all, the latest first, those before one of them."""
        async with self._database.read() as uow:
            return await uow.passages.of_person(person, limit, before, kinds)

    async def some(self, person: str, ids: Sequence[str]) -> Sequence[Passage]:
        """Return those of somebody's memories that there are; raise NotForgettable for the books."""
        async with self._database.read() as uow:
            found = list((await uow.passages.by_ids(person, ids)).values())
        if any(each.kind in (Kind.TRADE, Kind.DECISION) for each in found):
            raise NotForgettable("trades and decisions are kept as the books have them")
        return found

    async def add(
        self,
        person: str,
        text: str,
        source: Source,
        *,
        session_id: str | None = None,
        turn_id: str | None = None,
    ) -> Kept:
        """Keep a fact in MEMORY.md, once; raise NothingToKeep for what is none."""
        fact = plain(text)
        async with self._turns[person]:
            known = await self._facts(person)
            for each in known:
                if same(said_in(each.text), fact):
                    return Kept(each, fresh=False)
            if len(known) >= MOST_FACTS:
                raise NothingToKeep(f"{MOST_FACTS:,} facts are kept already; forget some first")
            line = f"- {self.today().isoformat()}: {fact}"
            passages = await self._rewrite(person, MEMORY, partial(with_fact, line=line))
            # It stands last of those that read so, should somebody have written the same line by hand.
            passage = next(each for each in reversed(passages) if said_in(each.text) == fact)
            origin = Origin(passage.id, person, source, self._clock.now(), session_id, turn_id)
            async with self._database.transact() as uow:
                await uow.passages.came(origin)
        return Kept(passage, fresh=True)

    async def note(
        self,
        person: str,
        heading: str,
        lines: Sequence[str],
        source: Source,
        *,
        day: date | None = None,
        session_id: str | None = None,
    ) -> Sequence[Passage]:
        """Write lines under a heading of a day's note, in place of what stands there, and return them.

        Without `day` it is today's. `source` and `session_id` are noted as where they are from.
        """
        text = "\n".join(f"- {plain(line)}" for line in lines)
        async with self._turns[person]:
            day = day or self.today()
            change = partial(with_section, day=day, heading=heading, body=text)
            passages = await self._rewrite(person, note_of(day), change)
            told = [each for each in passages if each.heading.rpartition(ABOVE)[2] == heading]
            async with self._database.transact() as uow:
                for each in told:
                    origin = Origin(each.id, person, source, self._clock.now(), session_id)
                    await uow.passages.came(origin)
        return told

    async def forget(self, person: str, ids: Sequence[str]) -> Sequence[Passage]:
        """Take memories out of their files and of everything that was made of them; return those there were.

        Raises NotForgettable for what stands in no file.
        """
        async with self._turns[person]:
            found = await self.some(person, ids)
            for path in dict.fromkeys(each.path for each in found):
                gone = [each for each in found if each.path == path]
                await self._rewrite(person, path, partial(without, path=path, gone=gone), forget=True)
        if found:
            await self.index.purge()
            await self._database.scrub()
        return found

    async def undo(self, person: str) -> Passage | None:
        """Take back what was added last and is still there; return it, None where nothing is."""
        async with self._database.read() as uow:
            latest = await uow.passages.latest(person)
            found = await uow.passages.by_ids(person, [latest.passage]) if latest else {}
        return next(iter(await self.forget(person, list(found))), None)

    async def origins(self, passages: Sequence[Passage]) -> dict[str, Origin]:
        """Return how passages came about, by their ids; those that somebody wrote by hand are missing."""
        async with self._database.read() as uow:
            return dict(await uow.passages.origins([each.id for each in passages]))

    async def follow(self, person: str, path: str, found: Text) -> None:
        """Have the index hold what a file holds now."""
        async with self._turns[person]:
            await self._indexed(person, path, found)

    async def _from_the_books(self, person: str, path: str) -> str:
        async with self._database.read() as uow:
            lines = sorted(await uow.passages.of_path(person, path), key=lambda each: each.start_line)
        if not lines:
            raise FileNotFoundError(path)
        return "".join(f"{each.text}\n" for each in lines)

    async def _facts(self, person: str) -> Sequence[Passage]:
        async with self._database.read() as uow:
            return [each for each in await uow.passages.of_path(person, MEMORY) if each.kind is Kind.FACT]

    async def _rewrite(
        self, person: str, path: str, change: Callable[[str], str], forget: bool = False
    ) -> Sequence[Passage]:
        root = self.workspace.of(person)
        found = await asyncio.to_thread(changed, root, path, change)
        return await self._indexed(person, path, found, forget)

    async def _indexed(self, person: str, path: str, found: Text, forget: bool = False) -> Sequence[Passage]:
        pieces = await asyncio.to_thread(self._pieces, person, path, found.text)
        mark = FileMark(person, path, found.size, found.changed, self._clock.now())
        return await self.index.follow(person, path, pieces, mark, forget=forget)

    def _pieces(self, person: str, path: str, text: str) -> list[Piece]:
        if person == OWNER and path in OF_THE_HOUSE:
            return []
        return [each for each in pieces_of(path, text) if each.text not in self.workspace.printed]


def changed(root: Path, path: str, change: Callable[[str], str]) -> Text:
    """Change a file and return what it holds then; raise Outside or Unreadable."""
    try:
        was = read(root, path).text
    except FileNotFoundError:
        was = ""
    now = change(was)
    if now != was:
        write(root, path, now)
    return read(root, path)


def with_fact(text: str, line: str) -> str:
    """Return MEMORY.md with one more fact, behind the others."""
    lines = text.splitlines() or ["# MEMORY"]
    starts = [place for place, each in enumerate(lines) if each.strip() == FACTS]
    if not starts:
        return "\n".join((*lines, "", FACTS, "", line, ""))
    end = next((at for at in range(starts[0] + 1, len(lines)) if lines[at].startswith("#")), len(lines))
    while end > starts[0] + 1 and not lines[end - 1].strip():
        end -= 1
    gap = [""] if end == starts[0] + 1 else []
    return "\n".join((*lines[:end], *gap, line, *lines[end:], ""))


def with_section(text: str, day: date, heading: str, body: str) -> str:
    """Return a day's note with these lines under a heading, in place of those that stood there."""
    lines = text.splitlines() or [f"# {day.isoformat()}"]
    title = f"## {heading}"
    starts = [place for place, each in enumerate(lines) if each.strip() == title]
    start = starts[0] if starts else len(lines)
    end = next((at for at in range(start + 1, len(lines)) if lines[at].startswith("#")), len(lines))
    gap = [] if starts or not lines[-1].strip() else [""]
    return "\n".join(
        (*lines[:start], *gap, title, "", body, *([""] if end < len(lines) else []), *lines[end:], "")
    )


def without(text: str, path: str, gone: Sequence[Passage]) -> str:
    """Return a file without the lines of these passages, wherever in it they stand by now."""
    wanted = {each.digest for each in gone}
    lines = text.splitlines()
    dropped = {
        place
        for piece in pieces_of(path, text)
        if digest_of(piece) in wanted
        for place in range(piece.start_line - 1, piece.end_line)
    }
    left = [line for place, line in enumerate(lines) if place not in dropped]
    return "\n".join((*left, "")) if left else ""


_BULLET = re.compile(r"^[-*+]\s+(?:\d{4}-\d{2}-\d{2}(?: \d{2}:\d{2})?:\s*)?")
_SPACE = re.compile(r"\s+")


def plain(text: str) -> str:
    """Return a fact as one line of plain text; raise NothingToKeep for none, or too long a one."""
    line = _SPACE.sub(" ", "".join(each for each in text if each.isprintable() or each.isspace())).strip()
    line = line.lstrip("#>-*+ ").strip()
    if not any(each.isalnum() for each in line):
        raise NothingToKeep("there is nothing in it")
    if len(line) > MOST_FACT:
        raise NothingToKeep(f"a fact has at most {MOST_FACT} characters; put it shorter")
    return line


def said_in(text: str) -> str:
    """Return the fact of a list item: without its bullet and date."""
    return _BULLET.sub("", text).strip()
