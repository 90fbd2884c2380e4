"""The kill switch."""

from typing import Annotated, Any

from pydantic import Field

from tools.approvals import only_people
from tools.context import Context
from tools.errors import Forbidden
from tools.policy import Scope, Surface
from tools.registry import capability
from tools.trade import AmountType, OrderReport, report
from tools.wire import Millis, NoParams, Params, Result
from trading.approvals import ApprovalStatus
from trading.switch import Switch, SwitchState
from trading.switchboard import Stopped

ANYWHERE = Surface.WIRE | Surface.CHAT | Surface.MODEL

MEANING = {
    SwitchState.ACTIVE: "Everything trades: entries, exits and protective stops.",
    SwitchState.REDUCING: "Nothing new is opened. Closing and protective stops go on.",
    SwitchState.HALTED: (
        "Nothing new is opened, and only a person may close what is open. Protective stops stay in place."
    ),
}


class SwitchView(Result):
    """Where the kill switch stands, what that means, and who put it there."""

    state: str
    meaning: str
    by: str | None
    reason: str | None
    at: Millis | None


class StillOpen(Result):
    """An entry that could not be canceled yet; it is tried again."""

    order_id: str
    message: str


class Halted(SwitchView):
    """What the switch stopped: entries that rested, requests that waited; `staying` protects what is held.

    `denied` and `revoked` are approvals; the runs of those that are revoked ask again after re-arming.
    """

    canceled: list[OrderReport]
    denied: list[str]
    revoked: list[str]
    still_open: list[StillOpen]
    staying: list[OrderReport]


class Why(Params):
    """Why the switch is put."""

    reason: Annotated[str | None, Field(max_length=500)] = None


@capability("trading.status", surfaces=ANYWHERE)
async def status(ctx: Context, params: NoParams) -> SwitchView:
    """Tell whether trading is active, reducing or halted, and what that means."""
    return SwitchView(**_view(await ctx.services.desk.switchboard.state()))


@capability("trading.halt", scope=Scope.TRADE, surfaces=ANYWHERE, effects=True)
async def halt(ctx: Context, params: Why) -> Halted:
    """Stop trading at once: open entries are canceled, protective stops stay, only the owner re-arms it."""
    return await _put(ctx, SwitchState.HALTED, params)


@capability("trading.reduce", scope=Scope.TRADE, surfaces=ANYWHERE, effects=True)
async def reduce(ctx: Context, params: Why) -> Halted:
    """Open nothing new: open entries are canceled, closing goes on, only the owner re-arms it."""
    switchboard = ctx.services.desk.switchboard
    if (await switchboard.state()).state is SwitchState.HALTED:
        only_owner(ctx)
    return await _put(ctx, SwitchState.REDUCING, params)


@capability("trading.rearm", scope=Scope.ADMIN, surfaces=Surface.WIRE | Surface.CHAT, effects=True)
async def rearm(ctx: Context, params: Why) -> SwitchView:
    """Let everything trade again."""
    only_people(ctx)
    put = await ctx.services.desk.switchboard.put(SwitchState.ACTIVE, *_why(ctx, params))
    return SwitchView(**_view(put.switch))


def only_owner(ctx: Context) -> None:
    """Let the call pass when the owner makes it; raise Forbidden."""
    only_people(ctx)
    if not ctx.principal.may(Scope.ADMIN):
        raise Forbidden("trading is halted: only the owner may loosen that")


async def _put(ctx: Context, state: SwitchState, params: Why) -> Halted:
    return _halted(await ctx.services.desk.switchboard.put(state, *_why(ctx, params)))


def _why(ctx: Context, params: Why) -> tuple[str, str | None]:
    return ctx.principal.id, params.reason


def _view(switch: Switch) -> dict[str, Any]:
    return {
        "state": switch.state.value,
        "meaning": MEANING[switch.state],
        "by": switch.by,
        "reason": switch.reason,
        "at": switch.at,
    }


def _halted(stopped: Stopped) -> Halted:
    return Halted(
        **_view(stopped.switch),
        canceled=[report(each, AmountType.BASE) for each in stopped.canceled],
        denied=[
            *(each.id for each in stopped.denied),
            *(each.id for each in stopped.mandates if each.status is ApprovalStatus.DENIED),
        ],
        revoked=[each.id for each in stopped.mandates if each.status is ApprovalStatus.REVOKED],
        still_open=[StillOpen(order_id=each.id, message=why) for each, why in stopped.open],
        staying=[report(each, AmountType.BASE) for each in stopped.staying],
    )
