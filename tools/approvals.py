"""What waits for a person: listing it, letting it go, taking it back."""

from typing import Annotated

from pydantic import Field

from tools.context import Context
from tools.errors import Forbidden
from tools.policy import Scope, Surface
from tools.registry import capability
from tools.run_approvals import RunAsked, run_view
from tools.trade import AmountType, OrderReport, report
from tools.trade_events import ApprovalAsked, approval_view
from tools.wire import Flag, Params, Result
from trading.approvals import ApprovalStatus
from trading.errors import NotFound
from trading.held import Answer
from trading.model import Origin

PEOPLE = Surface.WIRE | Surface.CHAT


class OfApprovals(Params):
    """Which requests: those that wait, unless all are wanted."""

    pending: Flag = True
    limit: Annotated[int, Field(ge=1, le=500)] = 50


class ApprovalList(Result):
    """Requests for approval, of orders and of runs: those that wait oldest first, all newest first.

    `kind` says which each is: `order` or `run`. Among all, every run that may trade now is listed.
    """

    approvals: list[ApprovalAsked | RunAsked]


@capability("approval.list", surfaces=PEOPLE | Surface.MODEL, personal=True)
async def list_approvals(ctx: Context, params: OfApprovals) -> ApprovalList:
    """List the orders and runs that wait for a person's approval, or that did."""
    desk = ctx.services.desk
    orders = await desk.held.listing(params.pending, params.limit)
    runs = await desk.mandates.listing(params.pending, params.limit)
    found: list[ApprovalAsked | RunAsked] = [approval_view(each.approval, each.order) for each in orders]
    found += [run_view(each) for each in runs]
    found.sort(key=lambda each: (each.created_at, each.approval_id), reverse=not params.pending)
    shown = found[: params.limit] + [each for each in found[params.limit :] if _in_force(each)]
    return ApprovalList(approvals=shown)


class OfApproval(Params):
    """Which request, and why it is answered so."""

    approval_id: Annotated[str, Field(min_length=1, max_length=128)]
    reason: Annotated[str | None, Field(max_length=500)] = None


class Approved(Result):
    """An order that was let go, and what became of it so far."""

    approval: ApprovalAsked
    order: OrderReport


class RunApproved(Result):
    """A run that trades within its bounds from now on."""

    approval: RunAsked


@capability("approval.approve", scope=Scope.TRADE, surfaces=PEOPLE, effects=True)
async def approve(ctx: Context, params: OfApproval) -> Approved | RunApproved:
    """Let an order go that waits for approval, exactly as it was asked for, or a run trade in its bounds."""
    desk, answer = ctx.services.desk, _answer(ctx, params)
    if await _of_run(ctx, params.approval_id):
        return RunApproved(approval=run_view(await desk.mandates.approve(params.approval_id, answer)))
    outcome = await desk.held.approve(params.approval_id, answer)
    approval = (await desk.held.get(params.approval_id)).approval
    return Approved(
        approval=approval_view(approval, outcome.order), order=report(outcome.order, AmountType.BASE)
    )


@capability("approval.deny", scope=Scope.TRADE, surfaces=PEOPLE, effects=True)
async def deny(ctx: Context, params: OfApproval) -> ApprovalAsked | RunAsked:
    """Take back what waits for approval: nothing of an order is sent, each order of a run asks."""
    desk, answer = ctx.services.desk, _answer(ctx, params)
    if await _of_run(ctx, params.approval_id):
        return run_view(await desk.mandates.deny(params.approval_id, answer))
    held = await desk.held.deny(params.approval_id, answer)
    return approval_view(held.approval, held.order)


@capability("approval.revoke", scope=Scope.TRADE, surfaces=PEOPLE, effects=True)
async def revoke(ctx: Context, params: OfApproval) -> RunAsked:
    """Take back what a run was allowed: from now on each order that it opens asks."""
    return run_view(await ctx.services.desk.mandates.revoke(params.approval_id, _answer(ctx, params)))


def _answer(ctx: Context, params: OfApproval) -> Answer:
    only_people(ctx)
    return Answer(ctx.principal.id, params.reason)


def only_people(ctx: Context) -> None:
    """Let the call pass when a person makes it; raise Forbidden."""
    if ctx.origin is not Origin.PERSON:
        raise Forbidden("only a person may do this, not what acts for one")


async def _of_run(ctx: Context, approval_id: str) -> bool:
    """Return whether a request is that of a run; any other is looked for among those of orders."""
    try:
        await ctx.services.desk.mandates.get(approval_id)
    except NotFound:
        return False
    return True


def _in_force(asked: ApprovalAsked | RunAsked) -> bool:
    return isinstance(asked, RunAsked) and asked.status == ApprovalStatus.APPROVED
