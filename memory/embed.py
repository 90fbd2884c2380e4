"""The port every embedder sits behind: texts in, one vector each out."""

from collections.abc import Sequence
from typing import Protocol

Vector = Sequence[float]


class EmbedderUnavailable(Exception):
    """Find by words alone for now: no vectors can be made."""


class Embedder(Protocol):
    """Makes vectors of length one; `name` tells those of one embedder from those of any other."""

    name: str

    async def passages(self, texts: Sequence[str]) -> Sequence[Vector]:
        """Return the vector of each text that is to be found; raise EmbedderUnavailable."""
        ...

    async def query(self, text: str) -> Vector:
        """Return the vector of what is looked for; raise EmbedderUnavailable."""
        ...

    async def aclose(self) -> None:
        """Let go of connections."""
        ...
