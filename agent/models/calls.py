"""Tool calls as vendors write them, made into ours."""

import json
from collections.abc import Sequence
from typing import Any, NoReturn

from agent.models.port import Message, ToolCall


def tool_call(call_id: str, name: str, written: str, cut_short: bool) -> ToolCall:
    """Return a tool call from what a model wrote as its arguments.

    Nothing at all means none, but in an answer that was cut short it means that they were still to come.
    """
    if cut_short and not written.strip():
        return ToolCall(call_id, name, {}, malformed=written)
    try:
        arguments = json.loads(written, parse_constant=_refuse) if written.strip() else {}
    except (ValueError, RecursionError):
        arguments = None
    if not isinstance(arguments, dict):
        return ToolCall(call_id, name, {}, malformed=written)
    return ToolCall(call_id, name, arguments)


def distinct(ids: Sequence[str | None], conversation: Sequence[Message]) -> list[str]:
    """Return an id for each call that no other call of the conversation has.

    Some servers give none, or count from zero in every answer; a call is known by its id ever after.
    """
    used = {call.id for message in conversation for call in message.tool_calls}
    chosen = []
    for position, wanted in enumerate(ids):
        stem = wanted or f"call_{len(conversation)}_{position}"
        free, repeat = stem, 1
        while free in used:
            repeat += 1
            free = f"{stem}_{repeat}"
        used.add(free)
        chosen.append(free)
    return chosen


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def plain_text(content: Any) -> str:
    """Return the text of a content field, which some servers send as a list of parts."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    return "".join(
        part["text"] for part in content if isinstance(part, dict) and isinstance(part.get("text"), str)
    )
