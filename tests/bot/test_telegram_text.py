import pytest

from bot.chat import Mark, Part
from bot.telegram_text import CAPTION, LIMIT, MOST_MARKS, parts


def shown(markdown: str) -> tuple[str, list[tuple[str, str, str | None]]]:
    """Return the only part's text, and what each mark covers."""
    (part,) = parts(markdown)
    units = part.text.encode("utf-16-le")
    covered = [
        (mark.kind, units[2 * mark.offset : 2 * (mark.offset + mark.length)].decode("utf-16-le"), mark.extra)
        for mark in part.marks
    ]
    return part.text, covered


def test_a_plain_sentence_is_itself() -> None:
    assert parts("Bitcoin rose by 2 %.") == [Part("Bitcoin rose by 2 %.", "Bitcoin rose by 2 %.")]


@pytest.mark.parametrize("markdown", ["", " \n\n\t", "\u200b", "```\n```", "- \n", "&nbsp;", "\u2800"])
def test_what_shows_nothing_is_one_part_that_can_be_sent(markdown: str) -> None:
    assert parts(markdown) == [Part("…", "…")] or parts(markdown)[0].text == "•"


def test_styles_are_marks_counted_in_utf16_units() -> None:
    assert parts("😀 **so** ~~no~~")[0].marks == (Mark("bold", 3, 2), Mark("strikethrough", 6, 2))


def test_styles_lie_within_each_other() -> None:
    text, marks = shown("**bold _both_** `code` [a **link**](https://kit.test/a_(b))")
    assert text == "bold both code a link"
    assert marks == [
        ("bold", "bold both", None),
        ("italic", "both", None),
        ("code", "code", None),
        ("text_link", "a link", "https://kit.test/a_(b)"),
        ("bold", "link", None),
    ]


def test_of_two_styles_that_begin_together_the_longer_is_outside() -> None:
    assert shown("***a** b*")[1] == [("italic", "a b", None), ("bold", "a", None)]
    assert shown("***a* b**")[1] == [("bold", "a b", None), ("italic", "a", None)]


def test_code_carries_no_other_style_but_a_quote() -> None:
    assert shown("**a `b` c**")[1] == [("bold", "a", None), ("code", "b", None), ("bold", "c", None)]
    assert shown("> a `b`")[1] == [("blockquote", "a b", None), ("code", "b", None)]
    assert shown("[`b`](https://kit.test)")[1] == [("text_link", "b", "https://kit.test")]
    assert shown("> a\n> ```\n> b\n> ```")[1] == [("blockquote", "a", None), ("pre", "b", None)]


def test_whitespace_at_the_ends_of_a_style_is_outside_it() -> None:
    assert shown("a [ b ](https://kit.test) c")[1] == [("text_link", "b", "https://kit.test")]


def test_a_heading_is_bold() -> None:
    assert shown("## Today\ntext") == ("Today\n\ntext", [("bold", "Today", None)])


def test_lists_have_bullets_and_numbers() -> None:
    markdown = "- one\n- two\n  1. deep\n  2. deeper\n\n     again\n- > said\n- ```\n  x\n  ```"
    text, marks = shown(markdown)
    assert text == "• one\n• two\n  1. deep\n  2. deeper\n    again\n•\nsaid\n•\nx"
    assert marks == [("blockquote", "said", None), ("pre", "x", None)]
    assert shown("7) seven\n7) eight")[0] == "7) seven\n8) eight"


def test_a_fence_is_a_block_with_its_language_even_while_it_is_open() -> None:
    assert shown("~~~py\nx = '```'\n~~~") == ("x = '```'", [("pre", "x = '```'", "py")])
    assert shown("say\n```py\n  x = 1\n") == ("say\n\n  x = 1", [("pre", "  x = 1", "py")])
    assert shown("```so *much* else\nx") == ("*much* else\nx", [("pre", "*much* else\nx", "so")])


@pytest.mark.parametrize(
    "markdown", ["an **open", "an `open", "an [open", "an [open](", "an [open](https://kit.t"]
)
def test_other_markup_is_literal_while_it_is_open(markdown: str) -> None:
    assert parts(markdown) == [Part(markdown, markdown)]


def test_a_narrow_table_is_aligned() -> None:
    text, marks = shown("| Pair | Price |\n|---|--:|\n| BTC | 9 |\n| 漢字 | 12 |")
    assert text == "Pair  Price\n────  ─────\nBTC       9\n漢字     12"
    assert marks == [("pre", text, None)]


def test_a_wide_table_is_lines_of_name_and_value() -> None:
    wide = "a very long remark about the market"
    text, marks = shown(f"| Pair | Note |\n|---|---|\n| BTC | {wide} |\n| ETH | |")
    assert text == f"Pair: BTC\nNote: {wide}\n\nPair: ETH\nNote:"
    assert marks == [("bold", "Pair: BTC", None), ("bold", "Pair: ETH", None)]


def test_a_table_with_links_keeps_them() -> None:
    text, marks = shown("| a |\n|---|\n| [b](https://kit.test) |")
    assert (text, marks[-1]) == ("a: b", ("text_link", "b", "https://kit.test"))


def test_cells_beyond_the_last_column_are_not_lost() -> None:
    assert shown("| a |\n|---|\n| 1 | 2 |")[0] == "a\n─  ─\n1  2"


def test_an_image_is_a_link() -> None:
    assert shown("![Chart](https://kit.test/c.png)") == (
        "Chart",
        [("text_link", "Chart", "https://kit.test/c.png")],
    )
    both = shown("![[words](https://kit.test/1)](https://kit.test/2)")
    assert both == ("words", [("text_link", "words", "https://kit.test/1")])
    assert shown("![](https://kit.test/c.png)")[0] == "https://kit.test/c.png"


def test_an_address_that_chats_do_not_open_is_written_out() -> None:
    shown_text = "me (mailto:me@kit.test) you (tg://user?id=7) me@kit.test"
    found = parts("[me](mailto:me@kit.test) [you](tg://user?id=7) <me@kit.test>")
    assert found == [Part(shown_text, shown_text)]


def test_an_address_without_words_is_written_out() -> None:
    assert shown("see [](https://kit.test)") == ("see https://kit.test", [])


def test_an_address_too_long_for_a_link_is_written_out() -> None:
    address = "https://kit.test/" + "y" * 600
    assert shown(f"[chart]({address})") == (f"chart ({address})", [])


def test_html_is_literal() -> None:
    assert shown("<b>x</b>\n\n<div>\n*y*\n</div>") == (
        "<b>x</b>\n\n<div>\ny\n</div>",
        [("italic", "y", None)],
    )


def test_however_deep_something_is_nested_it_is_shown() -> None:
    assert shown(">" * 40 + " x")[0].endswith("x")
    assert shown("- " * 40 + "x")[0].endswith("x")
    assert shown("![" * 550 + "x" + "](y)" * 550)[0].count("x") == 1


def test_controls_halves_of_characters_and_turned_direction_are_not_sent() -> None:
    assert shown("a\x07b\x00c\ud83dd \u202edcba\u202c")[0] == "a b\ufffdc\ufffdd dcba"
    assert shown("a&#x202e;b&#13;c&#12;d\r\ne")[0] == "ab\nc d\ne"


def test_a_full_message_is_one_and_one_unit_more_makes_two() -> None:
    assert [len(part.text) for part in parts("x" * LIMIT)] == [LIMIT]
    assert [len(part.text) for part in parts("x" * (LIMIT + 1))] == [LIMIT, 1]
    assert [len(part.text) for part in parts("😀" * (LIMIT // 2 + 1))] == [LIMIT // 2, 1]


def test_the_first_part_can_be_a_caption() -> None:
    lengths = [len(part.text) for part in parts("word " * 1_000, first=CAPTION)]
    assert lengths == [1_024, 3_974]


@pytest.mark.parametrize(
    ("before", "boundary", "after"),
    [
        ("word" * 800 + "\nx" * 60 + "\nend", "\n\n", "Next. " * 200),
        ("word. " * 600 + "end", "\n", "next word. " * 100),
        ("word " * 700 + "end.", " ", "next word " * 100),
        ("word " * 800 + "end", " ", "x" * 200),
        ("x" * (LIMIT - 1) + "é", "", "y" * 100),
        ("x" * (LIMIT - 3), "", "👩‍👩‍👧‍👦" + "y" * 100),
        ("x" * (LIMIT - 1), "", "e\u0301" + "y" * 100),
        ("x" * (LIMIT - 2), "", "🇩🇪" + "y" * 100),
    ],
    ids=["paragraph", "line", "sentence", "word", "character", "joined emoji", "accent", "flag"],
)
def test_the_cut_is_at_the_best_boundary_that_fits(before: str, boundary: str, after: str) -> None:
    first, second = parts(before + boundary + after)
    assert first.text == before.strip()
    assert second.text == after.strip()


def test_a_block_that_fits_into_the_next_message_is_not_cut() -> None:
    code = "```\n" + "x = 1\n\n" * 200 + "```"
    first, second = parts("word " * 600 + "\n\n" + code)
    assert [mark.kind for mark in (*first.marks, *second.marks)] == ["pre"]
    assert second.text == ("x = 1\n\n" * 200).strip()


def test_a_long_block_is_cut_at_a_line_and_keeps_its_language_and_indentation() -> None:
    found = parts("```py\n" + "    x = 'a b c'\n" * 600 + "```")
    assert len(found) > 1
    for part in found:
        assert part.text.splitlines() == ["    x = 'a b c'"] * len(part.text.splitlines())
        assert part.marks == (Mark("pre", 0, len(part.text), "py"),)


def test_no_message_has_more_marks_than_are_shown() -> None:
    found = parts("**a** b " * 250)
    assert [len(part.marks) for part in found] == [MOST_MARKS, MOST_MARKS, 50]
