"""Clients that trade all at once, and an exchange that fails them in every way it can."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from random import Random
from typing import Any

from tests.faults.exchange import Exchange
from tests.faults.house import House
from tests.wire import Frame, Wire

CLIENTS = 4
STEPS = {
    "ETH/USDT": (Decimal("0.0001"), 100),
    "BTC/USDT": (Decimal("0.00001"), 50),
    "BNB/USDT": (Decimal("0.001"), 50),
}
"""Each pair's step, and how many of them the smallest order here has."""

REFUSAL = json.dumps({"code": -2010, "msg": "Account has insufficient balance for requested action."})
POSTED = "POST order"
WEATHER: Sequence[Mapping[str, Any]] = (
    *(
        {"op": "fail", "path": POSTED, "fault": each, "times": 2}
        for each in ("gone", "cut", "half", "doubled")
    ),
    *(
        {"op": "fail", "path": POSTED, "fault": each, "times": 1}
        for each in ("503", "500", "hangs", "stalls")
    ),
    {"op": "fail", "path": POSTED, "fault": "slow", "seconds": 1.5},
    {"op": "bar", "path": POSTED, "fault": "429", "times": 2},
    {"op": "bar", "path": POSTED, "fault": "503", "times": 1},
    {"op": "bar", "path": POSTED, "fault": "gone", "times": 1},
    {"op": "bar", "path": POSTED, "fault": "says", "body": REFUSAL, "status": 400, "times": 2},
    {"op": "hold", "path": POSTED, "seconds": 3},
    {"op": "fail", "path": "DELETE order", "fault": "gone", "times": 1},
    {"op": "bar", "path": "DELETE order", "fault": "503", "times": 1},
    {"op": "fail", "path": "GET order", "fault": "half", "times": 3},
    {"op": "bar", "path": "GET order", "fault": "429", "times": 3},
    {"op": "fail", "path": "GET myTrades", "fault": "cut", "times": 2},
    {"op": "lag", "of": ["orders", "trades"]},
    {"op": "lag", "of": ["trades"]},
    {"op": "catch up"},
    {"op": "mend"},
    {"op": "mend"},
    {"op": "fees", "asset": "BNB"},
    {"op": "fees", "asset": None},
)
"""What may happen at the exchange."""

LONGEST_LAG = 3.0
"""Readers may be behind for so many seconds; no exchange that we know takes longer."""


@dataclass(slots=True)
class Load:
    """Clients on a house; `told` counts what they were answered, `cut` are the requests that never were."""

    service: House
    seed: int
    told: Counter[str] = field(default_factory=Counter)
    cut: dict[str, Frame] = field(default_factory=dict)
    _random: Random = field(init=False)
    _numbers: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        self._random = Random(self.seed)

    async def until_killed(self) -> None:
        """Trade under bad weather, and kill the service in the middle of it."""
        clients = [await self.service.connect() for _ in range(CLIENTS)]
        works = [asyncio.create_task(self._trade(each)) for each in clients]
        weather = asyncio.create_task(self._weather(self.service.exchange))
        # How long is chance; nothing waits for anything here.
        await asyncio.sleep(self._random.uniform(0.2, 4.0))
        for work in (*works, weather):
            work.cancel()
        await self.service.kill()
        for outcome in await asyncio.gather(*works, weather, return_exceptions=True):
            if not isinstance(outcome, asyncio.CancelledError | TypeError | ConnectionError):
                raise AssertionError(outcome)

    async def ask_again(self) -> None:
        """Send what was never answered once more, as the same wish."""
        for name, frame in self.cut.items():
            answer = await self.service.request(frame["method"], frame["params"], name)
            self.told[f"again: {_told(answer)}"] += 1
        self.cut.clear()

    async def _trade(self, client: Wire) -> None:
        while True:
            frame = self._request()
            self.cut[frame["id"]] = frame
            with suppress(TimeoutError):
                await client.send(frame)
                answer = await client.answer(frame["id"])
                del self.cut[frame["id"]]
                self.told[_told(answer)] += 1

    def _request(self) -> Frame:
        number, random = next(self._numbers), self._random
        method, params = random.choice(KINDS)(random, number)
        params = {"account": "live", **params}
        return {"type": "req", "id": f"load-{self.seed}-{number}", "method": method, "params": params}

    async def _weather(self, exchange: Exchange) -> None:
        while True:
            command = dict(self._random.choice(WEATHER))
            await exchange.control(command.pop("op"), **command)
            price = 3000 * (1 + self._random.uniform(-0.05, 0.05))
            await exchange.control("price", pair="ETHUSDT", price=f"{price:.2f}")
            await asyncio.sleep(self._random.uniform(0.1, 1.0))
            if command.get("of"):
                await asyncio.sleep(self._random.uniform(0.1, LONGEST_LAG - 1))
                await exchange.control("catch up")


def _told(answer: Frame) -> str:
    return "ok" if answer["ok"] else str(answer["error"]["code"])


def _amount(pair: str, number: int) -> float:
    """Return an amount that no other order has, so that the exchange's log alone tells a wish done twice."""
    step, least = STEPS[pair]
    return float(step * (least + number))


def _market(random: Random, number: int) -> tuple[str, Frame]:
    pair = random.choice(sorted(STEPS))
    side = random.choice(("buy", "buy", "sell"))
    return "trade.execute", {
        "action": side,
        "pair": pair,
        "type": "market",
        "amountType": "base",
        "amount": _amount(pair, number),
    }


def _protected(random: Random, number: int) -> tuple[str, Frame]:
    return "trade.execute", {
        "action": "buy",
        "pair": "ETH/USDT",
        "type": "market",
        "amountType": "base",
        "amount": _amount("ETH/USDT", number),
        "stopLoss": round(3000 * random.uniform(0.955, 0.985), 2),
        "takeProfit": round(3000 * random.uniform(1.015, 1.045), 2),
    }


def _limit(random: Random, number: int) -> tuple[str, Frame]:
    return "trade.execute", {
        "action": "buy",
        "pair": "ETH/USDT",
        "type": "limit",
        "amount": _amount("ETH/USDT", number),
        "price": round(3000 * random.uniform(0.97, 1.0), 2),
    }


def _cancel_all(random: Random, number: int) -> tuple[str, Frame]:
    return "trade.cancelAll", {}


KINDS: Sequence[Callable[[Random, int], tuple[str, Frame]]] = (
    _market,
    _market,
    _market,
    _protected,
    _limit,
    _limit,
    _cancel_all,
)
"""What clients ask for."""
