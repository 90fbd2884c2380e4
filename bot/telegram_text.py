"""Markdown as messages of Telegram: text, and entities beside it."""

from bisect import bisect_left, bisect_right

from bot.chat import Mark, Part
from bot.markdown import styled
from bot.splitting import PLACEHOLDER, astral, between, pieces, within
from bot.styled import Styled

LIMIT = 4096
"""UTF-16 units of a message, after markup became entities."""

CAPTION = 1024
"""UTF-16 units under a picture."""

MOST_MARKS = 100
"""Entities of a message that Telegram shows; it drops those behind."""


def parts(markdown: str, first: int = LIMIT) -> list[Part]:
    """Return Markdown as the messages that show it, at least one.

    `first` is how many UTF-16 units the first one may have, CAPTION for one under a picture.
    """
    whole = styled(markdown)
    wide = astral(whole.text)
    starts = [stretch.start for stretch in whole.stretches]
    ends = sorted(stretch.end for stretch in whole.stretches)

    def size(start: int, end: int) -> int:
        marks = bisect_left(starts, end) - bisect_right(ends, start)
        units = end - start + between(wide, start, end)
        # More marks than there may be never fit, but a single character always has to.
        return units if marks <= MOST_MARKS or end - start <= 1 else units + LIMIT

    found = [_part(whole, start, end) for start, end in pieces(whole, size, LIMIT, first)]
    return found or [Part(PLACEHOLDER, PLACEHOLDER)]


def _part(whole: Styled, start: int, end: int) -> Part:
    text = whole.text[start:end]
    wide = astral(text)

    def units(place: int) -> int:
        return place - start + between(wide, 0, place - start)

    marks = [
        Mark(
            stretch.style.kind,
            units(stretch.start),
            units(stretch.end) - units(stretch.start),
            stretch.style.extra,
        )
        for stretch in within(whole, start, end)
    ]
    return Part(text, text, tuple(marks))
