"""The index of memories: it follows the files, finds by words and meaning, and keeps no more than they do."""

import asyncio
import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from memory.database import Database, UnitOfWork
from memory.fusion import Candidate, fuse
from memory.glossary import widened
from memory.passage_store import FileMark, Retired, fits
from memory.passages import Found, Hit, Kind, Passage, Piece, Query
from memory.terms import terms
from memory.vectors import Vectors, VectorsUnavailable
from trading.clock import Clock
from trading.ports import NewId

CANDIDATES = 60
"""How many passages each half of a search brings."""

FILTERED = 400
"""As many where what Chroma brings is looked through once more."""

AT_ONCE = 8
"""Passages that get their vectors in one go; a search waits for no more than these."""

LEAST_SHARE = 0.5
"""The share of a question's words from which on a passage has to do with it."""

NO_VECTORS = "vectors"

PATIENCE = timedelta(seconds=60)
"""How long vectors are left alone that were not to be had."""

log = structlog.get_logger(__name__)


class MemoryIndex:
    """Everybody's passages. Without `vectors` they are found by their words alone."""

    def __init__(self, database: Database, vectors: Vectors | None, clock: Clock, new_id: NewId) -> None:
        self._database = database
        self._vectors = vectors
        self._clock = clock
        self._new_id = new_id
        self._checked: str | None = None
        self._turn = asyncio.Lock()
        self._dirty = True
        self._patience: datetime | None = None
        self.problem: str | None = None
        """Why memories are found by their words alone, None while they are not."""

    async def follow(
        self,
        person: str,
        path: str,
        pieces: Sequence[Piece],
        mark: FileMark | None = None,
        *,
        forget: bool = False,
    ) -> Sequence[Passage]:
        """Make the passages of a path what these pieces are, and return them; equal ones stay as they are.

        With `mark` the file is noted as read in the same transaction. With `forget` no trace is to stay of
        those that are gone.
        """
        now = self._clock.now()
        async with self._database.transact() as uow:
            kept: dict[str, list[Passage]] = {}
            for each in await uow.passages.of_path(person, path):
                kept.setdefault(each.digest, []).append(each)
            told: list[Passage] = []
            for piece in pieces:
                same = kept.get(digest_of(piece))
                if same:
                    told.append(same.pop(0))
                    await _moved(uow, told[-1], piece)
                else:
                    told.append(passage_of(piece, self._new_id("mem"), person, path, now))
                    await uow.passages.add(told[-1])
            for gone in (each for left in kept.values() for each in left):
                await uow.passages.retire(gone, forget)
            if mark is not None:
                await uow.passages.mark_file(mark)
            elif not pieces:
                await uow.passages.drop_file(person, path)
        self._dirty = True
        return told

    async def search(self, person: str, query: Query) -> Found:
        """Return what somebody's memories have on something, by words and by meaning."""
        near, without = await self._near(person, query)
        async with self._database.read() as uow:
            worded = await uow.passages.by_words(person, query, CANDIDATES)
            known = {passage.id: passage for passage, _ in worded}
            missing = [each for each, _ in near if each not in known]
            known |= await uow.passages.by_ids(person, missing)
        known = {each.id: each for each in latest_of_each(known.values())}
        meant = [(each, cosine) for each, cosine in near if each in known and fits(known[each], query)]
        wanted = widened(terms(query.text))
        held = {each: Candidate(frozenset(terms(found.whole)), found.at) for each, found in known.items()}
        texts = [(passage.id, rank) for passage, rank in worded if passage.id in known]
        ranked = fuse(meant[:CANDIDATES], texts, wanted, held)[: query.limit]
        bearing = self._bearing(meant, terms(query.text), held)
        return Found(tuple(Hit(known[each], score, each in bearing) for each, score in ranked), without)

    def _bearing(
        self, near: Sequence[tuple[str, float]], asked: Collection[str], held: Mapping[str, Candidate]
    ) -> Collection[str]:
        """Return which candidates have to do with a question at all."""
        least = self._vectors.least if self._vectors else 1.0
        close = {each for each, cosine in near if cosine >= least}
        words = set(asked)
        shared = {each: len(found.terms & words) for each, found in held.items()}
        return close | {each for each, count in shared.items() if count >= LEAST_SHARE * len(words) > 0}

    async def step(self) -> int:
        """Give vectors to some passages and take them from some that are gone; return how many it was."""
        async with self._turn:
            if not self._dirty or (self._patience is not None and self._clock.now() < self._patience):
                return 0
            # Whatever changes from here on makes it so again.
            self._dirty = False
            if self._vectors is None:
                return await self._without_vectors()
            try:
                await self._check(self._vectors)
                done = await self._purge(self._vectors) + await self._embed(self._vectors)
            except VectorsUnavailable as error:
                self._trouble(error)
                return 0
            self.problem = self._patience = None
            self._dirty = self._dirty or done > 0
            return done

    async def purge(self) -> bool:
        """Take the vectors from all passages that are gone; tell whether that could be done."""
        async with self._turn:
            try:
                while await (self._purge(self._vectors) if self._vectors else self._without_vectors()):
                    pass
            except VectorsUnavailable as error:
                self._trouble(error)
                return False
        return True

    async def settle(self) -> None:
        """Return once every passage has its vector, and every vector its passage, or none can be had."""
        while await self.step():
            pass

    async def rebuild(self) -> None:
        """Have every passage get its vector anew."""
        async with self._database.transact() as uow:
            await uow.passages.unembed()
        self._checked = self._patience = None
        self._dirty = True

    async def close(self) -> None:
        """Let go of the vectors."""
        if self._vectors is not None:
            await self._vectors.close()

    async def _near(self, person: str, query: Query) -> tuple[Sequence[tuple[str, float]], str | None]:
        if self._vectors is None:
            return (), NO_VECTORS
        async with self._database.read() as uow:
            if not await uow.passages.count(person):
                return (), None
        try:
            wide = FILTERED if query.symbol is not None else CANDIDATES
            return await self._vectors.search(person, query, wide), None
        except VectorsUnavailable as error:
            self._trouble(error)
            return (), NO_VECTORS

    async def _check(self, vectors: Vectors) -> None:
        """Once per start and place: have every passage and vector that has lost its other half mended."""
        mark = vectors.mark
        if self._checked == mark:
            return
        async with self._database.read() as uow:
            people = await uow.passages.people()
        if people:
            await vectors.keep_only(people)
        for person in people:
            there = await vectors.ids(person)
            async with self._database.transact() as uow:
                meant = await uow.passages.having(person, mark)
                await uow.passages.unembed(meant - there)
            orphans = sorted(there - meant)
            if orphans:
                await vectors.delete(person, orphans)
        self._checked = mark

    async def _purge(self, vectors: Vectors) -> int:
        async with self._database.read() as uow:
            gone = await uow.passages.retired(200)
        people: dict[str, list[Retired]] = {}
        for each in gone:
            people.setdefault(each.person, []).append(each)
        for person, several in people.items():
            await vectors.delete(person, [each.id for each in several])
            if any(each.forgotten for each in several):
                await vectors.rewrite(person)
            async with self._database.transact() as uow:
                await uow.passages.purged([each.id for each in several])
        return len(gone)

    async def _embed(self, vectors: Vectors) -> int:
        mark = vectors.mark
        async with self._database.read() as uow:
            pending = await uow.passages.pending(mark, AT_ONCE)
        people: dict[str, list[Passage]] = {}
        for each in pending:
            people.setdefault(each.person, []).append(each)
        for person, several in people.items():
            await vectors.index(person, several)
            async with self._database.transact(durable=False) as uow:
                await uow.passages.embedded([each.id for each in several], mark)
        return len(pending)

    async def _without_vectors(self) -> int:
        async with self._database.transact() as uow:
            gone = await uow.passages.retired(200)
            await uow.passages.purged([each.id for each in gone])
        return len(gone)

    def _trouble(self, error: VectorsUnavailable) -> None:
        if self.problem is None:
            log.warning("memories are found by their words alone", reason=str(error))
        self.problem = str(error)
        self._patience = self._clock.now() + PATIENCE
        self._dirty = True


async def _moved(uow: UnitOfWork, passage: Passage, piece: Piece) -> None:
    lines = (piece.start_line, piece.end_line)
    if (passage.start_line, passage.end_line) != lines:
        await uow.passages.move(passage, *lines)


def latest_of_each(found: Collection[Passage]) -> list[Passage]:
    """Return passages without decisions as they were made, where it is there too how they came out."""
    last = {each.path: each.start_line for each in sorted(found, key=lambda each: each.start_line)}
    return [each for each in found if each.kind is not Kind.DECISION or each.start_line == last[each.path]]


def passage_of(piece: Piece, passage_id: str, person: str, path: str, now: datetime) -> Passage:
    """Return a piece as it is kept from now on."""
    return Passage(
        id=passage_id,
        person=person,
        path=path,
        kind=piece.kind,
        heading=piece.heading,
        text=piece.text,
        start_line=piece.start_line,
        end_line=piece.end_line,
        at=piece.at or now,
        known_at=now,
        symbols=f" {' '.join(piece.symbols)} ",
        digest=digest_of(piece),
    )


def digest_of(piece: Piece) -> str:
    """Return what tells a piece from others of its path, wherever in it they stand."""
    body = "\0".join((piece.kind.value, piece.heading, piece.text, str(piece.at)))
    return hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()
