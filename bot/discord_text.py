"""Markdown as messages of Discord, in Discord's own Markdown."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import accumulate

from bot.chat import Part
from bot.discord_escape import (
    BLANK,
    LINE_MARKUP,
    address,
    escaped,
    extra_places,
    fenced,
    fenced_places,
    inline_code,
    literal,
)
from bot.markdown import styled
from bot.splitting import PLACEHOLDER, Size, astral, between, pieces, within
from bot.styled import Stretch, Styled

LIMIT = 2000
"""UTF-16 units of a message with its markup. Discord counts characters, of which there are never more."""

MARKERS = {"bold": "**", "italic": "*", "strikethrough": "~~"}
QUOTED = "> "

_COSTS = {"bold": 4, "italic": 2, "strikethrough": 4, "code": 6, "pre": 8, "text_link": 6, "blockquote": 2}
_SEAM = 4
"""Blanks before and behind, and a backslash for what is at the start of a line on either side."""


def parts(markdown: str, first: int = LIMIT) -> list[Part]:
    """Return Markdown as the messages that show it, at least one.

    `first` is how many UTF-16 units the first one may have. Headings are bold and bullets are characters, so
    that the only markup at the start of a line is that of quotes and fences.
    """
    whole = styled(markdown)
    found = [
        Part(_Page(whole, start, end).text(), whole.text[start:end])
        for start, end in pieces(whole, _size(whole), LIMIT, first)
    ]
    return found or [Part(PLACEHOLDER, PLACEHOLDER)]


def _taken(text: str, stretch: Stretch) -> bool:
    """Say whether Discord takes the words of a link: brackets pair up in them, and they are on one line."""
    return stretch.style.kind != "text_link" or _is_label(text[stretch.start : stretch.end])


def _is_label(text: str) -> bool:
    opened = 0
    for letter in text:
        opened += (letter == "[") - (letter == "]")
        if opened not in (0, 1):
            return False
    return not opened and "\n" not in text


def _size(whole: Styled) -> Size:
    """Return what counts, never too low, the UTF-16 units of a piece with its markup."""
    starts = [stretch.start for stretch in whole.stretches]
    ending = sorted(whole.stretches, key=lambda stretch: stretch.end)
    ends = [stretch.end for stretch in ending]
    opened = list(accumulate(map(_cost, whole.stretches), initial=0))
    closed = list(accumulate(map(_cost, ending), initial=0))
    places = sorted([*astral(whole.text), *_places(whole)])

    def size(start: int, end: int) -> int:
        markup = opened[bisect_left(starts, end)] - closed[bisect_right(ends, start)]
        begun = whole.text[start] in LINE_MARKUP
        return begun + end - start + between(places, start, end) + markup

    return size


def _cost(stretch: Stretch) -> int:
    extra = stretch.style.extra
    if stretch.style.kind == "text_link":
        return _SEAM + _COSTS["text_link"] + len(address(extra or ""))
    return _SEAM + _COSTS[stretch.style.kind] + len(extra or "")


def _places(whole: Styled) -> Iterator[int]:
    place = 0
    for stretch in whole.stretches:
        if stretch.style.kind == "pre":
            yield from (place + at for at in extra_places(whole.text[place : stretch.start]))
            yield from (stretch.start + at for at in fenced_places(whole.text[stretch.start : stretch.end]))
            place = stretch.end
        elif stretch.style.kind == "blockquote":
            for line in re.finditer("\n", whole.text[stretch.start : stretch.end]):
                yield from [stretch.start + line.start()] * len(QUOTED)
    yield from (place + at for at in extra_places(whole.text[place:]))


class _Page:
    """Writes one piece of a text, opening and closing its stretches."""

    def __init__(self, whole: Styled, start: int, end: int) -> None:
        self._text = whole.text
        self._stretches = [each for each in within(whole, start, end) if _taken(whole.text, each)]
        self._place, self._end = start, end
        self._written: list[str] = []
        self._opened: list[Stretch] = []
        self._closed = ""

    def text(self) -> str:
        """Return the piece in Discord's Markdown."""
        for stretch in self._stretches:
            self._close_until(stretch.start)
            self._write_to(stretch.start)
            self._open(stretch)
        self._close_until(self._end)
        self._write_to(self._end)
        return "".join(self._written)

    def _open(self, stretch: Stretch) -> None:
        kind = stretch.style.kind
        inside = self._text[stretch.start : stretch.end]
        if kind == "pre":
            self._put(fenced(inside, stretch.style.extra))
            self._place = stretch.end
        elif kind == "code":
            self._put(inline_code(inside))
            self._place = stretch.end
        else:
            self._opened.append(stretch)
            marker = {**MARKERS, "blockquote": QUOTED, "text_link": "["}[kind]
            # Right behind a closing marker an opening one would be read as part of it.
            self._put(BLANK + marker if self._closed and marker.startswith(self._closed) else marker)

    def _close_until(self, place: int) -> None:
        while self._opened and self._opened[-1].end <= place:
            stretch = self._opened[-1]
            self._write_to(stretch.end)
            self._opened.pop()
            if stretch.style.kind == "text_link":
                self._put(f"](<{address(stretch.style.extra or '')}>)")
            elif stretch.style.kind in MARKERS:
                self._put_end(MARKERS[stretch.style.kind])

    def _write_to(self, place: int) -> None:
        if place > self._place:
            self._put(self._shown(self._text[self._place : place]))
            self._place = place

    def _shown(self, text: str) -> str:
        kinds = {stretch.style.kind for stretch in self._opened}
        shown = escaped(text).replace("]", "\\]") if "text_link" in kinds else literal(text)
        return shown.replace("\n", "\n" + QUOTED) if "blockquote" in kinds else shown

    def _put_end(self, marker: str) -> None:
        # What is struck ends at the first two tildes, whatever is before them.
        self._put(BLANK + marker if marker == "~~" and self._written[-1].endswith("~") else marker)
        self._closed = marker[0]

    def _put(self, text: str) -> None:
        self._closed = ""
        self._written.append(text)
