"""The books of a run: everything that its account traded, with what its decider said when it opened it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from memory.database import Database, UnitOfWork
from tools.contests.parts import Parts
from trading.model import ZERO
from trading.runs.contest import Contest, ContestKind
from trading.runs.contest_floor import view_at
from trading.runs.cycle_market import CycleMarket, from_plain
from trading.runs.hands import read_books
from trading.runs.record import Run
from trading.runs.trades import Books, trades_of
from trading.runs.view import AccountView, ClosedTrade


@dataclass(frozen=True, slots=True)
class Book:
    """What an account began with, all that it closed, oldest first, and the fees that it paid."""

    initial: Decimal
    closed: Sequence[ClosedTrade]
    fees: Decimal


async def book_of(database: Database, run: Run) -> Book:
    """Return the books of a run; empty ones before it was first started."""
    if not run.account:
        return Book(ZERO, (), ZERO)
    books = await read_books(database.read, run.account)
    closed = [
        each
        for each in trades_of(books.fills, books.orders, books.positions).closed
        if _own(books, run, each)
    ]
    async with database.read() as uow:
        reasons = await uow.entries.reasons(run.id, [each.order for each in closed])
    return Book(
        initial=books.account.initial,
        closed=[replace(each, reasoning=reasons.get(each.order, "")) for each in closed],
        fees=sum((each.fee for each in books.fills), ZERO),
    )


async def views_of(parts: Parts, contest: Contest, runs: Sequence[Run]) -> dict[str, AccountView]:
    """Return the accounts of runs by their ids: at the last market of an arena, else at that of the moment.

    Before an arena has had a market there are none.
    """
    if contest.kind is ContestKind.SINGLE:
        floor = await parts.floors.of(contest)
        views = {each.id: await floor.view(each) for each in runs}
    elif (market := await last_market(parts.database, contest)) is not None:
        books = {each.id: await read_books(parts.database.read, each.account) for each in runs}
        views = {name: view_at(market, each) for name, each in books.items()}
    else:
        return {}
    async with parts.database.read() as uow:
        return {each.id: await reasoned(uow, each, views[each.id]) for each in runs}


async def last_market(database: Database, contest: Contest) -> CycleMarket | None:
    """Return the market of the last cycle that had one."""
    async with database.read() as uow:
        found = await uow.cycles.last_market(contest.id)
    return None if found is None or found.market is None else from_plain(found.market)


async def reasoned(uow: UnitOfWork, run: Run, view: AccountView) -> AccountView:
    """Return an account with what its decider said when it opened what it holds and has closed."""
    orders = [*(each.order for each in view.positions), *(each.order for each in view.trades)]
    reasons = await uow.entries.reasons(run.id, orders)
    return replace(
        view,
        positions=tuple(replace(each, reasoning=reasons.get(each.order, "")) for each in view.positions),
        trades=tuple(replace(each, reasoning=reasons.get(each.order, "")) for each in view.trades),
    )


def _own(books: Books, run: Run, trade: ClosedTrade) -> bool:
    """Tell whether a trade is the run's: on an account that others use, too, what another opened is not."""
    opened = books.orders.get(trade.order)
    return opened is None or opened.run == run.id
