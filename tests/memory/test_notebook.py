"""What the agent knows of people, in files that are theirs as well: added once, forgotten, nobody's lost."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest
import pytest_asyncio

from memory.database import Database
from memory.edits import FACTS, NothingToKeep, plain, with_fact, with_section, without
from memory.inside import Unreadable
from memory.markdown import pieces_of
from memory.memory_index import passage_of
from memory.notebook import NotForgettable
from memory.passages import Kind, Passage, Piece, Query, Source
from memory.same import same
from memory.workspace import MEMORY, OWNER
from tests.memory.test_following import ANN, NOON, Desk, desk_of


@pytest_asyncio.fixture
async def desk(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    async with Database.open(sqlite_url) as database:
        yield desk_of(database, tmp_path / "workspace")


SAME = [
    ("I never hold DOGE over the weekend", "i never hold DOGE over the weekend.", True),
    ("My risk limit is 2 % per trade", "my risk limit: 2% per trade", True),
    ("My risk limit is 2 % per trade", "My risk limit is 3 % per trade", False),
    ("My risk limit is 0.5 %", "My risk limit is 5 %", False),
    ("I trade on Mondays", "I do not trade on Mondays", False),
    ("I trade on Mondays", "I never trade on Mondays", False),
    ("I don't like leverage", "I like leverage", False),
    ("Ich handle montags", "Ich handle nicht montags", False),
    ("Ich halte keine Hebelprodukte", "Ich halte Hebelprodukte", False),
    ("Ich verkaufe nie unter 60.000 EUR", "ich verkaufe nie unter 60000 €", True),
    ("Mein Ziel sind 10 BTC", "Mein Ziel sind 12 BTC", False),
    ("I live in Berlin", "I live in Hamburg", False),
    ("!!!", "???", False),
    ("!!!", "!!!", True),
]


@pytest.mark.parametrize(("one", "other", "alike"), SAME)
def test_sentences_that_say_the_same(one: str, other: str, alike: bool) -> None:
    assert same(one, other) is alike
    assert same(other, one) is alike


async def test_a_fact_is_kept_once_under_its_heading(desk: Desk) -> None:
    desk.path(MEMORY).write_text("# MEMORY\n\n## Facts\n\n- by hand\n\n## Rules\n\n- a rule\n")
    first = await desk.notebook.add(OWNER, "I never hold DOGE over the weekend", Source.SAID)
    again = await desk.notebook.add(OWNER, "i never hold DOGE over the weekend!", Source.SAID)
    hand = await desk.notebook.add(OWNER, "by hand", Source.SAID)
    assert (first.fresh, again.fresh, hand.fresh) == (True, False, False)
    assert again.passage.id == first.passage.id
    assert desk.path(MEMORY).read_text() == (
        "# MEMORY\n\n## Facts\n\n- by hand\n- 2026-11-26: I never hold DOGE over the weekend\n"
        "\n## Rules\n\n- a rule\n"
    )
    origins = await desk.notebook.origins([first.passage, hand.passage])
    assert [each.origin for each in origins.values()] == [Source.SAID]


@pytest.mark.parametrize("text", ["", "  ", "---", "\u200b\0", "#", "x" * 501])
async def test_what_is_no_fact_is_not_kept(desk: Desk, text: str) -> None:
    with pytest.raises(NothingToKeep):
        await desk.notebook.add(OWNER, text, Source.SAID)
    assert not desk.path(MEMORY).exists()


def test_a_fact_is_one_line_of_plain_text() -> None:
    assert plain("- # I\r\nlike\u2028gold\x0c and\tsilver\x1b[0m") == "I like gold and silver[0m"


@pytest.mark.parametrize(
    "before",
    [
        "## Facts\n```\ncode\n",
        "## Facts\n<!-- nobody ends this\n",
        "<!--\n",
        "## Facts\n<div>\n",
        "~~~\n# x\n",
    ],
)
async def test_a_fact_is_one_whatever_somebody_left_open_before_it(desk: Desk, before: str) -> None:
    desk.path(MEMORY).write_text(before)
    for text in ("I hold gold bars", "I sleep at night"):
        assert (await desk.notebook.add(OWNER, text, Source.SAID)).passage.kind is Kind.FACT
    assert before in desk.path(MEMORY).read_text()
    assert len([each for each in await desk.texts() if "2026-11-26" in each[1]]) == 2


@pytest.mark.parametrize("end", ["\r\n", "\n"])
async def test_lines_end_as_they_did(desk: Desk, end: str) -> None:
    path = desk.path(MEMORY)
    path.write_bytes(f"\ufeff# MEMORY{end}{end}## Facts{end}{end}- form\x0cfeed{end}- last".encode())
    kept = await desk.notebook.add(OWNER, "I hold gold bars", Source.SAID)
    line = f"- 2026-11-26: I hold gold bars{end}"
    before = f"\ufeff# MEMORY{end}{end}## Facts{end}{end}- form\x0cfeed{end}- last{end}"
    assert path.read_bytes().decode() == before + line
    await desk.notebook.forget(OWNER, [kept.passage.id])
    assert path.read_bytes().decode() == before
    made = with_section(f"# Day{end}", date(2026, 11, 26), "Talk", "- one\n- two")
    assert made == end.join(("# Day", "", "## Talk", "", "- one", "- two", ""))
    assert with_section(made, date(2026, 11, 26), "Talk", "- three") == end.join(
        ("# Day", "", "## Talk", "", "- three", "")
    )


async def test_many_at_once_are_all_kept_and_each_once(desk: Desk) -> None:
    facts = [f"fact of number {number}" for number in range(12)]
    told = await asyncio.gather(
        *(desk.notebook.add(person, fact, Source.SAID) for fact in facts for person in (OWNER, ANN, ANN))
    )
    assert sum(each.fresh for each in told) == 24
    for person in (OWNER, ANN):
        lines = desk.path(MEMORY, person).read_text().splitlines()
        assert sorted(each[14:] for each in lines if each.startswith("- ")) == sorted(facts)
        assert len(await desk.texts(person)) == 12
    await asyncio.gather(*(desk.follower.step() for _ in range(3)))
    assert {each.id for each in await desk.notebook.recent(ANN, 99)} == {
        each.passage.id for each in told if each.passage.person == ANN
    }


async def test_what_somebody_changed_by_hand_just_now_is_what_counts(desk: Desk) -> None:
    await desk.notebook.add(OWNER, "I hold gold bars", Source.SAID)
    desk.path(MEMORY).write_text(f"# MEMORY\n\n{FACTS}\n\n- by hand\n")
    again = await desk.notebook.add(OWNER, "I hold gold bars", Source.SAID)
    assert again.fresh
    assert [text for _, text in await desk.texts()] == ["- 2026-11-26: I hold gold bars", "- by hand"]


async def test_a_memory_is_forgotten_wherever_it_stands_by_now(desk: Desk) -> None:
    kept = [
        (await desk.notebook.add(OWNER, text, Source.SAID)).passage
        for text in ("my canary is xq7plover", "the vault code is 4711 today", "I like tea in the morning")
    ]
    desk.path(MEMORY).write_text(
        "# Mine\n\n- 2026-11-26: I like tea in the morning\n\n## Moved\n"
        "- 2026-11-25: My canary is xq7plover, really\n- keep\n- 2026-11-26: the vault code is 4711 today\n"
    )
    gone = await desk.notebook.forget(OWNER, [each.id for each in kept[:2]])
    assert {each.id for each in gone} == {each.id for each in kept[:2]}
    left = "# Mine\n\n- 2026-11-26: I like tea in the morning\n\n## Moved\n- keep\n"
    assert desk.path(MEMORY).read_text() == left
    assert [text for _, text in await desk.texts()] == ["- 2026-11-26: I like tea in the morning", "- keep"]
    assert await desk.words(OWNER, "xq7plover") == []
    assert await desk.notebook.forget(OWNER, [each.id for each in kept[:2]]) == []
    assert await desk.notebook.forget(ANN, [kept[2].id]) == []
    desk.path(MEMORY).unlink()
    left_over = [each.id for each in await desk.notebook.recent(OWNER, 9)]
    assert len(await desk.notebook.forget(OWNER, left_over)) == 2
    assert await desk.texts() == []


async def test_what_could_not_be_forgotten_is_still_there(desk: Desk) -> None:
    kept = (await desk.notebook.add(OWNER, "my canary is xq7plover", Source.SAID)).passage
    desk.path(MEMORY).rename(desk.path("elsewhere.txt"))
    desk.path(MEMORY).mkdir()
    with pytest.raises(Unreadable):
        await desk.notebook.forget(OWNER, [kept.id])
    desk.path(MEMORY).rmdir()
    desk.path("elsewhere.txt").rename(desk.path(MEMORY))
    await desk.follower.step()
    (found,) = await desk.notebook.recent(OWNER, 9)
    await desk.notebook.forget(OWNER, [found.id])
    assert "xq7plover" not in desk.path(MEMORY).read_text()


def passages(path: str, text: str) -> list[Passage]:
    """Return the passages of a text."""
    return [
        passage_of(each, f"mem_{place}", OWNER, path, NOON)
        for place, each in enumerate(pieces_of(path, text))
    ]


def test_of_a_line_that_is_several_memories_only_one_is_forgotten() -> None:
    words = [f"{name}{number}" for name in "abc" for number in range(280)]
    text = f"before\n\n{' '.join(words)}\nend\n\n- item\n"
    kept = passages("a.md", text)
    assert [(each.start_line, each.end_line) for each in kept] == [
        (1, 1),
        (3, 3),
        (3, 3),
        (3, 3),
        (3, 4),
        (6, 6),
    ]
    left = without(text, "a.md", [kept[2]])
    gone = kept[2].text.split()
    assert left.split() == [each for each in text.split() if each not in set(gone)]
    assert without(text, "a.md", kept) == "\n\n"
    assert without(text, "a.md", [kept[0], kept[5]]).split() == [*words, "end"]


def test_what_only_shares_some_words_is_not_forgotten_with_it() -> None:
    text = "- I like tea\n- tea\n- I do not like tea\n- buy tea and milk and bread\n"
    gone = passages("a.md", "- tea\n")
    assert without(text, "a.md", gone) == "- I like tea\n- I do not like tea\n- buy tea and milk and bread\n"
    assert without("- I like tea\n", "a.md", gone) == "- I like tea\n"
    assert without(text * 2, "a.md", gone).count("- tea\n") == 0


async def test_what_was_added_last_is_taken_back(desk: Desk) -> None:
    assert await desk.notebook.undo(OWNER) is None
    one = await desk.notebook.add(OWNER, "I hold gold bars", Source.SAID)
    two = await desk.notebook.add(OWNER, "I sleep at night", Source.SAID)
    await desk.notebook.add(ANN, "hers alone", Source.SAID)
    first, second = await asyncio.gather(desk.notebook.undo(OWNER), desk.notebook.undo(OWNER))
    taken = {each.id for each in (first, second) if each is not None}
    third = await desk.notebook.undo(OWNER)
    assert two.passage.id in taken
    assert taken | {third.id if third else one.passage.id} == {one.passage.id, two.passage.id}
    assert await desk.texts() == []
    assert len(await desk.texts(ANN)) == 1


async def test_the_books_are_read_and_not_rewritten(desk: Desk) -> None:
    piece = Piece(Kind.TRADE, "Trades", "bought 1 BTC", 1, 1, NOON, ("BTC/EUR", "BTC"))
    (trade,) = await desk.notebook.index.follow(OWNER, "trades/2026-11-26.md", [piece])
    with pytest.raises(NotForgettable):
        await desk.notebook.forget(OWNER, [trade.id])
    assert await desk.notebook.read(OWNER, "trades/2026-11-26.md") == "bought 1 BTC\n"
    with pytest.raises(FileNotFoundError):
        await desk.notebook.read(ANN, "trades/2026-11-26.md")
    found = await desk.notebook.search(OWNER, Query("BTC", symbol="BTC"))
    assert [each.passage for each in found.hits] == [trade]


async def test_a_file_that_is_full_takes_no_more_and_keeps_what_it_has(desk: Desk) -> None:
    body = f"# MEMORY\n\n{FACTS}\n\n- first fact\n\n# Rest\n" + "\n" * 9_993
    desk.path(MEMORY).write_text(body)
    with pytest.raises(Unreadable):
        await desk.notebook.add(OWNER, "one more that is too many", Source.SAID)
    assert desk.path(MEMORY).read_text() == body
    assert await desk.texts() == [("MEMORY.md", "- first fact")]


def test_a_fact_goes_behind_the_others() -> None:
    assert with_fact("", "- 2026-11-26: x1") == "# MEMORY\n\n## Facts\n\n- 2026-11-26: x1\n"
    assert with_fact("## Facts", "- 2026-11-26: x1") == "## Facts\n\n- 2026-11-26: x1\n"
    assert (
        with_fact("## Facts\n\n- a\n  more\n\n\n## B\n", "- 2026-11-26: x1")
        == "## Facts\n\n- a\n  more\n\n- 2026-11-26: x1\n\n\n## B\n"
    )
