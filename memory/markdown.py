"""Markdown as pieces: a list item or a few paragraphs under their headings, each with its lines."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import PurePosixPath

from markdown_it import MarkdownIt

from memory.passages import Kind, Piece

MOST_CHARS = 1_200
"""About what an embedder reads of a text, and what a model is shown of one memory."""

FACTS = frozenset({"MEMORY.md", "USER.md"})
"""The files whose list items are facts."""

HEADINGS = 3
"""How many headings above a piece are kept with it."""

ABOVE = " › "
"""What stands between them."""

MOST_HEADING = 200
"""Characters of one of them; what is longer is a piece as well."""

MOST_PREFACE = 100
"""Lines between two lines of three dashes, at the top of a file, that are data about it."""

_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2}))?")
_PAIR = re.compile(r"\b([A-Z0-9]{2,10})[/-](USDT|USDC|FDUSD|DAI|USD|EUR|GBP|CHF|BTC|ETH|BNB)\b")
_NAMED = "BTC ETH SOL XRP ADA DOGE DOT LTC BCH LINK AVAX MATIC TRX XLM ATOM SHIB"
_SPELLED = (
    "BITCOIN=BTC ETHEREUM=ETH ETHER=ETH SOLANA=SOL RIPPLE=XRP CARDANO=ADA DOGECOIN=DOGE POLKADOT=DOT "
    "LITECOIN=LTC CHAINLINK=LINK AVALANCHE=AVAX"
)
_ASSETS = {name: name for name in _NAMED.split()} | dict(each.split("=") for each in _SPELLED.split())
_WORD = re.compile(r"[A-Za-z]{3,12}")
_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")

# Only blocks are of interest: what stands within their lines takes longer to take apart, and is of no use.
_PARSER = MarkdownIt("commonmark").enable("table")
_PARSER.core.ruler.enableOnly(["normalize", "block"])


@dataclass(frozen=True, slots=True)
class _Block:
    """Top-level lines `start` to `end` (exclusive, from 0); an item stands for itself.

    A heading has a `level` and a `title`.
    """

    start: int
    end: int
    item: bool = False
    level: int = 0
    title: str = ""


def lines_of(text: str, *, ends: bool = False) -> list[str]:
    """Return the lines of a text as Markdown counts them, which form feeds and the like do not end."""
    found: list[str] = _LINE.findall(text)
    return found if ends else [each.rstrip("\r\n") for each in found]


def pieces_of(path: str, text: str) -> list[Piece]:
    """Return the pieces of a Markdown file in their order; each line of words is in one, or a heading."""
    lines = lines_of(text)
    day = _moment(PurePosixPath(path).stem)
    pieces: list[Piece] = []
    headings: dict[int, str] = {}
    waiting: list[_Block] = []

    def flush() -> None:
        title = ABOVE.join(headings[level] for level in sorted(headings)[-HEADINGS:])
        for start, end, item in _packed(waiting, lines):
            pieces.extend(_cut(path, title, lines, start, end, item, day))
        waiting.clear()

    for each in _filled(_all_blocks(lines), lines):
        if each.level:
            flush()
            headings = {known: words for known, words in headings.items() if known < each.level}
            headings[each.level] = each.title[:MOST_HEADING]
        if len(each.title) > MOST_HEADING or not each.level:
            waiting.append(each)
    flush()
    return pieces


def symbols_in(text: str) -> tuple[str, ...]:
    """Return the pairs and assets that a text names, in canonical spelling, each once."""
    pairs = [f"{base}/{quote}" for base, quote in _PAIR.findall(text)]
    bases = [pair.partition("/")[0] for pair in pairs]
    assets = [_ASSETS[word.upper()] for word in _WORD.findall(text) if word.upper() in _ASSETS]
    return tuple(dict.fromkeys((*pairs, *bases, *assets)))


def _all_blocks(lines: Sequence[str]) -> Iterator[_Block]:
    preface = _preface(lines)
    if preface:
        yield _Block(0, preface)
    body = "\n".join((*([""] * preface), *lines[preface:]))
    tokens = _PARSER.parse(body)
    for place, token in enumerate(tokens):
        if token.map is None:
            continue
        start, end = token.map
        if token.level == 0 and token.type == "heading_open":
            title = " ".join(tokens[place + 1].content.split())
            yield _Block(start, end, level=int(token.tag[1]), title=title)
        elif token.type == "list_item_open" and token.level == 1:
            yield _Block(start, end, item=True)
        elif token.level == 0 and not token.type.endswith("list_open"):
            yield _Block(start, end)


def _preface(lines: Sequence[str]) -> int:
    """Return how many lines are data about the file."""
    if not lines or lines[0].rstrip() != "---":
        return 0
    ends = (place for place, line in enumerate(lines[1:MOST_PREFACE], start=2) if line.rstrip() == "---")
    return next(ends, 0)


def _filled(blocks: Iterable[_Block], lines: Sequence[str]) -> Iterator[_Block]:
    """Put in lines of words that are in no block: Markdown has no token for a definition."""
    done = 0
    for each in blocks:
        if _has_words(lines[done : each.start]):
            yield _Block(done, each.start)
        if each.end > done:
            yield replace(each, start=max(each.start, done))
            done = each.end
    if _has_words(lines[done:]):
        yield _Block(done, len(lines))


def _has_words(lines: Iterable[str]) -> bool:
    return any(letter.isalnum() for line in lines for letter in line)


def _packed(blocks: Sequence[_Block], lines: Sequence[str]) -> Iterator[tuple[int, int, bool]]:
    """Join paragraphs that follow each other for as long as they fit into one piece."""
    start = end = -1
    for block in blocks:
        size = sum(len(line) + 1 for line in lines[start : block.end]) if start >= 0 else 0
        if block.item or (start >= 0 and size > MOST_CHARS):
            if start >= 0:
                yield start, end, False
            start = -1
        if block.item:
            yield block.start, block.end, True
            continue
        start, end = (block.start if start < 0 else start), block.end
    if start >= 0:
        yield start, end, False


def _cut(
    path: str, heading: str, lines: Sequence[str], start: int, end: int, item: bool, day: datetime | None
) -> Iterator[Piece]:
    kind = Kind.FACT if item and path in FACTS else Kind.NOTE
    for first, last, text in _windows(lines, start, end):
        words = text.strip()
        if not _has_words((words,)):
            continue
        at = _moment(words.lstrip("-*+ ")[:16]) or day
        whole = Piece(kind, heading, words, first + 1, last, at)
        yield replace(whole, symbols=symbols_in(f"{heading} {words}"))


def _windows(lines: Sequence[str], start: int, end: int) -> Iterator[tuple[int, int, str]]:
    """Cut lines into windows of MOST_CHARS; a line that is longer by itself is cut within."""
    while end > start and not lines[end - 1].strip():
        end -= 1
    first, text = start, ""
    for place in range(start, end):
        line = lines[place]
        first = first if text else place
        if text and len(text) + len(line) > MOST_CHARS:
            yield first, place, text
            first, text = place, ""
        text = f"{text}\n{line}" if text else line
        while len(text) > MOST_CHARS:
            space = text.rfind(" ", MOST_CHARS // 2, MOST_CHARS)
            cut = space if space > 0 else MOST_CHARS
            yield first, place + 1, text[:cut]
            first, text = place, text[cut:].lstrip()
    if text:
        yield first, end, text


def _moment(text: str) -> datetime | None:
    found = _DAY.match(text)
    if found is None:
        return None
    year, month, day, hour, minute = (int(part or 0) for part in found.groups())
    try:
        return datetime(year, month, day, hour, minute, tzinfo=UTC)
    except ValueError:
        return None
