"""What a run may trade on an account without asking for each order, and what it has traded of that.

A mandate bounds what a run *opens*: each order, all of a day (UTC), and what the run may lose before it has
to ask again. All figures are in the account's currency.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from trading.approvals import ApprovalStatus
from trading.errors import InvalidOrder
from trading.model import ZERO, Account, Fill, Order, OrderStatus
from trading.orders import OPEN
from trading.symbols import Symbol


@dataclass(frozen=True, slots=True)
class Terms:
    """The most that one order, and all orders of a day, may be worth, and what may be lost; each above 0."""

    per_order: Decimal
    per_day: Decimal
    loss: Decimal

    def __post_init__(self) -> None:
        """Raise InvalidOrder for what is no bound."""
        for name in ("per_order", "per_day", "loss"):
            value: Decimal = getattr(self, name)
            if not (value.is_finite() and value > 0):
                raise InvalidOrder(f"a run is allowed more than 0 {name.replace('_', ' ')}, not {value}")


@dataclass(frozen=True, slots=True)
class Mandate:
    """A request to let a run trade within its terms, and what became of it.

    While it is `approved` it is in force. `principal` is who the run trades for, `session_id` the
    conversation it was asked in. It has to be answered before `expires_at`; once approved it does not expire.
    `resolved_at` and `resolved_by` tell of the answer, `revoked_at` and `revoked_by` of its end, `reason` of
    the last of them. `baseline` is what the run had won when it was approved (None: it never was).
    """

    id: str
    account: str
    run: str
    principal: str
    status: ApprovalStatus
    per_order: Decimal
    per_day: Decimal
    loss: Decimal
    created_at: datetime
    expires_at: datetime
    session_id: str | None = None
    resolved_at: datetime | None = None
    resolved_by: str | None = None
    revoked_at: datetime | None = None
    revoked_by: str | None = None
    reason: str | None = None
    baseline: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A mandate on its account, what its run has used today, and has lost since it was approved.

    `lost` is below zero for a gain, and None before it was approved or where nobody has asked.
    """

    mandate: Mandate
    account: Account
    used: Decimal
    lost: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Use:
    """An order that a mandate let pass: what it was worth, for how much base, and when it last traded."""

    order_id: str
    mandate: str
    account: str
    run: str
    value: Decimal
    amount: Decimal
    at: datetime


@dataclass(frozen=True, slots=True)
class Used:
    """What a use was worth, and what has become of its order."""

    order_id: str
    value: Decimal
    amount: Decimal
    status: OrderStatus
    filled: Decimal
    quoted: bool

    @property
    def counts(self) -> Decimal:
        """What it uses of a day: all while the order is open, then the share of it that traded."""
        # One that was sized in quote may be filled with more or less base than it was reckoned with.
        if self.status in OPEN or (self.quoted and self.status is OrderStatus.FILLED):
            return self.value
        return self.value * min(self.filled / self.amount, Decimal(1))


@dataclass(frozen=True, slots=True)
class Tally:
    """All that a run has traded of one pair: the base that is left of it, and the quote it has brought."""

    account: str
    run: str
    symbol: Symbol
    amount: Decimal
    cash: Decimal


def used(uses: Iterable[Used]) -> Decimal:
    """Return what orders use of a day."""
    return sum((each.counts for each in uses), ZERO)


def tally(order: Order, run: str, fills: Iterable[Fill]) -> Tally:
    """Return what new fills of a run's order add to its tally.

    A margin position counts as if its base were held: what the venue bears of a loss, the run does not get.
    """
    amount = cash = ZERO
    for fill in fills:
        amount += fill.side.sign * fill.amount - fill.base_fee
        cash -= fill.side.sign * fill.notional + (ZERO if fill.base_fee else fill.fee)
    return Tally(order.account, run, order.symbol, amount, cash)


def assets(tallies: Iterable[Tally]) -> frozenset[str]:
    """Return the assets whose prices tell what a run has won."""
    tallies = tuple(tallies)
    bases = {each.symbol.base for each in tallies if each.amount}
    return frozenset(bases | {each.symbol.quote for each in tallies if each.cash})


def profit(tallies: Iterable[Tally], prices: Mapping[str, Decimal]) -> Decimal | None:
    """Return what a run has won (lost: below zero), open positions included; None when a price lacks.

    What it opened counts as its own, whoever closed it, at the price of now.
    """
    tallies = tuple(tallies)
    if assets(tallies) - prices.keys():
        return None
    return sum(
        (
            (each.amount * prices[each.symbol.base] if each.amount else ZERO)
            + (each.cash * prices[each.symbol.quote] if each.cash else ZERO)
            for each in tallies
        ),
        ZERO,
    )
