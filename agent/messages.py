"""Conversation messages as plain data, which is what a checkpoint may hold."""

from dataclasses import replace
from datetime import datetime
from typing import Any, NotRequired, TypedDict

import orjson

from agent.models.port import Completion, Message, Role, ToolCall


class PlainCall(TypedDict):
    """A tool call as plain data."""

    id: str
    name: str
    arguments: dict[str, Any]
    malformed: str | None


class PlainMessage(TypedDict):
    """A message as plain data."""

    role: str
    text: str
    tool_calls: list[PlainCall]
    tool_call_id: str | None
    failed: bool
    at: str | None
    recalled: NotRequired[bool]


class PlainOutcome(TypedDict):
    """What a tool call came to, as plain data."""

    ok: bool
    content: Any


def sound(completion: Completion) -> Completion:
    """Return an answer that can be kept and told: whole characters, arguments that JSON stores hold."""
    calls = tuple(_sound_call(call) for call in completion.tool_calls)
    return replace(completion, text=sound_text(completion.text), tool_calls=calls)


def sound_text(text: str) -> str:
    """Return text with every broken character replaced."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _sound_call(call: ToolCall) -> ToolCall:
    arguments, malformed = dict(call.arguments), call.malformed
    try:
        orjson.dumps(arguments)
    except orjson.JSONEncodeError:
        # Numbers of any length and halves of characters can be written in JSON, but not stored.
        arguments, malformed = {}, repr(call.arguments)
    return ToolCall(
        sound_text(call.id),
        sound_text(call.name),
        arguments,
        None if malformed is None else sound_text(malformed),
    )


def to_plain(message: Message) -> PlainMessage:
    """Return a message as plain data."""
    return PlainMessage(
        role=message.role.value,
        text=message.text,
        tool_calls=[call_to_plain(call) for call in message.tool_calls],
        tool_call_id=message.tool_call_id,
        failed=message.failed,
        at=message.at.isoformat() if message.at else None,
        recalled=message.recalled,
    )


def from_plain(plain: PlainMessage) -> Message:
    """Return the message that plain data stands for."""
    return Message(
        role=Role(plain["role"]),
        text=plain["text"],
        tool_calls=tuple(call_from_plain(call) for call in plain["tool_calls"]),
        tool_call_id=plain["tool_call_id"],
        failed=plain["failed"],
        at=datetime.fromisoformat(plain["at"]) if plain["at"] else None,
        # An older checkpoint does not tell.
        recalled=plain.get("recalled", False),
    )


def call_to_plain(call: ToolCall) -> PlainCall:
    """Return a tool call as plain data."""
    return PlainCall(id=call.id, name=call.name, arguments=dict(call.arguments), malformed=call.malformed)


def call_from_plain(plain: PlainCall) -> ToolCall:
    """Return the tool call that plain data stands for."""
    return ToolCall(plain["id"], plain["name"], plain["arguments"], plain["malformed"])
