"""What is added to files of memories and taken from them, as changes of their text."""

import re
from collections.abc import Sequence
from datetime import date

from memory.markdown import lines_of, pieces_of
from memory.passages import Kind, Passage
from memory.same import same
from memory.workspace import MEMORY

FACTS = "## Facts"
"""The heading of MEMORY.md under which facts are added."""

MOST_FACT = 500
"""Characters of one fact."""

LEAST = 12
"""Characters of a fact that is taken for the same where it stands in a longer line."""


class NothingToKeep(Exception):
    """Say something else: this is no fact that can be kept."""


def with_fact(text: str, line: str) -> str:
    """Return MEMORY.md with one more fact, behind the others, or at the top where it would be none there."""
    end = _ending(text)
    lines = _ended(text) or [f"# MEMORY{end}"]
    starts = [place for place, each in enumerate(lines) if each.strip() == FACTS]
    if starts:
        at = next((at for at in range(starts[0] + 1, len(lines)) if lines[at].startswith("#")), len(lines))
        while at > starts[0] + 1 and not lines[at - 1].strip():
            at -= 1
        gap = [] if _BULLET.match(lines[at - 1]) else [end]
        made = "".join((*lines[:at], *gap, line, end, *lines[at:]))
    else:
        made = "".join((*lines, end, FACTS, end, end, line, end))
    # Behind a block of code that nobody ended, say.
    is_one = any(each.kind is Kind.FACT and each.text == line for each in pieces_of(MEMORY, made))
    return made if is_one else "".join((FACTS, end, end, line, end, end, *lines))


def with_section(text: str, day: date, heading: str, body: str) -> str:
    """Return a day's note with these lines under a heading, in place of those that stood there."""
    end = _ending(text)
    lines = _ended(text) or [f"# {day.isoformat()}{end}"]
    title = f"## {heading}"
    starts = [place for place, each in enumerate(lines) if each.strip() == title]
    start = starts[0] if starts else len(lines)
    rest = next((at for at in range(start + 1, len(lines)) if lines[at].startswith("#")), len(lines))
    before = [] if starts or not lines[-1].strip() else [end]
    after = [end] if rest < len(lines) else []
    told = body.replace("\n", end)
    return "".join((*lines[:start], *before, title, end, end, told, end, *after, *lines[rest:]))


def without(text: str, path: str, gone: Sequence[Passage]) -> str:
    """Return a file without these passages, wherever in it they stand by now, and however they are put."""
    lines = lines_of(text, ends=True)
    pieces = pieces_of(path, text)
    spelled = {each.text for each in pieces}
    exact = {each.text for each in gone}
    changed = [said_in(each.text) for each in gone if each.text not in spelled]
    wanted = [each for each in pieces if each.text in exact or _says_one(said_in(each.text), changed)]
    # From the end, so that what stands before keeps its lines; two pieces may share one.
    for piece in reversed(wanted):
        place = slice(piece.start_line - 1, piece.end_line)
        left = _cut_out("".join(lines[place]), piece.text)
        lines[place] = [left] if left.strip() else []
    return "".join(lines)


def _says_one(told: str, known: Sequence[str]) -> bool:
    """Tell whether this is one of these facts, which were put in other words since, or added to."""
    return any(
        same(told, each) or (len(each) >= LEAST and each.casefold() in told.casefold()) for each in known
    )


def _cut_out(lines: str, words: str) -> str:
    plain_lines = "\n".join(lines_of(lines))
    before, _, after = plain_lines.rpartition(words)
    if not (before + after).strip():
        return ""
    end = _ending(lines)
    return (before.rstrip() + after).strip("\n").replace("\n", end) + end


def _ending(text: str) -> str:
    """Return how lines end in a text."""
    return "\r\n" if "\r\n" in text else "\n"


def _ended(text: str) -> list[str]:
    """Return the lines of a text, each with its end."""
    return lines_of(text if not text or text.endswith(("\n", "\r")) else text + _ending(text), ends=True)


_BULLET = re.compile(r"^[-*+]\s+(?:\d{4}-\d{2}-\d{2}(?: \d{2}:\d{2})?:\s*)?")
_SPACE = re.compile(r"\s+")


def plain(text: str) -> str:
    """Return a fact as one line of plain text; raise NothingToKeep for none, or too long a one."""
    line = _SPACE.sub(" ", "".join(each for each in text if each.isprintable() or each.isspace())).strip()
    line = line.lstrip("#>-*+ ").strip()
    if not any(each.isalnum() for each in line):
        raise NothingToKeep("there is nothing in it")
    if len(line) > MOST_FACT:
        raise NothingToKeep(f"a fact has at most {MOST_FACT} characters; put it shorter")
    return line


def said_in(text: str) -> str:
    """Return the fact of a list item: without its bullet and date."""
    return _BULLET.sub("", text).strip()
