"""The capabilities a model may use, as its tools."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import orjson

from agent.models.port import Message, Role, ToolCall, ToolSpec
from agent.tool_schemas import schema_of, told_once
from memory.records import SessionMode
from tools.context import Context, Repeat
from tools.errors import TELLS_BALANCES, CallError, InvalidParams, NotFound
from tools.policy import Surface
from tools.registry import AnyCapability, Registry
from tools.wire import Params, Result

MAX_RESULT_CHARS = 16_000
"""What one tool may put before a model; a model that needs more asks for less at a time."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A capability and how a model is told of it."""

    capability: AnyCapability
    spec: ToolSpec


@dataclass(frozen=True, slots=True)
class ToolOutcome:
    """What a tool call came to: the message for the model and the result or error for people."""

    message: Message
    ok: bool
    content: Any


class Toolbelt:
    """The tools of one turn: those its principal may use in its session."""

    def __init__(self, registry: Registry, ctx: Context, tools: Sequence[Tool]) -> None:
        self.specs = told_once([each.spec for each in tools])
        self._registry = registry
        self._ctx = ctx
        self._tools = tuple(tools)
        self._capabilities = {each.spec.name: each.capability for each in tools}

    def only(self, names: Collection[str] | None) -> "Toolbelt":
        """Return those of these tools that have one of some names, and no other; None leaves them all."""
        if names is None:
            return self
        return Toolbelt(self._registry, self._ctx, [each for each in self._tools if each.spec.name in names])

    async def use(self, call: ToolCall, turn_id: str) -> ToolOutcome:
        """Run one tool call; what fails is an outcome too, for the model to read."""
        try:
            result = await self._run(call, turn_id)
        except CallError as error:
            private = self._ctx.shared and error.reason in TELLS_BALANCES
            message = "the figures are told in private only" if private else error.message
            content = {"error": {"code": error.reason.value, "message": message}}
            return outcome_of(call, False, content)
        return outcome_of(call, True, result.for_models())

    async def _run(self, call: ToolCall, turn_id: str) -> Result:
        found = self._capabilities.get(call.name)
        if found is None:
            raise NotFound(f"there is no tool {call.name[:64]!r}; there are {', '.join(self._capabilities)}")
        if call.malformed is not None:
            raise InvalidParams("the arguments are not a JSON object; send one that fits the tool's schema")
        ctx = replace(self._ctx, repeat=Repeat(f"{turn_id}:{call.id}"))
        return await self._registry.call(found.name, call.arguments, ctx)


class Toolbox:
    """Every capability that models may use, described once."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    @cached_property
    def _tools(self) -> Sequence[Tool]:
        # Described when first asked for: most calls of the command line ask no model.
        return [Tool(each, _spec(each)) for each in self._registry.served(Surface.MODEL)]

    def belt(self, ctx: Context, mode: SessionMode) -> Toolbelt:
        """Return what a model may use on behalf of the caller in a session of this mode.

        In `manual` and `readonly` sessions, and for what was asked too long ago, nothing that has effects is
        offered: the person acts. Where others
        read along, nothing is that shows what the person has.
        """
        hands_off = ctx.late or mode is not SessionMode.AUTO
        tools = [
            each
            for each in self._tools
            if ctx.principal.may(each.capability.scope)
            and not (hands_off and each.capability.effects)
            and not (ctx.shared and each.capability.personal)
        ]
        return Toolbelt(self._registry, ctx, tools)


def _spec(found: AnyCapability) -> ToolSpec:
    params: type[Params] = found.params
    return ToolSpec(found.tool_name, found.description, schema_of(params))


def _bounded(text: str) -> str:
    if len(text) <= MAX_RESULT_CHARS:
        return text
    return f"{text[:MAX_RESULT_CHARS]}… (cut: {len(text)} characters; ask for less)"


def outcome_of(call: ToolCall, ok: bool, content: Any) -> ToolOutcome:
    """Return what a tool call came to."""
    shown = _bounded(orjson.dumps(content).decode())
    return ToolOutcome(Message(Role.TOOL, shown, tool_call_id=call.id, failed=not ok), ok, content)
