"""Accounts of contests: how they begin."""

from decimal import Decimal

from trading.accounts import open_account
from trading.clock import midnight
from trading.model import Account, Mode
from trading.ports import NewId, Transact
from trading.risk.limits import Limits, stored_form
from trading.runs.contest import Contest
from trading.runs.errors import InvalidRun

_ANY = Decimal(10_000)

LIMITS = Limits(
    order=_ANY,
    position=_ANY,
    exposure=_ANY,
    open_positions=1_000,
    leverage=Decimal(125),
    orders_per_minute=1_000_000,
    daily_loss=Decimal(1),
    drawdown=Decimal(1),
)
"""What an owner's limits are on an account of a contest: the rules of its run bound it, and all are alike."""


async def open_contest_account(
    transact: Transact, account: Account, contest: Contest, new_id: NewId
) -> Account:
    """Store an account of a contest with its money and its limits, once; return the one under its id.

    Raises InvalidRun for one of another mode, and for pairs that are not quoted in its currency.
    """
    others = [str(each) for each in contest.symbols if each.quote != account.currency]
    if account.mode is not Mode.CONTEST or others:
        raise InvalidRun(f"an account of a contest has the currency of its pairs: {', '.join(others)}")
    opened = await open_account(transact, account, new_id)
    async with transact() as uow:
        await uow.accounts.lock(opened.id)
        at = opened.created_at
        state = await uow.risk.state(opened.id, midnight(at), at)
        if not state.limits:
            await uow.risk.set_limits(opened.id, stored_form(LIMITS), opened.owner, at)
    return opened
