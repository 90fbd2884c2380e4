"""What the agent knows of people, as the Markdown files in which it stands: read, added to, forgotten."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from memory.database import Database
from memory.edits import NothingToKeep, plain, said_in, with_fact, with_section, without
from memory.inside import Outside, Overtaken, Text, Unreadable, parts_of, read, write
from memory.markdown import ABOVE, lines_of, pieces_of
from memory.memory_index import MemoryIndex
from memory.passage_store import FileMark
from memory.passages import Found, Kind, Origin, Passage, Piece, Query, Source
from memory.same import same
from memory.workspace import MEMORY, OF_THE_BOOKS, OF_THE_HOUSE, OWNER, PEOPLE, Workspace, note_of
from trading.clock import Clock

MOST_LINES = 10_000
"""Lines of a file whose memories are kept."""

TRIES = 5
"""How often a file is changed anew that somebody else changes meanwhile."""

MOST_FACTS = 2_000
"""Facts of one person: more would be no memory, but a log."""


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
        workspace = self.workspace
        return (await asyncio.to_thread(read, workspace.folder, path, workspace.steps(person))).text

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
            # As the file has them now, which somebody may have changed just now.
            known = [each for each in await self._rewrite(person, MEMORY, str) if each.kind is Kind.FACT]
            for each in known:
                if same(said_in(each.text), fact):
                    return Kept(each, fresh=False)
            if len(known) >= MOST_FACTS:
                raise NothingToKeep(f"{MOST_FACTS:,} facts are kept already; forget some first")
            line = f"- {self.today().isoformat()}: {fact}"
            passages = await self._rewrite(person, MEMORY, partial(with_fact, line=line))
            # It stands last of those that read so, should somebody have written the same line by hand.
            passage = next((each for each in reversed(passages) if said_in(each.text) == fact), None)
            if passage is None:
                raise NothingToKeep("it would be no line of its own; put it otherwise")
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
            # First the index: should this end here, the files are read anew, and nothing seems forgotten.
            await self.index.forget(found)
            for path in dict.fromkeys(each.path for each in found):
                gone = [each for each in found if each.path == path]
                try:
                    await self._rewrite(person, path, partial(without, path=path, gone=gone), forget=True)
                except Unreadable:
                    await self._rewrite(person, path, str)
                    raise
        if found and not await self.index.purge():
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

    async def follow(self, person: str, path: str) -> Text | None:
        """Have the index hold what a file holds now; return that, None where there is none any more.

        Raises Outside or Unreadable, and then the index holds nothing of it.
        """
        async with self._turns[person]:
            try:
                found = await asyncio.to_thread(
                    read, self.workspace.folder, path, self.workspace.steps(person)
                )
                await self._indexed(person, path, found)
            except FileNotFoundError:
                await self._indexed(person, path, None)
                return None
        return found

    async def unread(self, person: str, mark: FileMark) -> None:
        """Have the index hold nothing of a file, and why."""
        async with self._turns[person]:
            await self.index.follow(person, mark.path, (), mark)

    async def _from_the_books(self, person: str, path: str) -> str:
        async with self._database.read() as uow:
            lines = sorted(await uow.passages.of_path(person, path), key=lambda each: each.start_line)
        if not lines:
            raise FileNotFoundError(path)
        return "".join(f"{each.text}\n" for each in lines)

    async def _rewrite(
        self, person: str, path: str, change: Callable[[str], str], forget: bool = False
    ) -> Sequence[Passage]:
        found = await asyncio.to_thread(
            changed, self.workspace.folder, path, change, self.workspace.steps(person)
        )
        return await self._indexed(person, path, found, forget)

    async def _indexed(
        self, person: str, path: str, found: Text | None, forget: bool = False
    ) -> Sequence[Passage]:
        if found is None:
            return await self.index.follow(person, path, (), forget=forget)
        pieces = await asyncio.to_thread(self._pieces, person, path, found.text)
        mark = FileMark(person, path, found.size, found.changed, self._clock.now())
        return await self.index.follow(person, path, pieces, mark, forget=forget)

    def _pieces(self, person: str, path: str, text: str) -> list[Piece]:
        if person == OWNER and path in OF_THE_HOUSE:
            return []
        _check_length(text)
        return [each for each in pieces_of(path, text) if each.text not in self.workspace.printed]


def changed(root: Path, path: str, change: Callable[[str], str], under: Sequence[str] = ()) -> Text | None:
    """Change a file and return what it holds then, None where there is none; nobody's change is lost.

    Raises Outside or Unreadable.
    """
    for _ in range(TRIES):
        was = _there(root, path, under)
        text = was.text if was else ""
        now = change(text)
        if now == text:
            return was
        _check_length(now)
        with contextlib.suppress(Overtaken):
            write(root, path, now, was, under)
            return _there(root, path, under)
    raise Unreadable("somebody else is changing it; try again")


def _check_length(text: str) -> None:
    if (count := len(lines_of(text))) > MOST_LINES:
        raise Unreadable(f"it has {count:,} lines, and {MOST_LINES:,} are read at most")


def _there(root: Path, path: str, under: Sequence[str]) -> Text | None:
    try:
        return read(root, path, under)
    except FileNotFoundError:
        return None
