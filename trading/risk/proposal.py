"""What is judged before an order is committed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from trading.model import Account, Instrument, Order, Position, Side
from trading.orders import OPEN
from trading.ports import UnitOfWork


@dataclass(frozen=True, slots=True)
class Quote:
    """The price of an order's pair when it was measured, and that of a second source where one is set.

    `silent` says that there is such a source and that it did not tell a price.
    """

    price: Decimal
    at: datetime
    second: Decimal | None = None
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Proposal:
    """An order exactly as it would be sent, beside the account as it stands.

    `estimate` is the quote it should trade; `balances`, `open_orders` and margin `positions` are those of the
    account before it. `prices` values assets in the account's currency; an asset that nobody prices is
    missing in it.
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

    @property
    def position(self) -> Position | None:
        """The margin position of the order's pair."""
        return next((each for each in self.positions if each.symbol == self.order.symbol), None)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check has measured, as text by name, which is kept on the order; `hold` lets a person decide."""

    figures: Mapping[str, str] = field(default_factory=dict)
    hold: bool = False


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


def opens(order: Order, account: Account, positions: Sequence[Position]) -> bool:
    """Return whether an order opens or adds exposure.

    A spot order does when it brings in anything but the account's own currency, one with leverage when it is
    more than what would close the position against it.
    """
    if order.reduce_only:
        return False
    if order.leverage is None:
        return receives(order) != account.currency
    held = next((each for each in positions if each.leverage and each.symbol == order.symbol), None)
    against = held is not None and held.side != ("long" if order.side is Side.BUY else "short")
    return not (held is not None and against and order.remaining <= held.amount)


def is_waiting_entry(order: Order, account: Account, positions: Sequence[Position]) -> bool:
    """Return whether an open order may still open exposure."""
    return order.status in OPEN and opens(order, account, positions)
