"""A process that ends in the middle, at an exchange that promises nobody what it does not hold."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from memory.database import Database, UnitOfWork
from tests.trading.guarded import Crash, Guarded, LiveVenue, gate, guarded
from tests.trading.house import counting, furnish
from trading.errors import InsufficientFunds
from trading.exchanges.scripted import ScriptedMarket
from trading.model import ZERO, Mode, Order, OrderType, Origin, Side
from trading.orders import OPEN
from trading.ports import Execution, Report

ENOUGH = 25
"""Seconds within which an exchange that is asked every second has denied an order for good."""


class Strict(LiveVenue):
    """An exchange that promises nobody more base than the account holds there.

    `held` is that base, `resting` what of each sale is still open there, `named` what of each order has
    traded. `refused` counts the sales of guards that were for more.
    """

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.holds = frozenset({OrderType.STOP, OrderType.STOP_LIMIT})
        self.held = ZERO
        self.resting: dict[str, Decimal] = {}
        self.named: dict[str, tuple[Execution, ...]] = {}
        self.refused = 0

    async def place(self, order: Order) -> Report:
        if order.side is Side.SELL and order.amount + sum(self.resting.values()) > self.held:
            self.refused += order.origin is Origin.GUARD
            raise InsufficientFunds("the account does not hold that much")
        try:
            await super().place(order)
        finally:
            if order.id in self.books:
                self._book(order, self.books[order.id])
        return self.books[order.id]

    async def cancel(self, order: Order) -> Report:
        told = self.books[order.id]
        if told.status not in OPEN:
            return told
        report = await super().cancel(order)
        self.resting.pop(order.id, None)
        self.books[order.id] = replace(told, status=report.status)
        return self.books[order.id]

    async def watch(self, orders: Sequence[Order], until: datetime) -> Sequence[Report]:
        known = {order.id: order for order in orders}
        # What nobody has written down yet is told once more.
        news = [each for each in orders if self._traded(each) != each.filled or self._over(each)]
        if not news:
            for report in await super().watch(orders, until):
                self._book(known[report.order_id], report)
            news = list(orders)
        return [self.books[each.id] for each in news]

    def _over(self, order: Order) -> bool:
        return self.books[order.id].status not in OPEN

    def _traded(self, order: Order) -> Decimal:
        return sum((each.amount for each in self.books[order.id].executions), ZERO)

    def _book(self, order: Order, report: Report) -> None:
        told = self.named.get(order.id, ())
        fresh = [
            replace(each, venue_id=f"{order.id}/{number}")
            for number, each in enumerate(report.executions, len(told))
        ]
        self.named[order.id] = (*told, *fresh)
        self.books[order.id] = replace(report, executions=self.named[order.id], venue_id=f"v-{order.id}")
        self.held += order.side.sign * sum((each.amount for each in fresh), ZERO)
        assert self.held >= 0
        if order.side is Side.SELL:
            self.resting[order.id] = self._amount(order) - self._traded(order)
            if report.status not in OPEN or not self.resting[order.id]:
                self.resting.pop(order.id)

    def _amount(self, order: Order) -> Decimal:
        """Return how much an order is for, as it was handed in."""
        return next(each.amount for each in self.sent if each.id == order.id)


@dataclass
class Mortal:
    """A database whose process ends before it begins one more transaction than `left`."""

    database: Database
    left: int

    def read(self, brief: bool = False) -> AbstractAsyncContextManager[UnitOfWork]:
        return self.database.read(brief)

    def together(self) -> AbstractAsyncContextManager[None]:
        return self.database.together()

    @asynccontextmanager
    async def transact(self, durable: bool = True) -> AsyncIterator[UnitOfWork]:
        if not self.left:
            raise Crash
        self.left -= 1
        async with self.database.transact(durable) as uow:
            yield uow


@asynccontextmanager
async def strict(url: str, make: type[ScriptedMarket] = ScriptedMarket) -> AsyncIterator[Guarded]:
    """Open a house whose armed live account trades at a strict exchange, without limits."""
    async with guarded(url, Mode.LIVE, make=make) as opened:
        opened.venue = Strict(opened.markets, opened.clock, Mode.LIVE)
        await opened.limit(order=1, position=1, exposure=1)
        yield opened.another()


def venue(house: Guarded) -> Strict:
    assert isinstance(house.venue, Strict)
    return house.venue


def dying(house: Guarded, after: int, first_id: int = 300_000) -> Guarded:
    """Return a desk of a process that ends after so many transactions."""
    mortal: Any = Mortal(house.database, after)
    made = furnish(
        mortal, house.clock, house.market, counting(first_id), checks=[gate()], exchange=house.venue
    )
    return replace(house, desk=made.desk)


async def lived(house: Guarded, after: int, first_id: int = 300_000) -> bool:
    """Let a process look once that ends after so many transactions; return whether it came through."""
    doomed = dying(house, after, first_id).desk
    try:
        await doomed.settle()
        await doomed.guard()
    except Crash:
        return False
    return True


async def goes_on(house: Guarded, price: Any, seconds: int = ENOUGH, first_id: int = 600_000) -> Guarded:
    """Start anew and let time pass at a price."""
    again = house.another(first_id)
    for _ in range(seconds):
        await again.desk.recover()
        await again.moves(price)
    return again
