"""Answers and messages of foreign APIs, which are models, lists and mappings, as JSON."""

from typing import Any

import orjson
from pydantic import BaseModel


def json_of(told: Any) -> bytes:
    """Return the JSON of what is told; raise TypeError for what has none."""
    return orjson.dumps(told, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True)
    raise TypeError(f"{type(value).__name__} is not JSON")
