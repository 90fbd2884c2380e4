"""Searches of a person's memories, their questions embedded, against the nearest of all vectors in numpy.

The vectors of most notes are made up: around those of some hundred real ones, as far apart as real ones are.
Those of the questions are real, and so is the store with its full text.
"""

import asyncio
import random
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from itertools import count
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.figures import Figure, Promise
from bench.measure import percentile
from kit.logs import configure
from memory.database import Database
from memory.embed import Vector
from memory.memory_index import MemoryIndex, passage_of
from memory.passages import Kind, Passage, Piece, Query
from memory.vector_embedder import LocalEmbedder
from memory.vectors import LOCAL, ChromaVectors
from trading.clock import SystemClock

# The model alone takes 16 ms of it.
SLOW = Promise(target=40, floor=80, at_most=True)

SIZES = (1_000, 10_000, 100_000)
PROMISED = 10_000
REAL = 320
AT_ONCE = 1_000
SEARCHES = 100
PERSON = "bench"

_WHAT = ("Bought", "Sold", "Watched", "Verkauft:", "Gekauft:", "Notiz zu")
_COINS = ("BTC", "ETH", "SOL", "ADA", "LINK", "XRP", "DOT", "AVAX")
_WHY = ("the trend broke", "volume was thin", "weil das Volumen stieg", "vor den Zahlen", "after a long wait")
_ASKED = ("Why did I sell", "What did I think of", "Warum habe ich gekauft:", "Wann kaufte ich zuletzt")


class MadeUp:
    """Makes the vectors of questions by the model, and those of notes up, around some real ones."""

    name = f"{LOCAL}-made-up"

    def __init__(self, real: NDArray[np.float32]) -> None:
        self.model = LocalEmbedder()
        self._real = real
        self._chance = np.random.default_rng(7)

    def made(self, number: int) -> NDArray[np.float32]:
        """Return so many vectors of length one."""
        near = self._real[self._chance.integers(len(self._real), size=number)]
        spread = self._chance.standard_normal(near.shape, dtype=np.float32) / near.shape[1] ** 0.5
        moved = near + 0.7 * spread
        return np.asarray(moved / np.linalg.norm(moved, axis=1, keepdims=True), dtype=np.float32)

    async def passages(self, texts: Sequence[str]) -> Sequence[Vector]:
        """Return a made-up vector for each text."""
        return [each.tolist() for each in self.made(len(texts))]

    async def query(self, text: str) -> Vector:
        """Return the vector of a question."""
        made = await asyncio.to_thread(self.model.embed, [text])
        return [float(each) for each in made[0]]

    async def aclose(self) -> None:
        """Let go of nothing."""


def measure() -> list[Figure]:
    """Return how long searches take among ever more notes, and how many notes a second are indexed."""
    return asyncio.run(_measure())


async def _measure() -> list[Figure]:
    configure("error")
    embedder, chance = MadeUp(_embedded()), random.Random(7)
    with tempfile.TemporaryDirectory(prefix="kit-bench-") as folder:
        home, numbers = Path(folder), count()
        vectors = ChromaVectors(home / "vectors", lambda kind: f"{kind}_{next(numbers)}", embedder)
        async with Database.open(f"sqlite:///{home / 'kit.db'}") as database:
            index = MemoryIndex(database, vectors, SystemClock(), lambda kind: f"{kind}_{next(numbers)}")
            try:
                return await _grow(index, database, vectors, embedder, chance)
            finally:
                await index.close()


async def _grow(
    index: MemoryIndex, database: Database, vectors: ChromaVectors, embedder: MadeUp, chance: random.Random
) -> list[Figure]:
    figures: list[Figure] = []
    held, spent = 0, 0.0
    for size in SIZES:
        started = time.perf_counter()
        while held < size:
            await _fill(database, vectors, [_passage(held + each, chance) for each in range(AT_ONCE)])
            held += AT_ONCE
        spent += time.perf_counter() - started
        figures += await _compare(index, embedder, size, chance)
    return [*figures, *_rates(embedder, held / spent, chance)]


async def _fill(database: Database, vectors: ChromaVectors, passages: Sequence[Passage]) -> None:
    async with database.transact() as uow:
        for each in passages:
            await uow.passages.add(each)
    await vectors.index(PERSON, passages)
    async with database.transact() as uow:
        await uow.passages.embedded([each.id for each in passages], vectors.mark)


async def _compare(index: MemoryIndex, embedder: MadeUp, size: int, chance: random.Random) -> list[Figure]:
    everything = embedder.made(size)
    ours, plain = [], []
    for _ in range(SEARCHES):
        asked = f"{chance.choice(_ASKED)} {chance.choice(_COINS)} {chance.randint(1, 999)}?"
        started = time.perf_counter()
        found = await index.search(PERSON, Query(asked))
        ours.append((time.perf_counter() - started) * 1e3)
        assert len(found.hits) == Query(asked).limit
        assert found.without is None
        started = time.perf_counter()
        near = everything @ embedder.model.embed([asked])[0]
        np.argpartition(-near, 10)
        plain.append((time.perf_counter() - started) * 1e3)
    notes = f"memory search, {size:,} notes of made-up vectors"
    return [
        Figure(f"{notes}, p50", "ms", percentile(ours, 0.5), percentile(plain, 0.5)),
        Figure(
            f"{notes}, p95",
            "ms",
            percentile(ours, 0.95),
            percentile(plain, 0.95),
            SLOW if size == PROMISED else None,
        ),
    ]


def _rates(embedder: MadeUp, without: float, chance: random.Random) -> list[Figure]:
    started = time.perf_counter()
    embedder.model.embed([_text(each, chance) for each in range(REAL)])
    each = (time.perf_counter() - started) / REAL
    return [
        Figure("memory index, vectors given", "1/s", without),
        Figure("memory index, embedding included", "1/s", 1 / (each + 1 / without), 1 / each),
    ]


def _embedded() -> NDArray[np.float32]:
    chance = random.Random(1)
    return LocalEmbedder().embed([_text(number, chance) for number in range(REAL)])


def _passage(number: int, chance: random.Random) -> Passage:
    piece = Piece(Kind.NOTE, "", _text(number, chance), 1, 1)
    now = SystemClock().now() - timedelta(minutes=number)
    return passage_of(piece, f"mem_{number}", PERSON, f"memory/{number}.md", now)


def _text(number: int, chance: random.Random) -> str:
    price = chance.uniform(1, 90_000)
    return f"{chance.choice(_WHAT)} {chance.choice(_COINS)} {price:,.2f}, {chance.choice(_WHY)}. ({number})"
