"""What people have to be told: stored together with what it is about, delivered afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

OWNER = "owner"
"""The principal who is told of what concerns the service as a whole."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A message to one principal; `kind` is what it is about, such as `order.unknown`."""

    id: str
    recipient: str
    kind: str
    text: str
    created_at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)
