"""Tables on a phone: aligned columns while they are narrow, else a line for every cell."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from bot.styled import BOLD, Span, Style, with_style

WIDEST = 34
"""Columns of fixed-width letters that a phone shows without breaking the line."""

GAP = "  "

Cell = Sequence[Span]


@dataclass(frozen=True, slots=True)
class Table:
    """Cells by row, the header first, and whether each column is to be at its right."""

    rows: Sequence[Sequence[Cell]]
    right: Sequence[bool]


def table(shape: Table) -> list[Span]:
    """Return a table as one preformatted block, or as lines of name and value.

    It becomes lines when it is too wide, or when links are in it, which preformatted text cannot hold.
    """
    texts = [["".join(span.text for span in cell).strip() for cell in row] for row in shape.rows]
    widths = [max(map(width, column)) for column in zip_longest(*texts, fillvalue="")]
    linked = any(span.has("text_link") for row in shape.rows for cell in row for span in cell)
    if linked or len(texts) < 2 or sum(widths) + len(GAP) * (len(widths) - 1) > WIDEST:
        return _lines(shape.rows)
    lines = [_aligned(row, widths, shape.right) for row in texts]
    lines.insert(1, GAP.join("─" * size for size in widths))
    return [Span("\n".join(lines), frozenset({Style("pre")}))]


def width(text: str) -> int:
    """Return how many columns a text takes in fixed-width letters."""
    if text.isascii():
        return len(text)
    return sum(_columns(letter) for letter in text)


def _columns(letter: str) -> int:
    if unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def _aligned(row: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    cells = []
    for text, size, at_right in zip_longest(row, widths, right[: len(widths)], fillvalue=""):
        blank = " " * (int(size or 0) - width(text))
        cells.append(blank + text if at_right else text + blank)
    return GAP.join(cells).rstrip()


def _lines(rows: Sequence[Sequence[Cell]]) -> list[Span]:
    header, *body = rows
    if not body:
        return _heading(header)
    spans: list[Span] = []
    for row in body:
        if spans:
            spans.append(Span("\n\n"))
        for index, (name, value) in enumerate(zip_longest(header, row, fillvalue=())):
            line = _pair(name, value)
            spans.extend([Span("\n")] if index and line else [])
            spans.extend(line if index else with_style(line, BOLD))
    return spans


def _heading(header: Sequence[Cell]) -> list[Span]:
    spans: list[Span] = []
    for cell in header:
        spans.extend([Span(" · ")] if spans else [])
        spans.extend(with_style(cell, BOLD))
    return spans


def _pair(name: Cell, value: Cell) -> list[Span]:
    if name and value:
        return [*name, Span(": "), *value]
    return [*name, Span(":")] if name else list(value)
