"""What is kept on disk of money, as protocols: one store for each kind, all over one transaction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from trading.approvals import Approval, ApprovalStatus
from trading.mandates import Mandate, Tally, Use, Used
from trading.model import Account, EquityPoint, Fill, Order, OrderStatus, Position
from trading.notices import Notice
from trading.switch import EVERYTHING, Arming, Switch, SwitchState
from trading.symbols import Symbol


class OrderStore(Protocol):
    """Orders on disk."""

    async def add(self, *orders: Order) -> None:
        """Store new orders."""
        ...

    async def save(self, order: Order) -> Order:
        """Store a changed order and return it with its next version; raise StaleOrder if it is stale."""
        ...

    async def get(self, order_id: str) -> Order | None:
        """Return one order."""
        ...

    async def by_key(self, account: str, key: str) -> Order | None:
        """Return the order that was made for this wish."""
        ...

    async def recent(
        self, account: str, statuses: Collection[OrderStatus], symbol: Symbol | None, limit: int
    ) -> Sequence[Order]:
        """Return the newest orders in one of these statuses, newest first."""
        ...

    async def among(
        self, accounts: Collection[str], statuses: Collection[OrderStatus], symbol: Symbol | None, limit: int
    ) -> Sequence[Order]:
        """Return the newest orders of several accounts in one of these statuses, newest first."""
        ...

    async def traded(self, account: str) -> Sequence[Order]:
        """Return the orders of an account of which anything was filled, oldest first."""
        ...

    async def open(self, account: str | None = None) -> Sequence[Order]:
        """Return orders whose status is one of `trading.orders.OPEN`, oldest first."""
        ...


class FillStore(Protocol):
    """Fills on disk, append-only."""

    async def add(self, *fills: Fill) -> None:
        """Append fills."""
        ...

    async def of_order(self, order_id: str) -> Sequence[Fill]:
        """Return the fills of one order, oldest first."""
        ...

    async def of(
        self,
        account: str,
        symbol: Symbol | None = None,
        exchange: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
        before: str | None = None,
    ) -> Sequence[Fill]:
        """Return fills, oldest first; with `limit` the newest ones, `before` the fill of an id.

        `since` and `until` are inclusive; before a fill that is not the account's there are none.
        """
        ...

    async def after(self, account: str, number: int) -> tuple[int, Sequence[Fill]]:
        """Return the fills of an account that were added after this number, oldest first, and the last's."""
        ...


@dataclass(frozen=True, slots=True)
class Posting:
    """A change of one asset on one ledger account."""

    account: str
    asset: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of the ledger: its postings sum to zero per asset."""

    id: str
    kind: str
    reference: str
    at: datetime
    postings: tuple[Posting, ...]


@dataclass(frozen=True, slots=True)
class ChainedEntry:
    """An entry at its place in the chain of an account; see `trading.chain`."""

    account: str
    number: int
    hash: str
    entry: Entry


class LedgerStore(Protocol):
    """The double-entry ledger on disk, append-only.

    `balances` is kept beside the postings in the same transaction, so that reading it does not grow with
    history; it always equals their sum.
    """

    async def append(self, *entries: Entry) -> None:
        """Append balanced entries."""
        ...

    async def balances(self, account: str) -> Mapping[str, Decimal]:
        """Return the sum of each asset on a ledger account."""
        ...

    async def chains(self) -> Sequence[str]:
        """Return the accounts that have a chain."""
        ...

    async def chain(self, account: str, after: int, limit: int) -> Sequence[ChainedEntry]:
        """Return the entries of an account's chain after a number, in their order."""
        ...

    async def all_balances(self) -> Mapping[tuple[str, str], Decimal]:
        """Return the sum of each asset on every ledger account."""
        ...

    async def entries(self, account: str | None = None) -> Sequence[Entry]:
        """Return entries in the order they were written."""
        ...


class AccountStore(Protocol):
    """Accounts on disk."""

    async def add(self, account: Account) -> bool:
        """Store a new account; return False, and change nothing, when its id is taken."""
        ...

    async def get(self, account_id: str) -> Account | None:
        """Return one account."""
        ...

    async def all(self) -> Sequence[Account]:
        """Return every account."""
        ...

    async def lock(self, account_id: str) -> None:
        """Keep every other transaction from changing this account until this one ends."""
        ...


@dataclass(frozen=True, slots=True)
class RiskState:
    """What the risk gate needs to know of an account, read in one look.

    `limits` are those its owner has set, as text by name; `peak` and `day_start` are equities (None: no point
    yet); `recent_orders` counts the orders made since the moment that was asked for, but not those that guard
    a position.
    """

    limits: Mapping[str, str]
    switch: SwitchState
    armed: bool
    peak: Decimal | None
    day_start: Decimal | None
    recent_orders: int


class RiskStore(Protocol):
    """Limits, kill switch and arming on disk."""

    async def state(self, account: str, day: datetime, since: datetime) -> RiskState:
        """Return where an account stands: its equity at the start of `day`, its orders `since`."""
        ...

    async def set_limits(self, account: str, limits: Mapping[str, str], by: str, at: datetime) -> None:
        """Replace the limits that an owner has set for an account."""
        ...

    async def switch(self, scope: str = EVERYTHING) -> Switch:
        """Return where a switch stands; active before anybody has touched it."""
        ...

    async def set_switch(self, switch: Switch) -> None:
        """Put a switch."""
        ...

    async def arming(self, account: str) -> Arming | None:
        """Return whether an account is armed, None before anybody has said so."""
        ...

    async def set_arming(self, arming: Arming) -> None:
        """Arm an account, or disarm it."""
        ...


class ApprovalStore(Protocol):
    """Requests for approval on disk."""

    async def add(self, approval: Approval) -> None:
        """Store a new request."""
        ...

    async def get(self, approval_id: str) -> Approval | None:
        """Return one request."""
        ...

    async def of_order(self, order_id: str) -> Approval | None:
        """Return the request that holds an order."""
        ...

    async def resolve(self, approval: Approval) -> bool:
        """Store how a request ended; return False, and change nothing, when it is not pending any more."""
        ...

    async def pending(self, before: datetime | None = None) -> Sequence[Approval]:
        """Return requests that nobody has answered, oldest first; with `before` those that expire by then."""
        ...

    async def recent(self, limit: int) -> Sequence[Approval]:
        """Return the newest requests, answered or not."""
        ...


class MandateStore(Protocol):
    """What runs may trade without asking, what they use of it, and what they have traded, on disk."""

    async def add(self, mandate: Mandate) -> None:
        """Store a new request."""
        ...

    async def get(self, mandate_id: str) -> Mandate | None:
        """Return one mandate."""
        ...

    async def change(self, mandate: Mandate, was: ApprovalStatus) -> bool:
        """Store what became of a mandate; return False, and change nothing, when it is not what it was."""
        ...

    async def in_force(self, account: str, run: str) -> Mandate | None:
        """Return the one mandate that a run has on an account."""
        ...

    async def of_status(self, status: ApprovalStatus, before: datetime | None = None) -> Sequence[Mandate]:
        """Return mandates of one status, oldest first; with `before` those that expire by then."""
        ...

    async def recent(self, limit: int) -> Sequence[Mandate]:
        """Return the newest mandates of any status."""
        ...

    async def use(self, use: Use) -> None:
        """Store that an order was let pass; AlreadyStored for one that was before."""
        ...

    async def use_of(self, order_id: str) -> Use | None:
        """Return by which mandate an order was let pass."""
        ...

    async def used(self, account: str, run: str, since: datetime) -> Sequence[Used]:
        """Return what a run's orders use that are open, or were made or have traded since then."""
        ...

    async def traded(self, order_id: str, tally: Tally, at: datetime) -> None:
        """Add what an order has traded to what its run has traded."""
        ...

    async def tallies(self, account: str, run: str) -> Sequence[Tally]:
        """Return what a run has traded, by pair."""
        ...


class NoticeStore(Protocol):
    """Messages to people, stored with what they are about."""

    async def add(self, *notices: Notice) -> None:
        """Store messages to be delivered."""
        ...


@dataclass(frozen=True, slots=True)
class Rebase:
    """What losses count from once money was paid in or taken out: `point` is the account after it.

    Peak and the day's start are shares of what the account was worth before it, and so no payment is a loss
    or hides one.
    """

    point: EquityPoint
    peak: Decimal
    day_start: Decimal


class EquityStore(Protocol):
    """Equity over time on disk."""

    async def add(self, account: str, point: EquityPoint) -> None:
        """Store a point; one at the same moment replaces the earlier one."""
        ...

    async def rebase(self, account: str, rebase: Rebase) -> None:
        """Store the point after a payment, and what peak and day's start count as from it on."""
        ...

    async def between(self, account: str, since: datetime, until: datetime) -> Sequence[EquityPoint]:
        """Return points in the range (inclusive), oldest first."""
        ...

    async def at(self, account: str, moment: datetime) -> EquityPoint | None:
        """Return the last point at or before `moment`."""
        ...

    async def first(self, account: str) -> EquityPoint | None:
        """Return the oldest point."""
        ...


class PositionStore(Protocol):
    """The fold of fills into positions, kept in the transaction that adds the fill."""

    async def save(self, position: Position) -> None:
        """Store a position as it stands now; one of amount zero is closed."""
        ...

    async def get(self, position_id: str) -> Position | None:
        """Return one position, open or closed."""
        ...

    async def open(self, account: str, symbol: Symbol | None = None) -> Sequence[Position]:
        """Return open positions, oldest first."""
        ...

    async def among(self, accounts: Collection[str]) -> Sequence[Position]:
        """Return the open positions of several accounts, oldest first."""
        ...

    async def latest(self, account: str, symbol: Symbol) -> Position | None:
        """Return the position of a pair that was opened last, open or closed."""
        ...

    async def of(self, account: str, since: datetime | None = None) -> Sequence[Position]:
        """Return all positions that an account has or had, or opened from `since` on, oldest first."""
        ...
