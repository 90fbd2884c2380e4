"""Accounts, and arming the one that trades real money."""

from typing import Annotated

from pydantic import Field

from tools.approvals import only_people
from tools.context import Context
from tools.policy import Scope, Surface
from tools.registry import capability
from tools.wire import NoParams, Num, Params, Result
from trading.errors import InvalidOrder
from trading.intents import account_of
from trading.model import Mode
from trading.reconciliation import Difference
from trading.switch import Arming

EVERYWHERE = Surface.WIRE | Surface.CHAT | Surface.MODEL


class AccountView(Result):
    """An account: paper or live, whether its owner has armed it, and why it may not trade for now."""

    id: str
    mode: str
    currency: str
    armed: bool
    locked: str | None


class AccountList(Result):
    """Every account of this service."""

    accounts: list[AccountView]


@capability("account.list", surfaces=EVERYWHERE, personal=True)
async def accounts(ctx: Context, params: NoParams) -> AccountList:
    """List the accounts that can be traded: paper or live, armed or not, locked or not."""
    services = ctx.services
    async with services.database.read() as uow:
        known = [each for each in await uow.accounts.all() if each.mode is not Mode.CONTEST]
        found = [(each, await uow.risk.arming(each.id)) for each in known]
    return AccountList(
        accounts=[
            AccountView(
                id=account.id,
                mode=account.mode.value,
                currency=account.currency,
                armed=account.mode is Mode.LIVE and arming is not None and arming.armed,
                locked=services.reconciliation.locked(account.id),
            )
            for account, arming in found
        ]
    )


class OfAccount(Params):
    """Which account."""

    account: Annotated[str, Field(min_length=1, max_length=64)] = "live"


class DifferenceView(Result):
    """Something in which our books and the exchange's differ."""

    what: str
    ours: Num
    theirs: Num


class Standing(Result):
    """How an account that trades real money stands, and in what its books differ from the exchange's."""

    account: str
    armed: bool
    locked: str | None
    differences: list[DifferenceView]


@capability("live.arm", scope=Scope.ADMIN, effects=True)
async def arm(ctx: Context, params: OfAccount) -> Standing:
    """Let an account trade real money from now on, once its books agree with the exchange's."""
    only_people(ctx)
    await _set(ctx, params.account, True)
    reconciliation = ctx.services.reconciliation
    async with ctx.services.database.read() as uow:
        fresh = not await uow.ledger.balances(params.account)
    if fresh:
        # Whatever is there before the first trade is what the account begins with.
        await reconciliation.adopt(params.account, ctx.principal.id)
    return await _standing(ctx, params.account)


@capability("live.disarm", scope=Scope.TRADE, surfaces=Surface.WIRE | Surface.CHAT, effects=True)
async def disarm(ctx: Context, params: OfAccount) -> Standing:
    """Let an account trade no real money any more."""
    only_people(ctx)
    await _set(ctx, params.account, False)
    return Standing(
        account=params.account,
        armed=False,
        locked=ctx.services.reconciliation.locked(params.account),
        differences=[],
    )


@capability("live.check", scope=Scope.TRADE)
async def check(ctx: Context, params: OfAccount) -> Standing:
    """Compare an account's books with the exchange's now."""
    await _live(ctx, params.account)
    return await _standing(ctx, params.account)


@capability("live.adopt", scope=Scope.ADMIN, effects=True)
async def adopt(ctx: Context, params: OfAccount) -> Standing:
    """Take over the exchange's balances where our books differ, as deposits and withdrawals."""
    only_people(ctx)
    await _live(ctx, params.account)
    await ctx.services.reconciliation.adopt(params.account, ctx.principal.id)
    return await _standing(ctx, params.account)


async def _live(ctx: Context, account_id: str) -> bool:
    """Return whether an account is armed; raise NotFound, or InvalidOrder when it holds paper money."""
    async with ctx.services.database.read() as uow:
        account = await account_of(uow, account_id)
        if account.mode is not Mode.LIVE:
            raise InvalidOrder(f"account {account_id} holds paper money; there is nothing to arm or compare")
        arming = await uow.risk.arming(account_id)
    return arming is not None and arming.armed


async def _set(ctx: Context, account_id: str, armed: bool) -> None:
    await _live(ctx, account_id)
    async with ctx.services.database.transact() as uow:
        await uow.risk.set_arming(Arming(account_id, armed, ctx.principal.id, ctx.services.clock.now()))


async def _standing(ctx: Context, account_id: str) -> Standing:
    armed = await _live(ctx, account_id)
    differences = await ctx.services.reconciliation.check(account_id) if armed else ()
    return Standing(
        account=account_id,
        armed=armed,
        locked=ctx.services.reconciliation.locked(account_id),
        differences=[_view(each) for each in differences],
    )


def _view(difference: Difference) -> DifferenceView:
    return DifferenceView(what=difference.what, ours=difference.ours, theirs=difference.theirs)
