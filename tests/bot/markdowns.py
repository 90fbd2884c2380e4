"""Markdown as models write it, and as nobody should: random, of any length, the same for the same seed."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

WORD = re.compile(r"w\d+x")
"""What every piece has in it where it shows, each with another number."""

ODDITIES = (
    "👩‍👩‍👧‍👦", "👍🏽", "🇩🇪🇫🇷", "é", "Z̴̛͕a̵͖͝l̷̺̕g̶̙̈o̷̝͝", "שלום עולם", "مرحبا", "\u202edlrow\u202c",
    "\x00", "\ud83d",
    "\udc4d", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢", "漢字かな", "\u200b", "\ufeff", "\x07", "a\u00a0b", "½ €", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "\u2028",
)  # fmt: skip
LITERALS = (
    "@everyone", "@here", "<@123456789012345678>", "<@&99>", "<#42>", "<:kit:7>", "<t:1700000000:R>",
    ":smile:",
    "a_b_c", "2*3*4", "~5~", "||x||", "a|b", "\\", "\\*", "\\_x\\_", "`", "``", "*", "**", "_", "__",
    "~~", "[", "]",
    "](", "[x](javascript:y)", "<b>bold</b>", "<br>", "&amp;", "&#42;", "&#x202e;", "&#13;", "12:30:45", "http://",
    "https://a.b/c_d*e",
    "https://kit.test/a(b)?q=~x|y", "<https://kit.test/~me>", "me@kit.test", "#tag", "-5 %", "+3",
    "> no", "1) a",
)  # fmt: skip
LINE_STARTS = (
    "",
    "",
    "# ",
    "### ",
    "-# ",
    "- ",
    "* ",
    "+ ",
    "7. ",
    "> ",
    ">>> ",
    "    ",
    "\\# ",
    "\\- ",
    "3\\. ",
    "\\> ",
)
ADDRESSES = (
    "https://kit.test", "https://kit.test/a_(b)", "http://kit.test/x?a=*b*&c=`", "mailto:me@kit.test",
    "tg://user?id=7",
    "docs/page.md", "<https://kit.test/a b>", "https://kit.test/" + "y" * 600, 'https://kit.test "Title"',
)  # fmt: skip
FENCES = ("```", "~~~", "````", "```python", "~~~ c++", "```py title=x", "``` `not a fence")
CODES = (
    "x = 1",
    "**not bold**",
    "  indented_more",
    "",
    "``",
    "```",
    "~~~",
    "\\n",
    "<@1>",
    "@everyone",
    "# no",
    "a" * 90,
)


@dataclass
class Writer:
    """Writes documents with the chance that it is handed."""

    chance: Random
    words: int = 0
    makers: list[Callable[[], str]] = field(init=False)

    def __post_init__(self) -> None:
        self.makers = [
            *(self.paragraph,) * 4, self.list, self.list, self.fence, self.table, self.quote,
            self.heading, self.image, self.long_word, self.noise,
        ]  # fmt: skip

    def document(self, size: int) -> str:
        """Return Markdown of just so many characters."""
        written: list[str] = []
        length = 0
        while length < size:
            written += [
                self.chance.choice(self.makers)(),
                self.chance.choice(("\n\n", "\n\n", "\n", "\n\n\n")),
            ]
            length += len(written[-2]) + len(written[-1])
        return "".join(written)[:size]

    def calm(self, size: int) -> str:
        """Return Markdown of about so many characters in which everything is closed, and short."""
        makers = (self.calm_paragraph, self.calm_paragraph, self.heading, self.calm_fence, self.calm_list)
        written: list[str] = []
        while sum(map(len, written)) < size:
            written.append(self.chance.choice(makers)() + "\n\n")
        return "".join(written)

    def word(self) -> str:
        self.words += 1
        return f"w{self.words}x"

    def phrase(self) -> str:
        return " ".join(
            [
                self.word(),
                *self.chance.choices(("so", "price", "Ä", "of", "the"), k=self.chance.randint(0, 5)),
            ]
        )

    def inline(self, depth: int = 0) -> str:
        kind = self.chance.randrange(12 if depth < 3 else 5)
        if kind < 3:
            return self.phrase()
        if kind < 5:
            return self.chance.choice(LITERALS if self.chance.random() < 0.6 else ODDITIES)
        if kind < 9:
            around = self.chance.choice(("**", "*", "_", "__", "~~", "***", "**_", "~~**"))
            return around + self.line(depth + 1, 2) + around[::-1]
        if kind == 9:
            ticks = "`" * self.chance.randint(1, 3)
            return (
                ticks
                + self.chance.choice(("{}", " `{}` ", "{} `` y", "*{}*", "{}_@here")).format(self.word())
                + ticks
            )
        if kind == 10:
            return f"[{self.line(depth + 1, 2)}]({self.chance.choice(ADDRESSES)})"
        return self.phrase()

    def line(self, depth: int = 0, most: int = 6) -> str:
        between = self.chance.choice((" ", " ", " ", ""))
        return between.join(self.inline(depth) for _ in range(self.chance.randint(1, most)))

    def paragraph(self) -> str:
        lines = range(self.chance.choice((1, 1, 2, 3, 12)))
        return "\n".join(self.chance.choice(LINE_STARTS) + self.line() for _ in lines)

    def heading(self) -> str:
        return "#" * self.chance.randint(1, 6) + " " + self.phrase() + "\n"

    def list(self) -> str:
        lines = []
        for _ in range(self.chance.randint(1, 8)):
            indent = "  " * self.chance.randint(0, 4)
            lines.append(
                indent + self.chance.choice(("- ", "* ", "1. ", "12) ", "- [ ] ", "- > ")) + self.line()
            )
        return self.chance.choice(("\n", "\n\n")).join(lines)

    def fence(self) -> str:
        opening = self.chance.choice(FENCES)
        lines = [
            self.chance.choice((*CODES, self.word())) for _ in range(self.chance.choice((0, 1, 3, 9, 70)))
        ]
        closing = opening[: len(opening) - len(opening.lstrip("`~"))]
        return "\n".join([opening, self.word(), *lines, closing if self.chance.random() < 0.8 else "", ""])

    def table(self) -> str:
        columns = self.chance.randint(1, 5)
        rows = [
            ["name", "price", "a b", "**x**", "漢字"][:columns],
            [self.chance.choice(("---", ":-:", "--:"))] * columns,
        ]
        for _ in range(self.chance.randint(0, 5)):
            cells = self.chance.choice((columns, columns, columns + 2, 1))
            rows.append([self.word() if self.chance.random() < 0.8 else self.inline(3) for _ in range(cells)])
        return "\n".join("| " + " | ".join(row).replace("\n", " ") + " |" for row in rows)

    def quote(self) -> str:
        depth = self.chance.choice((1, 1, 2, 30))
        return "\n".join(
            ">" * depth + " " + line for line in self.chance.choice(self.makers[:7])().split("\n")
        )

    def image(self) -> str:
        return f"![{self.phrase()}]({self.chance.choice(ADDRESSES)}) " + "![" * 6 + "x" + "](y)" * 6

    def long_word(self) -> str:
        return self.word() + self.chance.choice(
            ("x", "👩‍👩‍👧‍👦", "𝔘", "*", "_a", "e\u0301", "[", "`", "- ", "> ", "https://")
        ) * (self.chance.choice((3, 50, 900, 5_000)))

    def noise(self) -> str:
        letters = "ab \n\n\t*_~`|[]()<>!#-+>\\&:@01.😀\u0301\u200d\x00\ud800é"
        return "".join(self.chance.choices(letters, k=self.chance.choice((5, 40, 300))))

    def calm_paragraph(self) -> str:
        return " ".join(
            f"**{self.word()}** {self.phrase()} *{self.word()}* `{self.word()}`." for _ in range(5)
        )

    def calm_fence(self) -> str:
        return "\n".join(["```python", *(f"{self.word()} = {number}" for number in range(12)), "```"])

    def calm_list(self) -> str:
        return "\n".join(f"- **{self.word()}**: {self.phrase()}" for _ in range(6))
