"""An arena whose market and deciders follow from a seed and the moment alone: each process has the same.

Whatever is decided in a cycle, and whatever it costs there, is the same however often the cycle is gone on
with; so curves can be held against those of a process that nothing happened to.
"""

import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import count
from math import exp
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from kit.arena import frozen_by
from memory.database import Database
from tests.service import begin
from tools.contests.arena import Arena, Plan
from tools.contests.engine import Engine
from tools.contests.floors import HouseFloors
from tools.contests.parts import Floors, Parts
from tools.contests.replaying import Copy
from tools.events import EventBus
from trading.clock import Clock, ManualClock
from trading.errors import ExchangeUnavailable, UnknownSymbol
from trading.exchanges.scripted import instrument
from trading.locks import Locks
from trading.model import Candle, EquityPoint, Instrument, Source, Ticker
from trading.ports import MarketData, NewId
from trading.risk.gate import RiskGate
from trading.runs.asking import Answer, Asked, Decides
from trading.runs.baseline_decider import BaselineDecider
from trading.runs.contest import Contest
from trading.runs.cycle import Cycle
from trading.runs.decision import HOLD, Action, RunDecision
from trading.runs.record import DeciderKind, DeciderSpec
from trading.runs.shelf import Shelf
from trading.symbols import Symbol
from trading.timeframes import Timeframe

START = datetime(2026, 11, 20, 12, tzinfo=UTC)
FIVE = timedelta(minutes=5)
MINUTE = Timeframe.M1

PAIRS = tuple(Symbol(base, "USDT") for base in ("ETH", "BNB", "DOGE"))
PRICES = {PAIRS[0]: 2_000.0, PAIRS[1]: 600.0, PAIRS[2]: 0.2}
RULES = {PAIRS[2]: instrument("DOGE/USDT", tick="0.00001", step="1", min_amount="1")}

BEFORE = timedelta(hours=26)
CHUNK = 720
"""Of how many minutes the walk of a pair is made at once."""

SILENT = 12
"""One in how many looks a pair does not answer; one cycle in as many squared has no market at all."""


def _lot(*named: Any) -> Random:
    return Random("/".join(map(str, named)))


@cache
def _walk(seed: int, symbol: Symbol, chunk: int) -> tuple[float, ...]:
    """Return the logarithms of the prices of one chunk of minutes, and what the next one begins with."""
    lot = _lot(seed, symbol, chunk)
    height = _walk(seed, symbol, chunk - 1)[-1] if chunk > 0 else 0.0
    found = [height]
    for _ in range(CHUNK):
        jump = lot.choice((-0.12, 0.12)) if lot.random() < 0.004 else 0.0
        height = height * 0.995 + lot.gauss(0, 0.004) + jump
        found.append(height)
    return tuple(found)


class Wandering:
    """A market that wanders and jumps, and whose pairs are silent now and then."""

    exchange = "wandering"
    source = Source.SIMULATED
    edition = ""

    def __init__(self, clock: Clock, seed: int) -> None:
        self._clock = clock
        self._seed = seed

    async def instrument(self, symbol: Symbol) -> Instrument:
        """Return the rules of a pair."""
        if symbol not in PRICES:
            raise UnknownSymbol(f"{symbol} is not traded here")
        return RULES.get(symbol) or instrument(str(symbol), step="0.0001", min_amount="0.0001")

    async def ticker(self, symbol: Symbol) -> Ticker:
        """Return the price of the minute that has just begun."""
        at = self._clock.now()
        dark = _lot(self._seed, at).randrange(SILENT**2) == 0
        if dark or _lot(self._seed, symbol, at).randrange(SILENT) == 0:
            raise ExchangeUnavailable(f"nobody knows what {symbol} costs")
        rules = await self.instrument(symbol)
        last = self._price(symbol, MINUTE.floor(at), rules.tick)
        return Ticker(
            symbol=symbol,
            bid=last - rules.tick,
            ask=last + rules.tick,
            last=last,
            high_24h=last,
            low_24h=last,
            open_24h=last,
            volume_24h=Decimal(1),
            at=at,
            source=self.source,
            exchange=self.exchange,
        )

    async def candles(
        self,
        symbol: Symbol,
        timeframe: Timeframe,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 100,
    ) -> Sequence[Candle]:
        """Return closed candles."""
        end = timeframe.floor(min(until or self._clock.now(), self._clock.now()))
        first = since or max(end - timeframe.span * limit, timeframe.floor(START - BEFORE))
        number = min((end - first) // timeframe.span, limit)
        return [_candle(self, symbol, timeframe, first + timeframe.span * each) for each in range(number)]

    def _price(self, symbol: Symbol, minute: datetime, tick: Decimal) -> Decimal:
        place, rest = divmod((minute - START + BEFORE * 2) // MINUTE.span, CHUNK)
        price = PRICES[symbol] * exp(_walk(self._seed, symbol, place)[rest])
        return Decimal(price).quantize(tick)

    def candle(self, symbol: Symbol, timeframe: Timeframe, at: datetime) -> Candle:
        """Return a candle, of the prices with which its minutes begin and the one that follows."""
        tick = (RULES.get(symbol) or instrument(str(symbol))).tick
        prices = [
            self._price(symbol, at + MINUTE.span * each, tick)
            for each in range(timeframe.span // MINUTE.span + 1)
        ]
        return Candle(at, prices[0], max(prices), min(prices), prices[-1], Decimal(1))

    def __hash__(self) -> int:
        """Return the same for the same market."""
        return hash(self._seed)

    def __eq__(self, other: object) -> bool:
        """Tell whether another is the same market."""
        return isinstance(other, Wandering) and other._seed == self._seed


@cache
def _candle(market: Wandering, symbol: Symbol, timeframe: Timeframe, at: datetime) -> Candle:
    return market.candle(symbol, timeframe, at)


@dataclass(frozen=True)
class Gambler:
    """Decides by lot: opens, closes, asks for what is refused, and gives no answer now and then."""

    name: str
    provider = "offline"

    @property
    def model(self) -> str:
        """Its name."""
        return self.name

    async def decide(self, asked: Asked) -> Answer:
        """Return what the lot of this moment says."""
        lot = _lot(self.name, asked.snapshot.at)
        if lot.random() < 0.04:
            return Answer(self.name, None, "unreadable", "it made no sense", input_tokens=10, cost=None)
        return Answer(
            self.name,
            self._decision(lot, asked),
            input_tokens=lot.randrange(900),
            output_tokens=lot.randrange(90),
            cost=Decimal(lot.randrange(1, 900)) / 100_000,
            latency_ms=5,
        )

    def _decision(self, lot: Random, asked: Asked) -> RunDecision:
        kind, pair = lot.random(), lot.choice(PAIRS)
        if kind < 0.25:
            return replace(HOLD, reasoning="waiting")
        if kind < 0.45:
            held = [each.symbol for each in asked.view.positions]
            return RunDecision(Action.CLOSE, lot.choice(held) if held else pair, reasoning="enough")
        return RunDecision(
            lot.choice((Action.BUY, Action.SELL)),
            pair,
            Decimal(lot.randrange(9, 43)),
            Decimal(lot.choice((1, 2, 5, 10, 10, 10))),
            stop_loss=Decimal(lot.randrange(1, 9)) / 100 if lot.random() < 0.6 else None,
            take_profit=Decimal(lot.randrange(2, 12)) / 100 if lot.random() < 0.6 else None,
            reasoning=f"the lot of {asked.snapshot.at:%H:%M}",
        )


class Gamblers:
    """Gamblers for models, and the baselines of the house."""

    def of(self, spec: DeciderSpec) -> Decides:
        """Return the decider of a run."""
        if spec.kind is DeciderKind.BASELINE:
            return BaselineDecider.of(spec.name, spec.settings)
        return Gambler(spec.name)


class NewIds:
    """Ids that no two processes share."""

    def __init__(self) -> None:
        self._numbers, self._seed = count(), os.urandom(4).hex()

    def __call__(self, kind: str) -> str:
        """Return the next one."""
        return f"{kind}_{self._seed}{next(self._numbers):06}"


def plan(entrants: int) -> Plan:
    """Return who plays: so many gamblers beside the baselines."""
    seats = [(f"LLM-{number}", DeciderSpec(DeciderKind.MODEL, f"lot:{number}")) for number in range(entrants)]
    return Plan(seats, symbols=PAIRS)


@dataclass
class Stand:
    """An arena over a database, at the moment of its clock."""

    database: Database
    clock: ManualClock
    parts: Parts
    arena: Arena
    engine: Engine
    season: Contest = field(init=False)

    async def step(self) -> Cycle | None:
        """Go on to the next slot and have its cycle; None where it has become somebody else's."""
        season = await self.now()
        assert season.next_at is not None
        await self.clock.advance(max((season.next_at - self.clock.now()).total_seconds(), 0))
        return await self.engine.run(season.id)

    async def now(self) -> Contest:
        """Return the season as it stands."""
        async with self.database.read() as uow:
            return await uow.contests.get(self.season.id) or self.season


Wrapped = Callable[[Parts], Parts]
Curves = Mapping[str, Sequence[EquityPoint]]
"""The curve of each run, by its name."""


def floors_over(database: Database, new_id: NewId, shelf: Shelf | None = None) -> Floors:
    """Return the floors of a service over a database."""
    locks = Locks()
    made = frozen_by(database, new_id, RiskGate(lambda: False, locks), locks, shelf or Shelf(database.read))
    return HouseFloors(made, made)


def copying(new_id: NewId) -> Copy:
    """Return what opens an empty database of its own for a replay."""

    @asynccontextmanager
    async def copy() -> AsyncIterator[tuple[Database, Floors]]:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "kit.db"
            await begin(path)
            async with Database.open(f"sqlite:///{path}") as fresh:
                yield fresh, floors_over(fresh, new_id)

    return copy


@asynccontextmanager
async def stand(
    path: Path, seed: int, entrants: int = 3, late: timedelta = timedelta(0), wrapped: Wrapped | None = None
) -> AsyncIterator[Stand]:
    """Open an arena where it was left, `late` after the moment of its last cycle; its season is on."""
    async with Database.open(f"sqlite:///{path}") as database:
        clock = ManualClock(await _moment(database) + late)
        new_id, shelf = NewIds(), Shelf(database.read)
        market: Any = Wandering(clock, seed)
        parts = Parts(
            database=database,
            market=_typed(market),
            deciders=Gamblers(),
            floors=floors_over(database, new_id, shelf),
            shelf=shelf,
            events=EventBus(database, clock),
            clock=clock,
            new_id=new_id,
            worker=new_id("worker"),
        )
        parts = wrapped(parts) if wrapped else parts
        made = Stand(database, clock, parts, Arena(parts, plan(entrants)), Engine(parts))
        made.season = await made.arena.ensure()
        yield made


def _typed(market: Any) -> MarketData:
    """Return a market of which contests ask for nothing that it lacks."""
    found: MarketData = market
    return found


async def _moment(database: Database) -> datetime:
    async with database.read() as uow:
        seasons = await uow.contests.active()
        cycles = [each for season in seasons for each in await uow.cycles.recent(season.id, 1)]
    return max((each.at for each in cycles), default=START)


async def curves(database: Database, season: Contest) -> Curves:
    """Return the curve of each run, by its name."""
    async with database.read() as uow:
        names = {each.id: each.name for each in await uow.runs.of_contest(season.id)}
        points = await uow.entries.points(season.id)
    return {names[run]: each for run, each in points.items()}
