"""Memories with the real process that keeps vectors, on a clock that tests move."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

from memory.database import Database
from memory.embed import Embedder
from memory.following import Follower
from memory.memory_index import MemoryIndex
from memory.notebook import Notebook
from memory.passages import Query
from memory.vectors import ChromaVectors
from memory.workspace import OWNER, Workspace
from tests.memory.test_following import NOON
from trading.clock import ManualClock

NUMBERS = count()


@dataclass(frozen=True, slots=True)
class Library:
    """Everybody's memories, their files, and where their vectors lie."""

    notebook: Notebook
    follower: Follower
    vectors: ChromaVectors
    database: Database
    clock: ManualClock
    folder: Path

    @property
    def index(self) -> MemoryIndex:
        """The index."""
        return self.notebook.index

    def write(self, files: Mapping[str, str], person: str = OWNER) -> None:
        """Write files of somebody."""
        for name, text in files.items():
            path = self.notebook.workspace.of(person) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    async def settle(self) -> None:
        """Follow the files, and return once every passage has its vector or none can be had."""
        await self.follower.step()
        await self.index.settle()

    async def later(self) -> None:
        """Let the time pass for which vectors are left alone that were not to be had, and settle."""
        await self.clock.advance(61)
        await self.settle()

    async def whole(self, *people: str) -> bool:
        """Tell whether every passage of these people has its vector, and every vector its passage."""
        for person in people or (OWNER,):
            passages = await self.notebook.recent(person, 100_000)
            if await self.vectors.ids(person) != {each.id for each in passages}:
                return False
        async with self.database.read() as uow:
            waiting = [await uow.passages.waiting(person) for person in people or (OWNER,)]
            return not any(waiting) and not await uow.passages.retired(1)

    async def best(self, text: str, person: str = OWNER) -> tuple[str, str | None]:
        """Return what is found first, and what half of the search was not to be had."""
        async with asyncio.timeout(60):
            found = await self.notebook.search(person, Query(text))
        return (found.hits[0].passage.text if found.hits else "", found.without)

    async def found(self, person: str, query: Query) -> Sequence[str]:
        """Return the texts that are found."""
        return [each.passage.text for each in (await self.notebook.search(person, query)).hits]


@asynccontextmanager
async def library(
    database: Database, home: Path, embedder: Embedder | None = None, url: str | None = None
) -> AsyncIterator[Library]:
    """Serve memories until the block ends."""
    clock = ManualClock(NOON)

    def new_id(kind: str) -> str:
        return f"{kind}_{next(NUMBERS):08}"

    workspace = Workspace(home / "workspace")
    workspace.make({})
    vectors = ChromaVectors(home / "vectors", new_id, embedder, url)
    index = MemoryIndex(database, vectors, clock, new_id)
    notebook = Notebook(workspace, index, database, clock, ZoneInfo("UTC"))
    try:
        yield Library(
            notebook, Follower(notebook, database, clock), vectors, database, clock, home / "vectors"
        )
    finally:
        await index.close()
