"""Ids as UUIDs, and back."""

import uuid

from tools.errors import InvalidParams

_BITS = 96


def to_uuid(name: str) -> str:
    """Return the UUID that an id is shown as."""
    number = int(name.partition("_")[2][:24], 16)
    high, low = number >> 48, number & (2**48 - 1)
    return str(uuid.UUID(int=high << 80 | 8 << 76 | 2 << 62 | low))


def from_uuid(text: str, prefix: str) -> str:
    """Return the id that a UUID stands for; raise InvalidParams for what is none."""
    try:
        number = uuid.UUID(text).int
    except ValueError:
        raise InvalidParams(f"invalid {prefix} format") from None
    return f"{prefix}_{(number >> 80 << 48) | (number & (2**48 - 1)):024x}"
