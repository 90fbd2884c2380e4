"""Brings resting orders up to now, whatever time has passed since somebody last looked.

One whose events cannot be written down keeps no other waiting: its account is locked until they can.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from trading.begun import Begun
from trading.booking import Booked, Bookkeeper, Change, tell
from trading.clock import Clock
from trading.equity import needed
from trading.errors import ExchangeUnavailable, UnknownExchange, UnknownSymbol
from trading.funds import reducible
from trading.margin import contested, margin_of
from trading.markets import Markets
from trading.model import ZERO, Account, Instrument, Mode, Order
from trading.orders import RESTING, kept_here
from trading.ports import Exchange, Publish, Report, Transact, UnitOfWork
from trading.prices import price_assets
from trading.protection import fit
from trading.symbols import Symbol
from trading.unwritten import Unwritten

KEEP_AFTER = timedelta(minutes=1)
"""How old the look on disk may be. Looking again from there gives the same, it only takes longer."""

_SILENT = (ExchangeUnavailable, UnknownSymbol, UnknownExchange)

_Pair = tuple[Mode, str, Symbol]


@dataclass(frozen=True, slots=True)
class Silence:
    """A pair whose orders could not be brought up to now, and why; the next look catches up."""

    exchange: str
    symbol: Symbol
    error: Exception


@dataclass(frozen=True, slots=True)
class Settled:
    """What came of one look: changed orders, and the pairs that could not be looked at."""

    orders: tuple[Order, ...] = ()
    silent: tuple[Silence, ...] = ()


class Settlement:
    """Looks at the market for all resting orders that are `mine`, of all accounts.

    A `frozen` market is not looked at twice at the same moment.
    """

    def __init__(
        self,
        exchanges: Mapping[Mode, Exchange],
        markets: Markets,
        transact: Transact,
        read: Transact,
        clock: Clock,
        bookkeeper: Bookkeeper,
        publish: Publish,
        begun: Begun,
        unwritten: Unwritten,
        mine: Callable[[Order], bool],
        frozen: bool = False,
    ) -> None:
        self._exchanges = exchanges
        self._markets = markets
        self._transact = transact
        self._read = read
        self._clock = clock
        self._bookkeeper = bookkeeper
        self._publish = publish
        self._begun = begun
        self._unwritten = unwritten
        self._mine = mine
        self._frozen = frozen
        self._done: datetime | None = None
        self._failed: set[str] = set()
        self._one_at_a_time = asyncio.Lock()
        self._seen: dict[str, Order] = {}
        self._on_disk: dict[str, Order] = {}

    async def settle(self) -> Settled:
        """Bring every pair with resting orders up to now; one that is silent keeps no other waiting."""
        async with self._one_at_a_time:
            until = self._clock.now()
            if self._frozen and until == self._done:
                return Settled()
            orders: list[Order] = []
            silent: list[Silence] = []
            self._failed = set()
            pairs = _by_pair(await self._resting())
            for pair in tuple(pairs):
                try:
                    changed = await self._settle_pair(pair, pairs.get(pair, ()), until)
                except _SILENT as error:
                    silent.append(Silence(pair[1], pair[2], error))
                    # Nobody knows whether they could be written down by now.
                    self._failed |= {order.id for order in pairs.get(pair, ()) if order.id in self._unwritten}
                    continue
                if changed:
                    # What this pair did may have cut orders of another.
                    orders, pairs = [*orders, *changed], _by_pair(await self._resting())
            await self._keep()
            await self._unwritten.keep(self._failed)
            self._done = None if self._failed else until
            return Settled(tuple(orders), tuple(silent))

    async def _settle_pair(self, pair: _Pair, resting: Sequence[Order], until: datetime) -> list[Order]:
        mode, exchange, symbol = pair
        instrument = await self._markets.venue(exchange).market.instrument(symbol)
        changed: list[Order] = []
        while resting:
            reports = await self._exchanges[mode].watch(resting, until)
            known = {order.id: order for order in resting}
            eventful = [report for report in reports if _eventful(known[report.order_id], report)]
            self._remember(known, [report for report in reports if report not in eventful])
            booked: list[Order] = []
            failed = len(self._failed)
            for report in eventful:
                booked += await self._attempt(known[report.order_id], report, instrument)
            changed += booked
            done = bool(booked) or len(self._failed) > failed
            resting = await self._again(pair, resting, until, bool(eventful), done)
        return changed

    async def _again(
        self, pair: _Pair, resting: Sequence[Order], until: datetime, eventful: bool, done: bool
    ) -> Sequence[Order]:
        """Return the orders of a pair that have not been brought up to `until` yet."""
        if eventful and not done:
            # An order is being placed on the same holding: what it makes of it is for the next look.
            return ()
        if eventful:
            resting = _by_pair(await self._resting()).get(pair, ())
        else:
            # A look without an event may end short of now: what can still turn up is for the next one.
            resting, until = [self._seen.get(order.id, order) for order in resting], until - KEEP_AFTER
        resting = [order for order in resting if order.id not in self._failed]
        return resting if any((order.looked_at or order.created_at) < until for order in resting) else ()

    async def _resting(self) -> Sequence[Order]:
        """Return all resting orders of this desk, each with the latest look at it."""
        async with self._read() as uow:
            found = await uow.orders.open()
        resting = [order for order in found if order.status in RESTING and not kept_here(order)]
        on_disk = [order for order in resting if self._mine(order)]
        self._on_disk = {order.id: order for order in on_disk}
        seen = self._seen
        self._seen = {
            order.id: seen[order.id]
            for order in on_disk
            if order.id in seen and seen[order.id].version == order.version
        }
        return [self._seen.get(order.id, order) for order in on_disk]

    def _remember(self, known: Mapping[str, Order], reports: Iterable[Report]) -> None:
        for report in reports:
            order = known[report.order_id]
            self._seen[order.id] = replace(
                order,
                looked_at=report.looked_at or order.looked_at,
                queue_ahead=report.queue_ahead,
                stop_price=order.stop_price if report.stop_price is None else report.stop_price,
            )

    async def _attempt(self, order: Order, report: Report, instrument: Instrument) -> Sequence[Order]:
        """Write one event down; whatever goes wrong with it locks its account and keeps no other waiting."""
        outcome = await self._begun.attempt(self._book(order, report, instrument))
        if isinstance(outcome, _SILENT):
            raise outcome
        if isinstance(outcome, Exception):
            self._failed.add(order.id)
            self._unwritten.add(order, outcome)
            return ()
        return outcome

    async def _book(self, order: Order, report: Report, instrument: Instrument) -> Sequence[Order]:
        """Write one event down; nothing when the order has changed, or gives way to one in flight."""
        async with self._read() as uow:
            account = await uow.accounts.get(order.account)
            balances, positions = (
                await uow.ledger.balances(order.account),
                await uow.positions.open(order.account),
            )
        if account is None:
            return ()
        held = needed(balances, positions) | {order.symbol.base, order.symbol.quote}
        prices = await price_assets(self._markets.default.market, account.currency, held)
        async with self._transact() as uow:
            await uow.accounts.lock(account.id)
            booked = await self._book_locked(uow, account, Change(order, report, instrument), prices)
            for each in booked:
                await tell(uow, self._publish, each)
        return [order for each in booked for order in (each.order, *each.others)]

    async def _book_locked(
        self, uow: UnitOfWork, account: Account, change: Change, prices: Mapping[str, Decimal]
    ) -> Sequence[Booked]:
        order = change.order
        current = await uow.orders.get(order.id)
        if current is None or current.version != order.version:
            return ()
        amount = sum((each.amount for each in change.report.executions), ZERO)
        if order.leverage is not None and amount:
            position = margin_of(await uow.positions.open(account.id, order.symbol))
            if contested(order, amount, position, await uow.orders.open(account.id)):
                return ()
        elif order.reduce_only and order.mode is not Mode.LIVE:
            # What a real exchange has done is written down, whatever it makes of our books.
            open_orders = await uow.orders.open(account.id)
            balances = await uow.ledger.balances(account.id)
            if amount > reducible(order.symbol.base, balances, open_orders):
                held = balances.get(order.symbol.base, ZERO)
                cut = fit(order.symbol.base, held, open_orders, self._clock.now())
                return [Booked(await uow.orders.save(each)) for each in cut]
        return [await self._bookkeeper.book(uow, account, change, prices, self._clock.now())]

    async def _keep(self) -> None:
        """Put looks on disk that are far ahead of it, so that a restart begins close to where this ended.

        A trailing stop that has moved is put there at once, so that everybody sees where it stands.
        """
        stale = [
            order
            for order in self._seen.values()
            # One that was closed while another pair was looked at is not there any more.
            if order.id in self._on_disk and _stale(order, self._on_disk[order.id])
        ]
        if not stale:
            return
        async with self._transact() as uow:
            for account in sorted({order.account for order in stale}):
                await uow.accounts.lock(account)
            for order in stale:
                current = await uow.orders.get(order.id)
                if current is not None and current.version == order.version:
                    await uow.orders.save(order)


def _by_pair(orders: Iterable[Order]) -> dict[_Pair, list[Order]]:
    pairs: dict[_Pair, list[Order]] = {}
    for order in orders:
        pairs.setdefault((order.mode, order.exchange, order.symbol), []).append(order)
    return pairs


def _eventful(order: Order, report: Report) -> bool:
    return bool(report.executions) or report.status is not order.status or report.triggered != order.triggered


def _stale(order: Order, on_disk: Order) -> bool:
    if order.stop_price != on_disk.stop_price:
        return True
    return _looked_at(order) - _looked_at(on_disk) >= KEEP_AFTER


def _looked_at(order: Order) -> datetime:
    return order.looked_at or order.created_at
