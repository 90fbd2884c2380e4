"""What a turn tells of itself while it runs."""

from typing import Any

from agent.models.port import ToolCall
from agent.toolbelt import ToolOutcome
from tools.policy import Principal
from tools.services import Asked, Services


class Teller:
    """Tells of one turn by events, if its caller wants to hear of it."""

    def __init__(self, services: Services, principal: Principal, asked: Asked) -> None:
        self._events = services.events if asked.stream else None
        self._principal = principal.id
        self._asked = asked
        self.used: list[dict[str, Any]] = []

    async def __call__(self, event: str, **payload: Any) -> None:
        """Publish an event of this turn."""
        if self._events is not None:
            ids = {"sessionId": self._asked.session_id, "requestId": self._asked.request_id}
            await self._events.publish(event, {**payload, **ids}, self._principal, self._asked.session_id)

    async def queued(self, ahead: int) -> None:
        """Tell that the turn waits."""
        await self("chat.queued", ahead=ahead)

    async def said(self, text: str) -> None:
        """Tell a piece of the answer."""
        await self("chat.chunk", chunk=text)

    async def calling(self, call: ToolCall) -> None:
        """Tell that a tool is being called."""
        tool = {"id": call.id, "name": call.name, "arguments": dict(call.arguments)}
        await self("chat.tool_call", toolCall=tool)

    async def called(self, call: ToolCall, outcome: ToolOutcome) -> None:
        """Tell what a tool came to."""
        tool = {"id": call.id, "name": call.name, "arguments": dict(call.arguments), "ok": outcome.ok}
        self.used.append(tool)
        await self("chat.tool_result", toolCall=tool, result=outcome.content)

    async def flush(self) -> None:
        """Return once all that was told has been delivered."""
        if self._events is not None:
            await self._events.flush()
