"""Orders whose outcome nobody knows: asked for until the exchange has told, and never sent again.

One whose outcome cannot be written down keeps no other waiting: its account is locked until it can.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from trading.begun import Begun
from trading.booking import Change
from trading.clock import Clock
from trading.equity import needed
from trading.errors import ExchangeUnavailable, OutcomeUnknown, StaleOrder, UnknownExchange, UnknownSymbol
from trading.intents import account_of
from trading.markets import Markets
from trading.model import Mode, Order, OrderStatus
from trading.orders import IN_FLIGHT, UNDECIDED
from trading.placing import Placing
from trading.ports import Exchange, Report, Transact
from trading.unwritten import Unwritten

LOOKS = 5
LOOKING = timedelta(seconds=10)
"""How often, and for how long, an exchange has to deny an order before it counts as never received."""

NEVER = "it never reached the exchange"
INTERRUPTED = "interrupted"

_SILENT = (ExchangeUnavailable, OutcomeUnknown, UnknownSymbol, UnknownExchange)


@dataclass(frozen=True, slots=True)
class _Denials:
    """How often an exchange has said that it does not know an order, and since when."""

    count: int
    since: datetime


class Lookups:
    """Finds out what became of orders that are `mine` and were cut off or not answered."""

    def __init__(
        self,
        exchanges: Mapping[Mode, Exchange],
        markets: Markets,
        placing: Placing,
        read: Transact,
        clock: Clock,
        begun: Begun,
        unwritten: Unwritten,
        mine: Callable[[Order], bool],
    ) -> None:
        self._exchanges = exchanges
        self._markets = markets
        self._placing = placing
        self._read = read
        self._clock = clock
        self._begun = begun
        self._unwritten = unwritten
        self._mine = mine
        self._denied: dict[str, _Denials] = {}

    async def look(self, older_than: timedelta = timedelta(0)) -> Sequence[Order]:
        """Ask once for every order that is unknown, or was cut off `older_than` ago; return what changed.

        Where several processes share a database, orders that another one is placing right now are younger
        than `older_than`; what this one knows to be cut off is asked for at any age.
        """
        oldest = self._clock.now() - older_than
        cut_off = frozenset(self._placing.cut_off - self._placing.under_way)
        async with self._read() as uow:
            open_orders = [each for each in await uow.orders.open() if self._mine(each)]
        # Of what is being placed since, this snapshot knows nothing.
        self._placing.cut_off -= cut_off - {order.id for order in open_orders if order.status in IN_FLIGHT}
        waiting = [order for order in open_orders if self._is_lost(order, oldest)]
        self._denied = {order.id: self._denied[order.id] for order in waiting if order.id in self._denied}
        found = [order for order in [await self._attempt(each) for each in waiting] if order is not None]
        ended = {order.id for order in found if order.status not in UNDECIDED}
        await self._unwritten.keep({order.id for order in waiting} - ended)
        return found

    def _is_lost(self, order: Order, oldest: datetime) -> bool:
        if order.status is OrderStatus.UNKNOWN:
            return True
        if order.status not in IN_FLIGHT or order.id in self._placing.under_way:
            return False
        known = order.id in self._unwritten or order.id in self._placing.cut_off
        return known or order.updated_at <= oldest

    async def _attempt(self, order: Order) -> Order | None:
        """Look for one order; whatever goes wrong with it locks its account and keeps no other waiting."""
        outcome = await self._begun.attempt(self._look_for(order))
        if not isinstance(outcome, Exception):
            return outcome
        self._unwritten.add(order, outcome)
        return None

    async def _look_for(self, order: Order) -> Order | None:
        exchange = self._exchanges.get(order.mode)
        if exchange is None:
            return None
        if order.status in IN_FLIGHT and exchange.arrives_within != timedelta(0):
            # Said before it is looked for, so that its owner hears of it however long that takes.
            order = await self._record(order, Report(order.id, OrderStatus.UNKNOWN)) or order
        try:
            report = await exchange.find(order)
        except _SILENT:
            return None
        if report is None:
            report = self._denial(order, exchange)
        return None if report is None else await self._record(order, report)

    def _denial(self, order: Order, exchange: Exchange) -> Report | None:
        """Count that an exchange does not know an order; return the end of it once that is certain."""
        now = self._clock.now()
        known = self._denied.get(order.id, _Denials(0, now))
        known = self._denied[order.id] = replace(known, count=known.count + 1)
        arrival = exchange.arrives_within
        if arrival is None:
            return None
        if arrival == timedelta(0):
            return Report(order.id, OrderStatus.CANCELED, reason=INTERRUPTED)
        certain = known.count >= LOOKS and now - known.since >= max(LOOKING, arrival)
        return Report(order.id, OrderStatus.CANCELED, reason=NEVER) if certain else None

    async def _record(self, order: Order, report: Report) -> Order | None:
        if order.status is report.status and not report.executions:
            return None
        try:
            instrument = await self._markets.venue(order.exchange).market.instrument(order.symbol)
        except _SILENT:
            return None
        async with self._read() as uow:
            account = await account_of(uow, order.account)
            positions = [each for each in await uow.positions.open(account.id) if each.leverage is not None]
            held = needed(await uow.ledger.balances(account.id), positions)
        valued = await self._placing.value(
            account.currency, frozenset({*held, order.symbol.base, order.symbol.quote})
        )
        try:
            change = Change(order, report, instrument)
            return (await self._placing.record(account, change, valued.found)).order
        except StaleOrder:
            # Its answer came in after all, or another process was faster.
            return None
