"""Our conversation as chat completions want it."""

import json
from collections.abc import Sequence
from typing import Any

from agent.models.port import Message, ModelRequest, Role, ToolCall, ToolSpec


def body(model: str, request: ModelRequest, limit_field: str) -> dict[str, Any]:
    """Return the parameters of a call; `limit_field` is what the server calls the limit of the answer."""
    system = [{"role": "system", "content": request.system}] if request.system.strip() else []
    built: dict[str, Any] = {
        "model": model,
        "messages": [*system, *(_message(message) for message in request.messages)],
        limit_field: request.max_tokens,
        "stream_options": {"include_usage": True},
    }
    if request.tools:
        built["tools"] = _tools(request.tools)
    if request.temperature is not None:
        built["temperature"] = request.temperature
    return built


def _tools(specs: Sequence[ToolSpec]) -> list[dict[str, Any]]:
    return [
        {
            "type": "function",
            "function": {
                "name": spec.name,
                "description": spec.description,
                "parameters": dict(spec.parameters),
            },
        }
        for spec in specs
    ]


def _message(message: Message) -> dict[str, Any]:
    if message.role is Role.TOOL:
        # The protocol has no mark for a failure, so the words have to say it.
        text = f"The tool failed: {message.text}" if message.failed else message.text
        return {"role": "tool", "tool_call_id": message.tool_call_id, "content": text}
    if message.tool_calls:
        calls = [_call(call) for call in message.tool_calls]
        return {"role": "assistant", "content": message.text or None, "tool_calls": calls}
    return {"role": message.role.value, "content": message.text}


def _call(call: ToolCall) -> dict[str, Any]:
    # What was malformed goes back as an empty object: some servers read the arguments and refuse the request.
    function = {"name": call.name, "arguments": json.dumps(dict(call.arguments))}
    return {"id": call.id, "type": "function", "function": function}
