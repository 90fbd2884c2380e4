"""An answer of the Messages API, put together from the events of its stream."""

import json
from collections.abc import Iterable
from typing import Any

from agent.models.calls import distinct, tool_call
from agent.models.errors import ContentRefused, StreamCut
from agent.models.port import Completion, ModelRequest, ToolCall, Usage

CUT_SHORT = frozenset({"max_tokens", "model_context_window_exceeded"})

THINKING = frozenset({"thinking", "redacted_thinking"})

GROWING = {
    "text_delta": "text",
    "thinking_delta": "thinking",
    "signature_delta": "signature",
    "input_json_delta": "partial_json",
}
"""The field that each kind of delta brings; a block collects the pieces under the same name."""


class Answer:
    """What has been heard of one answer so far."""

    def __init__(self) -> None:
        self.stop_reason: str | None = None
        self._blocks: dict[int, dict[str, Any]] = {}
        self._tokens: dict[str, int] = {}

    def take(self, event: Any) -> str:
        """Take one event and return the text it adds, if any."""
        kind = getattr(event, "type", None)
        if kind == "content_block_start":
            return self._start(event.index, event.content_block)
        if kind == "content_block_delta":
            return self._grow(event.index, event.delta)
        if kind == "message_start":
            self._count(getattr(event.message, "usage", None))
        elif kind == "message_delta":
            self.stop_reason = event.delta.stop_reason or self.stop_reason
            self._count(getattr(event, "usage", None))
        return ""

    def completion(self, model: str, request: ModelRequest) -> tuple[Completion, list[dict[str, Any]]]:
        """Return the whole answer, and the blocks to send back with the results of its calls, if it thought.

        Raises StreamCut when the answer broke off or is empty, and ContentRefused when the model declined.
        """
        if self.stop_reason is None:
            raise StreamCut(f"{model}: the answer broke off")
        if self.stop_reason == "refusal":
            raise ContentRefused(f"{model}: the model declined to answer")
        text = "".join(block.get("text", "") for block in self._of("text"))
        truncated = self.stop_reason in CUT_SHORT
        calls = self._calls(request, truncated)
        if not text.strip() and not calls:
            raise StreamCut(f"{model}: the answer is empty ({self.stop_reason})")
        return Completion(text, model, calls, self._usage(), truncated), self._to_return(calls)

    def _start(self, index: int, block: Any) -> str:
        begun = block.model_dump(exclude_none=True)
        self._blocks[index] = begun
        return str(begun.get("text", "")) if begun.get("type") == "text" else ""

    def _grow(self, index: int, delta: Any) -> str:
        field = GROWING.get(delta.type)
        if field is None:
            return ""
        piece = getattr(delta, field) or ""
        block = self._blocks.setdefault(index, {"type": "text"})
        block[field] = block.get(field, "") + piece
        return piece if field == "text" else ""

    def _count(self, usage: Any) -> None:
        """Take the newest figures; what an event leaves out stays as it was."""
        for name in (
            "input_tokens",
            "cache_creation_input_tokens",
            "cache_read_input_tokens",
            "output_tokens",
        ):
            figure = getattr(usage, name, None)
            if isinstance(figure, int):
                self._tokens[name] = figure

    def _usage(self) -> Usage:
        tokens = self._tokens
        cached = tokens.get("cache_read_input_tokens", 0)
        written = tokens.get("cache_creation_input_tokens", 0)
        whole = tokens.get("input_tokens", 0) + cached + written
        return Usage(whole, tokens.get("output_tokens", 0), cached, written)

    def _of(self, *kinds: str) -> Iterable[dict[str, Any]]:
        return (self._blocks[index] for index in sorted(self._blocks) if self._blocks[index]["type"] in kinds)

    def _calls(self, request: ModelRequest, cut_short: bool) -> tuple[ToolCall, ...]:
        blocks = list(self._of("tool_use"))
        ids = distinct([block.get("id") for block in blocks], request.messages)
        return tuple(
            tool_call(call_id, block["name"], _written(block), cut_short)
            for call_id, block in zip(ids, blocks, strict=True)
        )

    def _to_return(self, calls: tuple[ToolCall, ...]) -> list[dict[str, Any]]:
        """Return nothing unless the model thought and every call can be sent back as it came."""
        if not calls or not any(self._of(*THINKING)) or any(call.malformed is not None for call in calls):
            return []
        uses = iter(calls)
        return [
            _sent_back(block, next(uses) if block["type"] == "tool_use" else None)
            for block in self._of("text", "tool_use", *THINKING)
            if block["type"] != "text" or block.get("text", "").strip()
        ]


def _written(block: dict[str, Any]) -> str:
    """Return the arguments as written; a server that does not stream them puts them where a block starts."""
    whole = json.dumps(block["input"]) if block.get("input") else ""
    return str(block.get("partial_json", whole))


def _sent_back(block: dict[str, Any], call: ToolCall | None) -> dict[str, Any]:
    if call is None:
        fields = {"text": ("text",), "thinking": ("thinking", "signature"), "redacted_thinking": ("data",)}
        kind = block["type"]
        return {"type": kind, **{field: block.get(field, "") for field in fields[kind]}}
    return {"type": "tool_use", "id": call.id, "name": call.name, "input": dict(call.arguments)}
