"""What a command is made of: its names, what may be typed behind it, and the calls that it may make."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.asking import TRADES
from bot.reading.words import MOST_CHARS, Reader

Said = Callable[[str], str]
"""Returns the words that an option is typed as."""


@dataclass(frozen=True, slots=True)
class Slot:
    """An option of a command where a platform asks for each by name; `said` makes typed words of it."""

    name: str
    kind: str = "text"
    required: bool = False
    choices: tuple[str, ...] = ()
    said: Said = str


@dataclass(frozen=True, slots=True)
class Row:
    """A command. Without a reader the chat does it by itself.

    `calls` are the capabilities it may call, the one it is about first: it is served while that one is.
    `group` is its place in the help. `refreshes` tells that its answer can be asked for again under the same
    message. `longest` is how many characters may be typed behind it.
    """

    name: str
    group: str
    read: Reader | None = None
    calls: tuple[str, ...] = ()
    slots: tuple[Slot, ...] = ()
    aliases: tuple[str, ...] = ()
    refreshes: bool = False
    longest: int = MOST_CHARS

    @property
    def trades(self) -> bool:
        """Whether it may change what is held."""
        return not TRADES.isdisjoint(self.calls)


def led(word: str) -> Said:
    """Return how an option is typed behind a word."""
    return lambda value: f"{word} {value}"
