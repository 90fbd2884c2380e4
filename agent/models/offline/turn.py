"""What has happened so far in the turn the model is asked to go on with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from agent.models.offline.conversation import Said
from agent.models.offline.facts import Facts, read_facts
from agent.models.port import Message, ModelRequest, Role, ToolCall, ToolSpec


@dataclass(frozen=True, slots=True)
class Done:
    """A tool call with its answer: `facts` is None when that cannot be read, `message` says why it failed."""

    name: str
    arguments: Mapping[str, Any]
    facts: Facts | None = None
    failed: bool = False
    missing: bool = False
    message: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """The tools on offer and what those called in this turn have answered, in order.

    `now` is when the person last spoke, where that is known.
    """

    tools: Mapping[str, ToolSpec] = field(default_factory=dict)
    done: Sequence[Done] = ()
    now: datetime | None = None

    def of(self, name: str) -> Sequence[Done]:
        """Return the answers of one tool."""
        return [each for each in self.done if each.name == name]

    def offers(self, tool: str, parameter: str | None = None) -> bool:
        """Tell whether a tool may be called, and takes a parameter."""
        spec = self.tools.get(tool)
        if spec is None or parameter is None:
            return spec is not None
        properties = spec.parameters.get("properties")
        return isinstance(properties, Mapping) and parameter in properties


def read_turn(request: ModelRequest) -> Turn:
    """Return the tools on offer and what they answered since the person last spoke."""
    start = _last_user(request.messages) + 1
    messages = request.messages[start:]
    answers = {message.tool_call_id: message for message in messages if message.role is Role.TOOL}
    done = tuple(
        _done(call, answers.get(call.id))
        for message in messages
        if message.role is Role.ASSISTANT
        for call in message.tool_calls
    )
    now = request.messages[start - 1].at if start else None
    return Turn({tool.name: tool for tool in request.tools}, done, now)


def read_said(messages: Sequence[Message]) -> Sequence[Said]:
    """Return what the person said, oldest first, each with the last words of its answer.

    What is recalled of earlier, nobody said.
    """
    said: list[Said] = []
    for message in (each for each in messages if not each.recalled):
        if message.role is Role.USER:
            said.append(Said(message.text, at=message.at))
        elif said and message.role is Role.ASSISTANT and message.text:
            said[-1] = replace(said[-1], answer=message.text, answered_at=message.at)
    return said


def _last_user(messages: Sequence[Message]) -> int:
    return max((index for index, message in enumerate(messages) if message.role is Role.USER), default=-1)


def _done(call: ToolCall, answer: Message | None) -> Done:
    if answer is None:
        return Done(call.name, call.arguments, missing=True)
    facts = read_facts(answer.text)
    if not answer.failed:
        return Done(call.name, call.arguments, facts)
    told = facts.inner("error") if facts else Facts()
    return Done(call.name, call.arguments, facts, failed=True, message=told.text("message").rstrip(". "))
