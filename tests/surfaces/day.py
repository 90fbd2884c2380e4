"""A day of trading as it is written down here, and what its books have to be by plain arithmetic."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from kit.client import KitClient
from tests.tools.contests.house import Ring, buys, closes, sells
from trading.symbols import Symbol

ETH, BNB, XRP = (Symbol(base, "USDT") for base in ("ETH", "BNB", "XRP"))
PAIRS = (ETH, BNB, XRP)
START = Decimal(100_000)
FEE = Decimal("0.001")
TICKS: Mapping[Symbol, Decimal] = {ETH: Decimal("0.01"), BNB: Decimal("0.01"), XRP: Decimal("0.0001")}
HOURS = 24

Facts = dict[str, Any]
"""What somebody tells, by the names of this test: money and amounts as Decimal, states as words."""


@dataclass(frozen=True, slots=True)
class Deal:
    """What is done on the account `main` as an hour begins; `name` is how later ones speak of it."""

    verb: str
    name: str
    params: Mapping[str, Any] = field(default_factory=dict)


def _order(name: str, action: str, pair: Symbol, amount: float, **more: Any) -> Deal:
    kind = {"type": "market", "amount_type": "base", **more}
    return Deal("execute", name, {"action": action, "pair": str(pair), "amount": amount, **kind})


DEALS: Mapping[int, tuple[Deal, ...]] = {
    0: (_order("first", "buy", ETH, 2),),
    1: (
        _order("dip", "buy", ETH, 1, type="limit", price=1_950),
        _order("coin", "buy", BNB, 10, stop_loss=480),
    ),
    6: (_order("far", "sell", ETH, 1, type="limit", price=2_500),),
    10: (Deal("close", "half", {"pair": ETH, "percentage": 50}), Deal("cancel", "far")),
    12: (_order("many", "buy", XRP, 1_500),),
    18: (_order("again", "buy", ETH, 0.25),),
}
PRICES: Mapping[int, Mapping[str, str]] = {
    0: {"ETH": "2040"},
    2: {"ETH": "1945.5", "BNB": "512.35"},
    3: {"ETH": "1990.07"},
    7: {"BNB": "478"},
    9: {"ETH": "2101.33", "XRP": "2.0417"},
    13: {"XRP": "2.1203", "ETH": "2075.01"},
    20: {"XRP": "1.9876", "ETH": "2133.7"},
}
"""At which prices is traded ten minutes after an hour has begun."""

MINDS: Mapping[int, Mapping[str, str]] = {
    0: {"A": buys(ETH, 20, 2), "B": sells(BNB, 30, 3)},
    8: {"B": closes(BNB)},
    9: {"A": buys(XRP, 15, 1), "B": buys(ETH, 40, 5)},
}
"""What the models of the arena say in the cycle at the end of an hour; they hold in all others."""

LOOKS = (1, 4, 9, 14, HOURS)
"""After how many hours everybody is asked."""


@dataclass
class Position:
    """What is held of a pair."""

    amount: Decimal = Decimal(0)
    cost: Decimal = Decimal(0)
    fees: Decimal = Decimal(0)


@dataclass
class Books:
    """An account by plain arithmetic over what was filled."""

    cash: Decimal = START
    fees: Decimal = Decimal(0)
    realized: Decimal = Decimal(0)
    held: dict[Symbol, Position] = field(default_factory=dict)

    def fill(self, side: str, pair: Symbol, amount: Decimal, price: Decimal) -> Decimal:
        """Book a fill and return its fee."""
        position = self.held.setdefault(pair, Position())
        notional = amount * price
        fee = (notional * FEE).quantize(Decimal("1e-8"), ROUND_FLOOR)
        self.fees += fee
        if side == "buy":
            self.cash -= notional + fee
            position.amount, position.cost = position.amount + amount, position.cost + notional
            position.fees += fee
            return fee
        share = amount / position.amount
        self.cash += notional - fee
        self.realized += notional - fee - (position.cost + position.fees) * share
        position.amount -= amount
        position.cost, position.fees = position.cost * (1 - share), position.fees * (1 - share)
        return fee

    def facts(self, prices: Mapping[Symbol, Decimal]) -> Facts:
        """Return what has to be told at these prices."""
        held = {pair: each for pair, each in self.held.items() if each.amount}
        told: Facts = {
            "fees": self.fees,
            "realized": self.realized,
            "total": self.cash + sum(each.amount * prices[pair] for pair, each in held.items()),
            "USDT": self.cash,
            "open": len(held),
            **{f"last {pair}": price for pair, price in prices.items()},
        }
        for pair, each in held.items():
            told[pair.base] = told[f"size {pair}"] = each.amount
            told[f"entry {pair}"] = each.cost / each.amount
            told[f"pnl {pair}"] = each.amount * prices[pair] - each.cost
        return told


@dataclass
class Day:
    """A day that goes on hour by hour: what was asked for, and what the books are to be by now."""

    ring: Ring
    client: KitClient
    prices: dict[Symbol, Decimal]
    books: Books = field(default_factory=Books)
    orders: dict[str, str] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    shapes: dict[str, str] = field(default_factory=dict)

    async def hour(self, number: int) -> None:
        """Have an hour pass with all that is written for it."""
        for deal in DEALS.get(number, ()):
            await self._do(deal)
        prices = PRICES.get(number, {})
        await self.ring.prices(600, **prices)
        self.prices |= {Symbol(base, "USDT"): Decimal(price) for base, price in prices.items()}
        for seat, says in MINDS.get(number, {}).items():
            self.ring[seat].says.append(says)
        await self.ring.cycle(3_600)
        await self.ring.service.app.services.desk.settle()
        self._happened(number)

    def truth(self) -> Facts:
        """Return what everybody has to tell now."""
        states = {f"order {self.orders[name]}": state for name, state in self.states.items()}
        shapes = {self.shapes[name]: state for name, state in self.states.items()}
        return {**self.books.facts(self.prices), **states, **shapes}

    async def _do(self, deal: Deal) -> None:
        if deal.verb == "execute":
            order = await self.client.trade.execute(**deal.params)
            self.orders[deal.name], self.states[deal.name] = order.orderId, order.status
            self.shapes[deal.name] = shape(deal.params["action"], _pair(deal), deal.params["amount"])
            if deal.params["type"] == "market":
                self._traded(deal.params["action"], _pair(deal), Decimal(str(deal.params["amount"])))
        elif deal.verb == "cancel":
            await self.client.trade.cancel(self.orders[deal.name])
            self.states[deal.name] = "cancelled"
        else:
            pair = deal.params["pair"]
            listed = (await self.client.trade.positions()).positions
            [held] = [each for each in listed if each.pair == str(pair)]
            share = Decimal(deal.params["percentage"]) / 100
            amount = self.books.held[pair].amount * share
            closed = await self.client.trade.close(held.id, percentage=deal.params["percentage"])
            self.orders[deal.name], self.states[deal.name] = closed.orderId, "filled"
            self.shapes[deal.name] = shape("sell", pair, amount)
            self._traded("sell", pair, amount)

    def _traded(self, side: str, pair: Symbol, amount: Decimal) -> None:
        """Book what fills at once: it takes the quote, a tick from the last price."""
        tick = TICKS[pair] if side == "buy" else -TICKS[pair]
        self.books.fill(side, pair, amount, self.prices[pair] + tick)

    def _happened(self, number: int) -> None:
        """Book what an hour had in store.

        The market leaps over limit and stop, and fills at where it lands: better for the limit, and for the
        stop half a thousandth worse, which is the slippage.
        """
        if number == 2:
            self.states["dip"] = "filled"
            self.books.fill("buy", ETH, Decimal(1), self.prices[ETH])
        if number == 7:
            self.books.fill("sell", BNB, Decimal(10), Decimal("477.76"))


def shape(side: str, pair: object, amount: object) -> str:
    """Return how an order is spoken of where it has another id: no two of the day are alike."""
    return f"{side.lower()} {Decimal(str(amount)).normalize():f} {pair}"


def _pair(deal: Deal) -> Symbol:
    base, _, quote = str(deal.params["pair"]).partition("/")
    return Symbol(base, quote)


def agree(said: Any, truth: Any) -> bool:
    """Return whether two figures are the same, as exactly as the first was printed."""
    if not isinstance(said, Decimal):
        return bool(said == truth)
    unit = Decimal(1).scaleb(int(said.as_tuple().exponent))
    return bool(abs(said - truth) <= unit / 2)


def disagreements(told: Mapping[str, Facts], truth: Facts) -> list[tuple[str, str, Any, Any]]:
    """Return who tells something else than the truth: who, about what, what it tells, and what is true."""
    return [
        (surface, name, value, truth.get(name))
        for surface, said in told.items()
        for name, value in said.items()
        if name not in truth or not agree(value, truth[name])
    ]


def exact(value: Any) -> Decimal:
    """Return a figure of JSON, which has eight places that count."""
    return Decimal(str(value)).quantize(Decimal("1e-8"))
