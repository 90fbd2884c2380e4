"""What a cycle of the arena takes beyond its slowest model, beside the bare wait for the same models.

Each model thinks for a fifth of a second and opens a position with stop-loss and take-profit, all at the same
moment. Time goes on by five minutes from cycle to cycle, as far as the market is concerned.
"""

import asyncio
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import count
from pathlib import Path

from bench.figures import Figure, Promise
from bench.measure import percentile
from kit.arena import frozen_by
from kit.garbage import settle
from kit.logs import configure
from memory.database import Database
from tools.contests.arena import Arena, Plan
from tools.contests.boards import Boards
from tools.contests.engine import Engine
from tools.contests.floors import HouseFloors
from tools.contests.parts import Parts
from tools.events import EventBus
from trading.exchanges.simulated import SimulatedMarket
from trading.locks import Locks
from trading.risk.gate import RiskGate
from trading.runs.asking import Answer, Asked, Decides
from trading.runs.baseline_decider import BaselineDecider
from trading.runs.contest import Contest
from trading.runs.cycle import CycleKind
from trading.runs.decision import Action, RunDecision
from trading.runs.record import DeciderKind, DeciderSpec
from trading.runs.shelf import Shelf

ADDED = Promise(target=200, floor=400, at_most=True)
AGAIN = Promise(target=10, floor=100, at_most=True)

THINKS = 0.2
CYCLES = 20
MODELS = (3, 20)
EARLIER = 1_000
"""How many cycles there were before, in the second measurement of the few models."""

START = datetime(2026, 1, 1, tzinfo=UTC)
FIVE = timedelta(minutes=5)


class Leaping:
    """The time of the machine from a moment on, and what has been leapt over."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._leapt = timedelta(0)

    def now(self) -> datetime:
        """Return the current moment."""
        return START + self._leapt + timedelta(seconds=time.monotonic() - self._began)

    def leap(self) -> None:
        """Go on by five minutes."""
        self._leapt += FIVE

    async def sleep(self, seconds: float) -> None:
        """Return once `seconds` of real time have passed."""
        await asyncio.sleep(seconds)


@dataclass
class Thinker:
    """A model that thinks, opens a position in each cycle, and closes it in the next."""

    deciders: "Thinkers"
    number: int
    provider = "offline"
    model = "thinker"

    async def decide(self, asked: Asked) -> Answer:
        """Return a decision."""
        await asyncio.sleep(self.deciders.thinks)
        held = asked.view.positions
        if held and not self.deciders.opens:
            return Answer(self.model, RunDecision(Action.CLOSE, held[0].symbol, reasoning="enough"))
        taken = {each.symbol for each in held}
        pair = next(each for each in asked.run.symbols if each not in taken)
        decision = RunDecision(
            Action.BUY if self.number % 2 else Action.SELL,
            pair,
            Decimal(12),
            Decimal(2),
            stop_loss=Decimal("0.1"),
            take_profit=Decimal("0.2"),
            reasoning="It is time.",
        )
        return Answer(self.model, decision)


class Thinkers:
    """Models that think for as long as they are told, beside the baselines."""

    def __init__(self) -> None:
        self.thinks = 0.0
        self.opens = False

    def of(self, spec: DeciderSpec) -> Decides:
        """Return the decider of a run."""
        if spec.kind is DeciderKind.BASELINE:
            return BaselineDecider.of(spec.name, spec.settings)
        return Thinker(self, int(spec.name))


@dataclass
class Stand:
    """An arena on a database of its own."""

    parts: Parts
    clock: Leaping
    deciders: Thinkers
    engine: Engine
    season: Contest

    async def cycle(self, thinks: float, opens: bool) -> float:
        """Have a cycle, and return how many milliseconds it took."""
        self.deciders.thinks, self.deciders.opens = thinks, opens
        self.clock.leap()
        started = time.perf_counter()
        await self.engine.run(self.season.id, CycleKind.TRIGGERED)
        return (time.perf_counter() - started) * 1e3


def measure() -> list[Figure]:
    """Return what cycles take with few and many models, and after many cycles."""
    return asyncio.run(_measure())


async def _measure() -> list[Figure]:
    configure("error")
    # As a service does at its start.
    settle()
    figures: list[Figure] = []
    for models in MODELS:
        with tempfile.TemporaryDirectory(prefix="kit-bench-") as folder:
            async with Database.open(f"sqlite:///{Path(folder) / 'kit.db'}") as database:
                stand = await _stand(database, models)
                figures += await _cycles(stand, models, f"{models} models")
                if models == MODELS[0]:
                    for number in range(EARLIER):
                        await stand.cycle(0, opens=number % 2 == 0)
                    figures += await _cycles(stand, models, f"{models} models after {EARLIER:,} cycles")
                    figures += await _boards(stand)
    return figures


async def _cycles(stand: Stand, models: int, name: str) -> list[Figure]:
    ours: list[float] = []
    bare: list[float] = []
    spent: list[float] = []
    for _ in range(CYCLES):
        # What was opened is closed again, so that there is room.
        await stand.cycle(0, opens=False)
        before = time.process_time()
        ours.append(await stand.cycle(THINKS, opens=True))
        spent.append((time.process_time() - before) * 1e3)
        started = time.perf_counter()
        await asyncio.gather(*(asyncio.sleep(THINKS) for _ in range(models)))
        bare.append((time.perf_counter() - started) * 1e3)
        await stand.cycle(0, opens=False)
    added = [one - other for one, other in zip(ours, bare, strict=True)]
    return [
        Figure(f"cycle, {name} of 200 ms: p50", "ms", percentile(ours, 0.5), percentile(bare, 0.5)),
        Figure(f"cycle, {name}: added to the slowest, p50", "ms", percentile(added, 0.5), None, ADDED),
        Figure(f"cycle, {name}: added to the slowest, p95", "ms", percentile(added, 0.95)),
        Figure(f"cycle, {name}: processor time, p50", "ms", percentile(spent, 0.5)),
    ]


async def _boards(stand: Stand) -> list[Figure]:
    boards, taken = Boards(stand.parts), []
    for _ in range(2):
        started = time.perf_counter()
        await boards.of(stand.season)
        taken.append((time.perf_counter() - started) * 1e3)
    await stand.cycle(0, opens=True)
    started = time.perf_counter()
    await boards.of(stand.season)
    after = (time.perf_counter() - started) * 1e3
    return [
        Figure("leaderboard, first and again", "ms", taken[1], taken[0], AGAIN),
        Figure("leaderboard, after one more cycle", "ms", after, taken[0]),
    ]


async def _stand(database: Database, models: int) -> Stand:
    clock, deciders, locks, shelf = (
        Leaping(),
        Thinkers(),
        Locks(),
        Shelf(database.read, brief=partial(database.read, brief=True)),
    )
    numbers = count()

    def new_id(kind: str) -> str:
        return f"{kind}_{next(numbers):08}"

    floors = frozen_by(database, new_id, RiskGate(lambda: False, locks), locks, shelf)
    parts = Parts(
        database=database,
        market=SimulatedMarket(clock),
        deciders=deciders,
        floors=HouseFloors(floors, floors),
        events=EventBus(database, clock),
        clock=clock,
        new_id=new_id,
        worker="bench",
        shelf=shelf,
    )
    seats: Sequence[tuple[str, DeciderSpec]] = [
        (f"Model {number}", DeciderSpec(DeciderKind.MODEL, str(number))) for number in range(models)
    ]
    season = await Arena(parts, Plan(seats)).ensure()
    return Stand(parts, clock, deciders, Engine(parts), season)
