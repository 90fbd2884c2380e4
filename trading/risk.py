"""What the desk asks before it commits an order: the place for limits, kill switch and approvals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from trading.model import Account, Instrument, Order
from trading.ports import UnitOfWork


@dataclass(frozen=True, slots=True)
class Proposal:
    """An order exactly as it would be sent, beside the account as it stands.

    `estimate` is the quote it should trade; `balances` and `open_orders` are those of the account before it.
    """

    order: Order
    account: Account
    instrument: Instrument
    estimate: Decimal
    balances: Mapping[str, Decimal]
    open_orders: Sequence[Order]


class Check(Protocol):
    """Something that may refuse an order."""

    async def __call__(self, uow: UnitOfWork, proposal: Proposal) -> None:
        """Return to let it pass; raise RiskLimitExceeded.

        Runs in the transaction that commits the intent, with the account locked, so that concurrent orders
        are judged one after another. Reads and writes only through `uow`.
        """
        ...
