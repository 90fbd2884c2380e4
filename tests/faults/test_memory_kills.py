"""What follows the files is killed at random and at its worst moments: the index is what the files are."""

import asyncio
import signal
import time
from asyncio.subprocess import PIPE
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import text

from memory.database import Database
from memory.markdown import pieces_of
from memory.passages import Passage, Query
from memory.workspace import OWNER, Workspace
from tests.faults.keeper import CARELESS, MOMENTS, Fate, Keeper
from tests.faults.pace import PATIENCE
from tests.nursery import born

ANN = "telegram:1"
LETTERS = "cjqvwx"


@dataclass
class Desk:
    """Files of two people that somebody changes at random, each line with a word of its own."""

    home: Path
    random: Random
    words: int = 0
    gone: set[str] = field(default_factory=set)

    @property
    def workspace(self) -> Workspace:
        return Workspace(self.home / "workspace")

    def word(self) -> str:
        """Return a word that there was not before."""
        self.words += 1
        rest, letters = self.words, []
        for _ in range(6):
            rest, digit = divmod(rest, len(LETTERS))
            letters.append(LETTERS[digit])
        return f"q{''.join(letters)}"

    def files(self) -> list[Path]:
        return sorted(self.workspace.folder.rglob("*.md"))

    def change(self) -> None:
        """Do something to some file."""
        folder = self.workspace.of(self.random.choice((OWNER, ANN)))
        path = folder / self.random.choice(("", "memory/", "plans/")) / f"{self.random.randrange(8)}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        act = self.random.choice(("write", "write", "append", "edit", "edit", "delete", "rename"))
        there = self.files()
        if act == "write" or not there:
            path.write_text("# Title\n\n" + "".join(self.line() for _ in range(self.random.randrange(1, 12))))
            return
        old = self.random.choice(there)
        try:
            lines = old.read_text().splitlines(keepends=True)
            if act == "append":
                old.write_text("".join((*lines, self.line())))
            elif act == "edit":
                place = self.random.randrange(len(lines) + 1)
                old.write_text(
                    "".join((*lines[:place], self.line(), *lines[place + self.random.randrange(3) :]))
                )
            elif act == "delete":
                old.unlink()
            else:
                old.rename(path)
        except FileNotFoundError:
            return

    def line(self) -> str:
        return f"- {self.word()} is a word\n"


async def live(desk: Desk, seconds: float, *fate: str, still: bool = False) -> None:
    """Let the process follow files that change unless they are still, and kill it if it does not die."""
    process = await born("tests.faults.keeper", str(desk.home), *fate, stdout=PIPE)
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE):
        assert await process.stdout.readline() == b"following\n"
    until = time.monotonic() + seconds
    while process.returncode is None and time.monotonic() < until:
        if not still:
            desk.change()
        # How long is chance; nothing waits for anything here.
        await asyncio.sleep(0.02)
    if process.returncode is None:
        process.send_signal(signal.SIGKILL)
    await process.wait()


async def settled(desk: Desk) -> list[str]:
    """Let what is there settle, and return what is wrong then."""
    async with Database.open(f"sqlite:///{desk.home / 'kit.db'}") as database:
        keeper = Keeper(database, desk.home, Fate())
        await keeper.settle()
        wrong = [each for person in (OWNER, ANN) for each in await breaches(desk, keeper, person)]
        async with database.read() as uow:
            kept = sum([await uow.passages.count(person) for person in (OWNER, ANN)])
            rows = await uow.passages._connection.execute(text("SELECT count(*) FROM memory_words"))
            words = int(rows.scalar() or 0)
            retired = await uow.passages.retired(1)
        wrong += [f"{words} rows of full text for {kept} passages"] if words != kept else []
        wrong += [f"{each.id} is still to lose its vector" for each in retired]
        await keeper.index.close()
    return wrong


async def breaches(desk: Desk, keeper: Keeper, person: str) -> list[str]:
    """Return where somebody's passages, full text and vectors are not what their files are."""
    folder = desk.workspace.of(person)
    wanted = sorted(
        (path.relative_to(folder).as_posix(), each.start_line, each.end_line, each.text)
        for path in folder.rglob("*.md")
        if person != OWNER or "people" not in path.relative_to(folder).parts
        for each in pieces_of(path.relative_to(folder).as_posix(), path.read_text())
    )
    kept = await keeper.notebook.recent(person, 100_000)
    found = sorted((each.path, each.start_line, each.end_line, each.text) for each in kept)
    wrong = [f"{person}: {each} is in a file alone" for each in wanted if each not in found]
    wrong += [f"{person}: {each} is in the index alone" for each in found if each not in wanted]
    wrong += ["there are passages twice"] if len(found) != len(wanted) and not wrong else []
    vectors = await keeper.vectors.ids(person)
    if vectors != {each.id for each in kept}:
        wrong.append(f"{person}: {len(vectors)} vectors for {len(kept)} passages")
    return wrong + await unlike(desk, keeper, person, kept)


async def unlike(desk: Desk, keeper: Keeper, person: str, kept: Sequence[Passage]) -> list[str]:
    """Return what full text finds otherwise than it stands in passages."""
    where = {each.text.split()[1]: each.id for each in kept}
    gone = Random(1).sample(sorted(all_words(desk) - where.keys()), k=min(100, desk.words - len(where)))
    async with keeper.database.read() as uow:
        found = {
            word: [each.id for each, _ in await uow.passages.by_words(person, Query(word), 3)]
            for word in (*where, *gone)
        }
    return [
        f"{word} is found in {ids}"
        for word, ids in found.items()
        if ids != ([where[word]] if word in where else [])
    ]


def all_words(desk: Desk) -> set[str]:
    """Return every word that there ever was."""
    again = Desk(desk.home, Random(0))
    return {again.word() for _ in range(desk.words)}


async def killed(home: Path, seed: int, kills: int, moments: Sequence[str]) -> None:
    """Kill it at random, and at these moments, and hold the index to the files now and then."""
    print(f"seed {seed}")
    desk = Desk(home, Random(seed))
    for number in range(kills):
        await live(desk, desk.random.uniform(0, 0.8))
        if number % 20 == 19:
            assert await settled(desk) == []
    for moment in moments:
        await live(desk, 2, moment, str(desk.random.randrange(1, 4)))
    assert await settled(desk) == []
    print(f"{kills} kills at random, {len(moments)} at a moment, {desk.words} lines")
    assert desk.words > kills


@pytest.mark.xdist_group("faults-kills")
async def test_the_index_is_what_the_files_are_after_a_few_kills(tmp_path: Path) -> None:
    await killed(tmp_path, 1, 1, ("after index", "in follow"))


@pytest.mark.long
async def test_the_index_is_what_the_files_are_after_a_hundred_kills(tmp_path: Path) -> None:
    await killed(tmp_path, 11, 100 - 2 * len(MOMENTS), MOMENTS * 2)


@pytest.mark.xdist_group("faults-kills")
async def test_who_notes_a_file_as_read_before_what_is_in_it_is_seen(tmp_path: Path) -> None:
    desk = Desk(tmp_path, Random(1))
    desk.change()
    await live(desk, PATIENCE, CARELESS, "1", still=True)
    wrong = await settled(desk)
    assert [each for each in wrong if each.endswith("is in a file alone")]
