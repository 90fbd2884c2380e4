"""Vectors of texts, kept between runs in a file outside the repository: many notes take minutes to embed."""

import asyncio
import hashlib
import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from functools import cached_property
from pathlib import Path

import numpy as np

from memory.embed import Vector
from memory.vector_embedder import Array, LocalEmbedder
from memory.vectors import LOCAL

AT_ONCE = 64
TABLE = "CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB) WITHOUT ROWID"


def cache_file() -> Path:
    """Return where vectors are kept: in KIT_TEST_CACHE, otherwise in the person's folder of caches."""
    folder = os.environ.get("KIT_TEST_CACHE") or Path.home() / ".cache" / "kit-tests"
    return Path(folder) / "vectors.sqlite"


class CachedEmbedder:
    """The local embedder, asked only for what it was never asked before; `made` says for how many texts."""

    def __init__(self) -> None:
        self.name = LOCAL
        self.made = 0

    async def passages(self, texts: Sequence[str]) -> Sequence[Vector]:
        """Return the vector of each text that is to be found."""
        made = await asyncio.to_thread(self._cached, texts)
        return [each.tolist() for each in made]

    async def query(self, text: str) -> Vector:
        """Return the vector of what is looked for."""
        made = await asyncio.to_thread(self._cached, [text])
        return list(map(float, made[0]))

    async def aclose(self) -> None:
        """Let go of nothing."""

    @cached_property
    def _model(self) -> LocalEmbedder:
        return LocalEmbedder()

    def _cached(self, texts: Sequence[str]) -> Sequence[Array]:
        keys = [hashlib.sha256(f"{LOCAL}\0{text}".encode()).digest() for text in texts]
        path = cache_file()
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(path, timeout=60)) as kept:
            kept.execute(
                "CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB) WITHOUT ROWID"
            )
            known = {key: vector for key in keys if (vector := _vector(kept, key))}
            missing = [place for place, key in enumerate(keys) if key not in known]
            for start in range(0, len(missing), AT_ONCE):
                places = missing[start : start + AT_ONCE]
                made = self._model.embed([texts[place] for place in places])
                rows = [(keys[place], vector.tobytes()) for place, vector in zip(places, made, strict=True)]
                with kept:
                    kept.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)
                known.update(rows)
                self.made += len(rows)
        return [np.frombuffer(known[key], dtype=np.float32) for key in keys]


def _vector(kept: sqlite3.Connection, key: bytes) -> bytes | None:
    row = kept.execute("SELECT vector FROM vectors WHERE key = ?", (key,)).fetchone()
    return row[0] if row else None
