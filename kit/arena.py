"""The contests of a service: their engine, the arena's season, and what goes on for them."""

import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import structlog

from agent.arena.seats import INITIAL, SYMBOLS, TIMEFRAME, Seat
from kit.background.loop import Loop
from kit.money import Money
from kit.settings import Settings
from memory.database import Database
from memory.notebook import Notebook
from tools.contests.arena import Arena, Plan
from tools.contests.boards import Boards
from tools.contests.engine import Engine
from tools.contests.floors import HouseFloors
from tools.contests.parts import Parts
from tools.contests.recalling import Recalling
from tools.contests.replaying import Copy
from tools.contests.service import Contests
from tools.contests.timekeeping import Timekeeper
from tools.events import EventBus
from trading.clock import Clock
from trading.locks import Locks
from trading.markets import Markets
from trading.ports import NewId
from trading.risk.gate import RiskGate
from trading.runs.asking import Deciders
from trading.runs.contest import Contest
from trading.runs.contest_floor import ContestFloor
from trading.runs.desk_floor import DeskFloor
from trading.runs.floor import Floor
from trading.runs.quiet import Quiet
from trading.runs.record import DeciderSpec
from trading.runs.shelf import Shelf

SECONDS = 1.0
"""How often it is looked whether a cycle is due."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Field:
    """What contests are built on."""

    settings: Settings
    database: Database
    markets: Markets
    money: Money
    events: EventBus
    notebook: Notebook
    clock: Clock
    new_id: NewId


def build_contests(field: Field, deciders: Deciders, seats: Sequence[Seat], trader: DeciderSpec) -> Contests:
    """Return the contests of a service, before anything of them goes on."""
    shelf = Shelf(field.database.read, brief=partial(field.database.read, brief=True))
    parts = Parts(
        database=field.database,
        market=field.markets.default.market,
        deciders=deciders,
        floors=HouseFloors(
            frozen_by(field.database, field.new_id, field.money.gate, field.money.locks, shelf),
            _moment(field, shelf),
        ),
        events=field.events,
        clock=field.clock,
        new_id=field.new_id,
        worker=field.new_id("worker"),
        shelf=shelf,
        recall=Recalling(field.notebook.index),
    )
    keeper = Timekeeper(field.database, Engine(parts), field.clock)
    plan = Plan(
        seats=[(each.name, each.decider) for each in seats],
        every=timedelta(minutes=field.settings.arena_minutes),
        symbols=SYMBOLS,
        timeframe=TIMEFRAME,
        initial=INITIAL,
    )
    return Contests(
        parts=parts,
        keeper=keeper,
        boards=Boards(parts),
        copy=_copying(field),
        trader=trader,
        arena=Arena(parts, plan) if field.settings.arena else None,
    )


async def contesting(
    contests: Contests, settings: Settings, clock: Clock, stack: AsyncExitStack
) -> Sequence[Loop]:
    """Take up what the last process of this home left, and return what goes on."""
    if settings.database_url is None:
        # Nobody else can be at it.
        await contests.keeper.recover()
    stack.push_async_callback(contests.keeper.close)
    season = Season(contests)
    return (
        Loop("arena's season", season.step, SECONDS, clock),
        Loop("cycles", contests.keeper.step, SECONDS, clock),
    )


@dataclass(slots=True)
class Season:
    """Has the arena's season begin, as soon as the market tells its rules."""

    contests: Contests
    begun: bool = False

    async def step(self) -> None:
        """Begin the season unless one is on by the same plan."""
        if self.begun or self.contests.arena is None:
            return
        season = await self.contests.arena.ensure()
        self.begun = True
        log.info("the arena is on", season=season.season, contest=season.id)


def frozen_by(
    database: Database, new_id: NewId, gate: RiskGate, locks: Locks, shelf: Shelf
) -> Callable[[Contest], Floor]:
    """Return what makes the floors of arenas over a database.

    Their orders do not wait for the disk one by one, because they meet nobody outside of this database: what
    a failure of the machine takes it takes from the end, and the cycle is gone on with from what is left. Its
    end waits for the disk, and so for all of it.
    """
    transact = partial(database.transact, durable=False)

    def frozen(contest: Contest) -> Floor:
        return ContestFloor(
            contest,
            transact=transact,
            read=database.read,
            new_id=new_id,
            news=Quiet(),
            checks=[gate],
            locks=locks,
            shelf=shelf,
            together=database.together,
        )

    return frozen


def _moment(field: Field, shelf: Shelf) -> Callable[[Contest], Floor]:
    def moment(contest: Contest) -> Floor:
        return DeskFloor(field.money.desk, field.markets, field.database.read, field.clock, shelf)

    return moment


def _copying(field: Field) -> Copy:
    @asynccontextmanager
    async def copy() -> AsyncIterator[tuple[Database, HouseFloors]]:
        with tempfile.TemporaryDirectory(prefix="replay-", dir=field.settings.data) as folder:
            async with Database.open(f"sqlite:///{folder}/replay.db") as fresh:
                locks = Locks()
                frozen = frozen_by(
                    fresh, field.new_id, RiskGate(lambda: False, locks), locks, Shelf(fresh.read)
                )
                yield fresh, HouseFloors(frozen, frozen)

    return copy
