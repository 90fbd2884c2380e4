"""Waiting for a person: what tool calls of a turn have asked for, and what became of it."""

import asyncio
from collections.abc import Collection, Mapping
from typing import Any, TypedDict

from agent.messages import PlainOutcome
from agent.models.port import ToolCall
from agent.toolbelt import ToolOutcome
from memory.errors import DatabaseUnavailable
from tools.errors import Code
from tools.services import Services
from tools.trade import AmountType, report
from trading.approvals import ApprovalStatus
from trading.clock import Clock
from trading.held import Answer, HeldOrder
from trading.model import Origin
from trading.orders import IN_FLIGHT

LOOK_AGAIN_SECONDS = 5.0
"""How long an answer may go unheard: one that another process took is told by no event here."""

ABORTED = "the person stopped the agent's turn"

_ENDED: Mapping[ApprovalStatus, str] = {
    ApprovalStatus.DENIED: "A person denied this order ({reason}).",
    ApprovalStatus.EXPIRED: "This order has expired ({reason}).",
    ApprovalStatus.VOID: "This order was approved and yet could not go ({reason}).",
}
_SO = " Nothing was sent. Do not place it again unless the person asks for it."


class Wait(TypedDict):
    """A tool call that waits for a person, as plain data: a checkpoint holds it."""

    call_id: str
    approval_id: str
    expires_at: int
    counts: str


def wait_of(call: ToolCall, outcome: ToolOutcome) -> Wait | None:
    """Return what a tool call waits for, None when it has come to its end."""
    told = outcome.content
    if not (outcome.ok and isinstance(told, Mapping)):
        return None
    approval, counts = told.get("approvalId"), told.get("amountType", AmountType.BASE.value)
    if approval is None or told.get("status") != "pending":
        return None
    return Wait(
        call_id=call.id, approval_id=approval, expires_at=told["approvalExpiresAt"], counts=str(counts)
    )


def outcome_of(wait: Wait, held: HeldOrder) -> PlainOutcome:
    """Return what a tool call came to whose approval has ended."""
    approval, order = held.approval, held.order
    answer: dict[str, Any] = {
        "approvalId": approval.id,
        "status": approval.status.value,
        "by": approval.resolved_by,
        "reason": approval.reason,
    }
    if approval.status is ApprovalStatus.APPROVED:
        told = report(order, AmountType(wait["counts"])).model_dump(mode="json")
        return PlainOutcome(ok=True, content={**told, "approval": answer})
    words = _ENDED[approval.status].format(reason=approval.reason) + _SO
    error = {"code": Code.CONFLICT.value, "message": words}
    return PlainOutcome(ok=False, content={"error": error, "orderId": order.id, "approval": answer})


async def ended(services: Services, approvals: Collection[str]) -> Mapping[str, HeldOrder]:
    """Return requests for approval with their orders, once all of them have ended.

    Raises NotFound when there is no such request.
    """
    news = asyncio.Event()
    deaf = services.events.listen(
        lambda events: news.set() if any(each.name == "approval.resolved" for each in events) else None
    )
    try:
        while True:
            news.clear()
            found = await _look(services, approvals)
            if found is not None:
                return found
            await _heard(news, services.clock)
    finally:
        deaf()


async def withdraw(services: Services, principal: str, session_id: str) -> None:
    """Take back every order that the agent holds ready in a session."""

    def ours(held: HeldOrder) -> bool:
        asked = held.approval
        return (asked.principal, asked.session_id, asked.origin) == (principal, session_id, Origin.MODEL)

    await services.desk.held.deny_all(ours, Answer(principal, ABORTED))


async def _look(services: Services, approvals: Collection[str]) -> Mapping[str, HeldOrder] | None:
    """Return requests with their orders, None while one of them waits or nobody can tell."""
    get = services.desk.held.get
    try:
        found = {each: await get(each) for each in approvals}
        if any(each.approval.status is ApprovalStatus.PENDING for each in found.values()):
            return None
        if any(each.order.status in IN_FLIGHT for each in found.values()):
            # The answer is on disk before its order is sent.
            await services.desk.drain()
            found = {each: await get(each) for each in approvals}
    except DatabaseUnavailable:
        return None
    return found


async def _heard(news: asyncio.Event, clock: Clock) -> None:
    waits = [asyncio.create_task(news.wait()), asyncio.create_task(clock.sleep(LOOK_AGAIN_SECONDS))]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in waits:
            each.cancel()
