"""What two models of the arena have made of their money, by plain arithmetic, and who tells of it."""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from kit.client import KitClient
from tests.surfaces.day import FEE, TICKS, Facts, exact
from tests.surfaces.tellers import World
from tests.tools.contests.house import PRICES
from trading.symbols import Symbol, parse_symbol

MONEY = Decimal(100)
SLIPPAGE = Decimal("0.0005")
SEATS = ("LLM-A", "LLM-B")


@dataclass
class Bet:
    """A position of a model: `side` is 1 for a long and -1 for a short."""

    side: int
    amount: Decimal
    entry: Decimal

    def won(self, price: Decimal) -> Decimal:
        """Return what it has won at a price."""
        return self.side * self.amount * (price - self.entry)


@dataclass
class Seat:
    """The account of a model."""

    balance: Decimal = MONEY
    fees: Decimal = Decimal(0)
    closed: int = 0
    held: dict[Symbol, Bet] = field(default_factory=dict)

    def decides(self, says: str, prices: Mapping[Symbol, Decimal]) -> None:
        """Carry out an answer at the prices of its cycle: quotes a tick from the last, and slipped."""
        told = json.loads(says)
        pair = parse_symbol(told["symbol"])
        if told["action"] == "CLOSE":
            bet = self.held.pop(pair)
            price = _taken(pair, -bet.side, prices[pair])
            self._pays(bet.amount * price)
            self.balance, self.closed = self.balance + bet.won(price), self.closed + 1
            return
        side = 1 if told["action"] == "BUY" else -1
        step = Decimal(PRICES[pair][2])
        quote = prices[pair] + side * TICKS[pair]
        amount = (Decimal(str(told["quantity_usd"])) / quote / step).to_integral_value(ROUND_FLOOR) * step
        self.held[pair] = Bet(side, amount, _taken(pair, side, prices[pair]))
        self._pays(amount * self.held[pair].entry)

    def facts(self, name: str, prices: Mapping[Symbol, Decimal]) -> Facts:
        """Return what has to be told of it."""
        won = {pair: bet.won(prices[pair]) for pair, bet in self.held.items()}
        equity = self.balance + sum(won.values())
        return {
            f"balance {name}": self.balance,
            f"equity {name}": equity,
            f"pnl {name}": equity - MONEY,
            f"percent {name}": (equity - MONEY) / MONEY * 100,
            f"fees {name}": self.fees,
            f"closed {name}": self.closed,
            **{f"size {name} {pair}": bet.amount for pair, bet in self.held.items()},
            **{f"entry {name} {pair}": bet.entry for pair, bet in self.held.items()},
            **{f"won {name} {pair}": money for pair, money in won.items()},
        }

    def _pays(self, notional: Decimal) -> None:
        fee = (notional * FEE).quantize(Decimal("1e-8"), ROUND_FLOOR)
        self.balance, self.fees = self.balance - fee, self.fees + fee


def _taken(pair: Symbol, side: int, last: Decimal) -> Decimal:
    """Return at which price who buys (1) or sells (-1) is served."""
    tick = TICKS[pair]
    slipped = (last + side * tick) * (1 + side * SLIPPAGE)
    rounding = ROUND_CEILING if side > 0 else ROUND_FLOOR
    return (slipped / tick).to_integral_value(rounding) * tick


def _accounts(told: Any) -> Facts:
    found: Facts = {}
    for each in told["accounts"]:
        if (name := each["name"]) in SEATS:
            found |= {f"{word} {name}": exact(each[word]) for word in ("balance", "equity", "pnl", "fees")}
            found[f"closed {name}"] = each["trades"]
            found |= _bets(name, each["positions"], "pair", "amount", "entryPrice", "unrealized")
    return found


def _bets(name: str, held: Any, *words: str) -> Facts:
    pair, amount, entry, won = words
    found: Facts = {}
    for each in held:
        symbol = parse_symbol(each[pair])
        found[f"size {name} {symbol}"] = exact(each[amount])
        found[f"entry {name} {symbol}"] = exact(each[entry])
        found[f"won {name} {symbol}"] = exact(each[won])
    return found


async def _socket(world: World) -> Facts:
    async with KitClient(world.service.url) as client:
        told = _accounts(await client.arena.accounts())
        lines = (await client.arena.leaderboard()).lines
    for each in lines:
        if each.name in SEATS:
            assert told[f"equity {each.name}"] == exact(each.equity)
            assert told[f"pnl {each.name}"] == exact(each.pnl)
            told[f"percent {each.name}"] = exact(each.totalReturn * 100)
    return told


async def _resources(world: World) -> Facts:
    return _accounts(await world.get("/api/v2/arena/accounts"))


async def _its_own(world: World) -> Facts:
    """Return what the API of the leaderboard tells, in its own words."""
    found: Facts = {}
    for each in await world.get("/llm/trading/accounts"):
        name = each["llm_id"]
        found[f"balance {name}"] = exact(each["balance_usdt"])
        found[f"equity {name}"] = exact(each["equity_usdt"])
        found[f"pnl {name}"] = exact(each["total_pnl"])
        found[f"closed {name}"] = each["total_trades"]
    for each in await world.get("/llm/trading/positions"):
        found |= _bets(each["llm_id"], [each], "symbol", "quantity", "entry_price", "unrealized_pnl")
    for each in await world.get("/llm/trading/leaderboard"):
        # Here it is what the account is worth.
        assert exact(each["balance_usdt"]) == found[f"equity {each['llm_id']}"]
        assert exact(each["total_pnl"]) == found[f"pnl {each['llm_id']}"]
    return found


async def _chat(world: World) -> Facts:
    shown = await world.read("/leaderboard")
    lines = re.findall(r"(LLM-\w)\*?\*? · ([+\-]?[\d.]+)%.*?trades (\d+),.*?fees ([\d.]+)", shown, re.DOTALL)
    found: Facts = {}
    for name, percent, closed, fees in lines:
        found |= {f"percent {name}": Decimal(percent), f"closed {name}": int(closed)}
        found[f"fees {name}"] = Decimal(fees)
    assert len(found) == 3 * len(SEATS)
    return found


ARENA: Mapping[str, Callable[[World], Awaitable[Facts]]] = {
    "arena by WebSocket": _socket,
    "arena by /api/v2": _resources,
    "arena by its own API": _its_own,
    "arena in chat": _chat,
}
"""Who tells something of the arena."""
