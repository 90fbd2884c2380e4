"""The books of a run: everything that its account traded, as open and closed positions."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from memory.database import UnitOfWork
from trading.model import ZERO, Fill, Order
from trading.runs.record import Run
from trading.runs.trades import trades_of
from trading.runs.view import ClosedTrade


@dataclass(frozen=True, slots=True)
class Book:
    """What an account began with, all that it closed, oldest first, and the fees that it paid."""

    initial: Decimal
    closed: Sequence[ClosedTrade]
    fees: Decimal


async def book_of(uow: UnitOfWork, run: Run) -> Book:
    """Return the books of a run's account."""
    account = await uow.accounts.get(run.account)
    fills = await uow.fills.of(run.account)
    orders = await _orders(uow, fills)
    closed = trades_of(fills, orders)
    reasons = await uow.entries.reasons(run.id, [each.order for each in closed])
    return Book(
        initial=ZERO if account is None else account.initial,
        closed=[replace(each, reasoning=reasons.get(each.order, "")) for each in closed],
        fees=sum((each.fee for each in fills), ZERO),
    )


async def _orders(uow: UnitOfWork, fills: Sequence[Fill]) -> Sequence[Order]:
    found = [await uow.orders.get(each) for each in dict.fromkeys(fill.order_id for fill in fills)]
    return [each for each in found if each is not None]
