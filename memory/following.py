"""Following the files: what people change by hand in the workspace, seen without a restart."""

import asyncio
import contextlib
import os
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from memory.database import Database
from memory.inside import MOST_DEPTH, Outside, Unreadable
from memory.notebook import Notebook
from memory.passage_store import FileMark
from memory.workspace import OF_THE_BOOKS, OWNER, PEOPLE
from trading.clock import EPOCH, MICROSECOND, Clock

MOST_FILES = 5_000
"""Files of one person that are looked at."""

STEPS = 4
"""How often at most some of what is new gets its vectors after each look."""

SETTLED = 2_000_000_000
"""Nanoseconds after which a changed file is taken for whole: some file systems tell time that coarsely."""

AGAIN = timedelta(seconds=3)
"""How long after it was read a file is read once more that had not settled then."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A Markdown file in a folder, as a look at its entry tells."""

    path: str
    size: int
    changed: int


@dataclass(frozen=True, slots=True)
class Known:
    """What a file was like when it was read; `settled` when no later change can look the same."""

    size: int
    changed: int
    read_at: datetime
    settled: bool


@dataclass(slots=True)
class Look:
    """What there is below a folder; `closed` are folders in it that cannot be looked into."""

    files: dict[str, Seen] = field(default_factory=dict)
    closed: list[str] = field(default_factory=list)
    too_many: bool = False

    def may_hold(self, path: str) -> bool:
        """Tell whether a file may be there although it was not seen."""
        return self.too_many or any(path.startswith(each) for each in self.closed)


class Follower:
    """Has the index hold what the files hold, one look after another."""

    def __init__(self, notebook: Notebook, database: Database, clock: Clock) -> None:
        self._notebook = notebook
        self._database = database
        self._clock = clock
        self._known: dict[str, dict[str, Known]] = {}

    async def step(self) -> int:
        """Look at every folder and give vectors to some of what is new; return how many files had changed."""
        changed = 0
        for person in await asyncio.to_thread(self._notebook.workspace.people):
            changed += await self.look(person)
        for _ in range(STEPS):
            if not await self._notebook.index.step():
                break
        return changed

    async def look(self, person: str) -> int:
        """Look at one person's folder; return how many of its files had changed."""
        known = await self._known_of(person)
        folder = self._notebook.workspace.of(person)
        look = await asyncio.to_thread(look_at, folder, person == OWNER)
        now = self._clock.now()
        changed = [each for each in look.files.values() if not _is_known(each, known.get(each.path), now)]
        gone = [path for path in known if path not in look.files and not look.may_hold(path)]
        for path in (*(each.path for each in changed), *gone):
            mark = await self._take(person, path, look.files.get(path))
            was = known.pop(path, None)
            if mark is not None:
                known[path] = _known(mark, was)
        return len(changed)

    async def _take(self, person: str, path: str, seen: Seen | None) -> FileMark | None:
        now = self._clock.now()
        try:
            found = await self._notebook.follow(person, path)
        except (Outside, Unreadable) as error:
            size, changed = (seen.size, seen.changed) if seen else (-1, -1)
            mark = FileMark(person, path, size, changed, now, str(error))
            await self._notebook.unread(person, mark)
            return mark
        return FileMark(person, path, found.size, found.changed, now) if found else None

    async def _known_of(self, person: str) -> dict[str, Known]:
        if person not in self._known:
            async with self._database.read() as uow:
                marks = await uow.passages.files(person)
            self._known[person] = {path: _known(each) for path, each in marks.items()}
        return self._known[person]


def look_at(folder: Path, is_owner: bool, most: int = MOST_FILES) -> Look:
    """Return the Markdown files below a folder; links and names that begin with a dot are passed over."""
    found = Look()
    waiting = [("", 1)]
    while waiting and not found.too_many:
        inside, depth = waiting.pop()
        try:
            with os.scandir(folder / inside) as entries:
                ordered = sorted(entries, key=lambda each: each.name)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError:
            found.closed.append(inside)
            continue
        for entry in ordered:
            path = f"{inside}{entry.name}"
            if _is_passed_over(entry.name) or path in OF_THE_BOOKS or (is_owner and path == PEOPLE):
                continue
            if entry.is_dir(follow_symlinks=False):
                waiting += [(f"{path}/", depth + 1)] if depth < MOST_DEPTH else []
            elif entry.name.endswith(".md") and entry.is_file(follow_symlinks=False):
                _note(found, path, entry, most)
    return found


def _note(found: Look, path: str, entry: "os.DirEntry[str]", most: int) -> None:
    if len(found.files) >= most:
        found.too_many = True
        return
    # It may have been removed since.
    with contextlib.suppress(FileNotFoundError):
        about = entry.stat(follow_symlinks=False)
        found.files[path] = Seen(path, about.st_size, about.st_ctime_ns)


def _is_passed_over(name: str) -> bool:
    """Tell whether a name is none of a memory: a hidden one, or one that is no text."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return True
    return name.startswith(".")


def _known(mark: FileMark, was: Known | None = None) -> Known:
    read_at = (mark.read_at - EPOCH) // MICROSECOND * 1_000
    twice = was is not None and (was.size, was.changed) == (mark.size, mark.changed)
    return Known(mark.size, mark.changed, mark.read_at, twice or read_at - mark.changed > SETTLED)


def _is_known(seen: Seen, known: Known | None, now: datetime) -> bool:
    """Tell whether a file was read as it is; one that had changed just before is read once more."""
    if known is None or (known.size, known.changed) != (seen.size, seen.changed):
        return False
    return known.settled or now - known.read_at < AGAIN
