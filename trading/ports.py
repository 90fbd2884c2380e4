"""What the money domain needs from outside, as protocols."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from trading.model import (
    Account,
    Candle,
    EquityPoint,
    Fill,
    Instrument,
    Liquidity,
    Mode,
    Order,
    OrderBook,
    OrderStatus,
    Position,
    PublicTrade,
    Source,
    Ticker,
)
from trading.symbols import Symbol
from trading.timeframes import Timeframe


@dataclass(frozen=True, slots=True)
class MarketHealth:
    """Whether a market answers, and how fast (milliseconds, None when unknown)."""

    exchange: str
    source: Source
    connected: bool
    latency_ms: float | None
    reason: str | None = None


class MarketData(Protocol):
    """Public data of one exchange. Times are inclusive starts and exclusive ends.

    Raises UnknownSymbol for a pair the exchange lacks, ExchangeUnavailable when it cannot answer.
    """

    exchange: str
    source: Source

    async def instruments(self) -> Mapping[Symbol, Instrument]:
        """Return the rules of every pair traded here."""
        ...

    async def instrument(self, symbol: Symbol) -> Instrument:
        """Return the rules of one pair."""
        ...

    async def ticker(self, symbol: Symbol) -> Ticker:
        """Return the market of this moment."""
        ...

    async def order_book(self, symbol: Symbol, depth: int = 20) -> OrderBook:
        """Return up to `depth` levels of each side."""
        ...

    async def trades(
        self, symbol: Symbol, since: datetime | None = None, limit: int = 100
    ) -> Sequence[PublicTrade]:
        """Return trades, oldest first: from `since` on, or without it the latest."""
        ...

    async def candles(
        self,
        symbol: Symbol,
        timeframe: Timeframe,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 100,
    ) -> Sequence[Candle]:
        """Return candles, oldest first, the last one still forming unless `until` cuts it off.

        With `since` the first `limit` from there, without it the last `limit` before `until` (now).
        """
        ...

    async def health(self) -> MarketHealth:
        """Return whether this market answers right now."""
        ...

    async def aclose(self) -> None:
        """Let go of connections."""
        ...


@dataclass(frozen=True, slots=True)
class Execution:
    """A part of an order that traded: `amount` base at `price`, `fee` in quote."""

    amount: Decimal
    price: Decimal
    fee: Decimal
    liquidity: Liquidity
    at: datetime


@dataclass(frozen=True, slots=True)
class Report:
    """What an exchange says of an order: where it stands, and what executed since it was last asked."""

    order_id: str
    status: OrderStatus
    executions: tuple[Execution, ...] = ()
    looked_at: datetime | None = None
    queue_ahead: Decimal | None = None
    triggered: bool = False
    reason: str | None = None


class Exchange(Protocol):
    """Where orders go. Only `trading.desk` calls it.

    Raises InvalidOrder for what it refuses and ExchangeUnavailable when it cannot answer.
    """

    mode: Mode

    async def place(self, order: Order) -> Report:
        """Hand in an order, once, and return what became of it so far."""
        ...

    async def cancel(self, order: Order) -> Report:
        """Take back what is unfilled; the report holds what executed before that."""
        ...

    async def watch(self, orders: Sequence[Order], until: datetime) -> Sequence[Report]:
        """Return what the market did to resting orders of one pair since each was looked at.

        Goes no further than the first event of each account, so that the desk can fit that account's other
        orders to it before time goes on: call again until nothing executes.
        """
        ...


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
    ) -> Sequence[Fill]:
        """Return fills, oldest first; with `limit` the newest ones. `since` and `until` are inclusive."""
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


class EquityStore(Protocol):
    """Equity over time on disk."""

    async def add(self, account: str, point: EquityPoint) -> None:
        """Store a point; one at the same moment replaces the earlier one."""
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


class UnitOfWork(Protocol):
    """One transaction over the stores of the money domain; on disk once its block has ended well."""

    @property
    def orders(self) -> OrderStore:
        """Orders."""
        ...

    @property
    def fills(self) -> FillStore:
        """Fills."""
        ...

    @property
    def ledger(self) -> LedgerStore:
        """The ledger."""
        ...

    @property
    def accounts(self) -> AccountStore:
        """Accounts."""
        ...

    @property
    def equity(self) -> EquityStore:
        """Equity over time."""
        ...

    @property
    def positions(self) -> PositionStore:
        """Positions."""
        ...


Transact = Callable[[], AbstractAsyncContextManager[UnitOfWork]]
"""Opens a transaction: committed when the block ends, rolled back when it raises."""

NewId = Callable[[str], str]
"""Makes a new unique id with the given prefix, growing with time."""


Publish = Callable[[UnitOfWork, Order, Sequence[Fill]], Awaitable[None]]
"""Hears of an order, with what has just filled, in the transaction that changes it: what it makes of that
goes to disk together with the change or not at all."""
