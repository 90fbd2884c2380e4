"""The index of memories by words: filters, people, and what was known at a moment, on both databases."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from memory.database import Database
from memory.memory_index import NO_VECTORS, MemoryIndex
from memory.passages import Kind, Passage, Piece, Query
from memory.vectors import VectorsBusy, VectorsUnavailable
from memory.workspace import OWNER
from tests.memory.test_following import ANN, NOON, Desk, desk_of
from trading.clock import ManualClock

DAY = timedelta(days=1)


@pytest_asyncio.fixture
async def desk(database: Database, tmp_path: Path) -> AsyncIterator[Desk]:
    yield desk_of(database, tmp_path / "workspace")


def note(
    text: str, kind: Kind = Kind.NOTE, at: datetime | None = None, line: int = 1, *symbols: str
) -> Piece:
    return Piece(kind, "", text, line, line, at, symbols)


async def found(desk: Desk, query: Query, person: str = OWNER) -> list[str]:
    answer = await desk.notebook.search(person, query)
    assert answer.without == NO_VECTORS
    return [each.passage.text for each in answer.hits]


@pytest_asyncio.fixture
async def filled(desk: Desk) -> Desk:
    index = desk.notebook.index
    await index.follow(
        OWNER,
        "memory/a.md",
        [
            note("whale of today", at=NOON),
            note("whale of yesterday", at=NOON - DAY),
            note("whale I believe in", Kind.FACT, None, 3),
            note("whale sold", Kind.TRADE, NOON - 2 * DAY, 4, "ETH/EUR", "ETH"),
            note("whale sold dearly", Kind.TRADE, NOON - 3 * DAY, 5, "ETHW/EUR", "ETHW"),
        ],
    )
    await index.follow(ANN, "memory/a.md", [note("whale of Ann")])
    return desk


async def test_what_is_found_is_narrowed_by_kind_time_and_symbol(filled: Desk) -> None:
    assert sorted(await found(filled, Query("whale"))) == [
        "whale I believe in",
        "whale of today",
        "whale of yesterday",
        "whale sold",
        "whale sold dearly",
    ]
    for query, wanted in (
        (Query("whale", kinds=frozenset({Kind.FACT})), {"whale I believe in"}),
        (
            Query("whale", kinds=frozenset({Kind.TRADE, Kind.FACT})),
            {"whale I believe in", "whale sold", "whale sold dearly"},
        ),
        (Query("whale", since=NOON), {"whale of today", "whale I believe in"}),
        (Query("whale", since=NOON - DAY, until=NOON), {"whale of yesterday"}),
        (Query("whale", until=NOON - 2 * DAY), {"whale sold dearly"}),
        (Query("whale", symbol="ETH/EUR"), {"whale sold"}),
        (Query("whale", symbol="ETH/BTC"), {"whale sold"}),
        (Query("whale", symbol="ETH"), {"whale sold"}),
        (Query("whale", symbol="%"), set()),
        (Query("whale", symbol="E_H"), set()),
        (Query("whale", since=NOON, until=NOON), set()),
    ):
        assert set(await found(filled, query)) == wanted, query


async def test_only_as_many_are_found_as_are_wanted_the_latest_of_equals_first(filled: Desk) -> None:
    await filled.notebook.index.follow(
        OWNER, "b.md", [note("orca", at=NOON - number * DAY, line=number) for number in range(1, 80)]
    )
    hits = (await filled.notebook.search(OWNER, Query("orca", limit=3))).hits
    assert [each.passage.at for each in hits] == [NOON - number * DAY for number in (1, 2, 3)]
    assert all(0 <= each.score <= 1 for each in hits)
    assert len(await found(filled, Query("orca", limit=50))) == 50


async def test_nobody_finds_what_is_another_persons(filled: Desk) -> None:
    assert await found(filled, Query("whale"), ANN) == ["whale of Ann"]
    for stranger in ("", "telegram:10", "owner' OR '1'='1", "telegram:1 ", "Owner"):
        assert await found(filled, Query("whale"), stranger) == []
        assert await filled.notebook.recent(stranger, 9) == []
    (hers,) = await filled.notebook.recent(ANN, 9)
    assert await filled.notebook.some(OWNER, [hers.id]) == []


@pytest.mark.parametrize(
    "text",
    ["", " ", '"', "whale AND OR NOT (", "' : * ^ -", "a" * 1_000_000, "\0whale", "NEAR(whale)", "\ud800"],
)
async def test_any_text_can_be_looked_for(filled: Desk, text: str) -> None:
    assert isinstance(await found(filled, Query(text)), list)


async def test_at_a_moment_nothing_is_found_that_was_not_known_then(filled: Desk) -> None:
    index = filled.notebook.index
    await filled.clock.advance(3_600)
    # It is dated in the past, and was written down later.
    await index.follow(OWNER, "memory/late.md", [note("whale seen last week", at=NOON - 7 * DAY)])
    await index.follow(OWNER, "memory/plan.md", [note("whale to come", at=NOON + 7 * DAY)])
    then = set(await found(filled, Query("whale", as_of=NOON)))
    assert then == {
        "whale of today",
        "whale of yesterday",
        "whale I believe in",
        "whale sold",
        "whale sold dearly",
    }
    assert "whale of today" not in await found(filled, Query("whale", as_of=NOON - timedelta(seconds=1)))
    now = await found(filled, Query("whale", as_of=NOON + DAY))
    assert "whale seen last week" in now
    assert "whale to come" not in now


async def test_a_line_that_is_put_otherwise_later_is_not_found_at_a_moment_before(desk: Desk) -> None:
    index = desk.notebook.index
    await index.follow(OWNER, "a.md", [note("whale is small", at=NOON - DAY)])
    await desk.clock.advance(3_600)
    await index.follow(OWNER, "a.md", [note("whale is large", at=NOON - DAY)])
    assert await found(desk, Query("whale", as_of=NOON)) == []
    assert await found(desk, Query("whale")) == ["whale is large"]


async def test_how_a_decision_came_out_is_not_found_at_a_moment_before(desk: Desk) -> None:
    index = desk.notebook.index
    made = note("bought the whale", Kind.DECISION, NOON, 1)
    await index.follow(OWNER, "decisions/d1.md", [made])
    await desk.clock.advance(3_600)
    await index.follow(
        OWNER, "decisions/d1.md", [made, note("bought the whale; lost 5", Kind.DECISION, NOON, 2)]
    )
    assert await found(desk, Query("whale", as_of=NOON)) == ["bought the whale"]
    assert await found(desk, Query("whale", as_of=NOON + timedelta(minutes=59))) == ["bought the whale"]
    assert await found(desk, Query("whale", as_of=NOON + timedelta(hours=1))) == ["bought the whale; lost 5"]
    assert await found(desk, Query("whale")) == ["bought the whale; lost 5"]


async def test_a_long_file_is_written_in_parts_and_keeps_what_stays(desk: Desk) -> None:
    index = desk.notebook.index
    pieces = [note(f"number {number}", line=number) for number in range(1, 105)]
    before = {each.text: each.id for each in await index.follow(OWNER, "a.md", pieces)}
    told = await index.follow(OWNER, "a.md", [*pieces[50:], note("last", line=200)])
    assert [each.text for each in told] == [*(each.text for each in pieces[50:]), "last"]
    assert all(each.id == before[each.text] for each in told[:-1])
    assert len(await desk.notebook.recent(OWNER, 1_000)) == 55
    assert await index.follow(OWNER, "a.md", []) == []
    assert await desk.notebook.recent(OWNER, 9) == []


class Stubborn:
    """Vectors that are not to be had while `error` is set."""

    mark, least = "mine@here", 0.5

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.kept: set[str] = set()
        self.asked = 0

    def _ask(self) -> None:
        self.asked += 1
        if self.error is not None:
            raise self.error

    async def index(self, person: str, passages: Sequence[Passage]) -> None:
        """Keep vectors."""
        self._ask()
        self.kept |= {each.id for each in passages}

    async def search(self, person: str, query: Query, limit: int) -> Sequence[tuple[str, float]]:
        """Find all of them."""
        self._ask()
        return [(each, 0.9) for each in sorted(self.kept)]

    async def delete(self, person: str, ids: Sequence[str]) -> None:
        """Drop vectors."""
        self._ask()
        self.kept -= set(ids)

    async def rewrite(self, person: str) -> None:
        """Write nothing."""
        self._ask()

    async def ids(self, person: str) -> frozenset[str]:
        """Return all."""
        self._ask()
        return frozenset(self.kept)

    async def vector(self, person: str, name: str) -> Sequence[float] | None:
        """Return the same of all."""
        self._ask()
        return [0.5, -0.5] if name in self.kept else None

    async def keep_only(self, people: Sequence[str]) -> None:
        """Keep all."""
        self._ask()

    async def close(self) -> None:
        """Hold nothing."""


async def whole(index: MemoryIndex) -> bool:
    """Tell whether words and vectors are to be had."""
    return (await index.search(OWNER, Query("whale"))).without is None and index.problem is None


async def test_vectors_that_are_not_to_be_had_are_left_alone_for_a_while(database: Database) -> None:
    vectors, clock = Stubborn(), ManualClock(NOON)
    numbers = iter(range(1_000))
    index = MemoryIndex(database, vectors, clock, lambda kind: f"{kind}_{next(numbers)}")
    await index.follow(OWNER, "a.md", [note("whale")])
    await index.settle()
    assert (await index.search(OWNER, Query("orca"))).without is None
    vectors.error = VectorsUnavailable("gone")
    assert (await index.search(OWNER, Query("whale"))).without == NO_VECTORS
    asked = vectors.asked
    for _ in range(5):
        assert (await index.search(OWNER, Query("whale"))).without == NO_VECTORS
        await index.step()
        assert not await index.purge()
    assert (vectors.asked, index.problem) == (asked, "gone")
    vectors.error = None
    await clock.advance(61)
    await index.settle()
    assert await whole(index)
    vectors.error = VectorsBusy("at work")
    assert (await index.search(OWNER, Query("whale"))).without == NO_VECTORS
    assert str(index.problem) == "at work"
    vectors.error = None
    await index.step()
    assert await whole(index)


async def test_the_nearest_and_their_vectors_are_had_while_there_are_vectors(database: Database) -> None:
    vectors = Stubborn()
    numbers = iter(range(1_000))
    index = MemoryIndex(database, vectors, ManualClock(NOON), lambda kind: f"{kind}_{next(numbers)}")
    await index.follow(OWNER, "a.md", [note("whale"), note("orca")])
    await index.settle()
    near = await index.nearest(OWNER, Query("fish"))
    assert [(each.text, cosine) for each, cosine in near] == [("whale", 0.9), ("orca", 0.9)]
    assert await index.nearest(OWNER, Query("fish", kinds=frozenset({Kind.DECISION}))) == []
    assert await index.nearest("bob", Query("fish")) == []
    assert await index.vector(OWNER, "a.md") == [0.5, -0.5]
    assert await index.vector(OWNER, "b.md") is None
    vectors.error = VectorsBusy("at work")
    assert await index.vector(OWNER, "a.md") is None
    assert index.problem is None
    vectors.error = VectorsUnavailable("gone")
    assert await index.vector(OWNER, "a.md") is None
    asked = vectors.asked
    assert await index.nearest(OWNER, Query("fish")) == []
    assert await index.vector(OWNER, "a.md") is None
    assert (vectors.asked, str(index.problem)) == (asked, "gone")
    without = MemoryIndex(database, None, ManualClock(NOON), lambda kind: f"{kind}_{next(numbers)}")
    assert (await without.nearest(OWNER, Query("fish")), await without.vector(OWNER, "a.md")) == ([], None)


async def test_what_fails_otherwise_is_tried_again(database: Database) -> None:
    vectors = Stubborn()
    numbers = iter(range(1_000))
    index = MemoryIndex(database, vectors, ManualClock(NOON), lambda kind: f"{kind}_{next(numbers)}")
    (kept,) = await index.follow(OWNER, "a.md", [note("whale")])
    vectors.error = RuntimeError("nobody foresaw this")
    with pytest.raises(RuntimeError):
        await index.step()
    vectors.error = None
    await index.settle()
    assert vectors.kept == {kept.id}
    # Nothing has changed: it asks for nothing.
    asked = vectors.asked
    assert await index.step() == 0
    assert vectors.asked == asked
