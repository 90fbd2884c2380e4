"""Following the files: what people change by hand in the workspace, seen without a restart."""

import asyncio
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from memory.database import Database
from memory.inside import MOST_DEPTH, Outside, Text, Unreadable, read
from memory.notebook import Notebook
from memory.passage_store import FileMark
from memory.workspace import OF_THE_BOOKS, OWNER, PEOPLE
from trading.clock import EPOCH, MICROSECOND, Clock

MOST_FILES = 5_000
"""Files of one person that are looked at."""

SETTLED = 2_000_000_000
"""Nanoseconds after which a changed file is taken for whole: some file systems tell time that coarsely."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A Markdown file in a folder, as a look at its entry tells."""

    path: str
    size: int
    changed: int


class Follower:
    """Has the index hold what the files hold, one look after another."""

    def __init__(self, notebook: Notebook, database: Database, clock: Clock) -> None:
        self._notebook = notebook
        self._database = database
        self._clock = clock
        self._known: dict[str, dict[str, FileMark]] = {}

    async def step(self) -> int:
        """Look at every folder and give vectors to some of what is new; return how many files had changed."""
        changed = 0
        for person in await asyncio.to_thread(self._notebook.workspace.people):
            changed += await self.look(person)
        await self._notebook.index.step()
        return changed

    async def look(self, person: str) -> int:
        """Look at one person's folder; return how many of its files had changed."""
        known = await self._known_of(person)
        folder = self._notebook.workspace.of(person)
        seen = await asyncio.to_thread(
            lambda: {each.path: each for each in files_in(folder, person == OWNER)}
        )
        changed = [each for each in seen.values() if not _is_known(each, known)]
        for each in changed:
            await self._take(person, folder, each)
        for path in [path for path in known if path not in seen]:
            await self._notebook.index.follow(person, path, ())
            del known[path]
        return len(changed)

    async def _take(self, person: str, folder: Path, seen: Seen) -> None:
        known = self._known[person]
        try:
            found = await asyncio.to_thread(read, folder, seen.path)
        except FileNotFoundError:
            return
        except (Outside, Unreadable) as error:
            mark = FileMark(person, seen.path, seen.size, seen.changed, self._clock.now(), str(error))
            known[seen.path] = mark
            await self._notebook.index.follow(person, seen.path, (), mark)
            return
        await self._notebook.follow(person, seen.path, found)
        known[seen.path] = self._mark(person, seen.path, found)

    def _mark(self, person: str, path: str, found: Text) -> FileMark:
        """Return what the file was like; one that was changed just now is looked at once more."""
        now = self._clock.now()
        changed = found.changed if (now - EPOCH) // MICROSECOND * 1_000 - found.changed > SETTLED else -1
        return FileMark(person, path, found.size, changed, now)

    async def _known_of(self, person: str) -> dict[str, FileMark]:
        if person not in self._known:
            async with self._database.read() as uow:
                self._known[person] = dict(await uow.passages.files(person))
        return self._known[person]


def files_in(folder: Path, is_owner: bool) -> Iterator[Seen]:
    """Return the Markdown files below a folder; links and names that begin with a dot are passed over."""
    waiting = [("", 1)]
    left = MOST_FILES
    while waiting:
        inside, depth = waiting.pop()
        try:
            entries = sorted(os.scandir(folder / inside), key=lambda each: each.name)
        except (FileNotFoundError, NotADirectoryError, PermissionError):
            continue
        for entry in entries:
            path = f"{inside}{entry.name}"
            if entry.name.startswith(".") or path in OF_THE_BOOKS or (is_owner and path == PEOPLE):
                continue
            if entry.is_dir(follow_symlinks=False):
                if depth < MOST_DEPTH:
                    waiting.append((f"{path}/", depth + 1))
            elif entry.is_file(follow_symlinks=False) and entry.name.endswith(".md") and left > 0:
                left -= 1
                about = entry.stat(follow_symlinks=False)
                yield Seen(path, about.st_size, about.st_mtime_ns)


def _is_known(seen: Seen, known: Mapping[str, FileMark]) -> bool:
    mark = known.get(seen.path)
    return mark is not None and (mark.size, mark.changed) == (seen.size, seen.changed)
