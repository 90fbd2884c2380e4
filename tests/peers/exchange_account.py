"""The account that an exchange on loopback keeps: balances, orders, trades, a log of what it took."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Literal

from tests.peers.exchange_tape import Tape
from trading.matching import floor_to

ZERO = Decimal(0)
RATE = Decimal("0.001")

Kind = Literal["market", "limit", "stop", "stop-limit"]


class Short(Exception):
    """The account does not hold what an order needs."""


@dataclass(frozen=True, slots=True)
class Traded:
    """A trade of the account."""

    id: int
    order: int
    price: Decimal
    amount: Decimal
    fee: Decimal
    fee_asset: str
    maker: bool
    at: int


@dataclass(slots=True)
class Placed:
    """An order as the exchange keeps it."""

    id: int
    client: str
    tape: Tape
    side: str
    kind: Kind
    amount: Decimal
    price: Decimal | None
    stop: Decimal | None
    at: int
    now_or_never: bool = False
    status: Literal["open", "filled", "canceled", "expired"] = "open"
    triggered: bool = False
    trades: list[Traded] = field(default_factory=list)

    @property
    def filled(self) -> Decimal:
        """How much base traded."""
        return sum((each.amount for each in self.trades), ZERO)

    @property
    def cost(self) -> Decimal:
        """How much quote traded."""
        return sum((each.amount * each.price for each in self.trades), ZERO)


@dataclass(frozen=True, slots=True)
class Taken:
    """A line of the log: an order that was taken."""

    id: int
    client: str
    pair: str
    side: str
    kind: str
    amount: str
    price: str | None
    at: int


@dataclass(slots=True)
class Account:
    """One account. `log` is a file that every order it takes is appended to, before anything else happens.

    While `lag` is set, what came after that moment of its own counting is not seen by those who read.
    """

    balances: dict[str, Decimal] = field(default_factory=dict)
    log: Path | None = None
    fee_asset: str | None = None
    orders: dict[int, Placed] = field(default_factory=dict)
    taken: list[Taken] = field(default_factory=list)
    lag: int | None = None
    lag_of: frozenset[str] = frozenset({"orders", "trades"})
    counter: int = 1000

    def place(self, order: Placed) -> Placed:
        """Take an order: trade what the market gives at once, let the rest of a limit rest."""
        self._afford(order)
        self._write(order)
        self.orders[order.id] = order
        self.touch(order, order.at, maker=False)
        if order.status == "open" and (order.kind == "market" or order.now_or_never):
            order.status = "expired"
        return order

    def touch(self, order: Placed, at: int, maker: bool) -> None:
        """Let the market of this moment do to an order what it does."""
        bids, asks = order.tape.book(at, 20)
        best = Decimal(asks[0][0] if order.side == "buy" else bids[0][0])
        if order.stop is not None and not order.triggered:
            reached = best >= order.stop if order.side == "buy" else best <= order.stop
            if not reached:
                return
            order.triggered = True
            maker = False
        if order.price is not None and (best > order.price if order.side == "buy" else best < order.price):
            return
        price = order.price if maker and order.price is not None else best
        self.fill(order, order.amount - order.filled, price, at, maker)

    def fill(self, order: Placed, amount: Decimal, price: Decimal, at: int, maker: bool) -> None:
        """Trade so much of an order at a price."""
        amount = min(floor_to(amount, order.tape.pair.step), order.amount - order.filled)
        if amount <= 0 or order.status != "open":
            return
        pair, buys = order.tape.pair, order.side == "buy"
        asset = self.fee_asset or (pair.base if buys and not pair.kraken else pair.quote)
        worth = amount if asset == pair.base else amount * price
        fee = (worth * RATE / (600 if asset == "BNB" else 1)).quantize(Decimal("1e-8"))
        sign = 1 if buys else -1
        self.add(pair.base, sign * amount)
        self.add(pair.quote, -sign * amount * price)
        self.add(asset, -fee)
        order.trades.append(Traded(self.next(), order.id, price, amount, fee, asset, maker, at))
        if order.filled == order.amount:
            order.status = "filled"

    def move(self, tape: Tape, price: Decimal, at: int) -> None:
        """Let the market of a pair stand at a price from now on."""
        tape.fixed = price
        for order in list(self.orders.values()):
            if order.tape is tape and order.status == "open":
                self.touch(order, at, maker=True)

    def cancel(self, order: Placed) -> None:
        """Take back what is unfilled."""
        order.status = "canceled"

    def add(self, asset: str, amount: Decimal) -> None:
        """Change a balance."""
        self.balances[asset] = self.balances.get(asset, ZERO) + amount

    def next(self) -> int:
        """Return the next number of its own counting."""
        self.counter += 1
        return self.counter

    def seen(self) -> Iterator[Placed]:
        """Return the orders that readers see, oldest first."""
        for order in self.orders.values():
            if self.lag is None or "orders" not in self.lag_of or order.id <= self.lag:
                yield order

    def told(self, order: Placed) -> list[Traded]:
        """Return the trades of an order that readers see."""
        hidden = self.lag if "trades" in self.lag_of else None
        return [each for each in order.trades if hidden is None or each.id <= hidden]

    def named(self, client: str | None = None, number: int | None = None) -> Placed | None:
        """Return the youngest order of a name, of those that readers see."""
        found = [each for each in self.seen() if client in (each.client, None) and number in (each.id, None)]
        return found[-1] if found else None

    def locked(self, asset: str) -> Decimal:
        """Return what open orders keep of an asset."""
        total = ZERO
        for each in self.orders.values():
            left = each.amount - each.filled
            if each.status != "open":
                continue
            if each.side == "sell" and each.tape.pair.base == asset:
                total += left
            elif each.side == "buy" and each.tape.pair.quote == asset:
                total += left * (each.price or each.stop or ZERO)
        return total

    def _afford(self, order: Placed) -> None:
        pair = order.tape.pair
        asset = pair.quote if order.side == "buy" else pair.base
        best = Decimal(order.tape.book(order.at, 1)[1][0][0])
        needed = order.amount * (order.price or order.stop or best) if order.side == "buy" else order.amount
        if needed > self.balances.get(asset, ZERO) - self.locked(asset):
            raise Short(asset)

    def _write(self, order: Placed) -> None:
        line = Taken(
            order.id,
            order.client,
            order.tape.pair.name,
            order.side,
            order.kind,
            str(order.amount),
            None if order.price is None else str(order.price),
            order.at,
        )
        self.taken.append(line)
        if self.log is not None:
            with self.log.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(line)) + "\n")
                file.flush()
