"""Vectors of texts, kept between runs in a file outside the repository: many notes take minutes to embed."""

import hashlib
import os
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Embed = Callable[[list[str]], Vectors]

AT_ONCE = 64


def cache_file() -> Path:
    """Return where vectors are kept: in KIT_TEST_CACHE, otherwise in the person's folder of caches."""
    folder = os.environ.get("KIT_TEST_CACHE") or Path.home() / ".cache" / "kit-tests"
    return Path(folder) / "vectors.sqlite"


def cached(embedder: str, texts: Sequence[str], embed: Embed) -> Vectors:
    """Return one vector for each text; those that the embedder of this name has not made yet are made now."""
    keys = [hashlib.sha256(f"{embedder}\0{text}".encode()).digest() for text in texts]
    path = cache_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path, timeout=60)) as kept:
        kept.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB) WITHOUT ROWID")
        known = {key: vector for key in keys if (vector := _vector(kept, key))}
        missing = [place for place, key in enumerate(keys) if key not in known]
        for start in range(0, len(missing), AT_ONCE):
            places = missing[start : start + AT_ONCE]
            made = embed([texts[place] for place in places])
            rows = [(keys[place], vector.tobytes()) for place, vector in zip(places, made, strict=True)]
            with kept:
                kept.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)
            known.update(rows)
    return np.stack([np.frombuffer(known[key], dtype=np.float32) for key in keys])


def _vector(kept: sqlite3.Connection, key: bytes) -> bytes | None:
    row = kept.execute("SELECT vector FROM vectors WHERE key = ?", (key,)).fetchone()
    return row[0] if row else None
