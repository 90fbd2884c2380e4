"""A house whose desk the risk gate guards, and a live exchange that keeps books and does what it is told."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from memory.database import Database
from tests.trading.house import BTC, MAIN, START, House, account, counting, furnish, usual_pairs
from trading.accounts import open_account
from trading.approvals import Approval
from trading.clock import Clock, ManualClock
from trading.errors import ExchangeUnavailable, InvalidOrder, OutcomeUnknown, TradingError
from trading.exchanges.paper import PaperExchange
from trading.exchanges.scripted import ScriptedMarket
from trading.locks import Locks
from trading.markets import Markets
from trading.model import Mode, Order, OrderStatus, OrderType, Origin
from trading.placing import OrderOutcome
from trading.ports import Report, Statement
from trading.risk.gate import RiskGate
from trading.switch import Arming
from trading.symbols import Symbol


class Crash(Exception):
    """The process ends here, as far as its caller can tell."""


class Fault(StrEnum):
    """What happens to an order on its way."""

    LOST = "it never arrives, and nobody is told"
    UNANSWERED = "it is taken, and the answer is lost"
    DOWN = "nothing was taken"
    REFUSED = "the exchange refuses it"
    CRASH_BEFORE = "the process ends before it is handed in"
    CRASH_AFTER = "the process ends after it was handed in"


class LiveVenue:
    """An exchange with books of its own, filled by the prices of the market.

    `sent` is everything that was handed in, by which duplicates are judged. `faults` are what happens to the
    next orders, `stubborn` orders cannot be canceled, `silent` answers no question about an order. While
    `gate` is closed, no answer to an order comes back.
    """

    def __init__(self, markets: Markets, clock: Clock, mode: Mode = Mode.LIVE) -> None:
        self.mode = mode
        self.arrives_within: timedelta | None = timedelta(seconds=5)
        self.holds = frozenset(OrderType)
        self.sent: list[Order] = []
        self.asked: list[str] = []
        self.canceled: list[str] = []
        self.books: dict[str, Report] = {}
        self.faults: list[Fault | None] = []
        self.stubborn: dict[str, TradingError] = {}
        self.silent = False
        self.taken, self.gate = asyncio.Event(), asyncio.Event()
        self.gate.set()
        self._matching = PaperExchange(markets, clock)

    async def place(self, order: Order) -> Report:
        fault = self.faults.pop(0) if self.faults else None
        if fault is Fault.CRASH_BEFORE:
            raise Crash
        self.sent.append(order)
        before: Mapping[Fault | None, Exception] = {
            Fault.LOST: OutcomeUnknown("timed out"),
            Fault.DOWN: ExchangeUnavailable("closed"),
            Fault.REFUSED: InvalidOrder("no"),
        }
        if fault in before:
            raise before[fault]
        report = await self._matching.place(order)
        report = self.books[order.id] = replace(report, venue_id=f"v-{order.id}")
        self.taken.set()
        await self.gate.wait()
        if fault is Fault.UNANSWERED:
            raise OutcomeUnknown("timed out")
        if fault is Fault.CRASH_AFTER:
            raise Crash
        return report

    async def find(self, order: Order) -> Report | None:
        self.asked.append(order.id)
        if self.silent:
            raise ExchangeUnavailable("closed")
        return self.books.get(order.id)

    async def statement(self, orders: Collection[str] = ()) -> Statement | None:
        return None

    async def cancel(self, order: Order) -> Report:
        if order.id in self.stubborn:
            raise self.stubborn[order.id]
        self.canceled.append(order.id)
        return await self._matching.cancel(order)

    async def watch(self, orders: Sequence[Order], until: datetime) -> Sequence[Report]:
        return await self._matching.watch(orders, until)


def gate() -> RiskGate:
    return RiskGate(tripped=lambda: False, locks=Locks())


@dataclass
class Guarded(House):
    """A house with one account, `main`, whose orders the gate judges and `venue` takes."""

    venue: LiveVenue

    async def moves(self, price: Any, seconds: float = 1, symbol: Symbol = BTC, amount: Any = 1) -> None:
        """Let time pass, one trade happen at its end, and the desk look, at what it keeps itself too."""
        await super().moves(price, seconds, symbol, amount)
        await self.desk.guard()
        await self.desk.settle()

    async def limit(self, **limits: Any) -> None:
        async with self.database.transact() as uow:
            stored = {name: str(value) for name, value in limits.items()}
            await uow.risk.set_limits(MAIN, stored, "owner", self.clock.now())

    async def arm(self, armed: bool = True) -> None:
        async with self.database.transact() as uow:
            await uow.risk.set_arming(Arming(MAIN, armed, "owner", self.clock.now()))

    async def ask(self, amount: Any = "0.1", by: str = "ada", **more: Any) -> Approval:
        """Let a model buy, and return the request for approval that holds it."""
        outcome = await self.buy(amount, origin=Origin.MODEL, by=by, **more)
        assert outcome.order.status is OrderStatus.HELD
        assert outcome.approval is not None
        return outcome.approval

    async def order_of(self, approval: Approval) -> Order:
        return (await self.desk.held.get(approval.id)).order

    def another(self, first_id: int = 500_000, **more: Any) -> "Guarded":
        """Return a desk of another process on the same database, or of this one after a restart."""
        given: dict[str, Any] = {"checks": [gate()], "exchange": self.venue, **more}
        return _guarded(
            furnish(self.database, self.clock, self.market, counting(first_id), **given), self.venue
        )


def _guarded(house: House, venue: LiveVenue) -> Guarded:
    parts = {name: getattr(house, name) for name in House.__dataclass_fields__}
    return Guarded(**parts, venue=venue)


@asynccontextmanager
async def guarded(
    url: str,
    mode: Mode = Mode.PAPER,
    start: datetime = START,
    make: type[ScriptedMarket] = ScriptedMarket,
    **more: Any,
) -> AsyncIterator[Guarded]:
    """Open a house with the gate before its exchange; a live account in it is armed."""
    clock = ManualClock(start)
    async with Database.open(url) as database:
        market = make(clock, usual_pairs())
        venue = LiveVenue(Markets(market, known=("binance",)), clock, mode)
        given: dict[str, Any] = {"checks": [gate()], "exchange": venue, **more}
        house = _guarded(furnish(database, clock, market, counting(), **given), venue)
        await open_account(database.transact, replace(account(), mode=mode, created_at=start), house.new_id)
        if mode is Mode.LIVE:
            await house.arm()
        yield house
        venue.gate.set()
        await house.desk.drain()


def told(url: str) -> list[tuple[str, str]]:
    """Return who was told of what, from a SQLite database."""
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        return connection.execute("SELECT recipient, kind FROM outbox ORDER BY seq").fetchall()


async def outcomes(*work: Any) -> tuple[list[OrderOutcome], list[TradingError]]:
    """Do work at once; return what came of it and what it was refused for."""
    done = await asyncio.gather(*work, return_exceptions=True)
    refused = [each for each in done if isinstance(each, TradingError)]
    passed = [each for each in done if isinstance(each, OrderOutcome)]
    for each in done:
        if isinstance(each, BaseException) and not isinstance(each, TradingError):
            raise each
    return passed, refused
