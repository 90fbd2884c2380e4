"""The words of the market and of the account: plain values, money as Decimal, time aware."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from trading.symbols import Symbol

ZERO = Decimal(0)


class Side(StrEnum):
    """Which way an order or a fill goes."""

    BUY = "buy"
    SELL = "sell"

    @property
    def sign(self) -> int:
        """+1 for a buy, -1 for a sell."""
        return 1 if self is Side.BUY else -1

    @property
    def opposite(self) -> "Side":
        """The side that undoes this one."""
        return Side.SELL if self is Side.BUY else Side.BUY


class Source(StrEnum):
    """Where a price comes from."""

    LIVE = "live"
    SIMULATED = "simulated"
    REPLAY = "replay"


class Mode(StrEnum):
    """Whether an account holds real or paper money; one in a `contest` trades at its cycles' prices alone."""

    PAPER = "paper"
    LIVE = "live"
    CONTEST = "contest"


class Origin(StrEnum):
    """Who started something: a person, a model for one, a run, a job, an alert, or what guards a position."""

    PERSON = "person"
    MODEL = "model"
    RUN = "run"
    JOB = "job"
    ALERT = "alert"
    GUARD = "guard"


class OrderType(StrEnum):
    """How an order wants to be filled."""

    MARKET = "market"
    LIMIT = "limit"
    STOP = "stop"
    STOP_LIMIT = "stop-limit"
    TRAILING_STOP = "trailing-stop"


class OrderStatus(StrEnum):
    """Where an order stands; `trading.orders` holds which may follow which."""

    HELD = "held"
    INTENT = "intent"
    SENT = "sent"
    ACCEPTED = "accepted"
    PARTIAL = "partial"
    FILLED = "filled"
    CANCELED = "canceled"
    EXPIRED = "expired"
    REJECTED = "rejected"
    DENIED = "denied"
    UNKNOWN = "unknown"


class Liquidity(StrEnum):
    """Whether a fill took a resting order or was one."""

    TAKER = "taker"
    MAKER = "maker"


@dataclass(frozen=True, slots=True)
class Ticker:
    """One moment of a market. `change_24h` is a fraction; volume is in base units."""

    symbol: Symbol
    bid: Decimal
    ask: Decimal
    last: Decimal
    high_24h: Decimal
    low_24h: Decimal
    open_24h: Decimal
    volume_24h: Decimal
    at: datetime
    source: Source
    exchange: str

    @property
    def change_24h(self) -> Decimal:
        """How far the last price is from the one 24 hours ago, as a fraction."""
        return self.last / self.open_24h - 1 if self.open_24h else ZERO


@dataclass(frozen=True, slots=True)
class Candle:
    """What traded from `opened_at` on for one timeframe; volume in base units."""

    opened_at: datetime
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal


@dataclass(frozen=True, slots=True)
class Level:
    """A price in an order book and how much base rests there."""

    price: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class OrderBook:
    """What rests at one moment: best price first on both sides."""

    symbol: Symbol
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]
    at: datetime
    source: Source
    exchange: str

    def opposite(self, side: Side) -> tuple[Level, ...]:
        """Return the levels that an order of `side` takes."""
        return self.asks if side is Side.BUY else self.bids

    def own(self, side: Side) -> tuple[Level, ...]:
        """Return the levels among which an order of `side` would rest."""
        return self.bids if side is Side.BUY else self.asks


@dataclass(frozen=True, slots=True)
class PublicTrade:
    """A trade of the market at large; `side` is the taker's."""

    id: str
    price: Decimal
    amount: Decimal
    side: Side
    at: datetime


@dataclass(frozen=True, slots=True)
class Instrument:
    """The rules a venue has for one pair. Fees are fractions of the notional."""

    symbol: Symbol
    tick: Decimal
    step: Decimal
    min_amount: Decimal
    min_notional: Decimal
    maker_fee: Decimal
    taker_fee: Decimal


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """What somebody wants done, before any rule has looked at it.

    Exactly one of `amount` (base) and `cost` (quote) is set. `price` is the limit, `stop_price` the trigger,
    `trail` how far behind the best price a trailing stop follows (a fraction of it, or quote when it is not
    `trail_relative`). With `leverage` it is a margin position in quote, without it spot. `key` names the
    wish: the same key never makes a second order. `origin`, `by` and `session_id` say who
    started it, and in which conversation; `run` is the run that wanted it.
    """

    account: str
    symbol: Symbol
    side: Side
    type: OrderType
    amount: Decimal | None = None
    cost: Decimal | None = None
    price: Decimal | None = None
    stop_price: Decimal | None = None
    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None
    reduce_only: bool = False
    exchange: str | None = None
    key: str | None = None
    group: str | None = None
    leverage: Decimal | None = None
    trail: Decimal | None = None
    trail_relative: bool = True
    origin: Origin = Origin.PERSON
    by: str | None = None
    session_id: str | None = None
    run: str | None = None


# Without slots: it is copied many times on its way, and `altered` needs a __dict__ for that.
@dataclass(frozen=True)
class Order:
    """An order as it stands. Amounts in base, prices in quote; `average` is the mean fill price.

    Orders of one `group` protect one entry: the first that fills cancels the rest.
    `budget` is the most quote that all its fills together may trade (None: no bound); `quoted` says that it
    was sized in quote, so that it is filled when its budget is spent. `looked_at` is the last moment that
    has been searched for what fills a resting order, and `queue_ahead` how much base still rests before it
    at its price (None: nobody has looked yet). `venue_id` is the exchange's own name for it. `verdict` is
    what the risk gate measured when it let the order pass: figures as text by name. `run` is the run that
    wanted it, also of what protects an entry of a run.
    """

    id: str
    account: str
    symbol: Symbol
    side: Side
    type: OrderType
    status: OrderStatus
    amount: Decimal
    created_at: datetime
    updated_at: datetime
    mode: Mode
    exchange: str
    price: Decimal | None = None
    stop_price: Decimal | None = None
    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None
    reduce_only: bool = False
    triggered: bool = False
    group: str | None = None
    filled: Decimal = ZERO
    cost: Decimal = ZERO
    fees: Decimal = ZERO
    reserved: Decimal = ZERO
    budget: Decimal | None = None
    quoted: bool = False
    queue_ahead: Decimal | None = None
    looked_at: datetime | None = None
    reason: str | None = None
    key: str | None = None
    version: int = 0
    leverage: Decimal | None = None
    trail: Decimal | None = None
    trail_relative: bool = True
    origin: Origin = Origin.PERSON
    by: str | None = None
    venue_id: str | None = None
    verdict: Mapping[str, str] | None = None
    run: str | None = None

    @property
    def remaining(self) -> Decimal:
        """How much base is still to be filled."""
        return self.amount - self.filled

    @property
    def average(self) -> Decimal | None:
        """The mean price of the fills so far."""
        return self.cost / self.filled if self.filled else None


@dataclass(frozen=True, slots=True)
class Fill:
    """One execution: `amount` base at `price`, `fee` in quote. `realized`: net P&L closed, or None.

    Where the exchange took its fee in another asset, that is `fee_amount` of `fee_asset`, and `fee` what it
    was worth. `venue_id` is the exchange's own name for the execution. `leverage` is that of its order.
    """

    id: str
    order_id: str
    account: str
    symbol: Symbol
    side: Side
    amount: Decimal
    price: Decimal
    fee: Decimal
    liquidity: Liquidity
    at: datetime
    exchange: str
    mode: Mode
    order_type: OrderType
    realized: Decimal | None = None
    venue_id: str | None = None
    fee_asset: str | None = None
    fee_amount: Decimal | None = None
    leverage: Decimal | None = None

    @property
    def fee_paid(self) -> tuple[str, Decimal]:
        """The asset in which the fee was taken, and how much of it."""
        if self.fee_asset is None or self.fee_amount is None:
            return self.symbol.quote, self.fee
        return self.fee_asset, self.fee_amount

    @property
    def base_fee(self) -> Decimal:
        """How much of the base itself was taken as the fee."""
        asset, amount = self.fee_paid
        return amount if asset == self.symbol.base else ZERO

    @property
    def notional(self) -> Decimal:
        """What was paid or received for it, without the fee."""
        return self.amount * self.price


@dataclass(frozen=True, slots=True)
class Position:
    """A holding of one pair as a fold of fills; amount zero is closed.

    `cost` is the notional paid for the part still open and `entry_fees` its fees; `realized` is the net P&L
    of the part that was closed. All three in quote. With `leverage` it is an isolated margin position, and
    `margin` the quote that is set aside for it; without, it is a holding of the base asset. What was opened
    at several leverages has their mean weighted by notional: cost / margin.
    """

    id: str
    account: str
    symbol: Symbol
    side: str
    amount: Decimal
    cost: Decimal
    entry_fees: Decimal
    realized: Decimal
    opened_at: datetime
    exchange: str
    mode: Mode
    leverage: Decimal | None = None
    margin: Decimal = ZERO

    @property
    def entry_price(self) -> Decimal:
        """The mean price of the part still open; zero when closed."""
        return self.cost / self.amount if self.amount else ZERO

    @property
    def sign(self) -> int:
        """+1 for a long position, -1 for a short one."""
        return 1 if self.side == "long" else -1

    @property
    def closing_side(self) -> Side:
        """The side of the orders that reduce it."""
        return Side.SELL if self.sign > 0 else Side.BUY

    def unrealized(self, mark: Decimal) -> Decimal:
        """Return what closing at `mark` would win or lose before fees; of a margin position at most all."""
        won = (mark * self.amount - self.cost) * self.sign
        return won if self.leverage is None else max(won, -self.margin)


@dataclass(frozen=True, slots=True)
class Balance:
    """How much of one asset an account holds; `locked` is reserved by open orders."""

    asset: str
    total: Decimal
    locked: Decimal = ZERO

    @property
    def free(self) -> Decimal:
        """What may be spent."""
        return self.total - self.locked


@dataclass(frozen=True, slots=True)
class EquityPoint:
    """What an account was worth at one moment, in its quote currency."""

    at: datetime
    equity: Decimal
    cash: Decimal


@dataclass(frozen=True, slots=True)
class Account:
    """Money of one owner in one currency."""

    id: str
    owner: str
    currency: str
    mode: Mode
    initial: Decimal
    created_at: datetime
    settings: Mapping[str, str] = field(default_factory=dict)
