"""The index of memories: it follows the files, finds by words and meaning, and keeps no more than they do."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from memory.crowding import uncrowded
from memory.database import Database, UnitOfWork
from memory.fusion import Candidate, fuse
from memory.glossary import widened
from memory.passage_store import FileMark, Retired, fits
from memory.passages import Found, Hit, Kind, Passage, Piece, Query
from memory.terms import terms
from memory.vectors import Vectors, VectorsBusy, VectorsUnavailable
from trading.clock import Clock
from trading.ports import NewId

CANDIDATES = 60
"""How many passages each half of a search brings."""

FILTERED = 400
"""As many where what Chroma brings is looked through once more."""

AT_ONCE = 8
"""Passages that get their vectors in one go; a search waits for no more than these."""

LOST_AT_ONCE = 200
"""Passages that are noted in one transaction to have lost theirs, or to be gone."""

LEAST_SHARE = 0.5
"""The share of a question's words from which on a passage has to do with it."""

NO_VECTORS = "vectors"

PATIENCE = timedelta(seconds=60)
"""How long vectors are left alone that were not to be had."""

WRITTEN_AT_ONCE = 20
"""Passages that are written in one transaction."""

Work = Callable[[UnitOfWork], Awaitable[None]]

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

        Whoever calls sees to it that nobody else does so for this path meanwhile. With `mark` the file is
        noted as read in the last transaction. With `forget` no trace is to stay of
        those that are gone.
        """
        async with self._database.read() as uow:
            there = await uow.passages.of_path(person, path)
        told, works = await asyncio.to_thread(self._compared, there, pieces, person, path, forget)
        try:
            await self._write(works, person, path, mark, forget, dropped=mark is None and not pieces)
        finally:
            self._dirty = self._dirty or bool(works)
        return told

    async def _write(
        self,
        works: Sequence[Work],
        person: str,
        path: str,
        mark: FileMark | None,
        durable: bool,
        *,
        dropped: bool,
    ) -> None:
        # A transaction keeps everybody else from writing, so a long one is several. What a machine that
        # fails may lose of them is made again of the files and the books.
        for start in range(0, len(works) - WRITTEN_AT_ONCE, WRITTEN_AT_ONCE):
            async with self._database.transact(durable=False) as uow:
                for work in works[start : start + WRITTEN_AT_ONCE]:
                    await work(uow)
        rest = len(works) % WRITTEN_AT_ONCE or WRITTEN_AT_ONCE
        async with self._database.transact(durable=durable) as uow:
            for work in works[-rest:]:
                await work(uow)
            if mark is not None:
                await uow.passages.mark_file(mark)
            if dropped:
                await uow.passages.drop_file(person, path)

    def _compared(
        self, there: Sequence[Passage], pieces: Sequence[Piece], person: str, path: str, forget: bool
    ) -> tuple[list[Passage], list[Work]]:
        """Return the passages that these pieces are, and what makes those that are there the same."""
        now = self._clock.now()
        kept: dict[str, list[Passage]] = {}
        for each in reversed(there):
            kept.setdefault(each.digest, []).append(each)
        told: list[Passage] = []
        works: list[Work] = []
        for piece in pieces:
            same = kept.get(digest_of(piece))
            if same:
                found = same.pop()
                told.append(replace(found, start_line=piece.start_line, end_line=piece.end_line))
                works += [_moved(told[-1])] if told[-1] != found else []
            else:
                told.append(passage_of(piece, self._new_id("mem"), person, path, now))
                works.append(_added(told[-1]))
        works += [_retired(gone, forget) for left in kept.values() for gone in left]
        return told, works

    async def forget(self, passages: Sequence[Passage]) -> None:
        """Drop passages of which no trace is to stay; their files are read anew if nobody does so before."""
        async with self._database.transact() as uow:
            for each in passages:
                await uow.passages.retire(each, forgotten=True)
                await uow.passages.drop_file(each.person, each.path)
        self._dirty = True

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
        texts = [(passage.id, rank) for passage, rank in worded if passage.id in known]
        # Taking hundreds of texts apart takes longer than others should wait.
        hits = await asyncio.to_thread(self._ranked, query, meant[:CANDIDATES], texts, known)
        return Found(hits, without)

    async def nearest(self, person: str, query: Query) -> Sequence[tuple[Passage, float]]:
        """Return somebody's passages nearest in meaning to a query, each with its cosine, the nearest first.

        There are none where there are no vectors.
        """
        near, _ = await self._near(person, query)
        async with self._database.read() as uow:
            known = await uow.passages.by_ids(person, [each for each, _ in near]) if near else {}
        return [(known[each], cosine) for each, cosine in near if each in known and fits(known[each], query)]

    async def vector(self, person: str, path: str) -> Sequence[float] | None:
        """Return the vector of the last passage of a path, None where there is none to be had."""
        if self._vectors is None or self._is_patient():
            return None
        async with self._database.read() as uow:
            found = await uow.passages.of_path(person, path)
        try:
            return await self._vectors.vector(person, found[-1].id) if found else None
        except VectorsBusy:
            return None
        except VectorsUnavailable as error:
            self._trouble(error)
            return None

    def _ranked(
        self,
        query: Query,
        meant: Sequence[tuple[str, float]],
        texts: Sequence[tuple[str, float]],
        known: Mapping[str, Passage],
    ) -> tuple[Hit, ...]:
        asked = terms(query.text)
        held = {
            each: Candidate(frozenset(terms(known[each].whole)), known[each].at)
            for each, _ in (*meant, *texts)
        }
        ranked = uncrowded(fuse(meant, texts, widened(asked), held), held, query.limit)
        bearing = self._bearing(meant, asked, held)
        return tuple(Hit(known[each], score, each in bearing) for each, score in ranked)

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
            if not self._dirty or self._is_patient():
                return 0
            # Whatever changes from here on makes it so again.
            self._dirty, done = False, -1
            try:
                done = await self._mended(self._vectors)
            except VectorsUnavailable as error:
                self._trouble(error)
                return 0
            finally:
                self._dirty = self._dirty or done != 0
            self.problem = self._patience = None
            return done

    async def purge(self) -> bool:
        """Take the vectors from all passages that are gone; tell whether that could be done."""
        async with self._turn:
            if self._is_patient():
                return False
            try:
                while await self._purge(self._vectors):
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
        if self._vectors is None or self._is_patient():
            return (), NO_VECTORS
        async with self._database.read() as uow:
            if not await uow.passages.count(person):
                return (), None
        try:
            wide = FILTERED if query.symbol is not None else CANDIDATES
            return await self._vectors.search(person, query, wide), None
        except VectorsBusy as error:
            # The next step, which waits for its turn, takes this back.
            self.problem, self._dirty = str(error), True
        except VectorsUnavailable as error:
            self._trouble(error)
        return (), NO_VECTORS

    async def _mended(self, vectors: Vectors | None) -> int:
        """Bring some vectors and passages together; return how many."""
        if vectors is None:
            return await self._purge(None)
        await self._check(vectors)
        return await self._purge(vectors) + await self._embed(vectors)

    def _is_patient(self) -> bool:
        return self._patience is not None and self._clock.now() < self._patience

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
            async with self._database.read() as uow:
                meant = await uow.passages.having(person, mark)
            lost = sorted(meant - there)
            for start in range(0, len(lost), LOST_AT_ONCE):
                async with self._database.transact(durable=False) as uow:
                    await uow.passages.unembed(lost[start : start + LOST_AT_ONCE])
            orphans = sorted(there - meant)
            if orphans:
                await vectors.delete(person, orphans)
        self._checked = mark

    async def _purge(self, vectors: Vectors | None) -> int:
        async with self._database.read() as uow:
            gone = await uow.passages.retired(LOST_AT_ONCE)
        people: dict[str, list[Retired]] = {}
        for each in gone:
            people.setdefault(each.person, []).append(each)
        for person, several in people.items():
            forgotten = any(each.forgotten for each in several)
            if vectors is not None:
                await vectors.delete(person, [each.id for each in several])
            if vectors is not None and forgotten:
                await vectors.rewrite(person)
            if forgotten:
                await self._database.scrub()
            async with self._database.transact(durable=forgotten) as uow:
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

    def _trouble(self, error: VectorsUnavailable) -> None:
        if self.problem is None:
            log.warning("memories are found by their words alone", reason=str(error))
        self.problem = str(error)
        self._patience = self._clock.now() + PATIENCE
        # It may have ended in the middle of something.
        self._checked, self._dirty = None, True


def _added(passage: Passage) -> Work:
    return lambda uow: uow.passages.add(passage)


def _moved(passage: Passage) -> Work:
    return lambda uow: uow.passages.move(passage, passage.start_line, passage.end_line)


def _retired(passage: Passage, forgotten: bool) -> Work:
    return lambda uow: uow.passages.retire(passage, forgotten)


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
