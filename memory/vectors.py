"""Where vectors lie: one collection per person in Chroma, kept by a process of its own."""

import asyncio
import hashlib
import shutil
from collections.abc import Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import structlog

from memory.embed import Embedder, EmbedderUnavailable
from memory.passages import Passage, Query
from memory.vector_process import VectorProcess, VectorsDied, VectorsLost, VectorsRefused
from trading.clock import EPOCH, MICROSECOND
from trading.ports import NewId

SEARCHING = 5.0
"""Seconds in which a search has vectors, or does without."""
INDEXING = 60.0
REWRITING = 300.0
"""Seconds that each may take."""

MOST_QUERY_CHARS = 2_000
"""What an embedder is given of a query."""

LOCAL = "use-multilingual-3"
"""The embedder that comes along: Google's universal sentence encoder, for sixteen languages."""

LEAST_NEAR = 0.2
LEAST_NEAR_ELSEWHERE = 0.25
"""Cosines of texts that have something in common: by the local embedder, and by others."""

DAMAGED = "-damaged"

log = structlog.get_logger(__name__)


class VectorsUnavailable(Exception):
    """Find by words alone for now."""


class VectorsBusy(VectorsUnavailable):
    """Find by words alone this time: others were first."""


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

    async def vector(self, person: str, name: str) -> Sequence[float] | None:
        """Return the vector of a passage, None where it has none."""
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
        self._searches: set[asyncio.Future[Any]] = set()
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
            person,
            ids=[each.id for each in passages],
            metadatas=[_about(each) for each in passages],
            texts=[_clean(each) for each in texts],
            vectors=await self._made(texts) if self._embedder else None,
        )

    async def search(self, person: str, query: Query, limit: int) -> Sequence[tuple[str, float]]:
        """Return the ids nearest in meaning with their cosines; raise VectorsUnavailable."""
        found: Sequence[tuple[str, float]] = await self._soon(self._found(person, query, limit))
        return found

    async def _soon(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Return what somebody waits for; raise VectorsBusy when it takes too long."""
        task = asyncio.ensure_future(work)
        self._searches.add(task)
        task.add_done_callback(self._over)
        done, _ = await asyncio.wait({task}, timeout=SEARCHING)
        if not done:
            # It goes on: ended now it would take the process with it, and all that wait for that.
            raise VectorsBusy("Chroma is busy, or has yet to start")
        return task.result()

    def _over(self, task: asyncio.Future[Any]) -> None:
        self._searches.discard(task)
        # Whoever waited may have gone, and then nobody else hears of it.
        if not task.cancelled() and (error := task.exception()) is not None:
            log.debug("a search for vectors ended", error=str(error))

    async def _found(self, person: str, query: Query, limit: int) -> Sequence[tuple[str, float]]:
        text = query.text[:MOST_QUERY_CHARS]
        vector = await self._wanted(text) if self._embedder else None
        found = await self._ask(
            "search",
            SEARCHING,
            person,
            text=_clean(text),
            vector=vector,
            limit=limit,
            where=_where(query),
        )
        return [(str(each), float(near)) for each, near in found]

    async def delete(self, person: str, ids: Sequence[str]) -> None:
        """Drop the vectors of these passages; raise VectorsUnavailable."""
        await self._ask("delete", INDEXING, person, ids=list(ids))

    async def rewrite(self, person: str) -> None:
        """Write somebody's vectors anew; raise VectorsUnavailable."""
        await self._ask("rewrite", REWRITING, person)
        if self._url is None:
            await asyncio.to_thread(shutil.rmtree, aside_of(self._folder), ignore_errors=True)

    async def ids(self, person: str) -> frozenset[str]:
        """Return the ids of somebody's passages that have a vector; raise VectorsUnavailable."""
        return frozenset(await self._ask("ids", INDEXING, person))

    async def vector(self, person: str, name: str) -> Sequence[float] | None:
        """Return the vector of a passage, None where it has none; raise VectorsUnavailable."""
        found: Sequence[float] | None = await self._soon(self._ask("vector", SEARCHING, person, name=name))
        return found

    async def keep_only(self, people: Sequence[str]) -> None:
        """Drop the vectors of everybody else, and those of other embedders; raise VectorsUnavailable."""
        await self._ask("drop", INDEXING, people=people)

    async def close(self) -> None:
        """Let go of processes and connections."""
        for each in self._searches:
            each.cancel()
        await asyncio.gather(*self._searches, return_exceptions=True)
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

    async def _ask(
        self, op: str, seconds: float, person: str | None = None, people: Sequence[str] = (), **given: Any
    ) -> Any:
        """Have the process do something; when it has died, once more: somebody may have ended it."""
        lost: VectorsLost | VectorsRefused | None = None
        for _ in range(TRIES):
            if self._resets > MOST_RESETS:
                raise VectorsUnavailable("vectors failed too often; see the log, and start again")
            place = self._place
            if person is None:
                whose: dict[str, Any] = {"keep": [self._name(each) for each in people], "prefix": PREFIX}
            else:
                whose = {"collection": self._name(person)}
            try:
                return await self._process.ask(op, seconds, **whose, **given)
            except (VectorsLost, VectorsRefused) as error:
                lost = error
                if not isinstance(error, VectorsDied):
                    break
        assert lost is not None
        if self._url is None and place == self._place and _is_damage(lost):
            await self._begin_anew(lost)
        raise VectorsUnavailable(str(lost)) from lost

    async def _begin_anew(self, error: Exception) -> None:
        self._resets += 1
        # Named at once: whoever asks next asks for vectors that are to be made.
        self._place = self._new_id(NAMED)
        async with self._process.ended():
            aside = await asyncio.to_thread(set_aside, self._folder)
            await asyncio.to_thread(_named, self._folder, self._place)
        log.error("vectors are made anew", reason=str(error), aside=str(aside))

    def _name(self, person: str) -> str:
        return f"{PREFIX}{_short(person, 32)}-{_short(self.mark, 8)}"


PREFIX = "kit-"
MOST_RESETS = 3
TRIES = 2
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
        _named(folder, name)
    return name


def _named(folder: Path, name: str) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / "name").write_text(name, encoding="ascii")


def aside_of(folder: Path) -> Path:
    """Return where a folder is moved that is damaged."""
    return folder.with_name(folder.name + DAMAGED)


def set_aside(folder: Path) -> Path:
    """Move a folder out of the way, in place of the last one that was."""
    aside = aside_of(folder)
    shutil.rmtree(aside, ignore_errors=True)
    if folder.exists():
        folder.rename(aside)
    return aside


def _is_damage(error: VectorsLost | VectorsRefused) -> bool:
    reason = str(error).lower()
    return isinstance(error, VectorsDied) or any(each in reason for each in _DAMAGE)


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
