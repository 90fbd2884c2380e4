"""Remembers what a model thought before it called tools, for as long as the tools take.

The Messages API wants the thinking blocks of an answer back, unchanged, together with the results of the
tools that the answer called, and may refuse them behind any words other than those they were thought after. A
message of ours does not carry them, so a few are kept here, beside a fingerprint of the words before them.
"""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

from agent.models.port import Message

Key = tuple[str, ...]


class Thoughts:
    """The thoughtful answers of one model, the newest `limit` of them."""

    def __init__(self, limit: int = 128) -> None:
        self._limit = limit
        self._kept: OrderedDict[Key, tuple[str, list[dict[str, Any]]]] = OrderedDict()

    def keep(
        self, ids: Sequence[str], before: Mapping[str, Any], blocks: Sequence[Mapping[str, Any]]
    ) -> None:
        """Keep an answer's blocks, known by the ids of its calls, with the request it came upon."""
        self._kept[tuple(ids)] = (_fingerprint(before), [dict(block) for block in blocks])
        while len(self._kept) > self._limit:
            self._kept.popitem(last=False)

    def recall(self, message: Message, before: Mapping[str, Any]) -> list[dict[str, Any]] | None:
        """Return the blocks this message came as, if they are kept and the same words stand before it."""
        kept = self._kept.get(tuple(call.id for call in message.tool_calls)) if message.tool_calls else None
        if kept is None or kept[0] != _fingerprint(before):
            return None
        return [dict(block) for block in kept[1]]


def _fingerprint(before: Mapping[str, Any]) -> str:
    words = [before.get(part) for part in ("system", "tools", "messages")]
    return hashlib.blake2b(json.dumps(words, sort_keys=True).encode(), digest_size=16).hexdigest()
