"""Markdown as chats need it: everything that is written is kept, whatever the nesting."""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, blockquote, list_block, table
from markdown_it.rules_block.table import escapedSplit
from markdown_it.token import Token

from bot.styled import BOLD, CODE, ITALIC, PLAIN, STRUCK, Span, Style, Styles

DEEPEST_BLOCK = 12
"""Quotes and lists within each other, a list counting twice; what is deeper is literal text."""

LONGEST_ADDRESS = 512
"""Characters of an address that can be behind a link; a longer one is written out."""

CUT_CELLS = "cut cells"
"""Where the parser's environment keeps, by first line of a table, the cells for which it has no column."""

# Controls that platforms refuse, drop or show as anything, and halves of characters; overrides of direction
# make a text read as another one.
_UNFIT = re.compile("\r\n?|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_LINE_ENDS = ("\r", "\r\n", "\x85", "\u2028", "\u2029")

_STYLES = {"strong": BOLD, "em": ITALIC, "s": STRUCK}
_BREAKS = ("softbreak", "hardbreak")

BlockRule = Callable[[StateBlock, int, int, bool], bool]


def _shallow(rule: BlockRule) -> BlockRule:
    """Make a rule leave alone what is nested too deeply: the parser would drop all of it."""

    def bounded(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        return state.level < DEEPEST_BLOCK and rule(state, start, end, silent)

    return bounded


def _whole_table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Parse a table and note the cells to the right of its last column, which the parser drops."""
    # Nearly all lines are told from a header by how the next one begins, for much less.
    below = state.bMarks[start + 1] + state.tShift[start + 1]
    if state.src[below : below + 1] not in "|-:" or not table(state, start, end, silent):
        return False
    if not silent:
        columns = len(_cells(state, start))
        rows = [_cells(state, line)[columns:] for line in range(start + 2, state.line)]
        state.env.setdefault(CUT_CELLS, {})[start] = rows
    return True


def _cells(state: StateBlock, line: int) -> list[str]:
    start = state.bMarks[line] + state.tShift[line]
    cells = [cell.strip() for cell in escapedSplit(state.src[start : state.eMarks[line]].strip())]
    if cells and not cells[0]:
        del cells[0]
    if cells and not cells[-1]:
        del cells[-1]
    return cells


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False})
    parser.enable(["table", "strikethrough"])
    # A definition shows nothing, and turns text far above it into links while an answer grows.
    parser.disable(["reference", "html_block", "html_inline"])
    ends = ["paragraph", "reference", "blockquote", "list"]
    parser.block.ruler.at("blockquote", _shallow(blockquote), {"alt": ends})
    parser.block.ruler.at("list", _shallow(list_block), {"alt": ends[:3]})
    parser.block.ruler.at("table", _whole_table, {"alt": ends[:2]})
    return parser


_INLINE = _parser()
_BLOCKS = _parser().disable(["inline", "text_join"])


def _fit(text: str) -> str:
    """Return text without what no platform takes."""
    return _UNFIT.sub(_instead, text)


def _instead(match: re.Match[str]) -> str:
    letter = match[0]
    if letter in _LINE_ENDS:
        return "\n"
    if letter == "\x00" or letter >= "\ud800":
        return "\ufffd"
    return " " if letter < "\xa0" else ""


def blocks(markdown: str) -> tuple[list[Token], dict[int, list[list[str]]]]:
    """Return the tokens of all blocks, inline text not parsed yet, and the cut cells of tables."""
    environment: dict[str, dict[int, list[list[str]]]] = {}
    return _BLOCKS.parse(_fit(markdown), environment), environment.get(CUT_CELLS, {})


# While an answer grows, all of it but the end is the same as a second ago.
@lru_cache(maxsize=1024)
def inline(content: str) -> tuple[Span, ...]:
    """Return the spans of a paragraph, a heading or a cell."""
    tokens: list[Token] = []
    _INLINE.inline.parse(content, _INLINE, {}, tokens)
    # An entity may stand for any letter.
    return tuple(Span(_fit(text), styles) for text, styles in _spans(tokens, PLAIN))


def _spans(tokens: list[Token], around: Styles) -> Iterator[Span]:
    styles = [around]
    addresses: list[str] = []
    label: list[str] = []
    for token in tokens:
        if token.type == "link_open":
            address = str(token.attrs.get("href", ""))
            # An address in angle brackets may be in the words of a link, and is no link there.
            styles.append(styles[-1] if addresses else styles[-1] | _link(address))
            label = label if addresses else []
            addresses.append(address)
        elif token.nesting > 0:
            styles.append(styles[-1] | {_STYLES[token.tag]})
        elif token.nesting < 0:
            styles.pop()
            if token.type == "link_close":
                address = addresses.pop()
                yield from () if addresses else _written_out(address, "".join(label), styles[-1])
        else:
            spans = list(_leaf(token, styles[-1]))
            label.extend(span.text for span in spans)
            yield from spans


def _leaf(token: Token, styles: Styles) -> Iterator[Span]:
    if token.type == "image":
        yield from _image(token, styles)
    elif token.type in _BREAKS:
        yield Span("\n", styles)
    else:
        yield Span(token.content, styles | {CODE} if token.type == "code_inline" else styles)


def _image(token: Token, around: Styles) -> Iterator[Span]:
    source = str(token.attrs.get("src", ""))
    linked = any(style.kind == "text_link" for style in around)
    styles = around if linked else around | _link(source)
    spans = list(_spans(token.children or [], styles))
    shown = "".join(span.text for span in spans).strip()
    yield from spans if shown else [Span(source, styles)]
    if shown and not linked:
        yield from _written_out(source, shown, around)


def _opens(address: str) -> bool:
    return address.lower().startswith(("http://", "https://")) and len(address) <= LONGEST_ADDRESS


def _link(address: str) -> Styles:
    return frozenset({Style("text_link", address)}) if _opens(address) else PLAIN


def _written_out(address: str, label: str, styles: Styles) -> Iterator[Span]:
    """Show an address without words, and one that chats do not open behind words, unless it is the words."""
    if not label.strip():
        yield Span(address, styles)
    elif address and not _opens(address) and address.removeprefix("mailto:") != label:
        yield Span(f" ({address})", styles)
