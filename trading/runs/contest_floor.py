"""Where the accounts of a contest trade: at the frozen market of its cycles, and nowhere else.

The same stored markets and decisions give the same fills, positions and equity, whatever the time is outside
and whatever other accounts do.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from decimal import Decimal
from typing import Any, TypeVar

from trading.desk import Desk
from trading.errors import ExchangeUnavailable, InvalidOrder
from trading.exchanges.paper import ContestExchange
from trading.locks import Locks
from trading.markets import Markets
from trading.model import EquityPoint, Mode, Order
from trading.placing import OrderOutcome
from trading.ports import NewId, News, Transact
from trading.risk.proposal import Check
from trading.runs.contest import Contest
from trading.runs.contest_market import ContestMarket, CycleClock
from trading.runs.cycle_market import CycleMarket
from trading.runs.decision import ENTRIES, Action, RunDecision
from trading.runs.hands import Hands, entry
from trading.runs.record import Run
from trading.runs.shelf import Shelf
from trading.runs.terms import from_plain
from trading.runs.trades import Books, view_of, worth_of
from trading.runs.view import AccountView

ONE = Decimal(1)

T = TypeVar("T")


class ContestFloor:
    """The floor of one contest, over the same database as any other desk.

    `checks` judge its orders as they do all others, so that the kill switch holds here, too. Markets are
    opened in the order of their cycles and none is left out: each holds the minutes since the one before.
    What one decision does is on disk at once where `together` makes one transaction of several: no exchange
    outside has to hear of an order only after its intent is safe.
    """

    def __init__(
        self,
        contest: Contest,
        *,
        transact: Transact,
        read: Transact,
        new_id: NewId,
        news: News,
        checks: Sequence[Check],
        locks: Locks | None = None,
        shelf: Shelf | None = None,
        together: Callable[[], AbstractAsyncContextManager[None]] = nullcontext,
    ) -> None:
        terms = from_plain(contest.terms)
        self._clock = CycleClock(contest.created_at)
        self._market = ContestMarket(contest.id, terms.instruments)
        self._cycle: CycleMarket | None = None
        self._shelf = shelf or Shelf(read)
        self._books: dict[str, Books] = {}
        self._turn = asyncio.Lock()
        self._together = together
        markets = Markets(self._market)

        def mine(order: Order) -> bool:
            return order.mode is Mode.CONTEST and order.exchange == contest.id

        self.desk = Desk(
            exchanges={Mode.CONTEST: ContestExchange(markets, self._clock, terms.slippage)},
            markets=markets,
            transact=transact,
            read=read,
            clock=self._clock,
            new_id=new_id,
            news=news,
            checks=checks,
            locks=locks,
            mine=mine,
            frozen=True,
        )
        """The one way to the exchange of this contest."""
        self._hands = Hands(self.desk, read)

    async def open(self, market: CycleMarket) -> None:
        """Make this the market of now, and do to what is open whatever the minutes up to it did.

        What a crash has cut off in this cycle is carried out. Raises ValueError for a market that is older
        than the one before.
        """
        await self._clock.set(market.at)
        self._market.show(market)
        self._cycle = market
        await self.desk.recover()
        await self.desk.settle()
        self._books = {}

    async def view(self, run: Run) -> AccountView:
        """Return the account of a run at this market; raise NotFound, or ExchangeUnavailable before any."""
        return (await self.views([run]))[run.id]

    async def views(self, runs: Sequence[Run]) -> Mapping[str, AccountView]:
        """Return the accounts of runs at this market by the ids of these; raise as `view`."""
        market, books = self._now(), await self._at_hand(*(each.account for each in runs))
        return {each.id: view_at(market, books[each.account]) for each in runs}

    async def execute(self, run: Run, decision: RunDecision, key: str) -> OrderOutcome:
        """Carry out an entry or a close; raise as the desk does."""
        return await _whole(self._execute(run, decision, key))

    async def _execute(self, run: Run, decision: RunDecision, key: str) -> OrderOutcome:
        async with self._changing(run), self._together():
            return await self._hands.known(run, key) or await self._do(run, decision, key)

    async def _do(self, run: Run, decision: RunDecision, key: str) -> OrderOutcome:
        if decision.action is Action.CLOSE:
            return await self._hands.close(run, decision.symbol, key)
        if decision.action not in ENTRIES or decision.symbol is None:
            raise InvalidOrder(f"there is nothing to carry out for {decision.action}")
        ticker = await self._market.ticker(decision.symbol)
        instrument = await self._market.instrument(decision.symbol)
        return await self._hands.enter(entry(run, decision, key, ticker, instrument))

    async def close_all(self, run: Run, key: str) -> Sequence[OrderOutcome]:
        """Close everything that a run holds, as its owner; raise as the desk, when all others are closed."""
        return await _whole(self._close_all(run, key))

    async def _close_all(self, run: Run, key: str) -> Sequence[OrderOutcome]:
        async with self._changing(run), self._together():
            return await self._hands.leave(run, key, lambda _: True)

    async def worth(self, run: Run) -> EquityPoint:
        """Return what the account of a run is worth at this market, dated to it; raise as `view`."""
        market, books = self._now(), (await self._at_hand(run.account))[run.account]
        return worth_of(books, prices_of(market, books.account.currency), market.at)

    async def _at_hand(self, *accounts: str) -> Mapping[str, Books]:
        """Return books as of this market: while it stands, only what is done here changes an account."""
        async with self._turn:
            missing = [each for each in accounts if each not in self._books]
            if missing:
                self._books |= await self._shelf.of_all(*missing)
            return {each: self._books[each] for each in accounts}

    @asynccontextmanager
    async def _changing(self, run: Run) -> AsyncIterator[None]:
        """Let nobody read books while those of a run change."""
        async with self._turn:
            self._books.pop(run.account, None)
            yield

    def _now(self) -> CycleMarket:
        if self._cycle is None:
            raise ExchangeUnavailable("no cycle of this contest has been opened yet")
        return self._cycle


async def _whole(work: Coroutine[Any, Any, T]) -> T:
    """Do some work to its end, also when whoever waits for it is cancelled: it has a transaction open."""
    task = asyncio.create_task(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


def view_at(market: CycleMarket, books: Books) -> AccountView:
    """Return an account at the frozen market of a cycle."""
    return view_of(books, prices_of(market, books.account.currency), market.at)


def prices_of(market: CycleMarket, currency: str) -> dict[str, Decimal]:
    """Return what assets cost by the last known prices, in the one currency that all pairs are quoted in."""
    return {**{symbol.base: price for symbol, price in market.marks.items()}, currency: ONE}
