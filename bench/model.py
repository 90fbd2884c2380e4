"""A model for turns of one kind: it looks at a price, then answers."""

import time
from collections.abc import AsyncIterator

from agent.models.port import Completion, Message, ModelRequest, Role, TextDelta, ToolCall, Usage
from agent.models.scripted import ScriptedModel

LOOK = Completion(
    "Let me look at the market first.",
    "scripted:prices",
    (ToolCall("call-1", "market_price", {"pair": "BTC/USDT"}),),
    Usage(900, 40),
)
TELL = Completion(
    "Bitcoin trades close to its average of the last day. The range of the day has been narrow, volume is "
    "about as usual, and nothing in the figures points to a break in either direction right now.",
    "scripted:prices",
    usage=Usage(1_000, 60),
)
PIECE = 8
"""Characters in a piece of text, about two of a model's tokens."""


class PriceTeller:
    """Calls one tool, then answers; `first` holds when (`time.monotonic_ns`) each turn's first word came."""

    name = "scripted:prices"

    def __init__(self) -> None:
        self.first: list[int] = []
        self._script = ScriptedModel(_reply, self.name, PIECE)

    async def stream(self, request: ModelRequest) -> AsyncIterator[TextDelta | Completion]:
        """Yield the reply in pieces and, last, its completion."""
        self._script.requests.clear()
        begins = request.messages[-1].role is Role.USER
        async for piece in self._script.stream(request):
            if begins:
                begins = False
                self.first.append(time.monotonic_ns())
            yield piece

    async def drain(self, turns: int) -> float:
        """Return the seconds of processor time that the model calls of so many turns take by themselves."""
        asked = Message(Role.USER, "How is bitcoin?")
        told = Message(Role.TOOL, "{}", tool_call_id="call-1")
        requests = [ModelRequest("", messages) for messages in ([asked], [asked, told])]
        kept = len(self.first)
        started = time.process_time()
        for _ in range(turns):
            for request in requests:
                async for _ in self.stream(request):
                    pass
        taken = time.process_time() - started
        del self.first[kept:]
        return taken

    async def check(self) -> None:
        """Be well."""

    async def aclose(self) -> None:
        """Do nothing: there is no connection."""


def _reply(request: ModelRequest) -> Completion:
    return LOOK if request.messages[-1].role is Role.USER else TELL
