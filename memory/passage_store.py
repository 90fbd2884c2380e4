"""Passages on disk: what is kept for whom, found by its words, and what has yet to get or lose a vector."""

from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, func, or_, select, update

from memory import fulltext
from memory import schema_memory as schema
from memory.glossary import widened
from memory.link import Link
from memory.passages import Kind, Origin, Passage, Query
from memory.rows import Shape
from memory.sql import upsert
from memory.terms import terms

PASSAGE = Shape(schema.passages, Passage)


@dataclass(frozen=True, slots=True)
class FileMark:
    """What a file was like when it was last read; `changed` is its modification time in nanoseconds.

    `problem` says why it is not read, None where it is.
    """

    person: str
    path: str
    size: int
    changed: int
    read_at: datetime
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Retired:
    """A passage that is gone and may still have a vector; `forgotten` when no trace of it is to stay."""

    id: str
    person: str
    forgotten: bool = False


FILE = Shape(schema.files, FileMark)
RETIRED = Shape(schema.retired, Retired)
ORIGIN = Shape(schema.sources, Origin)

_P, _F, _S = schema.passages.c, schema.files.c, schema.sources.c
ADD = schema.passages.insert().returning(_P.seq)
MOVE = update(schema.passages).where(_P.id == bindparam("which"))
MARK = upsert(schema.files, "person", "path")
OF_PATH = PASSAGE.query.where(_P.person == bindparam("who"), _P.path == bindparam("where")).order_by(_P.seq)
OF_PERSON = PASSAGE.query.where(_P.person == bindparam("who")).order_by(_P.seq.desc())
COUNT = select(func.count()).select_from(schema.passages).where(_P.person == bindparam("who"))
WAITING = COUNT.where(_P.embedded.is_(None))
REMOVE = delete(schema.passages).where(_P.id == bindparam("which")).returning(_P.seq)
RETIRE = upsert(schema.retired, "id")
RETIREES = RETIRED.query.order_by(schema.retired.c.person, schema.retired.c.id).limit(bindparam("most"))
DROP_RETIRED = delete(schema.retired).where(schema.retired.c.id == bindparam("which"))
EMBEDDED = update(schema.passages).where(_P.id == bindparam("which"))
PENDING = (
    PASSAGE.query.where(or_(_P.embedded.is_(None), _P.embedded != bindparam("mark")))
    .order_by(_P.person, _P.seq)
    .limit(bindparam("most"))
)
HAVING = select(_P.id).where(_P.person == bindparam("who"), _P.embedded == bindparam("mark"))
UNEMBED = update(schema.passages).where(_P.embedded.is_not(None)).values(embedded=None)
UNEMBED_ONE = update(schema.passages).where(_P.id == bindparam("which")).values(embedded=None)
PEOPLE = select(_P.person).distinct().order_by(_P.person)
FILES_OF = FILE.query.where(_F.person == bindparam("who"))
DROP_FILE = delete(schema.files).where(_F.person == bindparam("who"), _F.path == bindparam("where"))
FROM = upsert(schema.sources, "passage")
DROP_SOURCE = delete(schema.sources).where(_S.passage == bindparam("which"))
LATEST = ORIGIN.query.where(_S.person == bindparam("who")).order_by(_S.seq.desc()).limit(1)
PROBLEMS = FILE.query.where(_F.problem.is_not(None)).order_by(_F.person, _F.path)


class Passages:
    """Everybody's passages; whoever asks names the person."""

    def __init__(self, connection: Link) -> None:
        self._connection = connection

    async def add(self, passage: Passage) -> None:
        """Keep a passage, to be found by its words from now on."""
        seq = await self._connection.scalar(ADD, PASSAGE.values(passage))
        words = {"seq": seq, "words": fulltext.filed(passage.person, terms(passage.whole))}
        await self._connection.execute(fulltext.ADD[self._connection.dialect.name], words)

    async def move(self, passage: Passage, start_line: int, end_line: int) -> None:
        """Note that a passage stands on other lines now."""
        values = {"which": passage.id, "start_line": start_line, "end_line": end_line}
        await self._connection.execute(MOVE, values)

    async def retire(self, passage: Passage, forgotten: bool = False) -> None:
        """Drop a passage; all that stays is that Chroma may have a vector of it."""
        seq = await self._connection.scalar(REMOVE, {"which": passage.id})
        if seq is None:
            return
        await self._connection.execute(fulltext.REMOVE, {"seq": seq})
        await self._connection.execute(DROP_SOURCE, {"which": passage.id})
        gone = Retired(passage.id, passage.person, forgotten)
        await self._connection.execute(RETIRE[self._connection.dialect.name], RETIRED.values(gone))

    async def of_path(self, person: str, path: str) -> Sequence[Passage]:
        """Return the passages of one file, in the order in which they were seen."""
        return PASSAGE.read_all(await self._connection.execute(OF_PATH, {"who": person, "where": path}))

    async def of_person(
        self, person: str, limit: int, before: str | None = None, kinds: Set[Kind] = frozenset()
    ) -> Sequence[Passage]:
        """Return somebody's passages of some kinds or all, the latest first, those before one of them."""
        query = OF_PERSON.limit(limit)
        if kinds:
            query = query.where(_P.kind.in_(tuple(kinds)))
        if before is not None:
            mark = select(_P.seq).where(_P.person == person, _P.id == before).scalar_subquery()
            query = query.where(_P.seq < mark)
        return PASSAGE.read_all(await self._connection.execute(query, {"who": person}))

    async def by_ids(self, person: str, ids: Collection[str]) -> Mapping[str, Passage]:
        """Return those of somebody's passages that there are, by their ids."""
        query = PASSAGE.query.where(_P.person == person, _P.id.in_(tuple(ids)))
        return {each.id: each for each in PASSAGE.read_all(await self._connection.execute(query))}

    async def by_words(self, person: str, query: Query, limit: int) -> Sequence[tuple[Passage, float]]:
        """Return the passages that share words with a query, each with its rank: more is better."""
        wanted = widened(terms(query.text))
        if not wanted:
            return ()
        dialect = self._connection.dialect.name
        rank = fulltext.RANK[dialect].label("rank")
        statement = (
            select(*PASSAGE.columns, rank)
            .select_from(schema.passages.join(fulltext.WORDS, fulltext.JOINED))
            .where(fulltext.MATCHES[dialect], _P.person == person, *conditions(query))
            .order_by(rank.desc(), _P.at.desc(), _P.seq.desc())
            .limit(limit)
        )
        match = fulltext.match_of(dialect, person, wanted)
        found = await self._connection.execute(statement, {"match": match})
        return [(PASSAGE.read_all([row[:-1]])[0], float(row[-1])) for row in found]

    async def count(self, person: str) -> int:
        """Return how many passages somebody has."""
        return int(await self._connection.scalar(COUNT, {"who": person}) or 0)

    async def waiting(self, person: str) -> int:
        """Return how many of somebody's passages have no vector at all."""
        return int(await self._connection.scalar(WAITING, {"who": person}) or 0)

    async def people(self) -> Sequence[str]:
        """Return everybody who has passages."""
        return [row[0] for row in await self._connection.execute(PEOPLE)]

    async def pending(self, mark: str, limit: int) -> Sequence[Passage]:
        """Return passages without a vector under this mark."""
        return PASSAGE.read_all(await self._connection.execute(PENDING, {"mark": mark, "most": limit}))

    async def embedded(self, ids: Collection[str], mark: str) -> None:
        """Note that passages have a vector under this mark."""
        for each in ids:
            await self._connection.execute(EMBEDDED, {"which": each, "embedded": mark})

    async def having(self, person: str, mark: str) -> frozenset[str]:
        """Return which of somebody's passages have a vector under this mark."""
        rows = await self._connection.execute(HAVING, {"who": person, "mark": mark})
        return frozenset(row[0] for row in rows)

    async def unembed(self, ids: Collection[str] | None = None) -> None:
        """Note that passages, or all there are, have no vector any more."""
        if ids is None:
            await self._connection.execute(UNEMBED)
            return
        for each in ids:
            await self._connection.execute(UNEMBED_ONE, {"which": each})

    async def retired(self, limit: int) -> Sequence[Retired]:
        """Return what may still have a vector although its passage is gone."""
        return RETIRED.read_all(await self._connection.execute(RETIREES, {"most": limit}))

    async def purged(self, ids: Collection[str]) -> None:
        """Note that these have no vector any more."""
        for each in ids:
            await self._connection.execute(DROP_RETIRED, {"which": each})

    async def mark_file(self, mark: FileMark) -> None:
        """Note what a file was like when it was read."""
        await self._connection.execute(MARK[self._connection.dialect.name], FILE.values(mark))

    async def drop_file(self, person: str, path: str) -> None:
        """Forget that there was a file."""
        await self._connection.execute(DROP_FILE, {"who": person, "where": path})

    async def files(self, person: str) -> Mapping[str, FileMark]:
        """Return the files of somebody as they were when they were read, by path."""
        rows = await self._connection.execute(FILES_OF, {"who": person})
        return {each.path: each for each in FILE.read_all(rows)}

    async def came(self, origin: Origin) -> None:
        """Note how a passage came about."""
        await self._connection.execute(FROM[self._connection.dialect.name], ORIGIN.values(origin))

    async def origins(self, ids: Collection[str]) -> Mapping[str, Origin]:
        """Return how passages came about, by their ids; those that were written by hand are missing."""
        query = ORIGIN.query.where(_S.passage.in_(tuple(ids)))
        return {each.passage: each for each in ORIGIN.read_all(await self._connection.execute(query))}

    async def latest(self, person: str) -> Origin | None:
        """Return how the passage came about that was added last and is still there."""
        return ORIGIN.read((await self._connection.execute(LATEST, {"who": person})).first())

    async def problems(self) -> Sequence[FileMark]:
        """Return the files that are not read."""
        return FILE.read_all(await self._connection.execute(PROBLEMS))


def conditions(query: Query) -> Sequence[ColumnElement[bool]]:
    """Return what a passage has to be like to answer a query, beside its words."""
    wanted: list[ColumnElement[bool]] = []
    if query.kinds:
        wanted.append(_P.kind.in_(tuple(query.kinds)))
    if query.since is not None:
        wanted.append(_P.at >= query.since)
    if query.until is not None:
        wanted.append(_P.at < query.until)
    if query.as_of is not None:
        wanted += [_P.known_at <= query.as_of, _P.at <= query.as_of]
    if query.symbol is not None:
        named: list[Any] = [
            _P.symbols.contains(f" {each} ", autoescape=True)
            for each in dict.fromkeys((query.symbol, query.symbol.partition("/")[0]))
        ]
        wanted.append(or_(*named))
    return wanted


def fits(passage: Passage, query: Query) -> bool:
    """Tell the same of a passage in hand."""
    symbols = () if query.symbol is None else (query.symbol, query.symbol.partition("/")[0])
    return (
        (not query.kinds or passage.kind in query.kinds)
        and (query.since is None or passage.at >= query.since)
        and (query.until is None or passage.at < query.until)
        and (query.as_of is None or max(passage.known_at, passage.at) <= query.as_of)
        and (not symbols or any(f" {each} " in passage.symbols for each in symbols))
    )
