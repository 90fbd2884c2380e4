"""A service with an arena in which a test says the prices and what the models answer; all else is real."""

import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from agent.arena.deciders import HouseDeciders
from agent.arena.seats import SYMBOLS
from agent.models.port import Completion, Model, ModelRequest, Usage
from agent.models.scripted import Reply, ScriptedModel
from tests.service import NOON, Running, running
from tools.contests.service import Contests
from tools.context import Context
from tools.errors import CallError, Code
from tools.policy import LOCAL_OWNER, Principal
from trading.clock import Clock, ManualClock
from trading.exchanges.scripted import ScriptedMarket, instrument
from trading.runs.asking import Decides
from trading.runs.record import DeciderSpec
from trading.symbols import Symbol

FIVE = 300.0


class LeapingClock(ManualClock):
    """A clock that can go on at once, as that of a machine which slept: each sleeper wakes once."""

    async def leap(self, seconds: float) -> None:
        """Move the clock forward, and then wake whoever should have been woken meanwhile."""
        self._now += timedelta(seconds=seconds)
        await self.advance(0)


ETH, BNB, XRP, DOGE, ADA, AVAX = SYMBOLS

PRICES: Mapping[Symbol, tuple[str, str, str]] = {
    ETH: ("2000", "0.01", "0.0001"),
    BNB: ("500", "0.01", "0.001"),
    XRP: ("2", "0.0001", "0.1"),
    DOGE: ("0.2", "0.00001", "1"),
    ADA: ("0.5", "0.0001", "0.1"),
    AVAX: ("20", "0.01", "0.01"),
}
"""Price, tick and step of every pair of the arena. A side costs 0.1 %; the book stands a tick either side."""

USAGE = Usage(1_000, 100)


def written(action: str, pair: Symbol | None = None, **more: Any) -> str:
    """Return an answer as a model writes it; what is left out is null."""
    fields = {
        "action": action,
        "symbol": None if pair is None else pair.joined,
        "quantity_usd": None,
        "leverage": None,
        "stop_loss_pct": None,
        "take_profit_pct": None,
        "confidence": 0.9,
        "reasoning": f"{action} it is.",
        "strategy": "momentum",
    }
    return json.dumps({**fields, **more})


def buys(pair: Symbol = ETH, size: float = 20, leverage: float = 2, **more: Any) -> str:
    """Return the answer that opens a long."""
    return written("BUY", pair, quantity_usd=size, leverage=leverage, **more)


def sells(pair: Symbol = ETH, size: float = 20, leverage: float = 2, **more: Any) -> str:
    """Return the answer that opens a short."""
    return written("SELL", pair, quantity_usd=size, leverage=leverage, **more)


def closes(pair: Symbol = ETH) -> str:
    """Return the answer that closes what is open of a pair."""
    return written("CLOSE", pair)


HOLDS = written("HOLD")


class Mind(ScriptedModel):
    """A model that gives the answers in `says`, one a request, and HOLD when there are no more."""

    def __init__(self, name: str) -> None:
        self.says: deque[str | Reply | Callable[[ModelRequest], str]] = deque()
        super().__init__(self._answered, name)

    def _answered(self, request: ModelRequest) -> Reply:
        said = self.says.popleft() if self.says else HOLDS
        text = said(request) if callable(said) else said
        return Completion(text, self.name, usage=USAGE) if isinstance(text, str) else text


class Minds:
    """Finds deciders as the house does; models can be taken away and put in."""

    def __init__(self, models: Mapping[str, Model], clock: Clock) -> None:
        self.models = dict(models)
        self.clock = clock

    def of(self, spec: DeciderSpec) -> Decides:
        """Return the decider of a run; raise UnknownDecider."""
        return HouseDeciders(self.models, self.clock).of(spec)


@dataclass(frozen=True, slots=True)
class Ring:
    """A service whose arena is on, at a moment at which nothing goes on in it."""

    service: Running
    clock: LeapingClock
    market: ScriptedMarket
    minds: Minds

    def __getitem__(self, seat: str) -> Mind:
        """Return the model in a seat: A sits in LLM-A."""
        mind = self.minds.models[f"openai:{seat.lower()}"]
        assert isinstance(mind, Mind)
        return mind

    @property
    def contests(self) -> Contests:
        """The contests of the service."""
        return self.service.app.services.contests

    async def call(self, method: str, /, who: Principal = LOCAL_OWNER, **params: Any) -> Any:
        """Return what a capability answers, as JSON."""
        context = Context(who, self.service.app.services, self.service.app.registry)
        return (await self.service.app.registry.call(method, params, context)).model_dump(mode="json")

    async def code(self, method: str, /, who: Principal = LOCAL_OWNER, **params: Any) -> Code | None:
        """Return the code a call fails with, None when it does not."""
        try:
            await self.call(method, who, **params)
        except CallError as error:
            return error.reason
        return None

    async def cycle(self, seconds: float = FIVE) -> None:
        """Let so much time pass, and what is due at its end come to its end."""
        await self.clock.leap(seconds)
        await self.settled()

    async def settled(self) -> None:
        """Have what is due now begin, and return when it has ended."""
        await self.contests.keeper.step()
        await self.contests.keeper.settled()

    async def prices(self, after: float = 0, **prices: float | str) -> None:
        """Let the market trade at these prices, by base, so many seconds from now."""
        at = self.clock.now() + timedelta(seconds=after)
        for base, price in prices.items():
            self.market.trade(Symbol(base, "USDT"), str(price), at=at)

    async def decisions(self, seat: str, limit: int = 100) -> list[dict[str, Any]]:
        """Return what a seat has decided, oldest first."""
        found = await self.call("arena.decisions", name=f"LLM-{seat}", limit=limit)
        return list(reversed(found["decisions"]))

    async def outcomes(self, seat: str) -> list[tuple[str | None, str | None]]:
        """Return what came of each decision of a seat, and what was against it, oldest first."""
        return [(each["outcome"], each["fault"]) for each in await self.decisions(seat)]

    async def account(self, seat: str) -> dict[str, Any]:
        """Return the account of a seat."""
        [found] = (await self.call("arena.accounts", name=f"LLM-{seat}"))["accounts"]
        return dict(found)


async def a_market(clock: LeapingClock, kind: type[ScriptedMarket] = ScriptedMarket) -> ScriptedMarket:
    """Return a market that has stood still for an hour, at the end of which the clock stands."""
    market = kind(
        clock,
        {
            instrument(str(symbol), tick=tick, step=step, min_amount=step): price
            for symbol, (price, tick, step) in PRICES.items()
        },
    )
    await clock.leap(3_600)
    return market


@asynccontextmanager
async def ring(
    home: Path,
    seats: str = "AB",
    *,
    kind: type[ScriptedMarket] = ScriptedMarket,
    again: "Ring | None" = None,
    clock: LeapingClock | None = None,
    **settings: Any,
) -> AsyncIterator[Ring]:
    """Run a service with a model in each seat; its first cycle has not begun, and is due.

    With another ring, whose service has ended, market, models and clock go on in a new one.
    """
    if clock is None:
        clock = LeapingClock(NOON - timedelta(hours=1)) if again is None else again.clock
    prices = await a_market(clock, kind) if again is None else again.market
    names = {f"openai:{each.lower()}": Mind(f"openai:{each.lower()}") for each in seats}
    minds = Minds(names, clock) if again is None else again.minds
    wanted = {
        "arena": True,
        "embeddings": "off",
        "arena_models": True,
        "openai_api_key": "sk-proj-canary",
        "arena_seats": ",".join(f"LLM-{each}=openai:{each.lower()}" for each in seats),
    }
    async with running(
        home,
        clock=clock,
        market=prices,
        model=ScriptedModel([]),
        deciders=minds,
        **{**wanted, **settings},
    ) as service:
        found = Ring(service, clock, prices, minds)
        if found.contests.arena is not None:
            await found.contests.arena.ensure()
        yield found


def figure(text: Any) -> Decimal:
    """Return a figure of an answer as exact as it was written."""
    return Decimal(str(text))
