"""Markdown as styled text that a phone shows well."""

import re
from collections.abc import Callable, Iterator, Sequence

from markdown_it.token import Token

from bot.markdown_parser import blocks, inline
from bot.styled import BOLD, QUOTE, Span, Style, Styled, joined, with_style
from bot.tables import Table, table

Block = list[Span]
Cut = dict[int, list[list[str]]]

BULLET = "• "
RULE = "———"
INDENT = "  "

_LANGUAGE = re.compile(r"[a-zA-Z0-9.][\w+#.-]{0,31}(?!\S)", re.ASCII)
_BEFORE_LINE = re.compile(r"\n(?!\n)")


def styled(markdown: str) -> Styled:
    """Return Markdown as text with styles.

    Headings are bold, list items have bullets or numbers, images are links and HTML is literal text. A fence
    that is not closed yet is one already; other markup that is not closed is literal.
    """
    tokens, cut = blocks(markdown)
    return joined(_together(_Walk(iter(tokens), cut).blocks(), "\n\n"))


def _together(parts: Sequence[Block], between: str) -> Block:
    spans: Block = []
    for part in parts:
        if spans:
            spans.append(Span(between))
        spans.extend(part)
    return spans


class _Walk:
    """Goes once through the tokens of all blocks, from an opening one to what closes it."""

    def __init__(self, tokens: Iterator[Token], cut: Cut) -> None:
        self._tokens = tokens
        self._cut = cut
        self._openers: dict[str, Callable[[Token], Block]] = {
            "paragraph_open": self._paragraph,
            "heading_open": lambda token: with_style(self._paragraph(token), BOLD),
            "fence": _code,
            "code_block": _code,
            "hr": lambda token: [Span(RULE)],
            "blockquote_open": lambda token: with_style(_together(self.blocks(), "\n\n"), QUOTE),
            "bullet_list_open": self._list,
            "ordered_list_open": self._list,
            "table_open": self._table,
        }

    def blocks(self) -> list[Block]:
        """Return all that follows until something closes, without what is empty."""
        found = []
        for token in self._tokens:
            if token.nesting < 0:
                break
            block = self._openers[token.type](token)
            if any(span.text.strip() for span in block):
                found.append(block)
        return found

    def _paragraph(self, token: Token) -> Block:
        spans: Block = []
        for inner in self._tokens:
            if inner.nesting < 0:
                break
            spans.extend(inline(inner.content))
        return spans

    def _list(self, token: Token) -> Block:
        number = int(token.attrs.get("start", 1)) if token.type == "ordered_list_open" else None
        items = []
        for inner in self._tokens:
            if inner.nesting < 0:
                break
            items.append(_item(BULLET if number is None else f"{number}{token.markup} ", self.blocks()))
            number = None if number is None else number + 1
        return _together(items, "\n")

    def _table(self, token: Token) -> Block:
        rows: list[list[Sequence[Span]]] = []
        right: list[bool] = []
        depth = 1
        for inner in self._tokens:
            depth += inner.nesting
            if not depth:
                break
            if inner.type == "tr_open":
                rows.append([])
            elif inner.type == "th_open":
                right.append("right" in str(inner.attrs.get("style", "")))
            elif inner.type == "inline":
                rows[-1].append(inline(inner.content))
        cut = self._cut.get(token.map[0], []) if token.map else []
        for row, cells in zip(rows[1:], cut, strict=False):
            row.extend(map(inline, cells))
        return table(Table(rows, right))


def _code(token: Token) -> Block:
    info = token.info.strip()
    language = _LANGUAGE.match(info)
    # What else stands behind a fence is no language, and nobody would see it there.
    besides = info[language.end() :].strip() if language else info
    text = "\n".join(filter(None, (besides, token.content.strip("\n"))))
    return [Span(text, frozenset({Style("pre", language and language[0])}))]


def _item(marker: str, parts: Sequence[Block]) -> Block:
    if not parts:
        return [Span(marker.rstrip())]
    spans = _together(parts, "\n")
    lead = marker.rstrip() + "\n" if _stands_alone(spans[0]) else marker
    return [Span(lead), *_indented(spans)]


def _stands_alone(span: Span) -> bool:
    return span.has("pre") or span.has("blockquote")


def _indented(spans: Sequence[Span]) -> Iterator[Span]:
    for span, following in zip(spans, (*spans[1:], None), strict=True):
        if "\n" not in span.text or _stands_alone(span):
            yield span
            continue
        # A quote or a fence begins where its line does.
        tail = "\n" if following and _stands_alone(following) and span.text.endswith("\n") else ""
        yield Span(_BEFORE_LINE.sub("\n" + INDENT, span.text.removesuffix(tail)) + tail, span.styles)
