"""The model that needs no key: fixed rules in place of a language model, behind the same port."""

import re
from collections.abc import AsyncIterator, Iterator, Sequence
from itertools import count

from agent.models.offline.answering import next_step
from agent.models.offline.conversation import understand_conversation
from agent.models.offline.steps import Ask
from agent.models.offline.turn import read_said, read_turn
from agent.models.port import Completion, Message, ModelRequest, TextDelta, ToolCall

WORDS_A_PIECE = 3

_PIECE = re.compile(rf"(?:\S+\s*){{1,{WORDS_A_PIECE}}}")


class OfflineModel:
    """A deterministic model: what it does follows from the person's words and the tools' answers alone.

    Standing orders and texts of tools are never read as instructions; figures of tools are data to be told.
    """

    name = "offline:kit"

    async def stream(self, request: ModelRequest) -> AsyncIterator[TextDelta | Completion]:
        """Yield the answer a few words at a time, or the calls to make first, and the completion last."""
        understood = understand_conversation(read_said(request.messages))
        step = next_step(understood, read_turn(request), self.name)
        if isinstance(step, Ask):
            ids = _new_ids(request.messages)
            calls = tuple(ToolCall(next(ids), call.name, call.arguments) for call in step.calls)
            yield Completion("", self.name, calls)
            return
        text = step.text.strip()
        for piece in _pieces(text):
            yield TextDelta(piece)
        yield Completion(text, self.name)

    async def check(self) -> None:
        """Return: rules are always well."""

    async def aclose(self) -> None:
        """Let go of nothing: there is no connection."""


def _new_ids(messages: Sequence[Message]) -> Iterator[str]:
    """Number the calls on, past every id this conversation has."""
    used = {call.id for message in messages for call in message.tool_calls}
    return (id for number in count(len(used) + 1) if (id := f"call_{number}") not in used)


def _pieces(text: str) -> Iterator[str]:
    return (match[0] for match in _PIECE.finditer(text))
