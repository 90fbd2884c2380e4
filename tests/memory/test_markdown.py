"""Markdown in pieces: every line of words is in one, on the lines that it says, whatever a file holds."""

import time
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from memory.markdown import MOST_CHARS, MOST_HEADING, lines_of, pieces_of
from memory.passages import Kind

NEAR = "memory/2026-11-26.md"

PARTS = st.sampled_from(
    [
        "# A title",
        "## Second",
        "Under\n=====",
        "- one",
        "  - nested",
        "1. first",
        "> quoted",
        "> - quoted item",
        "```",
        "~~~ python",
        "| a | b |\n|---|---|\n| c | d |",
        "[foo]: /bar",
        "<!-- hidden",
        "-->",
        "<div>",
        "---",
        "    code",
        "\tcode",
        "",
        "plain words",
        "form\x0cfeed",
        "next\x85line",
        "line\u2028separator",
        "file\x1cseparator",
        "vertical\x0btab",
        "\ufeff",
        "\x00",
        "words " * 400,
        "w" * 2_700,
        "- " + "item " * 500,
    ]
)
ENDS = st.sampled_from(["\n", "\r\n", "\r", "\n\n"])
BLOCKS = st.lists(st.tuples(PARTS, ENDS), max_size=14).map(
    lambda each: "".join(part + end for part, end in each)
)


def check(text: str) -> None:
    """Hold the pieces of a text to what is promised of them."""
    lines = lines_of(text)
    pieces = pieces_of("MEMORY.md", text)
    assert [each.start_line for each in pieces] == sorted(each.start_line for each in pieces)
    held = [""] * len(lines)
    for each in pieces:
        assert 0 < len(each.text) <= MOST_CHARS
        assert 1 <= each.start_line <= each.end_line <= len(lines)
        there = lines[each.start_line - 1 : each.end_line]
        assert each.text in "\n".join(there)
        for place in range(each.start_line - 1, each.end_line):
            held[place] += f"\n{each.text}"
    for before, after in pairwise(pieces):
        # Two share a line only where it was too long for one.
        assert after.start_line >= before.end_line
        if after.start_line == before.end_line:
            assert len(lines[before.end_line - 1]) > MOST_CHARS // 2
    headings = heading_lines(text)
    for place, line in enumerate(lines):
        if any(letter.isalnum() for letter in line):
            assert held[place] or place in headings, line


def heading_lines(text: str) -> set[int]:
    """Return the lines, from 0, that Markdown itself takes for headings."""
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    maps = [each.map for each in tokens if each.type == "heading_open" and not each.level and each.map]
    return {line for start, end in maps for line in range(start, end)}


@settings(max_examples=100, deadline=None)
@given(BLOCKS)
def test_every_line_of_words_is_in_one_piece_or_a_heading(text: str) -> None:
    check(text)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=400))
def test_any_text_has_pieces(text: str) -> None:
    check(text)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=900), max_size=8))
def test_a_long_item_is_cut_between_words_and_nothing_is_lost(words: list[str]) -> None:
    text = f"- {' '.join(words)}"
    found = "".join(each.text for each in pieces_of("x.md", text))
    assert "".join(found.split()) == ("".join(text.split()) if words else "")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("inside", ["\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"])
def test_lines_are_counted_as_markdown_counts_them(inside: str, end: str) -> None:
    text = end.join(("# Title", f"one{inside}two", "", "- three", f"- fo{inside}ur", "- five", ""))
    found = [(each.start_line, each.end_line, each.text) for each in pieces_of("x.md", text)]
    assert found == [
        (2, 2, f"one{inside}two"),
        (4, 4, "- three"),
        (5, 5, f"- fo{inside}ur"),
        (6, 6, "- five"),
    ]


def test_what_stands_under_headings_is_found_with_them() -> None:
    text = (
        "# Rules\n\nintro\n\n## Risk\n- 2026-11-20: never over 2 % of BTC/USDT\n\n"
        "Size\n----\nsmall\n\n# Other\nword\n"
    )
    assert [(each.kind, each.heading, each.text, each.at) for each in pieces_of("MEMORY.md", text)] == [
        (Kind.NOTE, "Rules", "intro", None),
        (
            Kind.FACT,
            "Rules › Risk",
            "- 2026-11-20: never over 2 % of BTC/USDT",
            datetime(2026, 11, 20, tzinfo=UTC),
        ),
        (Kind.NOTE, "Rules › Size", "small", None),
        (Kind.NOTE, "Other", "word", None),
    ]


def test_an_item_of_a_note_is_no_fact_and_is_of_its_day() -> None:
    (one, two) = pieces_of(NEAR, "- 10:00 sold ETH\n- 2026-11-25 09:30 bought ETH-EUR\n")
    assert (one.kind, one.at, one.symbols) == (Kind.NOTE, datetime(2026, 11, 26, tzinfo=UTC), ("ETH",))
    assert (two.at, two.symbols) == (datetime(2026, 11, 25, 9, 30, tzinfo=UTC), ("ETH/EUR", "ETH"))


@pytest.mark.parametrize("day", ["2026-02-30", "0000-01-01", "2026-11-26 25:00", "٢٠٢٦-٩٩-٩٩"])
def test_a_day_that_is_none_is_no_day(day: str) -> None:
    assert pieces_of("x.md", f"- {day}: word\n")[0].at is None


def test_what_is_said_about_a_file_at_its_top_is_no_heading() -> None:
    text = "---\ntitle: My plan\ntags: [a]\n---\nwords\n"
    assert [(each.heading, each.start_line, each.end_line) for each in pieces_of("x.md", text)] == [
        ("", 1, 5)
    ]
    # Nobody has ended it.
    assert [each.text for each in pieces_of("x.md", "---\ntitle: My plan\n\nwords\n")] == [
        "---\ntitle: My plan\n\nwords"
    ]


def test_a_definition_that_markdown_swallows_is_found() -> None:
    text = "one\n\n[secret]: https://example.org/canary 'words'\n\n- two\n"
    assert [(each.start_line, each.text) for each in pieces_of("x.md", text)] == [
        (1, "one\n\n[secret]: https://example.org/canary 'words'"),
        (5, "- two"),
    ]


def test_a_heading_of_any_length_stays_a_short_one_and_loses_nothing() -> None:
    title = "word " * 2_000
    found = pieces_of("x.md", f"# {title}\n\n" + "- item\n" * 50)
    assert max(len(each.heading) for each in found) <= MOST_HEADING
    assert "".join(each.text for each in found[:-50]).count("word") == 2_000


def test_nesting_tables_and_code_stay_whole() -> None:
    text = "- a\n  - b\n    - c\n\n| x | y |\n|---|---|\n| 1 | 2 |\n\n```\n# no heading\n- no item\n```\n"
    assert [(each.start_line, each.end_line) for each in pieces_of("x.md", text)] == [(1, 3), (5, 12)]
    deep = ">" * 5_000 + " deep\n" + "".join(f"{'  ' * level}- level {level}\n" for level in range(200))
    check(deep)


@pytest.mark.parametrize(
    "unit",
    ["- a\n", "# a\n", "a\n", "[a]: /b\n", "- <!--\n", "| a |\n|---|\n", "```\n", "> a\n", "[", "`", "*"],
)
def test_the_worst_of_what_is_read_at_all_is_taken_apart_in_time(unit: str) -> None:
    started = time.process_time()
    pieces_of("x.md", unit * min(10_000, 40_000 // len(unit)))
    assert time.process_time() - started < 5
