"""What a decision rests on, as it is kept: bounded, with a hash of all that the model heard."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from agent.messages import call_to_plain, sound_text, to_plain
from agent.models.port import Completion, Message, ModelRequest, Role, ToolCall
from memory.decision_records import DecisionBasis

SYSTEM_CHARS = 16_000
MESSAGES_CHARS = 32_000
"""What is kept of the standing orders, and of the messages: the newest that fit."""

MESSAGE_CHARS = 4_000
RESPONSE_CHARS = 16_000
SHOWN_CHARS = 2_000
"""What is kept of one message, of an answer or of one call's arguments, and of what one tool had shown."""

SHOWN_TOOLS = 12
"""The newest answers of tools that are kept as what the model had been shown."""


def basis_of(
    name: str, request: ModelRequest, completion: Completion, shown: Mapping[str, Any]
) -> DecisionBasis:
    """Return what the decision `name` rests on; `shown` is what was put before the model besides, by name.

    The prompt is cut to SYSTEM_CHARS and MESSAGES_CHARS; its hash is that of the whole, the SHA-256 of the
    JSON of `{"system", "messages"}`.
    """
    system = sound_text(request.system)
    messages = [_plain(each) for each in request.messages]
    whole = orjson.dumps({"system": system, "messages": messages})
    kept = _newest(messages)
    prompt = {
        "system": _cut(system, SYSTEM_CHARS),
        "messages": kept,
        "omitted": len(messages) - len(kept),
        "bytes": len(whole),
    }
    response = {
        "text": _cut(completion.text, RESPONSE_CHARS),
        "toolCalls": [_call(each) for each in completion.tool_calls],
    }
    context = {"tools": list(_shown(request.messages)), **shown}
    return DecisionBasis(name, prompt, hashlib.sha256(whole).hexdigest(), response, context)


def _plain(message: Message) -> Mapping[str, Any]:
    plain = to_plain(message)
    told: dict[str, Any] = {"role": plain["role"], "text": sound_text(message.text), "at": plain["at"]}
    if message.tool_calls:
        told["toolCalls"] = plain["tool_calls"]
    if message.role is Role.TOOL:
        told |= {"toolCallId": plain["tool_call_id"], "failed": plain["failed"]}
    return told


def _newest(messages: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    kept: list[Mapping[str, Any]] = []
    room = MESSAGES_CHARS
    for each in reversed(messages):
        short = {**each, "text": _cut(each["text"], MESSAGE_CHARS)}
        room -= len(orjson.dumps(short).decode())
        if room < 0:
            break
        kept.append(short)
    kept.reverse()
    return kept


def _call(call: ToolCall) -> Mapping[str, Any]:
    plain: Mapping[str, Any] = {**call_to_plain(call)}
    length = len(orjson.dumps(plain["arguments"]).decode())
    if length > RESPONSE_CHARS:
        plain = {**plain, "arguments": {}, "omitted": length}
    return {**plain, "malformed": call.malformed and _cut(call.malformed, RESPONSE_CHARS)}


def _shown(messages: Sequence[Message]) -> Iterator[Mapping[str, Any]]:
    """Go through what tools have answered in this turn, oldest first."""
    calls = {call.id: call for each in messages for call in each.tool_calls}
    answers = [each for each in messages if each.role is Role.TOOL]
    for each in answers[-SHOWN_TOOLS:]:
        call = calls.get(each.tool_call_id or "")
        yield {
            "tool": call.name if call else None,
            "arguments": _call(call)["arguments"] if call else {},
            "failed": each.failed,
            "answer": _cut(sound_text(each.text), SHOWN_CHARS),
        }


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}… (cut: {len(text)} characters)"
