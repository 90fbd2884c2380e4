"""The capabilities a model may use, as its tools."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from agent.models.port import Message, Role, ToolCall, ToolSpec
from memory.records import SessionMode
from tools.context import Context, Repeat
from tools.errors import CallError, InvalidParams, NotFound
from tools.policy import Principal, Surface
from tools.registry import AnyCapability, Registry
from tools.wire import Result

MAX_RESULT_CHARS = 16_000
"""What one tool may put before a model; a model that needs more asks for less at a time."""


@dataclass(frozen=True, slots=True)
class ToolOutcome:
    """What a tool call came to: the message for the model and the result or error for people."""

    message: Message
    ok: bool
    content: Any


class Toolbelt:
    """The tools of one turn. `capabilities` are those its principal may use in its session."""

    def __init__(self, registry: Registry, ctx: Context, capabilities: Sequence[AnyCapability]) -> None:
        self._registry = registry
        self._ctx = ctx
        self._capabilities = {each.tool_name: each for each in capabilities}

    @property
    def specs(self) -> tuple[ToolSpec, ...]:
        """The tools as a model is told of them."""
        return tuple(_spec(each) for each in self._capabilities.values())

    async def use(self, call: ToolCall, turn_id: str) -> ToolOutcome:
        """Run one tool call; what fails is an outcome too, for the model to read."""
        try:
            result = await self._run(call, turn_id)
        except CallError as error:
            content = {"error": {"code": error.reason.value, "message": error.message}}
            return _outcome(call, orjson.dumps(content).decode(), False, content)
        text = result.model_dump_json()
        return _outcome(call, _bounded(text), True, orjson.loads(text))

    async def _run(self, call: ToolCall, turn_id: str) -> Result:
        found = self._capabilities.get(call.name)
        if found is None:
            raise NotFound(f"there is no tool {call.name[:64]!r}; there are {', '.join(self._capabilities)}")
        if call.malformed is not None:
            raise InvalidParams("the arguments are not a JSON object; send one that fits the tool's schema")
        ctx = replace(self._ctx, repeat=Repeat(f"{turn_id}:{call.id}"))
        return await self._registry.call(found.name, call.arguments, ctx)


def offered(registry: Registry, principal: Principal, mode: SessionMode) -> list[AnyCapability]:
    """Return what a model may use on behalf of a principal in a session of this mode.

    In `manual` and `readonly` sessions nothing that has effects is offered: the person acts.
    """
    hands_off = mode is not SessionMode.AUTO
    return [
        each
        for each in registry.served(Surface.MODEL)
        if principal.may(each.scope) and not (hands_off and each.effects)
    ]


def _spec(found: AnyCapability) -> ToolSpec:
    schema = found.params.model_json_schema(by_alias=True)
    schema.pop("title", None)
    return ToolSpec(found.tool_name, found.description, schema)


def _bounded(text: str) -> str:
    if len(text) <= MAX_RESULT_CHARS:
        return text
    return f"{text[:MAX_RESULT_CHARS]}… (cut: {len(text)} characters; ask for less)"


def _outcome(call: ToolCall, text: str, ok: bool, content: Any) -> ToolOutcome:
    return ToolOutcome(Message(Role.TOOL, text, tool_call_id=call.id, failed=not ok), ok, content)
