import pytest

from bot.chat import Part
from bot.discord_text import LIMIT, parts
from tests.bot.discord_reader import Reader


def only(markdown: str) -> str:
    (part,) = parts(markdown)
    return part.text


@pytest.mark.parametrize(
    "literal",
    [
        "snake_case_name", "2 * 3 * 4", "~5 and ~~6~~", "||not hidden||", "a|b", "`", "``",
        "back\\slash", "C:\\*",
        "12:30:45", ":smile:", "<:kit:7>", "<t:1700000000:R>", "<#42>", "</buy:7>", "<b>", "[x](https",
        "]", "_x_",
        "https:// nothing", "a `b``c` d", "> no quote", "# no heading", "-# no small print",
        "- no item", "+ no item", "1. no item", "12) no item", ">>> none",
    ],
)  # fmt: skip
def test_literal_text_shows_as_it_is_written(literal: str) -> None:
    markdown = "".join(f"&#{ord(letter)};" for letter in literal)
    read = Reader(only(markdown)).read()
    assert (read.visible, read.problems, read.links, read.fences) == (literal, [], [], [])


@pytest.mark.parametrize("name", ["@everyone", "@here", "<@123456789012345678>", "<@!1>", "<@&99>"])
@pytest.mark.parametrize(
    "around", ["{}", "**{}**", "`{}`", "```\n{}\n```", "https://kit.test/{}", "[x](https://kit.test/{})"]
)
def test_nobody_is_pinged_by_text(name: str, around: str) -> None:
    assert Reader(only(around.format(name))).read().problems == []


def test_styles_are_those_of_discord() -> None:
    markdown = "# Head\n**b** *i* __b__ _i_ ~~s~~ ***both*** [l](https://kit.test/a_(b)) `c`"
    assert only(markdown) == (
        "**Head**\n\n**b** *i* **b** *i* ~~s~~ ***both*** [l](<https://kit.test/a_%28b%29>) `c`"
    )


def test_code_is_outside_of_other_styles() -> None:
    assert only("**a `b*c` d**") == "**a** `b*c` **d**"


def test_markers_that_meet_are_kept_apart() -> None:
    assert only("**a**_b_") == "**a**\u200b*b*"
    assert only("**a _b_**_c_") == "**a *b***\u200b*c*"


def test_what_is_struck_does_not_end_too_early() -> None:
    assert only("~~about \\~~~") == "~~about \\~\u200b~~"


def test_a_link_has_no_more_words_than_its_own() -> None:
    link = "[a](<https://kit.test>)"
    assert only("[a](https://kit.test) \\[b](no)") == link + " \\[b]\\(no)"
    assert only("[a](https://kit.test) `b](no)`") == link + " `b]\u200b(no)`"
    assert only("[a](https://kit.test) `b[0](no)`") == link + " `b[0](no)`"


def test_the_words_of_a_link_that_discord_would_not_take_are_words() -> None:
    assert only("[a \\[ b](https://kit.test)") == "a \\[ b"
    label = "word " * 390 + "[" + "more " * 20 + "]"
    first, second = (Reader(part.text).read() for part in parts(f"[{label}](https://kit.test)"))
    assert (first.problems, second.problems) == ([], [])


def test_a_quote_has_its_marker_on_every_line() -> None:
    assert only("> a\n> b\n>\n> c\n\nd") == "> a\n> b\n> \n> c\n\nd"


def test_a_fence_keeps_its_language_and_cannot_be_closed_from_within() -> None:
    assert only("~~~js\nx ``` y\n~~~") == "```js\nx ``\u200b` y\n```"


def test_code_with_backticks_gets_the_longer_fence() -> None:
    assert only("`` a`b ``") == "``a`b``"
    assert only("`` `a` ``") == "`` `a` ``"


def test_bare_addresses_stay_addresses() -> None:
    assert only("see https://kit.test/a_b.") == "see <https://kit.test/a_b>."


def test_plain_text_has_no_markup() -> None:
    assert parts("**a_b** <@1>") == [Part("**a\\_b** \\<@\u200b1>", "a_b <@1>")]


def test_what_shows_nothing_is_one_part_that_can_be_sent() -> None:
    assert parts(" \n") == [Part("…", "…")]


def test_a_long_fence_is_closed_and_opened_again_with_its_language() -> None:
    lines = [f"    line_{number} = '*'" for number in range(300)]
    found = [Reader(part.text).read() for part in parts("```py\n" + "\n".join(lines) + "\n```")]
    assert len(found) > 2
    assert [line for read in found for _, inside in read.fences for line in inside.split("\n")] == lines
    assert {language for read in found for language, _ in read.fences} == {"py"}


def test_a_long_quote_goes_on_as_one() -> None:
    assert all(part.text.startswith("> ") for part in parts("> " + "word " * 1_000))


def test_length_is_counted_with_the_markup() -> None:
    assert [len(part.plain) for part in parts("\\_" * 2_000)] == [1_000, 1_000]
    assert [len(part.text) for part in parts("x" * LIMIT)] == [LIMIT]
    assert [len(part.text) for part in parts("x" * (LIMIT + 1))] == [LIMIT, 1]


def test_a_line_that_begins_with_a_part_is_counted_with_its_backslash() -> None:
    assert [len(part.text) for part in parts("x" * LIMIT + "1. " + "y" * 1_996)] == [LIMIT, LIMIT]
    assert [len(part.text) for part in parts("x" * LIMIT + "1. " + "y" * 1_997)] == [LIMIT, 2, 1_997]


def test_the_first_part_can_be_shorter() -> None:
    first, *others = parts("word " * 1_000, first=300)
    assert len(first.text) in range(290, 301)
    assert len(others[0].text) > 1_900
