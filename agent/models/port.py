"""The port every language model sits behind: a request in, text as it comes and one completion out."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol


class Role(StrEnum):
    """Who said a message."""

    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool the model wants called. `malformed` holds what it wrote when that was not a JSON object."""

    id: str
    name: str
    arguments: Mapping[str, Any]
    malformed: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation; a tool's answer names its call and whether it failed.

    `at` is when it was said, where that is known. Nobody said what is `recalled`: it tells of what was said
    before.
    """

    role: Role
    text: str
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None
    failed: bool = False
    at: datetime | None = None
    recalled: bool = False


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A tool as a model is told of it; `parameters` is a JSON schema of an object."""

    name: str
    description: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that a completion took; of `input`, `cached` were read from a cache and `written` to it."""

    input: int = 0
    output: int = 0
    cached: int = 0
    written: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.input + other.input,
            self.output + other.output,
            self.cached + other.cached,
            self.written + other.written,
        )


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """What a model is asked: its standing orders, the conversation and the tools it may call."""

    system: str
    messages: Sequence[Message]
    tools: Sequence[ToolSpec] = ()
    max_tokens: int = 8192
    temperature: float | None = None


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of the answer, in order."""

    text: str


@dataclass(frozen=True, slots=True)
class Completion:
    """A whole answer: all its text, and the tools to call before going on. `model` is who really answered."""

    text: str
    model: str
    tool_calls: tuple[ToolCall, ...] = ()
    usage: Usage = field(default_factory=Usage)
    truncated: bool = False


class Model(Protocol):
    """A language model; `name` is `vendor:model`."""

    name: str

    def stream(self, request: ModelRequest) -> AsyncIterator[TextDelta | Completion]:
        """Yield text as it is written and, last, the completion.

        Raises a ModelError of `agent.models.errors`, also when the stream ends before the model has finished.
        """
        ...

    async def check(self) -> None:
        """Ask the vendor, at no cost, whether it knows us and the model; raise a ModelError if not."""
        ...

    async def aclose(self) -> None:
        """Let go of connections."""
        ...
