"""An answer of chat completions, put together from the chunks of its stream.

Compatible servers differ: usage may be missing or come with every chunk, a tool call may come in one piece,
without an index or an id, and several may share index 0.
"""

import json
from dataclasses import dataclass
from typing import Any

from agent.models.calls import distinct, plain_text, tool_call
from agent.models.errors import ContentRefused, ModelUnavailable, StreamCut
from agent.models.port import Completion, ModelRequest, Usage

FAILED = frozenset({"error", "insufficient_system_resource"})
"""How OpenRouter and DeepSeek end an answer that broke on their side."""


@dataclass(slots=True)
class _Slot:
    index: int | None
    call_id: str | None
    name: str = ""
    written: str = ""


class Answer:
    """What has been heard of one answer so far."""

    def __init__(self) -> None:
        self.finish_reason: str | None = None
        self._text: list[str] = []
        self._refused = False
        self._slots: list[_Slot] = []
        self._usage = Usage()

    def take(self, chunk: Any) -> str:
        """Take one chunk and return the text it adds, if any."""
        usage = getattr(chunk, "usage", None)
        if usage is not None:
            self._usage = _usage(usage)
        text = ""
        for choice in getattr(chunk, "choices", None) or ():
            self.finish_reason = getattr(choice, "finish_reason", None) or self.finish_reason
            text += self._grow(getattr(choice, "delta", None))
        return text

    def completion(self, model: str, request: ModelRequest) -> Completion:
        """Return the whole answer.

        Raises StreamCut when it broke off or is empty, ModelUnavailable when the server gave up on it, and
        ContentRefused when the model declined or a filter took it.
        """
        if self.finish_reason is None:
            raise StreamCut(f"{model}: the answer broke off")
        if self.finish_reason in FAILED:
            raise ModelUnavailable(f"{model}: the answer ended with {self.finish_reason}")
        text = "".join(self._text)
        if self.finish_reason == "content_filter" or (self._refused and not text.strip()):
            raise ContentRefused(f"{model}: the model declined to answer")
        if not text.strip() and not self._slots:
            raise StreamCut(f"{model}: the answer is empty ({self.finish_reason})")
        truncated = self.finish_reason == "length"
        ids = distinct([slot.call_id for slot in self._slots], request.messages)
        calls = tuple(
            tool_call(call_id, slot.name, slot.written, truncated)
            for call_id, slot in zip(ids, self._slots, strict=True)
        )
        return Completion(text, model, calls, self._usage, truncated)

    def _grow(self, delta: Any) -> str:
        self._refused = self._refused or bool(getattr(delta, "refusal", None))
        for piece in getattr(delta, "tool_calls", None) or ():
            self._grow_call(piece)
        text = plain_text(getattr(delta, "content", None))
        if text:
            self._text.append(text)
        return text

    def _grow_call(self, piece: Any) -> None:
        function = getattr(piece, "function", None)
        name = getattr(function, "name", None) or ""
        slot = self._slot(getattr(piece, "index", None), getattr(piece, "id", None) or None, name)
        slot.name = slot.name or name
        slot.written += _written(getattr(function, "arguments", None))

    def _slot(self, index: int | None, call_id: str | None, name: str) -> _Slot:
        """Return the call that a piece goes on with, or a new one."""
        for slot in reversed(self._slots):
            if call_id is not None and slot.call_id is not None:
                if slot.call_id == call_id:
                    return slot
                continue
            same_place = slot.index == index if index is not None else slot is self._slots[-1]
            if same_place and not (index is None and name and slot.name):
                return slot
        opened = _Slot(index, call_id)
        self._slots.append(opened)
        return opened


def _written(arguments: Any) -> str:
    if isinstance(arguments, str):
        return arguments
    return "" if arguments is None else json.dumps(arguments)


def _usage(usage: Any) -> Usage:
    details = getattr(usage, "prompt_tokens_details", None)
    # DeepSeek counts what it read from its cache in a field of its own.
    cached = getattr(details, "cached_tokens", None) or getattr(usage, "prompt_cache_hit_tokens", None)
    return Usage(_figure(usage, "prompt_tokens"), _figure(usage, "completion_tokens"), cached or 0)


def _figure(usage: Any, name: str) -> int:
    figure = getattr(usage, name, None)
    return figure if isinstance(figure, int) else 0
