"""What a terminal shows of a chat: answers as they are written, broken between words."""

import os
import re
import unicodedata
from collections.abc import Callable
from typing import TextIO

from kit.answers import KitError

DIM, PLAIN = "\x1b[2m", "\x1b[0m"
USUAL_WIDTH = 80
TAB = 8

CONTROLS = {code: None for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"}
"""What an answer must not send to a terminal: it may quote what strangers wrote."""

_PARTS = re.compile(r"\n|[^\S\n]+|\S+")


class Folder:
    """Breaks text at a width as it comes in; the word that may still grow is held back."""

    def __init__(self, width: Callable[[], int]) -> None:
        self._width = width
        self._column = 0
        self._word = ""

    @property
    def in_line(self) -> bool:
        """Tell whether the line has begun."""
        return bool(self._column or self._word)

    def take(self, piece: str) -> str:
        """Return what can be shown of a piece and of what was held back."""
        shown = "".join(map(self._part, _PARTS.findall(piece)))
        # Scripts that write wide characters have no spaces to wait for.
        return shown + self.rest() if _cells(self._word) > len(self._word) else shown

    def rest(self) -> str:
        """Return what was held back."""
        word, self._word = self._word, ""
        return self._placed(word) if word else ""

    def _part(self, part: str) -> str:
        if not part.isspace():
            self._word += part
            return ""
        word = self.rest()
        if part == "\n":
            self._column = 0
            return word + part
        if self._column + _cells(part) >= self._width():
            # The end of the line stands for it.
            self._column = self._width()
            return word
        self._column += _cells(part)
        return word + part

    def _placed(self, word: str) -> str:
        width, cells = self._width(), _cells(word)
        breaks = self._column > 0 and self._column + cells > width
        at = cells if breaks else self._column + cells
        # A word longer than a line is broken by the terminal.
        self._column = at if at <= width else at % width
        return f"\n{word}" if breaks else word


class Screen:
    """Prints answers as they are written. What is not an answer is shown on terminals only."""

    def __init__(self, out: TextIO, errors: TextIO, echoes: bool = True, asks: bool = False) -> None:
        """`echoes`: the terminal shows by itself what is typed; `asks`: orders that wait are asked about."""
        self._asks = asks
        self._out = out
        self._errors = errors
        self._echoes = echoes and out.isatty()
        self._terminal = out.isatty()
        self._folder = Folder(lambda: _columns(out))
        self._in_line = False

    def text(self, piece: str) -> None:
        """Print a piece of an answer."""
        if self._terminal:
            self._write(self._folder.take(piece.translate(CONTROLS)))
            self._in_line = self._folder.in_line
        elif piece:
            self._write(piece)
            self._in_line = not piece.endswith("\n")

    def aside(self, line: str) -> None:
        """Print a line beside the answer."""
        if self._terminal:
            self.end_line()
            self._write(f"{DIM}{self._folded(line)}{PLAIN}\n")

    def notice(self, line: str) -> None:
        """Print a line that has to be seen also where no terminal is."""
        if self._terminal:
            self.aside(line)
        else:
            self._say(line)

    def waits(self, approval_id: str) -> None:
        """Tell that an order waits for the person, unless they are being asked."""
        if not self._asks:
            self.notice(f"An order waits for you: kit approve {approval_id}, or kit deny {approval_id}")

    def problem(self, error: KitError, hint: str | None = None) -> None:
        """Print what went wrong: what to do about it, else the code by which it can be looked up."""
        self._say(f"{error.message}\n{hint}" if hint else f"{error.message} ({error.code})")

    def interrupted(self) -> None:
        """Take note of a Ctrl-C, which a terminal that echoes has shown as `^C`."""
        self._in_line = self._in_line or self._echoes

    def end_line(self) -> None:
        """Go to the start of a line."""
        if self._terminal:
            self._write(self._folder.rest())
        if self._in_line:
            self._write("\n")
            self._folder = Folder(lambda: _columns(self._out))
            self._in_line = False

    def _say(self, text: str) -> None:
        self.end_line()
        shown = self._folded(text) if self._errors.isatty() else text
        self._errors.write(f"{shown}\n")
        self._errors.flush()

    def _folded(self, text: str) -> str:
        folder = Folder(lambda: _columns(self._out))
        return folder.take(text.translate(CONTROLS)) + folder.rest()

    def _write(self, text: str) -> None:
        if text:
            self._out.write(text)
            self._out.flush()


def _columns(out: TextIO) -> int:
    try:
        return os.get_terminal_size(out.fileno()).columns or USUAL_WIDTH
    except OSError:
        return USUAL_WIDTH


def _cells(text: str) -> int:
    """Return how many columns a text takes."""
    return sum(_cells_of(character) for character in text)


def _cells_of(character: str) -> int:
    if character == "\t":
        return TAB
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
