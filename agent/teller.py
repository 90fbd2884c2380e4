"""What a turn tells of itself while it runs."""

from collections.abc import Mapping
from typing import Any

from agent.models.port import ToolCall
from agent.toolbelt import ToolOutcome
from agent.turn import use_of
from agent.waiting import Wait
from memory.records import TurnStatus
from tools.errors import CallError
from tools.policy import Principal
from tools.services import Answered, Asked, Services
from trading.clock import epoch_ms

LAST: Mapping[TurnStatus, str] = {
    TurnStatus.COMPLETE: "chat.complete",
    TurnStatus.ABORTED: "chat.aborted",
    TurnStatus.INTERRUPTED: "chat.aborted",
    TurnStatus.FAILED: "chat.error",
}
"""The event that ends a turn, by how it ended."""


class Teller:
    """Tells of one turn by events, if its caller wants to hear of it."""

    def __init__(self, services: Services, principal: Principal, asked: Asked) -> None:
        self._events = services.events if asked.stream else None
        self._principal = principal.id
        self._asked = asked

    async def __call__(self, event: str, **payload: Any) -> None:
        """Publish an event of this turn."""
        if self._events is not None:
            ids = {"sessionId": self._asked.session_id, "requestId": self._asked.request_id}
            await self._events.publish(event, {**payload, **ids}, self._principal, self._asked.session_id)

    async def queued(self, ahead: int) -> None:
        """Tell that the turn waits."""
        await self("chat.queued", ahead=ahead, **self._frame())

    async def started(self) -> None:
        """Tell that the turn has begun."""
        await self("chat.start", **self._frame())

    async def said(self, text: str) -> None:
        """Tell a piece of the answer."""
        await self("chat.chunk", chunk=text)

    async def calling(self, call: ToolCall) -> None:
        """Tell that a tool is being called."""
        tool = {"id": call.id, "name": call.name, "arguments": dict(call.arguments)}
        await self("chat.tool_call", toolCall=tool)

    async def waiting(self, wait: Wait) -> None:
        """Tell that the turn waits for a person."""
        await self("chat.waiting", approvalId=wait["approval_id"], expiresAt=wait["expires_at"])

    async def called(self, call: ToolCall, outcome: ToolOutcome) -> None:
        """Tell what a tool came to."""
        await self("chat.tool_result", toolCall=use_of(call, outcome.ok), result=outcome.content)

    async def ended(self, answered: Answered, failure: CallError | None) -> None:
        """Tell how the turn ended, and return once all that was told has been delivered."""
        status = answered.turn.status
        if status is TurnStatus.FAILED and failure is not None:
            told: dict[str, Any] = {"error": {"code": failure.reason.value, "message": failure.message}}
        else:
            told = {"message": _view(answered)}
        if LAST[status] == "chat.aborted":
            told["reason"] = status.value
        await self(LAST[status], **told)
        if self._events is not None:
            await self._events.flush()

    def _frame(self) -> dict[str, str]:
        """Return the caller's own name for the turn, by which it knows which one has begun."""
        return {} if self._asked.frame_id is None else {"frameId": self._asked.frame_id}


def _view(answered: Answered) -> dict[str, Any]:
    message = answered.message
    return {
        "id": message.id,
        "role": message.role.value,
        "content": message.content,
        "timestamp": epoch_ms(message.created_at),
    }
