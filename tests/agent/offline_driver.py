"""Talks to the offline model through its port, with the real tools on offer and answers handed in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from agent.models.offline import OfflineModel
from agent.models.port import Completion, Message, ModelRequest, Role, TextDelta, ToolCall, ToolSpec
from tools.catalog import CATALOG
from tools.policy import Surface
from tools.registry import AnyCapability

CAPABILITIES: Mapping[str, AnyCapability] = {
    each.tool_name: each for each in CATALOG if Surface.MODEL in each.surfaces
}
SPECS: tuple[ToolSpec, ...] = tuple(
    ToolSpec(name, each.description, each.params.model_json_schema(by_alias=True))
    for name, each in CAPABILITIES.items()
)

MODEL = OfflineModel()
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
MAX_STEPS = 6

Call = tuple[str, dict[str, Any]]
Answers = Callable[[ToolCall], Message]


async def complete(request: ModelRequest) -> Completion:
    """Run one step and hold the stream to the port: pieces, then one completion with their text."""
    items = [item async for item in MODEL.stream(request)]
    *pieces, completion = items
    assert isinstance(completion, Completion)
    assert all(isinstance(piece, TextDelta) and piece.text for piece in pieces)
    assert "".join(piece.text for piece in pieces if isinstance(piece, TextDelta)) == completion.text
    assert completion.model == MODEL.name
    assert bool(completion.text) != bool(completion.tool_calls)
    return completion


async def first_calls(text: str, tools: Sequence[ToolSpec] = SPECS) -> list[Call]:
    """Return the calls a message leads to at once."""
    completion = await complete(ModelRequest("", [Message(Role.USER, text, at=NOON)], tools))
    return [(call.name, dict(call.arguments)) for call in completion.tool_calls]


def answer(call: ToolCall, content: Mapping[str, Any]) -> Message:
    """Return a tool's answer."""
    return Message(Role.TOOL, orjson.dumps(content).decode(), tool_call_id=call.id)


def failure(call: ToolCall, code: str, message: str) -> Message:
    """Return a tool's failure."""
    content = {"error": {"code": code, "message": message}}
    return Message(Role.TOOL, orjson.dumps(content).decode(), tool_call_id=call.id, failed=True)


@dataclass
class Chat:
    """A conversation: `answers` plays the tools, `calls` and `text` are what the last turn did and said.

    With `plain` the next turn hears only what was said, as from a transcript. `now` is the time of the next
    turn; without it messages have none.
    """

    answers: Answers
    tools: Sequence[ToolSpec] = SPECS
    plain: bool = True
    messages: list[Message] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    text: str = ""
    now: datetime | None = None

    def wait(self, time: timedelta) -> None:
        """Let time pass before the next turn."""
        assert self.now is not None
        self.now += time

    async def say(self, text: str) -> "Chat":
        """Run a whole turn."""
        start = [*self.messages, Message(Role.USER, text, at=self.now)]
        messages, self.calls = list(start), []
        for _ in range(MAX_STEPS):
            completion = await complete(ModelRequest("", messages, self.tools))
            messages.append(Message(Role.ASSISTANT, completion.text, tool_calls=completion.tool_calls))
            if not completion.tool_calls:
                self.text = completion.text
                messages[-1] = replace(messages[-1], at=self.now)
                self.messages = [*start, messages[-1]] if self.plain else messages
                return self
            self.calls += [(call.name, dict(call.arguments)) for call in completion.tool_calls]
            messages += [self.answers(call) for call in completion.tool_calls]
        raise AssertionError("the turn does not end")
