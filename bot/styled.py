"""Text and how stretches of it are shown, before any platform has a say."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

RANKS = {"blockquote": 0, "pre": 1, "text_link": 2, "bold": 3, "italic": 4, "strikethrough": 5, "code": 6}
"""Every kind of style; of two that begin and end together the lower one is outside."""


@dataclass(frozen=True, slots=True)
class Style:
    """One way to show text, by the kinds of `Mark`; `extra` is an address, or the language of a pre."""

    kind: str
    extra: str | None = None


BOLD = Style("bold")
ITALIC = Style("italic")
STRUCK = Style("strikethrough")
CODE = Style("code")
QUOTE = Style("blockquote")

Styles = frozenset[Style]
PLAIN: Styles = frozenset()


class Span(NamedTuple):
    """Text that is shown in one way from its first character to its last."""

    text: str
    styles: Styles = PLAIN

    def has(self, kind: str) -> bool:
        """Say whether some style is of this kind."""
        return any(style.kind == kind for style in self.styles)


class Stretch(NamedTuple):
    """Where a style begins and ends, in characters of Python."""

    style: Style
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Styled:
    """A text with its stretches: sorted by start, outer ones first, each within another or beside it."""

    text: str
    stretches: tuple[Stretch, ...]


def with_style(spans: Iterable[Span], style: Style) -> list[Span]:
    """Return the spans with one more style."""
    return [Span(text, styles | {style}) for text, styles in spans]


def joined(spans: Sequence[Span]) -> Styled:
    """Return the spans as one text.

    Preformatted text keeps no other style, code none but a quote around it, a link no code; whitespace at the
    ends of a stretch does not belong to it.
    """
    spans = [Span(text, _tamed(styles)) if styles else Span(text) for text, styles in spans if text]
    text = "".join(span.text for span in spans)
    return Styled(text, tuple(trimmed(text, _stretches(spans))))


def trimmed(text: str, stretches: Iterable[Stretch]) -> Iterator[Stretch]:
    """Yield the stretches without the whitespace at their ends; those that are nothing else are left out.

    What stands on lines of its own keeps the spaces before the first one, which line it up.
    """
    for style, first, last in stretches:
        inside = text[first:last]
        end = first + len(inside.rstrip())
        start = last - len(inside.lstrip())
        if start < end:
            if style.kind in ("pre", "blockquote"):
                start = max(first, text.rfind("\n", first, start) + 1)
            yield Stretch(style, start, end)


@lru_cache(maxsize=1024)
def _tamed(styles: Styles) -> Styles:
    kinds = {style.kind for style in styles}
    if "pre" in kinds:
        return frozenset(style for style in styles if style.kind == "pre")
    if "text_link" in kinds:
        return _one_link(styles - {CODE})
    if "code" in kinds:
        return styles & {CODE, QUOTE}
    return styles


def _one_link(styles: Styles) -> Styles:
    """Keep one link of several, as when the words for an image are links themselves."""
    links = sorted(
        (style for style in styles if style.kind == "text_link"), key=lambda style: style.extra or ""
    )
    return styles - frozenset(links[1:])


def _stretches(spans: Sequence[Span]) -> list[Stretch]:
    """Open and close styles as the spans need them, the longest outside, so that none overlap partially."""
    lasting = _lasting(spans)
    found: list[tuple[Style, int, int]] = []
    opened: list[tuple[Style, int]] = []
    place = 0
    on: set[Style] = set()
    for (text, styles), ends in zip(spans, lasting, strict=True):
        while not on <= styles:
            style, start = opened.pop()
            on.discard(style)
            found.append((style, start, place))
        if len(on) < len(styles):
            order = sorted(styles - on, key=lambda new: (-ends[new], RANKS[new.kind]))
            opened.extend((style, place) for style in order)
            on.update(order)
        place += len(text)
    found.extend((style, start, place) for style, start in reversed(opened))
    return _in_order(found)


def _lasting(spans: Sequence[Span]) -> list[dict[Style, int]]:
    """Return, for every span, up to which span each of its styles goes on."""
    lasting: list[dict[Style, int]] = []
    following: dict[Style, int] = {}
    for index in range(len(spans) - 1, -1, -1):
        styles = spans[index].styles
        following = {style: following.get(style, index) for style in styles} if styles else {}
        lasting.append(following)
    lasting.reverse()
    return lasting


def _in_order(found: Sequence[tuple[Style, int, int]]) -> list[Stretch]:
    # What closes later was opened before, so that reversed the outer of two equals comes first.
    kept = sorted(reversed(found), key=lambda item: (item[1], -item[2]))
    return [Stretch(*item) for item in kept]
