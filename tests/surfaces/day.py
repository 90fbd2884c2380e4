"""A day of trading as a script, and what it comes to, reckoned here by plain arithmetic."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import aiohttp

from kit.client import KitClient
from tests.tools.contests.house import FIVE, Ring, buys, closes, sells
from trading.symbols import parse_symbol

D = Decimal
ZERO = D(0)
FEE = D("0.001")
ETH, BNB, ADA = "ETH/USDT", "BNB/USDT", "ADA/USDT"
CYCLES_AN_HOUR = 12

RUN = {
    "strategy_name": "TestStrategy",
    "strategy_params": {"period": 5, "threshold": 0.02},
    "symbols": [ADA],
    "timeframe": "5m",
    "initial_cash": 10_000,
    "exchange": "paper",
    "mode": "paper",
}

Facts = dict[str, Any]


@dataclass
class Lot:
    """What is open of a pair: `cost` is its notional, `fees` those of entering; `margin` is none for spot."""

    sign: int = 1
    amount: Decimal = ZERO
    cost: Decimal = ZERO
    fees: Decimal = ZERO
    margin: Decimal = ZERO

    def worth(self, price: Decimal) -> Decimal:
        """Return what it has won or lost at a price."""
        return self.sign * (self.amount * price - self.cost)


@dataclass
class Ledger:
    """An account as its fills make it."""

    cash: Decimal
    lots: dict[str, Lot] = field(default_factory=dict)
    realized: Decimal = ZERO
    fees: Decimal = ZERO
    fills: list[tuple[Any, ...]] = field(default_factory=list)
    orders: list[tuple[Any, ...]] = field(default_factory=list)

    def enters(self, side: str, pair: str, amount: str, price: str, leverage: int = 0) -> None:
        """Add a fill that opens: from cash alone, or on margin with a leverage."""
        many, at = D(amount), D(price)
        cost, fee = many * at, many * at * FEE
        lot = self.lots.setdefault(pair, Lot(1 if side == "buy" else -1))
        margin = cost / leverage if leverage else D(0)
        self.cash -= (margin or cost) + fee
        lot.amount, lot.cost, lot.fees = lot.amount + many, lot.cost + cost, lot.fees + fee
        lot.margin += margin
        self._note(side, pair, many, at, fee, None)

    def leaves(self, pair: str, amount: str, price: str) -> None:
        """Add a fill that closes a part, or all, of what is open."""
        many, at = D(amount), D(price)
        lot, fee = self.lots[pair], D(amount) * D(price) * FEE
        share = many / lot.amount
        cost, paid, margin = lot.cost * share, lot.fees * share, lot.margin * share
        won = lot.sign * (many * at - cost)
        self.cash += (margin + won if margin else many * at) - fee
        lot.amount, lot.cost, lot.fees = lot.amount - many, lot.cost - cost, lot.fees - paid
        lot.margin -= margin
        if not lot.amount:
            del self.lots[pair]
        self.realized += won - fee - paid
        self._note("sell" if lot.sign > 0 else "buy", pair, many, at, fee, won - fee - paid)

    def _note(self, *fill: Any) -> None:
        self.fees += fill[4]
        self.fills.insert(0, fill)

    def facts(self, prices: dict[str, Decimal]) -> Facts:
        """Return everything that can be told of it at these prices."""
        spot = {pair.partition("/")[0]: lot.amount for pair, lot in self.lots.items() if not lot.margin}
        won = {pair: lot.worth(prices[pair]) for pair, lot in self.lots.items()}
        margin = sum((lot.margin for lot in self.lots.values()), D(0))
        held = sum((won[pair] + (lot.margin or lot.cost) for pair, lot in self.lots.items()), D(0))
        return {
            "balances": {"USDT": self.cash, **spot},
            "cash": self.cash,
            "margin": margin,
            "worth": self.cash + held,
            "sides": {pair: "long" if lot.sign > 0 else "short" for pair, lot in self.lots.items()},
            "sizes": {pair: lot.amount for pair, lot in self.lots.items()},
            "entries": {pair: lot.cost / lot.amount for pair, lot in self.lots.items()},
            "unrealized": won,
            "prices": {pair: prices[pair] for pair in (ETH, BNB)},
            "realized": self.realized,
            "fees": self.fees,
            "fills": list(self.fills),
            "orders": list(self.orders),
        }


@dataclass
class Day:
    """A day that is played: the service, who trades by a client, and what there has to be."""

    played: Ring
    client: KitClient
    main: Ledger = field(default_factory=lambda: Ledger(D(100_000)))
    seat: Ledger = field(default_factory=lambda: Ledger(D(100)))
    run: Ledger = field(default_factory=lambda: Ledger(D(10_000)))
    prices: dict[str, Decimal] = field(default_factory=lambda: {ETH: D(2_000), BNB: D(500), ADA: D("0.5")})
    hours: int = 0

    async def until(self, hour: int, **prices: str) -> None:
        """Let time pass up to an hour, five minutes at a time, at the end of which the market moves."""
        for _ in range((hour - self.hours) * CYCLES_AN_HOUR - 1):
            await self.played.cycle()
        self.hours = hour
        desk = self.played.service.app.services.desk
        await self.played.clock.leap(FIVE - 1)
        # Whoever looks a second before the move sees the trade itself, and no minute that opened with it.
        await desk.settle()
        await self.played.prices(1, **prices)
        await self.played.clock.leap(1)
        self.prices |= {f"{base}/USDT": D(price) for base, price in prices.items()}
        await desk.settle()
        await self.played.settled()

    async def orders(self, **order: Any) -> Any:
        """Place an order."""
        return await self.client.trade.execute(**{"amount_type": "base", "type": "market", **order})

    async def posts(self, path: str, **body: Any) -> None:
        """Ask for something in the words of another API."""
        address = f"{self.played.service.http}{path}"
        async with aiohttp.ClientSession() as session, session.post(address, json=body) as response:
            assert response.status < 300, await response.text()

    def ordered(
        self, pair: str, side: str, kind: str, state: str, amount: str, trigger: str | None = None
    ) -> None:
        """Expect one more order, filled whole or not at all."""
        filled = D(amount) if state == "filled" else ZERO
        at = None if trigger is None else D(trigger)
        self.main.orders.insert(0, (pair, side, kind, at, state, D(amount), filled))

    def becomes(self, kind: str, state: str, trigger: str | None = None) -> None:
        """Expect the waiting order of this type and trigger to stand elsewhere now."""
        at = None if trigger is None else D(trigger)
        orders = self.main.orders
        [number] = [n for n, each in enumerate(orders) if each[2:5] == (kind, at, "open")]
        amount = orders[number][5]
        orders[number] = (*orders[number][:4], state, amount, amount if state == "filled" else ZERO)


async def morning(day: Day) -> None:
    """Buy in two parts, leave a limit order behind, and go short with a stop; the seat and a run go long."""
    await day.posts("/cracktrader/api/v1/run/live", **RUN)
    await day.orders(action="buy", pair=ETH, amount=3)
    day.main.enters("buy", ETH, "3", "2000.01")
    day.ordered(ETH, "buy", "market", "filled", "3")
    await day.until(2, ETH="2040", ADA="0.55")
    await day.orders(action="buy", pair=ETH, amount=1)
    day.main.enters("buy", ETH, "1", "2040.01")
    day.ordered(ETH, "buy", "market", "filled", "1")
    await day.orders(action="buy", pair=ETH, amount=1, type="limit", price=1990)
    day.ordered(ETH, "buy", "limit", "open", "1")
    # 20 USDT at the ask, cut to steps of 0.0001, and filled 0.05 % above it.
    day.played["A"].says.append(buys(parse_symbol(ETH), 20, 2))
    await day.until(3)
    # Its money would buy more than the 20 levels of 10, a tick apart, that the book shows.
    day.run.enters("buy", ADA, "200", "0.55105")
    day.seat.enters("buy", ETH, "0.0098", "2041.04", 2)
    await day.orders(action="sell", pair=BNB, amount=8, leverage=2, stop_loss=530)
    day.main.enters("sell", BNB, "8", "499.99", 2)
    day.ordered(BNB, "sell", "market", "filled", "8")
    day.ordered(BNB, "buy", "stop", "open", "8", "530")
    # Where the venue would liquidate: (margin + cost) / (8 * 1.005), up to the next tick.
    day.ordered(BNB, "buy", "stop", "open", "8", "746.26")


async def noon(day: Day) -> None:
    """Let the limit order fill, and close two fifths of what is held."""
    await day.until(6, ETH="1985", BNB="510")
    day.main.enters("buy", ETH, "1", "1990")
    day.becomes("limit", "filled")
    await day.until(8, ETH="2060")
    [held] = [each for each in (await day.client.trade.positions())["positions"] if each["pair"] == ETH]
    await day.client.trade.close(position_id=held["id"], percentage=40)
    day.main.leaves(ETH, "2", "2059.99")
    day.ordered(ETH, "sell", "market", "filled", "2")
    day.played["A"].says.append(sells(parse_symbol(BNB), 20, 2))
    await day.until(9)
    # 20 USDT at the bid, cut to steps of 0.001, and filled 0.05 % below it.
    day.seat.enters("sell", BNB, "0.039", "509.73", 2)


async def evening(day: Day) -> None:
    """Let the stop fire, and leave an order behind that is canceled later; the seat closes its long."""
    await day.until(12, BNB="531", ADA="0.5")
    day.main.leaves(BNB, "8", "531.01")
    day.becomes("stop", "filled", "530")
    day.becomes("stop", "cancelled", "746.26")
    waits = await day.orders(action="sell", pair=ETH, amount=1, type="limit", price=2500)
    day.ordered(ETH, "sell", "limit", "open", "1")
    day.played["A"].says.append(closes(parse_symbol(ETH)))
    await day.until(15)
    day.run.leaves(ADA, "200", "0.49895")
    day.seat.leaves(ETH, "0.0098", "2058.96")
    await day.client.trade.cancel(order_id=waits["orderId"])
    day.becomes("limit", "cancelled")


async def night(day: Day) -> None:
    """Sell some more, buy the other pair, and leave an order waiting at the end of the day."""
    await day.until(20, ETH="2100", BNB="520", ADA="0.56")
    await day.orders(action="sell", pair=ETH, amount="0.5")
    day.main.leaves(ETH, "0.5", "2099.99")
    day.ordered(ETH, "sell", "market", "filled", "0.5")
    await day.posts("/cryptofunk/api/v1/orders", symbol=BNB, side="BUY", type="MARKET", quantity=2)
    day.main.enters("buy", BNB, "2", "520.01")
    day.ordered(BNB, "buy", "market", "filled", "2")
    await day.orders(action="buy", pair=BNB, amount=1, type="limit", price=450)
    day.ordered(BNB, "buy", "limit", "open", "1")
    await day.until(24, ETH="2080", BNB="525")
    day.run.enters("buy", ADA, "200", "0.56105")


SCRIPT: Sequence[Any] = (morning, noon, evening, night)
"""The parts of the day: at the end of each everybody is asked."""
