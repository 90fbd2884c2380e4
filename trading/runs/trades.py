"""An account of a run out of what is on disk of it: its trades, and how it stands at some prices.

An account is worth what it holds (`trading.equity.value_of`): free cash, the margin that is set aside, and
what its open positions have won or lost. Its `balance` is that without what they have, so that
equity = balance + unrealized to the last unit. The fees of opening a position are paid when it opens, and go
off the balance then; the P&L of a closed trade is net of the fees of both sides:

balance = initial + P&L of what was closed, parts included - entry fees of what is open
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from trading.equity import value_of
from trading.errors import ExchangeUnavailable
from trading.funds import locked
from trading.margin import liquidation_price
from trading.model import ZERO, Account, EquityPoint, Fill, Order, OrderType, Origin, Position
from trading.orders import is_liquidation
from trading.portfolio import levels
from trading.positions import Folded, fold
from trading.runs.view import AccountView, ClosedTrade, ExitReason, OpenTrade
from trading.symbols import Symbol

LATEST = 20
"""How many closed trades a view holds."""

ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Trades:
    """The trades of an account, their `fees`, and what opened each open position.

    `closed` are in the order in which they were closed; `runs` tells whose the orders were that traded.
    """

    closed: tuple[ClosedTrade, ...] = ()
    opened_by: Mapping[str, str] = field(default_factory=dict)
    runs: Mapping[str, str | None] = field(default_factory=dict)
    fees: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Books:
    """What is on disk of an account; `held` are its open positions, oldest first."""

    account: Account
    balances: Mapping[str, Decimal]
    open_orders: Sequence[Order]
    held: Sequence[Position]
    trades: Trades


@dataclass(slots=True)
class _Life:
    """What has become of a position so far; `order` opened it."""

    position: Position
    order: str
    opened: Decimal = ZERO
    paid: Decimal = ZERO
    closed: Decimal = ZERO
    received: Decimal = ZERO
    fees: Decimal = ZERO


@dataclass(slots=True)
class _Book:
    """The positions of one pair and kind.

    `ids` are theirs, in the order in which they were opened, as far as no fill has opened them yet.
    """

    ids: deque[str] = field(default_factory=deque)
    life: _Life | None = None
    last: Fill | None = None

    def add(self, fill: Fill) -> _Life | None:
        """Fold one more fill in, and return what it has brought to its end."""
        life, self.last = self.life, fill
        before = None if life is None else life.position
        folded = fold(before, fill, lambda _: self.ids.popleft() if self.ids else f"pos_{fill.id}")
        entry_fee = self._open(folded, fill) if folded.opened else ZERO
        if life is not None and before is not None and folded.positions[0].amount < before.amount:
            life.position = folded.positions[0]
            gone = before.amount - life.position.amount
            life.closed += gone
            life.received += gone * fill.price
            life.fees += fill.fee - entry_fee
            if not life.position.amount:
                self.life = None if self.life is life else self.life
                return life
        return None

    def _open(self, folded: Folded, fill: Fill) -> Decimal:
        """Add what a fill opened, and return the part of its fee that this cost."""
        after, life = folded.positions[-1], self.life
        if life is None or life.position.id != after.id:
            life = self.life = _Life(replace(after, entry_fees=ZERO), fill.order_id)
        fee = after.entry_fees - life.position.entry_fees
        life.opened += folded.opened
        life.paid += folded.opened * fill.price
        life.fees += fee
        life.position = after
        return fee


class Folding:
    """The trades of an account, folded on and on as it trades."""

    def __init__(self) -> None:
        self._books: dict[tuple[Symbol, bool], _Book] = {}
        self._positions: set[str] = set()
        self.trades = Trades()
        """What all fills so far have made."""

    def fits(self, fills: Iterable[Fill]) -> bool:
        """Tell whether fills, oldest first, are all later than what was folded of their pairs."""
        last = {kind: book.last for kind, book in self._books.items()}
        found = ((last.get(_kind(each)), each) for each in fills)
        return all(before is None or before.at <= each.at for before, each in found)

    def add(self, fills: Sequence[Fill], orders: Mapping[str, Order], positions: Iterable[Position]) -> None:
        """Fold fills in, oldest first; `orders` made them, and `positions` are all that they opened."""
        for position in sorted(positions, key=lambda each: (each.opened_at, each.id)):
            if position.id not in self._positions:
                self._positions.add(position.id)
                self._book((position.symbol, position.leverage is not None)).ids.append(position.id)
        closed: list[ClosedTrade] = []
        for fill in fills:
            ended = self._book(_kind(fill)).add(fill)
            if ended is not None:
                closed.append(_closed(ended, fill, orders))
        before, lives = self.trades, [each.life for each in self._books.values() if each.life is not None]
        self.trades = Trades(
            tuple(sorted((*before.closed, *closed), key=lambda each: (each.closed_at, each.id))),
            {each.position.id: each.order for each in lives},
            {**before.runs, **{each.id: each.run for each in orders.values()}},
            sum((each.fee for each in fills), before.fees),
        )

    def _book(self, kind: tuple[Symbol, bool]) -> _Book:
        return self._books.setdefault(kind, _Book())


def _kind(fill: Fill) -> tuple[Symbol, bool]:
    return fill.symbol, fill.leverage is not None


def view_of(books: Books, prices: Mapping[str, Decimal], at: datetime) -> AccountView:
    """Return how an account stands at these prices, by asset in its currency.

    Raises ExchangeUnavailable when something it holds has none.
    """
    trades = books.trades
    equity = worth_of(books, prices, at).equity
    held = [_open(each, trades.opened_by, books, prices) for each in books.held]
    won = sum((each.unrealized * prices[each.symbol.quote] for each in held), ZERO)
    currency = books.account.currency
    return AccountView(
        at=at,
        initial=books.account.initial,
        balance=equity - won,
        available=books.balances.get(currency, ZERO) - locked(books.open_orders).get(currency, ZERO),
        equity=equity,
        positions=tuple(held),
        trades=trades.closed[-LATEST:],
        closed=len(trades.closed),
        won=sum(1 for each in trades.closed if each.pnl > 0),
    )


def worth_of(books: Books, prices: Mapping[str, Decimal], at: datetime) -> EquityPoint:
    """Return what an account is worth at these prices; raise as `view_of`."""
    equity = value_of(books.balances, prices, books.held)
    if equity is None:
        raise ExchangeUnavailable(f"account {books.account.id} holds what has no price")
    return EquityPoint(at, equity, books.balances.get(books.account.currency, ZERO))


def _open(
    position: Position, opened_by: Mapping[str, str], books: Books, prices: Mapping[str, Decimal]
) -> OpenTrade:
    symbol = position.symbol
    mark = prices[symbol.base] / prices[symbol.quote]
    stop_loss, take_profit = levels(position, books.open_orders)
    trade = OpenTrade(
        symbol=symbol,
        side=position.side,
        amount=position.amount,
        entry_price=position.entry_price,
        mark=mark,
        leverage=position.leverage or ONE,
        margin=position.margin,
        unrealized=position.unrealized(mark),
        opened_at=position.opened_at,
        stop_loss=stop_loss,
        take_profit=take_profit,
        order=opened_by.get(position.id, ""),
        id=position.id,
    )
    if position.leverage is None:
        return replace(trade, margin=position.cost)
    return replace(trade, liquidation_price=liquidation_price(position) or None)


def _closed(life: _Life, last: Fill, orders: Mapping[str, Order]) -> ClosedTrade:
    position = life.position
    return ClosedTrade(
        symbol=position.symbol,
        side=position.side,
        amount=life.opened,
        entry_price=life.paid / life.opened,
        exit_price=life.received / life.closed,
        leverage=position.leverage or ONE,
        pnl=position.realized,
        fees=life.fees,
        reason=_reason(orders.get(last.order_id)),
        opened_at=position.opened_at,
        closed_at=last.at,
        order=life.order,
        id=position.id,
    )


def _reason(closing: Order | None) -> ExitReason:
    if closing is None:
        return ExitReason.MANUAL
    if is_liquidation(closing):
        return ExitReason.LIQUIDATION
    if closing.origin is Origin.GUARD:
        # What is sent in the place of a stop whose price has come is a market order.
        return ExitReason.TAKE_PROFIT if closing.type is OrderType.LIMIT else ExitReason.STOP_LOSS
    return ExitReason.DECISION if closing.origin is Origin.RUN else ExitReason.MANUAL
