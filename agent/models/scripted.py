"""A model that says what it is told to: for tests and benchmarks, and shipped for those of others."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace

from agent.models.errors import ModelError, ModelRejected
from agent.models.port import Completion, ModelRequest, TextDelta


@dataclass(frozen=True, slots=True)
class Broken:
    """An answer that fails after some of its text."""

    text: str
    error: ModelError


Reply = Completion | Broken | ModelError


class ScriptedModel:
    """Answers with `replies`, one a request, or with what a function makes of the request.

    Text comes in pieces of `piece` characters. With `hold` an answer stops after its first piece, and one
    without text before its completion, until the event is set. `requests` are those it got, `held` is set
    while it waits.
    """

    def __init__(
        self,
        replies: Sequence[Reply] | Callable[[ModelRequest], Reply],
        name: str = "scripted:model",
        piece: int = 8,
        hold: asyncio.Event | None = None,
    ) -> None:
        self.name = name
        self.requests: list[ModelRequest] = []
        self.held = asyncio.Event()
        self._replies = replies
        self._piece = piece
        self._hold = hold

    async def stream(self, request: ModelRequest) -> AsyncIterator[TextDelta | Completion]:
        """Yield the reply's text in pieces and, last, its completion, in this model's name.

        Raises the error of the script, and ModelRejected when the script has come to its end.
        """
        # The caller may go on with the same list.
        self.requests.append(replace(request, messages=tuple(request.messages)))
        reply = self._reply(request)
        text = "" if isinstance(reply, ModelError) else reply.text
        pieces = [text[start : start + self._piece] for start in range(0, len(text), self._piece)]
        for piece in pieces[:1]:
            yield TextDelta(piece)
        await self._wait()
        for piece in pieces[1:]:
            yield TextDelta(piece)
        if isinstance(reply, ModelError):
            raise reply
        if isinstance(reply, Broken):
            raise reply.error
        yield replace(reply, model=self.name)

    async def check(self) -> None:
        """Return: it is always well."""

    async def aclose(self) -> None:
        """Do nothing: there is no connection."""

    def _reply(self, request: ModelRequest) -> Reply:
        if callable(self._replies):
            return self._replies(request)
        if len(self.requests) > len(self._replies):
            return ModelRejected(f"{self.name}: the script has {len(self._replies)} replies, no more")
        return self._replies[len(self.requests) - 1]

    async def _wait(self) -> None:
        if self._hold is None:
            return
        self.held.set()
        await self._hold.wait()
        self.held.clear()
