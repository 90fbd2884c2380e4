"""The books of a run: everything that its account traded, with what its decider said when it opened it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TypeVar

from memory.database import Database, UnitOfWork
from tools.contests.parts import Parts
from trading.model import ZERO, Mode
from trading.runs.contest import Contest, ContestKind
from trading.runs.contest_floor import view_at
from trading.runs.cycle_market import CycleMarket, from_plain
from trading.runs.record import Run
from trading.runs.trades import Books
from trading.runs.view import AccountView, ClosedTrade, OpenTrade

T = TypeVar("T", OpenTrade, ClosedTrade)


@dataclass(frozen=True, slots=True)
class Book:
    """What an account began with, all that it closed, oldest first, and the fees that it paid."""

    initial: Decimal
    closed: Sequence[ClosedTrade]
    fees: Decimal


async def book_of(parts: Parts, run: Run) -> Book:
    """Return the books of a run; empty ones before it was first started."""
    book = await traded_by(parts, run)
    async with parts.database.read() as uow:
        reasons = await parts.reasons.of(uow, run.id, [each.order for each in book.closed])
    said = [replace(each, reasoning=reasons.get(each.order, "")) for each in book.closed]
    return replace(book, closed=said)


async def traded_by(parts: Parts, run: Run) -> Book:
    """Return the same without what the decider said."""
    if not run.account:
        return Book(ZERO, (), ZERO)
    books = await parts.shelf.of(run.account)
    return Book(
        initial=books.account.initial,
        closed=[each for each in books.trades.closed if _own(books, run, each)],
        fees=books.trades.fees,
    )


async def views_of(parts: Parts, contest: Contest, runs: Sequence[Run]) -> Mapping[str, AccountView]:
    """Return the accounts of runs by their ids: at the last market of an arena, else at that of the moment.

    Before an arena has had a market there are none.
    """
    if contest.kind is ContestKind.SINGLE:
        floor = await parts.floors.of(contest)
        views = await floor.views(runs)
    elif (market := await last_market(parts.database, contest)) is not None:
        books = await parts.shelf.of_all(*(each.account for each in runs))
        views = {each.id: view_at(market, books[each.account]) for each in runs}
    else:
        return {}
    async with parts.database.read() as uow:
        return {each.id: await reasoned(parts, uow, each, views[each.id]) for each in runs}


async def last_market(database: Database, contest: Contest) -> CycleMarket | None:
    """Return the market of the last cycle that had one."""
    async with database.read() as uow:
        found = await uow.cycles.last_market(contest.id)
    return None if found is None or found.market is None else from_plain(found.market)


async def reasoned(parts: Parts, uow: UnitOfWork, run: Run, view: AccountView) -> AccountView:
    """Return an account with what its decider said when it opened what it holds and has closed."""
    orders = [*(each.order for each in view.positions), *(each.order for each in view.trades)]
    reasons = await parts.reasons.of(uow, run.id, orders)
    return replace(
        view,
        positions=tuple(_said(each, reasons) for each in view.positions),
        trades=tuple(_said(each, reasons) for each in view.trades),
    )


def _said(trade: T, reasons: Mapping[str, str]) -> T:
    """Return a trade with what was said when it was opened."""
    said = reasons.get(trade.order, "")
    return trade if said == trade.reasoning else replace(trade, reasoning=said)


def _own(books: Books, run: Run, trade: ClosedTrade) -> bool:
    """Tell whether a trade is the run's: on an account that others use, too, what another opened is not."""
    if run.mode is Mode.PAPER:
        # Its account is its own: what its owner opened there by hand is part of it as well.
        return True
    return books.trades.runs.get(trade.order, run.id) == run.id
