"""Reading what tools answered: every figure may be missing or odd, and text is only ever shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson

MAX_TEXT = 300
_LARGEST = Decimal("1e15")
_SMALLEST = Decimal("1e-15")


@dataclass(frozen=True, slots=True)
class Facts:
    """A JSON object, asked for what is expected of it."""

    data: Mapping[str, Any] = field(default_factory=dict)

    def number(self, key: str) -> Decimal | None:
        """Return a finite number of usual size, else None."""
        return as_number(self.data.get(key))

    def text(self, key: str) -> str:
        """Return a short text on one line, empty when there is none."""
        return as_text(self.data.get(key))

    def id(self, key: str) -> str:
        """Return a name exactly as given, empty when there is none."""
        value = self.data.get(key)
        return value if isinstance(value, str) else ""

    def inner(self, key: str) -> "Facts":
        """Return the object behind a key, an empty one when there is none."""
        value = self.data.get(key)
        return Facts(value) if isinstance(value, Mapping) else Facts()

    def rows(self, key: str) -> Sequence["Facts"]:
        """Return the objects of a list."""
        value = self.data.get(key)
        items = value if isinstance(value, list) else []
        return [Facts(item) for item in items if isinstance(item, Mapping)]

    def numbers(self, key: str) -> Sequence[Decimal]:
        """Return the numbers of a list."""
        value = self.data.get(key)
        items = value if isinstance(value, list) else []
        return [number for item in items if (number := as_number(item)) is not None]

    def count(self, key: str) -> Decimal | None:
        """Return a number, or how many things are behind a key."""
        value = self.data.get(key)
        return Decimal(len(value)) if isinstance(value, list | dict) else as_number(value)


def read_facts(text: str) -> Facts | None:
    """Return the object a tool answered, None when it is not one."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return Facts(value) if isinstance(value, dict) else None


def as_number(value: object) -> Decimal | None:
    """Return a finite number of usual size, else None."""
    if isinstance(value, bool) or not isinstance(value, int | float | str) or len(str(value)) > 40:
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number) > _LARGEST:
        return None
    return number if abs(number) > _SMALLEST else Decimal(0)


def as_text(value: object) -> str:
    """Return printable text on one line, cut to a length that fits an answer."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    line = " ".join(str(value)[: 4 * MAX_TEXT].split())
    return "".join(char for char in line if char.isprintable())[:MAX_TEXT]
