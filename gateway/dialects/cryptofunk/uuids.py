"""Ids as UUIDs, and back: nothing is stored, as everything that an id says fits into a UUID of version 8.

Of its 122 free bits the first 8 are the kind of id, the last the number that it spells.
"""

import re
import uuid
from collections.abc import Mapping

from tools.errors import InvalidParams, NotFound

KINDS = ("ord", "run", "pos", "fill", "dec")
"""Prefixes of ids by their number, which is part of every UUID that was ever given out."""

HEXADECIMAL = "0123456789abcdef"
BASE_32 = "0123456789abcdefghjkmnpqrstvwxyz"

_SPELLINGS: Mapping[str, tuple[str, int]] = {"dec": (HEXADECIMAL, 24)}
_USUAL = (BASE_32, 21)
"""The digits of an id behind its prefix, and how many it has."""

NAMES: Mapping[str, tuple[str, str, str]] = {
    "ord": ("invalid order_id format", "order not found", "order_id"),
    "run": ("invalid session_id format", "session not found", "session_id"),
    "pos": ("invalid position_id format", "position not found", "position_id"),
    "fill": ("invalid trade_id format", "trade not found", "trade_id"),
    "dec": ("invalid decision ID format", "decision not found", "decision_id"),
}
"""How it is said that a UUID is none, or of nothing here, and the field that names it."""

_FREE = 122
_KIND = _FREE - 8
_TEXT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)


class NoUuid(InvalidParams):
    """Send a UUID."""


class UnknownUuid(NotFound):
    """Name another one: nothing here has this UUID."""


def to_uuid(name: str) -> str:
    """Return the UUID that an id is shown as; raise ValueError for what is no id."""
    prefix, _, spelled = name.partition("_")
    digits, length = _SPELLINGS.get(prefix, _USUAL)
    if len(spelled) != length:
        raise ValueError(f"{name[:64]!r} is no id that a UUID could stand for")
    number = 0
    for digit in spelled:
        number = number * len(digits) + digits.index(digit)
    return str(_packed(KINDS.index(prefix) + 1 << _KIND | number))


def from_uuid(text: str, prefix: str) -> str:
    """Return the id of a kind that a UUID stands for.

    Raises NoUuid for what is none, UnknownUuid for one that no such id is shown as.
    """
    invalid, unknown, field = NAMES[prefix]
    if not isinstance(text, str) or not _TEXT.fullmatch(text):
        raise NoUuid(invalid, details={"fields": [field], "error": invalid})
    found = uuid.UUID(text)
    digits, length = _SPELLINGS.get(prefix, _USUAL)
    kind, number = divmod(_unpacked(found), 1 << _KIND)
    known = found.version == 8 and kind == KINDS.index(prefix) + 1
    spelled = []
    for _ in range(length):
        number, digit = divmod(number, len(digits))
        spelled.append(digits[digit])
    if not known or number:
        raise UnknownUuid(unknown, details={"error": unknown, field: text})
    return f"{prefix}_{''.join(reversed(spelled))}"


def _packed(bits: int) -> uuid.UUID:
    """Return the UUID with these free bits."""
    high, middle, low = bits >> 74, bits >> 62 & 0xFFF, bits & (1 << 62) - 1
    return uuid.UUID(int=high << 80 | 8 << 76 | middle << 64 | 2 << 62 | low)


def _unpacked(found: uuid.UUID) -> int:
    """Return the free bits of a UUID."""
    number = found.int
    return number >> 80 << 74 | (number >> 64 & 0xFFF) << 62 | number & (1 << 62) - 1
