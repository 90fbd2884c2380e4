"""Memories follow their files, whatever people do to them."""

import os
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from memory.database import Database
from memory.following import Follower, look_at
from memory.memory_index import MemoryIndex
from memory.notebook import Notebook
from memory.passages import Query, Source
from memory.workspace import OWNER, Workspace
from trading.clock import ManualClock

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
ANN = "telegram:1"


@dataclass(frozen=True, slots=True)
class Desk:
    """A workspace, and what follows it."""

    notebook: Notebook
    follower: Follower
    database: Database
    clock: ManualClock

    def path(self, name: str, person: str = OWNER) -> Path:
        """Return where a file lies, in a folder that is there."""
        path = self.notebook.workspace.of(person) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    async def texts(self, person: str = OWNER) -> list[tuple[str, str]]:
        """Return the path and text of all that is kept of somebody."""
        return sorted((each.path, each.text) for each in await self.notebook.recent(person, 100_000))

    async def problems(self) -> Sequence[str]:
        """Return the files that are not read."""
        async with self.database.read() as uow:
            return [each.path for each in await uow.passages.problems()]

    async def words(self, person: str, text: str) -> list[str]:
        """Return what is found by words."""
        return [each.passage.text for each in (await self.notebook.search(person, Query(text))).hits]


@pytest_asyncio.fixture
async def desk(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    async with Database.open(sqlite_url) as database:
        yield desk_of(database, tmp_path / "workspace")


def desk_of(database: Database, folder: Path) -> Desk:
    """Return a workspace in a folder, with nothing in it."""
    clock, numbers = ManualClock(NOON), count()
    workspace = Workspace(folder)
    workspace.make({})
    index = MemoryIndex(database, None, clock, lambda kind: f"{kind}_{next(numbers):06}")
    notebook = Notebook(workspace, index, database, clock, ZoneInfo("UTC"))
    return Desk(notebook, Follower(notebook, database, clock), database, clock)


async def test_what_people_do_to_files_is_seen_without_a_restart(desk: Desk) -> None:
    note = desk.path("memory/2026-11-26.md")
    note.write_text("- one\n- two\n")
    desk.path("MEMORY.md", ANN).write_text("- hers\n")
    assert await desk.follower.step() == 2
    ids = {each.text: each.id for each in await desk.notebook.recent(OWNER, 9)}
    note.write_text("# Day\n\n- two\n- three\n")
    assert await desk.follower.step() == 1
    found = {each.text: each for each in await desk.notebook.recent(OWNER, 9)}
    assert set(found) == {"- two", "- three"}
    note.write_text("- two\n- three\n- two\n")
    await desk.follower.step()
    note.rename(desk.path("plans/later.md"))
    assert await desk.follower.step() == 1
    assert await desk.texts() == [("plans/later.md", each) for each in ("- three", "- two", "- two")]
    assert await desk.words(OWNER, "one") == []
    desk.path("plans/later.md").unlink()
    assert await desk.follower.step() == 0
    assert await desk.texts() == []
    assert await desk.texts(ANN) == [("MEMORY.md", "- hers")]
    assert set(ids) == {"- one", "- two"}


async def test_lines_that_move_stay_the_same_memories(desk: Desk) -> None:
    note = desk.path("a.md")
    note.write_text("- one\n- two\n- one\n")
    await desk.follower.step()
    before = {each.id: (each.text, each.known_at) for each in await desk.notebook.recent(OWNER, 9)}
    await desk.clock.advance(3_600)
    note.write_text("intro\n\n- two\n- one\n\n- one\n- new\n")
    await desk.follower.step()
    now = await desk.notebook.recent(OWNER, 9)
    assert {each.id: (each.text, each.known_at) for each in now if each.id in before} == before
    assert sorted((each.start_line, each.text) for each in now) == [
        (1, "intro"),
        (3, "- two"),
        (4, "- one"),
        (6, "- one"),
        (7, "- new"),
    ]


async def test_an_edit_that_leaves_size_and_date_as_they_were_is_seen(desk: Desk) -> None:
    note = desk.path("a.md")
    note.write_text("- one\n")
    about = note.stat()
    await desk.follower.step()
    note.write_text("- two\n")
    os.utime(note, ns=(about.st_atime_ns, about.st_mtime_ns))
    assert await desk.follower.step() == 1
    assert await desk.texts() == [("a.md", "- two")]


async def test_a_file_that_changed_just_now_is_read_once_more_and_then_left(desk: Desk) -> None:
    desk.path("a.md").write_text("- one\n")
    looks = [await desk.follower.step() for _ in range(3)]
    await desk.clock.advance(4)
    looks += [await desk.follower.step() for _ in range(3)]
    await desk.clock.advance(4_000)
    looks += [await desk.follower.step() for _ in range(3)]
    assert looks == [1, 0, 0, 1, 0, 0, 0, 0, 0]


async def test_what_cannot_be_read_is_told_and_holds_nothing_up(desk: Desk) -> None:
    turns = desk.path("turns.md")
    turns.write_text("- words\n")
    await desk.follower.step()
    turns.write_bytes(b"- words\0")
    desk.path("large.md").write_bytes(b"a" * 1_000_001)
    desk.path("many.md").write_text("- a\n" * 10_001)
    desk.path("latin.md").write_bytes("für".encode("latin-1"))
    desk.path("back\\slash.md").write_text("- words\n")
    os.mkfifo(desk.path("pipe.md"))
    desk.path("folder.md/inside.md").write_text("- inside\n")
    desk.path("link.md").symlink_to("folder.md/inside.md")
    desk.path("\udcff.md").write_text("- nameless\n")
    desk.path("trades/mine.md").write_text("- no trade\n")
    desk.path(".hidden.md").write_text("- hidden\n")
    desk.path("z.md").write_text("- last\n")
    desk.path("MEMORY.md", ANN).write_text("- hers\n")
    await desk.follower.step()
    assert await desk.texts() == [("folder.md/inside.md", "- inside"), ("z.md", "- last")]
    assert await desk.texts(ANN) == [("MEMORY.md", "- hers")]
    assert await desk.problems() == ["back\\slash.md", "large.md", "latin.md", "many.md", "turns.md"]
    turns.write_text("- words again\n")
    desk.path("large.md").unlink()
    await desk.follower.step()
    assert ("turns.md", "- words again") in await desk.texts()
    assert await desk.problems() == ["back\\slash.md", "latin.md", "many.md"]


async def test_a_folder_that_is_closed_for_a_while_loses_nothing(desk: Desk) -> None:
    if os.geteuid() == 0:
        pytest.skip("may look into everything")
    desk.path("memory/a.md").write_text("- one\n")
    await desk.follower.step()
    desk.path("memory").chmod(0)
    desk.path("b.md").write_text("- two\n")
    await desk.follower.step()
    desk.path("memory").chmod(0o700)
    assert await desk.texts() == [("b.md", "- two"), ("memory/a.md", "- one")]


async def test_a_thousand_files_are_followed_and_found(desk: Desk) -> None:
    for number in range(1_000):
        desk.path(f"notes/{number % 10}/{number}.md").write_text(f"- fact number{number}x of many\n")
    assert await desk.follower.step() == 1_000
    assert len(await desk.texts()) == 1_000
    assert (await desk.words(OWNER, "number123x"))[0] == "- fact number123x of many"
    later = Follower(desk.notebook, desk.database, desk.clock)
    await desk.clock.advance(10**6)
    assert await later.step() in (0, 1_000)
    assert await later.step() == 0


def test_more_files_than_are_looked_at_drop_none_that_was(tmp_path: Path) -> None:
    for number in range(11):
        (tmp_path / f"{number:05}.md").touch()
    look = look_at(tmp_path, is_owner=True, most=10)
    assert (len(look.files), look.may_hold("00010.md")) == (10, True)
    (tmp_path / "00000.md").unlink()
    look = look_at(tmp_path, is_owner=True, most=10)
    assert (len(look.files), look.may_hold("00000.md")) == (10, False)


async def test_a_fact_that_is_added_while_its_file_is_looked_at_stays_the_same_memory(desk: Desk) -> None:
    desk.path("MEMORY.md").write_text("- by hand\n")
    await desk.follower.step()
    desk.path("MEMORY.md").unlink()
    kept = await desk.notebook.add(OWNER, "I hold gold", Source.SAID)
    # As if it had been looked at before: the file was not there then.
    await desk.notebook.follow(OWNER, "MEMORY.md")
    await desk.follower.step()
    assert [each.id for each in await desk.notebook.recent(OWNER, 9)] == [kept.passage.id]
    assert set(await desk.notebook.origins([kept.passage])) == {kept.passage.id}
