"""What follows the files of a workspace, in a process that is killed: at random, or at a moment it is told.

Run as `python -m tests.faults.keeper HOME [MOMENT COUNT]`; it dies when it has come to a moment that often.
"""

import asyncio
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

from memory.database import Database
from memory.following import Follower
from memory.memory_index import MemoryIndex
from memory.notebook import Notebook
from memory.passage_store import FileMark
from memory.passages import Passage, Piece
from memory.vectors import ChromaVectors
from memory.workspace import Workspace
from tests.faults.fate import Fate
from tests.peers.embeddings import Counted
from trading.clock import SystemClock

MOMENTS = (
    "before index",
    "after index",
    "before delete",
    "after delete",
    "after ids",
    "before keep_only",
    "in follow",
    "before rewrite",
    "after rewrite",
)
"""Where it can be told to die."""

CARELESS = "marked too early"
"""Where it dies that notes a file as read before what is in it: the control."""


class Deadly(ChromaVectors):
    """Vectors beside which the process may end."""

    def __init__(self, folder: Path, new_id: "NewIds", fate: Fate) -> None:
        super().__init__(folder, new_id, Counted())
        self._fate = fate

    async def index(self, person: str, passages: Sequence[Passage]) -> None:
        """Keep the vectors of passages."""
        self._fate.come("before index")
        await super().index(person, passages)
        self._fate.come("after index")

    async def delete(self, person: str, ids: Sequence[str]) -> None:
        """Drop vectors."""
        self._fate.come("before delete")
        await super().delete(person, ids)
        self._fate.come("after delete")

    async def rewrite(self, person: str) -> None:
        """Write vectors anew."""
        self._fate.come("before rewrite")
        await super().rewrite(person)
        self._fate.come("after rewrite")

    async def ids(self, person: str) -> frozenset[str]:
        """Return which vectors there are."""
        found = await super().ids(person)
        self._fate.come("after ids")
        return found

    async def keep_only(self, people: Sequence[str]) -> None:
        """Drop everybody else's vectors."""
        self._fate.come("before keep_only")
        await super().keep_only(people)


class Index(MemoryIndex):
    """The index, in whose work the process may end; careless when that is what kills it."""

    fate = Fate()

    async def follow(
        self,
        person: str,
        path: str,
        pieces: Sequence[Piece],
        mark: FileMark | None = None,
        *,
        forget: bool = False,
    ) -> Sequence[Passage]:
        """Make passages what these pieces are."""
        if self.fate.moment == CARELESS and mark is not None:
            settled = replace(mark, read_at=mark.read_at + timedelta(hours=1))
            async with self._database.transact() as uow:
                await uow.passages.mark_file(settled)
            self.fate.come(CARELESS)
        if self.fate.moment == "in follow" and len(pieces) > 1:
            # As far as it is when it ends in the middle: some of it is committed, and not the mark.
            await super().follow(person, path, pieces[: len(pieces) // 2])
            self.fate.come("in follow")
        return await super().follow(person, path, pieces, mark, forget=forget)


class NewIds:
    """Ids that no two processes share."""

    def __init__(self) -> None:
        self._numbers = count()
        self._seed = os.urandom(4).hex()

    def __call__(self, kind: str) -> str:
        """Return the next one."""
        return f"{kind}_{self._seed}{next(self._numbers):06}"


class Keeper:
    """Memories of a home, and what follows their files."""

    def __init__(self, database: Database, home: Path, fate: Fate) -> None:
        clock, new_id = SystemClock(), NewIds()
        workspace = Workspace(home / "workspace")
        workspace.make({})
        self.vectors = Deadly(home / "vectors", new_id, fate)
        self.index = Index(database, self.vectors, clock, new_id)
        self.index.fate = fate
        self.notebook = Notebook(workspace, self.index, database, clock, ZoneInfo("UTC"))
        self.follower = Follower(self.notebook, database, clock)
        self.database = database

    async def settle(self) -> None:
        """Come to an end with what there is."""
        while await self.follower.step():
            pass
        await self.index.settle()
        await self.index.close()


async def main(home: Path, fate: Fate) -> None:
    """Follow until killed, and forget a memory now and then."""
    async with Database.open(f"sqlite:///{home / 'kit.db'}") as database:
        keeper = Keeper(database, home, fate)
        print("following", flush=True)
        for turn in count(1):
            await keeper.follower.step()
            await asyncio.sleep(0.002)
            if turn % 25 == 0:
                await forget_one(keeper)


async def forget_one(keeper: Keeper) -> None:
    """Forget the first thing that is found of anybody."""
    for person in keeper.notebook.workspace.people():
        found = await keeper.notebook.recent(person, 1)
        await keeper.notebook.forget(person, [each.id for each in found])


if __name__ == "__main__":
    told = sys.argv[2:]
    asyncio.run(main(Path(sys.argv[1]), Fate(told[0], int(told[1])) if told else Fate()))
