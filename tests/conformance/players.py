"""Players of the arena that always do the same, so that every list has something in it."""

import asyncio
from dataclasses import dataclass, field
from decimal import Decimal

from agent.arena.deciders import HouseDeciders
from trading.clock import Clock
from trading.runs.asking import Answer, Asked, Decides
from trading.runs.decision import HOLD, Action, RunDecision
from trading.runs.record import DeciderKind, DeciderSpec
from trading.symbols import Symbol, parse_symbol

FIRST, SECOND = parse_symbol("ETH/USDT"), parse_symbol("BNB/USDT")


@dataclass(slots=True)
class Player:
    """Buys two pairs, one a cycle, closes the first, and then holds; waits for the gate before each."""

    model: str
    gate: asyncio.Event
    provider: str = "offline"

    async def decide(self, asked: Asked) -> Answer:
        """Return what is next."""
        await self.gate.wait()
        held = {each.symbol for each in asked.view.positions}
        return Answer(f"{self.provider}:{self.model}", _next(held, bool(asked.view.trades)))


def _next(held: set[Symbol], closed: bool) -> RunDecision:
    if closed:
        return HOLD
    if {FIRST, SECOND} <= held:
        return RunDecision(Action.CLOSE, FIRST, reasoning="enough")
    return RunDecision(
        Action.BUY,
        SECOND if FIRST in held else FIRST,
        size=Decimal(20),
        leverage=Decimal(5),
        stop_loss=Decimal("0.03"),
        take_profit=Decimal("0.1"),
        confidence=Decimal("0.75"),
        reasoning="up",
    )


@dataclass(slots=True)
class Players:
    """Seats players everywhere but where baselines are; while the gate is shut a cycle goes on."""

    clock: Clock
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    provider: str = "offline"

    def __post_init__(self) -> None:
        self.gate.set()

    def of(self, spec: DeciderSpec) -> Decides:
        """Return the decider of a run."""
        if spec.kind is DeciderKind.BASELINE:
            return HouseDeciders({}, self.clock).of(spec)
        return Player(spec.name, self.gate, self.provider)
