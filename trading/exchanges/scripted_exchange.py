"""An exchange with books of its own that does what its owner says: for tests and demonstrations."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from trading.clock import Clock
from trading.errors import InsufficientFunds, InvalidOrder, TradingError
from trading.fees import fee
from trading.model import ZERO, Liquidity, Mode, Order, OrderStatus, OrderType
from trading.ports import Execution, Report, Statement, VenueOrder
from trading.symbols import Symbol

FEE_RATE = Decimal("0.001")


@dataclass(slots=True)
class _Taken:
    """An order that was taken, and what became of it."""

    order: Order
    report: Report


@dataclass(slots=True)
class Failures:
    """What goes wrong, by operation: `refused` before anything was taken, `lost` after it was."""

    refused: dict[str, TradingError] = field(default_factory=dict)
    lost: dict[str, TradingError] = field(default_factory=dict)


class ScriptedExchange:
    """Takes orders that are real to it: market orders fill at once at the price set, all others rest.

    `log` holds every call that came, as (operation, our ids of the orders in it).
    `failures` is switched by its owner; `trade` fills what rests.
    """

    mode = Mode.LIVE
    arrives_within: timedelta | None = timedelta(0)
    holds = frozenset({OrderType.STOP, OrderType.STOP_LIMIT})

    def __init__(
        self, clock: Clock, balances: Mapping[str, Decimal | int], prices: Mapping[Symbol, Decimal | int]
    ) -> None:
        self._clock = clock
        self._taken: dict[str, _Taken] = {}
        self.balances = {asset: Decimal(amount) for asset, amount in balances.items()}
        self.prices = {symbol: Decimal(price) for symbol, price in prices.items()}
        self.failures = Failures()
        self.log: list[tuple[str, str]] = []

    async def place(self, order: Order) -> Report:
        """Take an order; raise InvalidOrder for a pair that is not traded, InsufficientFunds."""
        self._called("place", order.id)
        if order.symbol not in self.prices:
            raise InvalidOrder(f"{order.symbol} is not traded here")
        venue_id = f"venue-{len(self._taken) + 1}"
        report = Report(order.id, OrderStatus.ACCEPTED, looked_at=self._clock.now(), venue_id=venue_id)
        if order.type is OrderType.MARKET:
            report = self._filled(order, report, self.prices[order.symbol])
        self._taken[order.id] = _Taken(order, report)
        self._answering("place")
        return report

    async def find(self, order: Order) -> Report | None:
        """Return what became of an order, by our id for it."""
        self._called("find", order.id)
        taken = self._taken.get(order.id)
        return taken.report if taken else None

    async def statement(self, orders: Collection[str] = ()) -> Statement | None:
        """Return all balances and the orders that rest."""
        self._called("statement", ",".join(orders))
        resting = [each for each in self._taken.values() if each.report.status is OrderStatus.ACCEPTED]
        found = tuple(
            VenueOrder(
                each.report.venue_id or "",
                each.order.id,
                each.order.symbol,
                each.order.side,
                each.order.amount,
            )
            for each in resting
        )
        return Statement(
            {a: amount for a, amount in self.balances.items() if amount}, found, self._clock.now()
        )

    async def cancel(self, order: Order) -> Report:
        """Take back an order that rests; one that has ended is reported as it stands."""
        self._called("cancel", order.id)
        taken = self._taken.get(order.id)
        if taken is None:
            raise InvalidOrder(f"order {order.id} is not known here")
        if taken.report.status is OrderStatus.ACCEPTED:
            taken.report = replace(taken.report, status=OrderStatus.CANCELED, looked_at=self._clock.now())
        self._answering("cancel")
        return taken.report

    async def watch(self, orders: Sequence[Order], until: datetime) -> Sequence[Report]:
        """Return what became of resting orders."""
        for each in orders:
            self._called("watch", each.id)
        found = [self._taken[each.id].report for each in orders if each.id in self._taken]
        return [each for each in found if each.status is not OrderStatus.ACCEPTED]

    def forget(self, order_id: str) -> None:
        """Lose an order that rests, without a word."""
        del self._taken[order_id]

    def trade(self, order_id: str, price: Decimal | int) -> None:
        """Fill an order that rests, all of it."""
        taken = self._taken[order_id]
        taken.report = self._filled(taken.order, taken.report, Decimal(price))

    def _filled(self, order: Order, report: Report, price: Decimal) -> Report:
        cost = order.amount * price
        paid = fee(cost, FEE_RATE)
        change = {
            order.symbol.base: order.side.sign * order.amount,
            order.symbol.quote: -order.side.sign * cost - paid,
        }
        after = {asset: self.balances.get(asset, ZERO) + amount for asset, amount in change.items()}
        if any(amount < 0 for amount in after.values()):
            raise InsufficientFunds(f"the exchange holds too little for order {order.id}")
        self.balances |= after
        liquidity = Liquidity.TAKER if order.type is OrderType.MARKET else Liquidity.MAKER
        at = self._clock.now()
        execution = Execution(order.amount, price, paid, liquidity, at, venue_id=f"{report.venue_id}-1")
        return replace(report, status=OrderStatus.FILLED, executions=(execution,), looked_at=at)

    def _called(self, operation: str, what: str) -> None:
        self.log.append((operation, what))
        if (error := self.failures.refused.get(operation)) is not None:
            raise error

    def _answering(self, operation: str) -> None:
        if (error := self.failures.lost.get(operation)) is not None:
            raise error
