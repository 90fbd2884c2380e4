"""What the money domain needs from outside, as protocols."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Protocol

from trading.approvals import Approval
from trading.mandates import Standing
from trading.model import (
    Candle,
    Fill,
    Instrument,
    Liquidity,
    Mode,
    Order,
    OrderBook,
    OrderStatus,
    OrderType,
    PublicTrade,
    Side,
    Source,
    Ticker,
)
from trading.moves import Move
from trading.stores import (
    AccountStore,
    ApprovalStore,
    EquityStore,
    FillStore,
    LedgerStore,
    MandateStore,
    NoticeStore,
    OrderStore,
    PositionStore,
    RiskStore,
)
from trading.switch import Switch
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
    edition: str
    """Which of several markets of this name it is: the seed of a simulated one, empty for any other."""

    async def instruments(self) -> Mapping[Symbol, Instrument]:
        """Return the rules of every pair traded here."""
        ...

    async def instrument(self, symbol: Symbol) -> Instrument:
        """Return the rules of one pair."""
        ...

    async def ticker(self, symbol: Symbol) -> Ticker:
        """Return the market of this moment."""
        ...

    async def moves(self) -> Sequence[Move]:
        """Return how every pair has moved; those that the exchange tells nothing of are left out."""
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
    """A part of an order that traded: `amount` base at `price`, `fee` in quote.

    Where the fee was taken in another asset, that is `fee_amount` of `fee_asset` and `fee` what it was worth.
    An execution with a `venue_id` is booked once, however often it is reported.
    """

    amount: Decimal
    price: Decimal
    fee: Decimal
    liquidity: Liquidity
    at: datetime
    venue_id: str | None = None
    fee_asset: str | None = None
    fee_amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What an exchange says of an order: where it stands, and what executed since it was last asked.

    Executions without a `venue_id` are new; those with one may have been reported before. `stop_price` is
    where a trailing stop has moved to.
    """

    order_id: str
    status: OrderStatus
    executions: tuple[Execution, ...] = ()
    looked_at: datetime | None = None
    queue_ahead: Decimal | None = None
    triggered: bool = False
    reason: str | None = None
    venue_id: str | None = None
    stop_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class VenueOrder:
    """An order that rests at an exchange, as it tells of it; `order_id` is ours, None when it is not."""

    venue_id: str
    order_id: str | None
    symbol: Symbol
    side: Side
    remaining: Decimal


@dataclass(frozen=True, slots=True)
class Statement:
    """What an exchange says an account holds, in all, and which of its orders rest there."""

    balances: Mapping[str, Decimal]
    orders: tuple[VenueOrder, ...]
    at: datetime


class Exchange(Protocol):
    """Where orders go. Only `trading.desk` calls it.

    Raises InvalidOrder or InsufficientFunds for what it refuses, ExchangeUnavailable when it cannot answer
    and has taken nothing, OutcomeUnknown when it may have.
    """

    mode: Mode

    @property
    def arrives_within(self) -> timedelta | None:
        """How long after it was sent an order can still arrive: zero where sending and arriving are one, None
        where nobody knows."""
        ...

    @property
    def holds(self) -> frozenset[OrderType]:
        """The types of order that wait for their price at the exchange; all others are kept by us."""
        ...

    async def place(self, order: Order) -> Report:
        """Hand in an order, once, and return what became of it so far."""
        ...

    async def find(self, order: Order) -> Report | None:
        """Look for an order that may have been handed in: by our id for it, then trades, then open orders.

        None means that the exchange does not know it.
        """
        ...

    async def statement(self, orders: Collection[str] = ()) -> Statement | None:
        """Return what the exchange has on its books; None when ours are the only ones.

        `orders` are the ids of those of ours that may rest there: only these are recognised.
        """
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

    @property
    def risk(self) -> RiskStore:
        """Limits, kill switch and arming."""
        ...

    @property
    def approvals(self) -> ApprovalStore:
        """Requests for approval."""
        ...

    @property
    def mandates(self) -> MandateStore:
        """What runs may trade, and have traded."""
        ...

    @property
    def notices(self) -> NoticeStore:
        """Messages to people."""
        ...


Transact = Callable[[], AbstractAsyncContextManager[UnitOfWork]]
"""Opens a transaction: committed when the block ends, rolled back when it raises."""

NewId = Callable[[str], str]
"""Makes a new unique id with the given prefix, growing with time."""


class News(Protocol):
    """Hears of what changes, in the transaction that changes it: what it makes of that goes to disk together
    with the change or not at all."""

    async def order(self, uow: UnitOfWork, order: Order, fills: Sequence[Fill]) -> None:
        """Hear of an order, with what has just filled."""
        ...

    async def approval(self, uow: UnitOfWork, approval: Approval, order: Order) -> None:
        """Hear of a request for approval that was made or has ended, and the order it holds."""
        ...

    async def mandate(self, uow: UnitOfWork, standing: Standing) -> None:
        """Hear of a request to let a run trade that was made, or of how it or the mandate has ended."""
        ...

    async def switch(self, uow: UnitOfWork, switch: Switch) -> None:
        """Hear of the kill switch being put."""
        ...


Publish = Callable[[UnitOfWork, Order, Sequence[Fill]], Awaitable[None]]
"""The part of `News` that hears of orders."""
