"""What waits for a person: listing it, letting it go, taking it back."""

from typing import Annotated

from pydantic import Field

from tools.context import Context
from tools.errors import Forbidden
from tools.policy import Scope, Surface
from tools.registry import capability
from tools.trade import AmountType, OrderReport, report
from tools.trade_events import ApprovalAsked, approval_view
from tools.wire import Params, Result
from trading.held import Answer
from trading.model import Origin

PEOPLE = Surface.WIRE | Surface.CHAT


class OfApprovals(Params):
    """Which requests: those that wait, unless all are wanted."""

    pending: bool = True
    limit: Annotated[int, Field(ge=1, le=500)] = 50


class ApprovalList(Result):
    """Requests for approval: those that wait oldest first, all newest first."""

    approvals: list[ApprovalAsked]


@capability("approval.list", surfaces=PEOPLE)
async def list_approvals(ctx: Context, params: OfApprovals) -> ApprovalList:
    """List the orders that wait for a person's approval, or that did."""
    found = await ctx.services.desk.held.listing(params.pending, params.limit)
    return ApprovalList(approvals=[approval_view(each.approval, each.order) for each in found])


class OfApproval(Params):
    """Which request, and why it is answered so."""

    approval_id: Annotated[str, Field(min_length=1, max_length=128)]
    reason: Annotated[str | None, Field(max_length=500)] = None


class Approved(Result):
    """An order that was let go, and what became of it so far."""

    approval: ApprovalAsked
    order: OrderReport


@capability("approval.approve", scope=Scope.TRADE, surfaces=PEOPLE, effects=True)
async def approve(ctx: Context, params: OfApproval) -> Approved:
    """Let an order go that waits for approval, exactly as it was asked for."""
    held = ctx.services.desk.held
    outcome = await held.approve(params.approval_id, _answer(ctx, params))
    approval = (await held.get(params.approval_id)).approval
    return Approved(
        approval=approval_view(approval, outcome.order), order=report(outcome.order, AmountType.BASE)
    )


@capability("approval.deny", scope=Scope.TRADE, surfaces=PEOPLE, effects=True)
async def deny(ctx: Context, params: OfApproval) -> ApprovalAsked:
    """Take back an order that waits for approval; nothing of it is sent."""
    held = await ctx.services.desk.held.deny(params.approval_id, _answer(ctx, params))
    return approval_view(held.approval, held.order)


def _answer(ctx: Context, params: OfApproval) -> Answer:
    only_people(ctx)
    return Answer(ctx.principal.id, params.reason)


def only_people(ctx: Context) -> None:
    """Let the call pass when a person makes it; raise Forbidden."""
    if ctx.origin is not Origin.PERSON:
        raise Forbidden("only a person may do this, not what acts for one")
