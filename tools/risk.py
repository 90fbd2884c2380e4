"""What an account may risk."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from memory.database import UnitOfWork
from tools.approvals import only_people
from tools.context import Context
from tools.policy import Scope, Surface
from tools.registry import capability
from tools.trade import AccountName, account_of
from tools.wire import Flag, Num, Params, Result
from trading.clock import midnight
from trading.intents import account_of as stored_account
from trading.risk.gate import MINUTE
from trading.risk.limits import RANGES, Limits, limits_of, stored_form

EVERYWHERE = Surface.WIRE | Surface.CHAT | Surface.MODEL


class OfRisk(Params):
    """Whose limits."""

    account: AccountName = None


class LimitsView(Result):
    """How much an account may risk; shares are fractions of its equity, empty `symbols` allow every pair."""

    account: str
    mode: str
    switch: str
    armed: bool
    locked: str | None
    order: Num
    position: Num
    exposure: Num
    open_positions: int
    leverage: Num
    orders_per_minute: int
    daily_loss: Num
    drawdown: Num
    reference_distance: Num
    symbols: list[str]
    ask_on_paper: bool
    peak: Num | None
    day_start: Num | None
    recent_orders: int


@capability("risk.limits", surfaces=EVERYWHERE)
async def limits(ctx: Context, params: OfRisk) -> LimitsView:
    """Show how much an account may risk, and whether anything keeps it from trading."""
    return await _shown(ctx, account_of(ctx, params.account))


class NewLimits(Params):
    """Limits to set; what is left out stays. Fractions of equity, 0.2 is 20 %."""

    account: AccountName = None
    order: Num | None = None
    position: Num | None = None
    exposure: Num | None = None
    open_positions: int | None = None
    leverage: Num | None = None
    orders_per_minute: int | None = None
    daily_loss: Num | None = None
    drawdown: Num | None = None
    reference_distance: Num | None = None
    symbols: Annotated[list[Annotated[str, Field(max_length=40)]] | None, Field(max_length=200)] = None
    ask_on_paper: Flag | None = None


@capability("risk.set", scope=Scope.ADMIN, effects=True)
async def set_limits(ctx: Context, params: NewLimits) -> LimitsView:
    """Set how much an account may risk."""
    only_people(ctx)
    account, given = (
        account_of(ctx, params.account),
        params.model_dump(exclude={"account"}, exclude_none=True),
    )
    services = ctx.services
    async with services.database.transact() as uow:
        await change_limits(uow, account, given, ctx.principal.id, services.clock.now())
    return await _shown(ctx, account)


async def change_limits(
    uow: UnitOfWork, account: str, changes: Mapping[str, Any], by: str, now: datetime
) -> None:
    """Set limits of an account; None is the default again. Raises NotFound or InvalidLimit."""
    await stored_account(uow, account)
    await uow.accounts.lock(account)
    stored = (await uow.risk.state(account, now, now)).limits
    merged = {**stored, **changes}
    text = {name: _text(value) for name, value in merged.items() if value is not None}
    await uow.risk.set_limits(account, stored_form(limits_of(text, RANGES)), by, now)


async def limits_now(uow: UnitOfWork, account: str, now: datetime) -> Limits:
    """Return the limits of an account; raise NotFound."""
    await stored_account(uow, account)
    return limits_of((await uow.risk.state(account, midnight(now), now - MINUTE)).limits)


def _text(value: object) -> str:
    if isinstance(value, list):
        return ",".join(str(each) for each in value)
    return str(value).lower() if isinstance(value, bool) else str(value)


async def _shown(ctx: Context, account_id: str) -> LimitsView:
    services = ctx.services
    now = services.clock.now()
    async with services.database.read() as uow:
        account = await stored_account(uow, account_id)
        state = await uow.risk.state(account_id, midnight(now), now - MINUTE)
    shown = limits_of(state.limits)
    figures = {name: getattr(shown, name) for name in LimitsView.model_fields if hasattr(shown, name)}
    return LimitsView(
        **{**figures, "symbols": list(shown.symbols)},
        account=account_id,
        mode=account.mode.value,
        switch=state.switch.value,
        armed=state.armed,
        locked=services.reconciliation.locked(account_id),
        peak=state.peak,
        day_start=state.day_start,
        recent_orders=state.recent_orders,
    )
