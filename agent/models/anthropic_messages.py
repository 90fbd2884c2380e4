"""Our conversation as the Messages API wants it."""

from collections.abc import Sequence
from typing import Any

from agent.models.anthropic_thoughts import Thoughts
from agent.models.port import Message, ModelRequest, Role, ToolSpec

Block = dict[str, Any]

CACHED: Block = {"type": "ephemeral"}
"""Marks the end of what stays the same from call to call."""


def body(model: str, request: ModelRequest, thoughts: Thoughts) -> dict[str, Any]:
    """Return the parameters of a call. A temperature is left out: the API takes none any more."""
    fixed: dict[str, Any] = {}
    if request.system.strip():
        fixed["system"] = [{"type": "text", "text": request.system, "cache_control": CACHED}]
    if request.tools:
        fixed["tools"] = _tools(request.tools)
    messages = _messages(request.messages, fixed, thoughts)
    return {"model": model, "max_tokens": request.max_tokens, "messages": messages, **fixed}


def _tools(specs: Sequence[ToolSpec]) -> list[Block]:
    tools: list[Block] = [
        {"name": spec.name, "description": spec.description, "input_schema": dict(spec.parameters)}
        for spec in specs
    ]
    tools[-1]["cache_control"] = CACHED
    return tools


def _messages(messages: Sequence[Message], fixed: dict[str, Any], thoughts: Thoughts) -> list[Block]:
    """Return messages of alternating roles; results of tools that ran together share one."""
    wire: list[Block] = []
    for message in messages:
        role = "assistant" if message.role is Role.ASSISTANT else "user"
        blocks = thoughts.recall(message, {**fixed, "messages": wire}) or _blocks(message)
        if not blocks:
            continue
        if wire and wire[-1]["role"] == role:
            wire[-1]["content"].extend(blocks)
        else:
            wire.append({"role": role, "content": blocks})
    return wire


def _blocks(message: Message) -> list[Block]:
    if message.role is Role.TOOL:
        return [_result(message)]
    # The API refuses a text block without text.
    text = [{"type": "text", "text": message.text}] if message.text.strip() else []
    calls = [
        {"type": "tool_use", "id": call.id, "name": call.name, "input": dict(call.arguments)}
        for call in message.tool_calls
    ]
    return [*text, *calls]


def _result(message: Message) -> Block:
    result: Block = {"type": "tool_result", "tool_use_id": message.tool_call_id}
    if message.text.strip():
        result["content"] = message.text
    if message.failed:
        result["is_error"] = True
    return result
