"""Texts cut into pieces that each fit into a message."""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence

from bot.styled import Stretch, Styled, trimmed

Size = Callable[[int, int], int]
"""How much of a message the characters from a first one up to another take; it never shrinks with more."""

PLACEHOLDER = "…"
"""What stands for a text that shows nothing, as platforms refuse to send one."""

_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
_SHOWN = re.compile(
    r"[^\s\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202f"
    r"\u205f-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]"
)
_JOINER = "\u200d"

_PARAGRAPH = re.compile(r"\n\n")
_LINE = re.compile(r"\n")
_SENTENCE = re.compile(r"(?<=[.!?…。！？])[\"'”’)\]]?\s|[。！？]")
_WORD = re.compile(r"\s")
_BOUNDARIES = ((_PARAGRAPH, False), (_LINE, False), (_LINE, True), (_SENTENCE, True), (_WORD, True))
"""Where to cut, the best first, and whether it may be within preformatted text."""

FULL = 2
"""A boundary is taken when at most 1/FULL of what fits stays empty for it."""


def astral(text: str) -> list[int]:
    """Return where the characters are that take two UTF-16 units."""
    return [] if text.isascii() else [match.start() for match in _ASTRAL.finditer(text)]


def between(places: Sequence[int], start: int, end: int) -> int:
    """Count the places, which are sorted, from a start up to an end."""
    return bisect_left(places, end) - bisect_left(places, start)


def shows_something(text: str) -> bool:
    """Say whether a platform would see more in a text than blanks."""
    return _SHOWN.search(text) is not None


def within(styled: Styled, start: int, end: int) -> list[Stretch]:
    """Return the stretches of a piece, cut at its ends; their places are still those of the whole text."""
    cut = [
        Stretch(style, max(first, start), min(last, end))
        for style, first, last in styled.stretches
        if first < end and last > start
    ]
    return list(trimmed(styled.text, cut))


def pieces(styled: Styled, size: Size, limit: int, first: int) -> Iterator[tuple[int, int]]:
    """Yield where the pieces of a text begin and end, as few as good boundaries allow.

    Only whitespace is between two pieces, and none at their ends besides the indentation of preformatted
    text. A piece that shows nothing is left out. `first` is the limit of the first one.
    """
    cutter = _Cutter(styled, size)
    start, end = cutter.trim(0, len(styled.text))
    last = end
    room = first
    while start < last:
        end = last if size(start, last) <= room else cutter.cut(start, last, room)
        piece = cutter.trim(start, end)
        if shows_something(styled.text[slice(*piece)]):
            yield piece
            room = limit
        start = cutter.trim(end, last)[0]


class _Cutter:
    def __init__(self, styled: Styled, size: Size) -> None:
        self._text = styled.text
        self._size = size
        self._fixed = [stretch for stretch in styled.stretches if stretch.style.kind == "pre"]
        self._ends = [stretch.end for stretch in self._fixed]

    def cut(self, start: int, last: int, room: int) -> int:
        """Return where a piece from a start ends that has to end before the last character."""
        most = self._most(start, last, room)
        least = most - (most - start) // FULL
        for boundary, anywhere in _BOUNDARIES:
            found = self._last(boundary, least, most, anywhere)
            if found is not None:
                return found
        return self._word(start, least) or self._character(start, most)

    def trim(self, start: int, end: int) -> tuple[int, int]:
        """Return a piece without the whitespace around it."""
        inside = self._text[start:end]
        left = end - len(inside.lstrip())
        right = start + len(inside.rstrip())
        fixed = self._fixed_at(left)
        if fixed is not None and left < right:
            line = max(self._text.rfind("\n", 0, left) + 1, fixed.start)
            left = max(start, line)
        return left, max(left, right)

    def _most(self, start: int, last: int, room: int) -> int:
        fits, too_far = start + 1, min(last, start + room + 1)
        while too_far - fits > 1:
            middle = (fits + too_far) // 2
            if self._size(start, middle) <= room:
                fits = middle
            else:
                too_far = middle
        return fits

    def _last(self, boundary: re.Pattern[str], least: int, most: int, anywhere: bool) -> int | None:
        found = None
        # One more character is looked at: whitespace right behind what fits need not fit itself.
        for match in boundary.finditer(self._text, least, min(most + 2, len(self._text))):
            place = match.end() if boundary is _SENTENCE else match.start()
            if least < place <= most and (anywhere or self._fixed_at(place) is None):
                found = place
        return found

    def _fixed_at(self, place: int) -> Stretch | None:
        index = bisect_left(self._ends, place + 1)
        if index < len(self._fixed) and self._fixed[index].start < place:
            return self._fixed[index]
        return None

    def _word(self, start: int, least: int) -> int | None:
        """Return the last whitespace in the half that should be full, for words too long to wait for."""
        for place in range(least, start, -1):
            if self._text[place].isspace():
                return place
        return None

    def _character(self, start: int, most: int) -> int:
        for place in range(most, start, -1):
            if not _holds_together(self._text, place):
                return place
        return most


def _holds_together(text: str, place: int) -> bool:
    """Say whether a reader sees the characters before and after a place as one."""
    before, after = text[place - 1], text[place]
    if _JOINER in (before, after) or (before, after) == ("\r", "\n"):
        return True
    if after in "\u200c\ufe0e\ufe0f" or "\U0001f3fb" <= after <= "\U0001f3ff" or _is_tag(after):
        return True
    if _is_flag(after):
        return _flags_before(text, place) % 2 == 1
    return unicodedata.category(after) in ("Mn", "Me", "Mc")


def _is_tag(letter: str) -> bool:
    return "\U000e0020" <= letter <= "\U000e007f"


def _is_flag(letter: str) -> bool:
    return "\U0001f1e6" <= letter <= "\U0001f1ff"


def _flags_before(text: str, place: int) -> int:
    first = place
    while first and _is_flag(text[first - 1]):
        first -= 1
    return place - first
