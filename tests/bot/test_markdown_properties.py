"""Whatever Markdown there is: every part can be sent, and together they show all of it."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import discord_text, telegram_text
from bot.chat import Mark, Part
from bot.markdown import styled
from tests.bot.discord_reader import Reader
from tests.bot.markdowns import WORD, Writer

LONGEST = 20_000
LONG_TEXTS = 20_000
INVISIBLE = re.compile(r"[\s\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0]")
ROWS = (
    "[", "![", "*", "**", "_", "`", "``", "~", "> ", ">", "- ", "1. ", "<", "&", "\\", "|", "[](",
    "![a](b)", "*a_", "**a ", "**a** ", "a*", "***a***b", "~~a~~ ", "`a` ", "`a``b",
    "[a](https://kit.test/_) ", "https://kit.test/_ ", "> a\n", "> a\n\n", "> **a**\n", "```\nx\n```\n",
    "~~~c\n", "    a\n\n", "# a\n", "- a\n  - b\n", "a\n-\n", "|a|\n|-|\n", "a|b\n-|-\nc|d\n\n",
    "é", "😀", "👩‍👩‍👧‍👦", "🇩🇪", "\u200d", "\u200b", "\n", " ", "@everyone ", "<@1>", ":a", "1",
    "1) ",
)  # fmt: skip
"""What a text is made of that is nothing but one thing again and again."""

LANGUAGES = re.compile(r"(?:`{3}|~{3})[ \t]*(w\d+x)")
"""A word right behind a fence may name a language, which is not shown."""

Render = Callable[[str], Sequence[Part]]
seeds = st.integers(0, 2**32)
firsts = st.sampled_from([None, 1_024, 400])


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def blank(text: str) -> bool:
    """Say whether nobody sees anything in a text."""
    return all(unicodedata.category(one) in ("Cf", "Cc", "Cn") or INVISIBLE.match(one) for one in text)


def rendered(seed: int) -> str:
    chance = Random(seed)
    return Writer(chance).document(round(LONGEST ** chance.random()))


def check_whole(markdown: str, parts: Sequence[Part]) -> None:
    """Hold the parts against the text as it is before it is cut: only blanks may be between two of them."""
    whole = styled(markdown).text
    if len(parts) == 1 and parts[0].plain == "…":
        parts = []
    place = 0
    for part in parts:
        found = whole.find(part.plain, place)
        assert found >= 0
        assert blank(whole[place:found]), whole[place:found]
        place = found + len(part.plain)
    assert blank(whole[place:]), whole[place:]


def check_words(markdown: str, parts: Sequence[Part]) -> None:
    """Hold the parts against what was written, in which every word is another one."""
    shown = WORD.findall("".join(part.plain for part in parts))
    hidden = set(LANGUAGES.findall(markdown)) - set(shown)
    assert shown == [word for word in WORD.findall(markdown) if word not in hidden]


def check_telegram(markdown: str, first: int | None = None) -> None:
    parts = telegram_text.parts(markdown) if first is None else telegram_text.parts(markdown, first)
    for index, part in enumerate(parts):
        limit = first if first and not index else 4_096
        assert part.text == part.plain
        assert 0 < units(part.text) <= limit
        assert part.text.strip()
        assert part.text.rstrip() == part.text
        assert part.text[0] not in " \n" or part.marks[0].offset == 0
        check_marks(part)
    check_whole(markdown, parts)


def check_marks(part: Part) -> None:
    """Hold marks against what Telegram's documentation says of entities."""
    assert len(part.marks) <= 100
    raw = part.text.encode("utf-16-le")
    around: list[Mark] = []
    for mark in part.marks:
        assert mark.length > 0
        covered = raw[2 * mark.offset : 2 * (mark.offset + mark.length)].decode("utf-16-le")
        assert units(covered) == mark.length
        assert covered.strip()
        assert covered == covered.rstrip()
        assert covered == covered.lstrip() or mark.kind in ("pre", "blockquote")
        while around and around[-1].offset + around[-1].length <= mark.offset:
            around.pop()
        for outer in around:
            assert mark.offset + mark.length <= outer.offset + outer.length
            assert outer.kind not in ("pre", "code", mark.kind)
            assert mark.kind != "pre"
            assert mark.kind != "blockquote"
            assert mark.kind != "code" or outer.kind == "blockquote"
        around.append(mark)


def check_discord(markdown: str, first: int | None = None) -> None:
    parts = discord_text.parts(markdown) if first is None else discord_text.parts(markdown, first)
    for index, part in enumerate(parts):
        assert 0 < units(part.text) <= (first if first and not index else 2_000)
        assert units(part.plain) <= units(part.text)
        assert part.plain.strip()
        assert part.marks == ()
        read = Reader(part.text).read()
        assert (read.problems, read.visible) == ([], part.plain.replace("\u200b", ""))
    check_whole(markdown, parts)


def check(seed: int) -> None:
    markdown = rendered(seed)
    check_telegram(markdown)
    check_discord(markdown)
    words = markdown[: markdown.rfind("w")] if markdown else markdown
    check_words(words, telegram_text.parts(words))


@given(seed=seeds)
@settings(max_examples=60, deadline=None)
def test_documents_fit_and_nothing_is_lost(seed: int) -> None:
    check(seed)


@pytest.mark.long
def test_twenty_thousand_documents_do() -> None:
    for seed in range(LONG_TEXTS):
        check(seed)


@given(noise=st.text(max_size=300), times=st.sampled_from([1, 1, 1, 40]), first=firsts)
@settings(max_examples=150, deadline=None)
def test_any_letters_fit_and_nothing_is_lost(noise: str, times: int, first: int | None) -> None:
    markdown = (noise * times)[:LONGEST]
    check_telegram(markdown, first)
    check_discord(markdown, first)


@given(noise=st.text(alphabet="ab \n\t*_~`|[]()<>!#-+>\\&:@1./😀\u0301é", max_size=200), first=firsts)
@settings(max_examples=200, deadline=None)
def test_any_markup_fits_and_nothing_is_lost(noise: str, first: int | None) -> None:
    check_telegram(noise, first)
    check_discord(noise, first)


@pytest.mark.parametrize("row", ROWS)
def test_long_rows_of_one_thing_fit_and_nothing_is_lost(row: str) -> None:
    markdown = (row * LONGEST)[:4_500]
    check_telegram(markdown)
    check_discord(markdown)


@pytest.mark.parametrize("render", [telegram_text.parts, discord_text.parts], ids=["telegram", "discord"])
@given(seed=seeds, ends=st.lists(st.integers(1, 12_000), min_size=2, max_size=6))
@settings(max_examples=10, deadline=None)
def test_a_growing_text_leaves_all_but_its_last_two_parts(render: Render, seed: int, ends: list[int]) -> None:
    whole = Writer(Random(seed)).calm(12_000)
    full = render(whole)
    for end in ends:
        settled = render(whole[:end])[:-2]
        assert settled == full[: len(settled)]


@given(seed=seeds, ends=st.lists(st.integers(1, 3_000), min_size=1, max_size=4))
@settings(max_examples=20, deadline=None)
def test_every_beginning_of_a_document_can_be_sent(seed: int, ends: list[int]) -> None:
    markdown = Writer(Random(seed)).document(3_000)
    for end in ends:
        check_telegram(markdown[:end])
        check_discord(markdown[:end])
