"""Reads a model's stream to its end, for tests."""

from dataclasses import dataclass

from agent.models.port import Completion, Message, Model, ModelRequest, Role, TextDelta, ToolCall, ToolSpec

PRICE = ToolSpec(
    "market_price",
    "Return the price of a pair.",
    {"type": "object", "properties": {"symbol": {"type": "string"}}, "required": ["symbol"]},
)


@dataclass(frozen=True, slots=True)
class Heard:
    """A whole answer and the pieces its text came in."""

    pieces: list[str]
    completion: Completion


async def listen(model: Model, request: ModelRequest, pieces: list[str] | None = None) -> Heard:
    """Return what a model answered; `pieces` keeps the text that came before an error."""
    heard = [] if pieces is None else pieces
    completion = None
    async for part in model.stream(request):
        assert completion is None, "the completion comes last"
        if isinstance(part, TextDelta):
            heard.append(part.text)
        else:
            completion = part
    assert completion is not None
    return Heard(heard, completion)


def asking(text: str, *later: Message, tools: tuple[ToolSpec, ...] = ()) -> ModelRequest:
    """Return a request that begins with a person's words."""
    return ModelRequest("You trade.", [Message(Role.USER, text), *later], tools)


def used(*calls: ToolCall, text: str = "") -> Message:
    """Return the message of a model that called tools."""
    return Message(Role.ASSISTANT, text, calls)


def result(call_id: str, text: str, failed: bool = False) -> Message:
    """Return a tool's answer."""
    return Message(Role.TOOL, text, tool_call_id=call_id, failed=failed)
