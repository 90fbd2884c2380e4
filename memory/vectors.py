"""Where vectors lie: one collection per person in Chroma, kept by a process of its own."""

import hashlib
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import structlog

from memory.embed import Embedder, EmbedderUnavailable
from memory.passages import Passage, Query
from memory.vector_process import VectorProcess, VectorsLost, VectorsRefused
from trading.clock import EPOCH, MICROSECOND
from trading.ports import NewId

SEARCHING = 5.0
INDEXING = 60.0
REWRITING = 300.0
"""Seconds that each may take."""

MOST_QUERY_CHARS = 2_000
"""What an embedder is given of a query."""

LOCAL = "e5-small-q4-level"
"""The embedder that comes along: multilingual-e5-small, its weights in four bits, level across languages."""

LEAST_NEAR = 0.15
LEAST_NEAR_ELSEWHERE = 0.25
"""Cosines of texts that have something in common: of the level vectors here, and of usual ones."""

DAMAGED = "-damaged"

log = structlog.get_logger(__name__)


class VectorsUnavailable(Exception):
    """Find by words alone for now."""


class Vectors(Protocol):
    """Keeps a vector for each passage. Everything raises VectorsUnavailable."""

    @property
    def mark(self) -> str:
        """The embedder and the place: a passage that has a vector under another mark has none here."""
        ...

    @property
    def least(self) -> float:
        """The cosine from which on two texts have something to do with each other."""
        ...

    async def index(self, person: str, passages: Sequence[Passage]) -> None:
        """Keep the vectors of somebody's passages."""
        ...

    async def search(self, person: str, query: Query, limit: int) -> Sequence[tuple[str, float]]:
        """Return the ids of the passages nearest in meaning, each with its cosine, the nearest first."""
        ...

    async def delete(self, person: str, ids: Sequence[str]) -> None:
        """Drop the vectors of these passages."""
        ...

    async def rewrite(self, person: str) -> None:
        """Write somebody's vectors anew, so that dropped ones are on no disk any more."""
        ...

    async def ids(self, person: str) -> frozenset[str]:
        """Return the ids of somebody's passages that have a vector."""
        ...

    async def keep_only(self, people: Sequence[str]) -> None:
        """Drop the vectors of everybody else, and those of other embedders."""
        ...

    async def close(self) -> None:
        """Let go of processes and connections."""
        ...


class ChromaVectors:
    """Vectors in Chroma, in a folder or on a server, by the local embedder where no other is given.

    A folder on which its process dies or that Chroma cannot read is set aside, the last such one kept, and a
    new one begun, which by its new name has no vectors. When that does not help either there are none until
    the next start.
    """

    def __init__(
        self, folder: Path, new_id: NewId, embedder: Embedder | None = None, url: str | None = None
    ) -> None:
        self._folder = folder
        self._new_id = new_id
        self._url = url
        self._embedder = embedder
        self._process = VectorProcess(folder, url)
        self._resets = 0
        self._place = url or place_of(folder, new_id)

    @property
    def mark(self) -> str:
        """The embedder and the place."""
        return f"{self._embedder.name if self._embedder else LOCAL}@{self._place}"

    @property
    def least(self) -> float:
        """The cosine from which on two texts have something to do with each other."""
        return LEAST_NEAR if self._embedder is None else LEAST_NEAR_ELSEWHERE

    async def index(self, person: str, passages: Sequence[Passage]) -> None:
        """Keep the vectors of somebody's passages; raise VectorsUnavailable."""
        texts = [each.whole for each in passages]
        await self._ask(
            "index",
            INDEXING,
            collection=self._name(person),
            ids=[each.id for each in passages],
            metadatas=[_about(each) for each in passages],
            texts=[_clean(each) for each in texts],
            vectors=await self._made(texts) if self._embedder else None,
        )

    async def search(self, person: str, query: Query, limit: int) -> Sequence[tuple[str, float]]:
        """Return the ids nearest in meaning with their cosines; raise VectorsUnavailable."""
        text = query.text[:MOST_QUERY_CHARS]
        found = await self._ask(
            "search",
            SEARCHING,
            collection=self._name(person),
            text=_clean(text),
            vector=await self._wanted(text) if self._embedder else None,
            limit=limit,
            where=_where(query),
        )
        return [(str(each), float(near)) for each, near in found]

    async def delete(self, person: str, ids: Sequence[str]) -> None:
        """Drop the vectors of these passages; raise VectorsUnavailable."""
        await self._ask("delete", INDEXING, collection=self._name(person), ids=list(ids))

    async def rewrite(self, person: str) -> None:
        """Write somebody's vectors anew; raise VectorsUnavailable."""
        await self._ask("rewrite", REWRITING, collection=self._name(person))

    async def ids(self, person: str) -> frozenset[str]:
        """Return the ids of somebody's passages that have a vector; raise VectorsUnavailable."""
        return frozenset(await self._ask("ids", INDEXING, collection=self._name(person)))

    async def keep_only(self, people: Sequence[str]) -> None:
        """Drop the vectors of everybody else, and those of other embedders; raise VectorsUnavailable."""
        await self._ask("drop", INDEXING, keep=[self._name(each) for each in people], prefix=PREFIX)

    async def close(self) -> None:
        """Let go of processes and connections."""
        await self._process.close()
        if self._embedder is not None:
            await self._embedder.aclose()

    async def _made(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        assert self._embedder is not None
        try:
            return await self._embedder.passages(texts)
        except EmbedderUnavailable as error:
            raise VectorsUnavailable(str(error)) from None

    async def _wanted(self, text: str) -> Sequence[float]:
        assert self._embedder is not None
        try:
            return await self._embedder.query(text)
        except EmbedderUnavailable as error:
            raise VectorsUnavailable(str(error)) from None

    async def _ask(self, op: str, seconds: float, **given: Any) -> Any:
        if self._resets > MOST_RESETS:
            raise VectorsUnavailable("vectors failed too often; see the log, and start again")
        try:
            return await self._process.ask(op, seconds, **given)
        except (VectorsLost, VectorsRefused) as error:
            raise await self._failed(error) from error

    async def _failed(self, error: VectorsLost | VectorsRefused) -> VectorsUnavailable:
        if self._url is None and _is_damage(error):
            self._resets += 1
            await self._process.close()
            aside = set_aside(self._folder)
            self._place = place_of(self._folder, self._new_id)
            log.error("vectors are made anew", reason=str(error), aside=str(aside))
        return VectorsUnavailable(str(error))

    def _name(self, person: str) -> str:
        return f"{PREFIX}{_short(person, 32)}-{_short(self.mark, 8)}"


PREFIX = "kit-"
MOST_RESETS = 3
NAMED = "vec"

# How Chroma says that it cannot read its own files; a missing embedder or a full disk is no such thing.
_DAMAGE = (
    "hnsw",
    "pickle",
    "code: 11)",
    "code: 26)",
    "malformed",
    "not a database",
    "no such table",
    "migration",
)


def place_of(folder: Path, new_id: NewId) -> str:
    """Return the name of a folder, which it gets once and for all."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / "name"
    try:
        name = path.read_text(encoding="ascii")
    except (FileNotFoundError, UnicodeDecodeError):
        name = ""
    if not name.startswith(NAMED):
        name = new_id(NAMED)
        path.write_text(name, encoding="ascii")
    return name


def set_aside(folder: Path) -> Path:
    """Move a folder out of the way, in place of the last one that was."""
    aside = folder.with_name(folder.name + DAMAGED)
    shutil.rmtree(aside, ignore_errors=True)
    if folder.exists():
        folder.rename(aside)
    return aside


def _is_damage(error: VectorsLost | VectorsRefused) -> bool:
    reason = str(error).lower()
    return "died" in reason or any(each in reason for each in _DAMAGE)


def _about(passage: Passage) -> Mapping[str, Any]:
    """Return what Chroma filters by; it is told no text."""
    return {
        "kind": passage.kind.value,
        "at": (passage.at - EPOCH) // MICROSECOND,
        "known_at": (passage.known_at - EPOCH) // MICROSECOND,
    }


def _where(query: Query) -> Mapping[str, Any] | None:
    wanted: list[Mapping[str, Any]] = []
    if query.kinds:
        wanted.append({"kind": {"$in": sorted(query.kinds)}})
    for name, relation, moment in (
        ("at", "$gte", query.since),
        ("at", "$lt", query.until),
        ("at", "$lte", query.as_of),
        ("known_at", "$lte", query.as_of),
    ):
        if moment is not None:
            wanted.append({name: {relation: (moment - EPOCH) // MICROSECOND}})
    if len(wanted) > 1:
        return {"$and": wanted}
    return wanted[0] if wanted else None


def _clean(text: str) -> str:
    """Return text that the embedder reads to its end: NUL would be one to it."""
    return text.replace("\0", " ") or " "


def _short(text: str, length: int) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:length]
