"""What is judged before an order is committed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Protocol

from trading.mandates import Use
from trading.margin import margin_of, opening
from trading.model import Account, Instrument, Mode, Order, Origin, Position, Side
from trading.orders import OPEN
from trading.ports import UnitOfWork

OLDEST_PRICE = {
    Mode.LIVE: timedelta(seconds=10),
    Mode.PAPER: timedelta(seconds=60),
    Mode.CONTEST: timedelta(seconds=60),
}
"""How old a price may be that an entry is judged by."""


@dataclass(frozen=True, slots=True)
class Quote:
    """The price of an order's pair when it was measured, and that of a second source where one is set.

    `at` and `second_at` are of when the two are. `silent` says that there is such a source and that it did
    not tell a price.
    """

    price: Decimal
    at: datetime
    second: Decimal | None = None
    silent: bool = False
    second_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """An order exactly as it would be sent, beside the account as it stands.

    `estimate` is the quote it should trade; `balances`, `open_orders` and margin `positions` are those of the
    account before it. `prices` values assets in the account's currency; an asset that nobody prices is
    missing in it. `priced_at` is of when each price is that has a time.
    """

    order: Order
    account: Account
    instrument: Instrument
    estimate: Decimal
    balances: Mapping[str, Decimal]
    open_orders: Sequence[Order]
    positions: Sequence[Position]
    prices: Mapping[str, Decimal]
    quote: Quote
    now: datetime
    priced_at: Mapping[str, datetime] = field(default_factory=dict)

    @property
    def position(self) -> Position | None:
        """The margin position of the order's pair."""
        return _of_pair(self.order, self.positions)

    @property
    def others(self) -> Iterator[Order]:
        """The other open orders, oldest first."""
        return (each for each in self.open_orders if each.id != self.order.id)

    @property
    def enters(self) -> bool:
        """Whether the order opens or adds exposure; what guards a position only ever leaves it."""
        guards = self.order.reduce_only and self.order.origin is Origin.GUARD
        return not guards and opens(self.order, self.account, self.positions, self.others)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check has measured, as text by name, which is kept on the order; `hold` lets a person decide.

    `use` is what the order takes of a mandate when it is not held.
    """

    figures: Mapping[str, str] = field(default_factory=dict)
    hold: bool = False
    use: Use | None = None


class Check(Protocol):
    """Something that may refuse an order."""

    async def __call__(self, uow: UnitOfWork, proposal: Proposal) -> Verdict | None:
        """Return what was measured to let it pass; raise what it is refused for.

        Runs in the transaction that commits the intent, with the account locked, so that concurrent orders
        are judged one after another. Reads and writes only through `uow`.
        """
        ...


def receives(order: Order) -> str:
    """Return the asset that an order brings in."""
    return order.symbol.base if order.side is Side.BUY else order.symbol.quote


def opens(
    order: Order, account: Account, positions: Iterable[Position], others: Iterable[Order] = ()
) -> bool:
    """Return whether an order opens or adds exposure when `others` may fill before it.

    A spot order does when it brings in anything but the account's own currency, also one that only reduces
    what it sells. One with leverage does when it is more than what is left to close of the position against
    it: several that would each close it would together open another.
    """
    if order.leverage is None:
        return receives(order) != account.currency
    return opening(order, _of_pair(order, positions), others) > 0


def waiting_entries(
    account: Account, positions: Sequence[Position], open_orders: Sequence[Order]
) -> list[Order]:
    """Return the open orders, given oldest first, that may still open exposure.

    What only reduces is among them where it was judged as an entry when it was placed; the stop-loss and
    take-profit of an entry were judged with that one.
    """
    return [
        order
        for number, order in enumerate(open_orders)
        if order.status in OPEN
        and (order.verdict is not None or not order.reduce_only)
        and opens(order, account, positions, islice(open_orders, number))
    ]


def _of_pair(order: Order, positions: Iterable[Position]) -> Position | None:
    return margin_of(each for each in positions if each.symbol == order.symbol)
