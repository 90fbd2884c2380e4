"""What is known of the numbers of messages, so that a sending whose answer was lost can be found again.

Telegram numbers the messages of a supergroup by themselves, and those of all other chats of a bot together.
"""

from collections import OrderedDict
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

MOST_BOXES = 1000
MOST_SENDINGS = 1000
MEMORY = 256
"""How many numbers back it is known which of them are somebody's."""
REACH = 10
"""How many numbers a lost message is looked for at."""
FIRST_SUPERGROUP = -1_000_000_000_000

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


@dataclass(slots=True)
class _Box:
    newest: int = 0
    taken: set[int] = field(default_factory=set)

    def take(self, number: int) -> None:
        self.taken.add(number)
        if len(self.taken) > 2 * MEMORY:
            self.taken = {each for each in self.taken if each > self.newest - MEMORY}


@dataclass(slots=True)
class _Sending:
    base: int
    missed: set[int] = field(default_factory=set)


class Trail:
    """The newest numbers, the sendings that may have arrived, and those that have. All of it is bounded."""

    def __init__(self) -> None:
        self._boxes: OrderedDict[str, _Box] = OrderedDict()
        self._open: OrderedDict[tuple[str, str], _Sending] = OrderedDict()
        self._arrived: OrderedDict[tuple[str, str], int] = OrderedDict()

    def saw(self, chat: str, number: int) -> None:
        """Remember a message that has just been written in a chat."""
        box = self._box(chat)
        box.newest = max(box.newest, number)
        box.take(number)

    def met(self, chat: str, number: int) -> None:
        """Remember that a number is some message's, which may be an old one."""
        if self._box(chat).newest:
            self.saw(chat, number)

    def begin(self, chat: str, nonce: str) -> None:
        """Remember a sending that is on its way: it gets a number above all that are known now."""
        _put(self._open, (chat, nonce), _Sending(self._box(chat).newest), MOST_SENDINGS)

    def settle(self, chat: str, nonce: str) -> None:
        """Forget a sending that certainly has not arrived."""
        self._open.pop((chat, nonce), None)

    def arrive(self, chat: str, nonce: str, number: int) -> None:
        """Remember the number of a sending."""
        self.settle(chat, nonce)
        self.saw(chat, number)
        _put(self._arrived, (chat, nonce), number, MOST_SENDINGS)

    def number(self, chat: str, nonce: str) -> int | None:
        """Return the number under which a sending has arrived, None when that is not known."""
        return self._arrived.get((chat, nonce))

    def candidates(self, chat: str, nonce: str) -> Iterator[int]:
        """Yield the numbers that a sending which may have arrived can have got, the likeliest first.

        There are none when nothing had been seen in this chat before it, or too much since: then its number
        is among older messages of ours, and these must not be touched.
        """
        sending, box = self._open.get((chat, nonce)), self._box(chat)
        if sending is None or not sending.base or sending.base < box.newest - MEMORY:
            return
        number, looked = sending.base, 0
        while looked < REACH:
            number += 1
            if number in box.taken:
                continue
            looked += 1
            if number not in sending.missed:
                yield number
                sending.missed.add(number)

    def _box(self, chat: str) -> _Box:
        name = chat if int(chat) <= FIRST_SUPERGROUP else ""
        box = self._boxes.get(name) or _Box()
        _put(self._boxes, name, box, MOST_BOXES)
        return box


def _put(found: OrderedDict[Key, Value], key: Key, value: Value, most: int) -> None:
    found[key] = value
    found.move_to_end(key)
    if len(found) > most:
        found.popitem(last=False)
