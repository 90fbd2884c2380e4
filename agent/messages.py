"""Conversation messages as plain data, which is what a checkpoint may hold."""

from typing import Any, TypedDict

from agent.models.port import Message, Role, ToolCall


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


def to_plain(message: Message) -> PlainMessage:
    """Return a message as plain data."""
    return PlainMessage(
        role=message.role.value,
        text=message.text,
        tool_calls=[call_to_plain(call) for call in message.tool_calls],
        tool_call_id=message.tool_call_id,
        failed=message.failed,
    )


def from_plain(plain: PlainMessage) -> Message:
    """Return the message that plain data stands for."""
    return Message(
        role=Role(plain["role"]),
        text=plain["text"],
        tool_calls=tuple(call_from_plain(call) for call in plain["tool_calls"]),
        tool_call_id=plain["tool_call_id"],
        failed=plain["failed"],
    )


def call_to_plain(call: ToolCall) -> PlainCall:
    """Return a tool call as plain data."""
    return PlainCall(id=call.id, name=call.name, arguments=dict(call.arguments), malformed=call.malformed)


def call_from_plain(plain: PlainCall) -> ToolCall:
    """Return the tool call that plain data stands for."""
    return ToolCall(plain["id"], plain["name"], plain["arguments"], plain["malformed"])
