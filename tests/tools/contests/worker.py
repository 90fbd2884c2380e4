"""The engine of contests as one process has it: several may work on one database, and each can die."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agent.arena.seats import SYMBOLS
from agent.models.port import Completion, ModelRequest
from agent.models.scripted import ScriptedModel
from kit.arena import frozen_by
from memory.database import Database
from tests.tools.contests.house import FIVE, HOLDS, USAGE, LeapingClock, Minds
from tests.trading.guarded import Crash
from tests.trading.house import counting
from tests.trading.mortal import Mortal
from tools.contests.arena import Arena, Plan
from tools.contests.boards import Boards
from tools.contests.engine import Engine
from tools.contests.floors import HouseFloors
from tools.contests.parts import Parts
from tools.contests.timekeeping import Timekeeper
from tools.events import EventBus
from tools.policy import LOCAL_OWNER
from trading.clock import Clock
from trading.exchanges.scripted import ScriptedMarket
from trading.locks import Locks
from trading.risk.gate import RiskGate
from trading.runs.contest import Contest
from trading.runs.cycle import Cycle, Entry
from trading.runs.record import DeciderKind, DeciderSpec
from trading.runs.shelf import Shelf
from trading.symbols import Symbol

Script = Mapping[int, Mapping[str, str]]
"""What each seat says in which cycle; HOLD where nothing is written down."""


@dataclass(frozen=True, slots=True)
class Worker:
    """One process."""

    parts: Parts
    engine: Engine
    keeper: Timekeeper
    arena: Arena
    boards: Boards

    async def step(self) -> None:
        """Do what is due to its end."""
        await self.keeper.step()
        await self.keeper.settled()
        # Raises what went wrong in it.
        await self.keeper.step()
        await self.keeper.settled()


def a_worker(
    database: Any,
    clock: Clock,
    market: ScriptedMarket,
    minds: Minds,
    seats: str = "AB",
    number: int = 0,
    symbols: tuple[Symbol, ...] = SYMBOLS,
) -> Worker:
    """Return a process; each `number` makes other ids."""
    locks, new_id = Locks(), counting(number * 100_000)
    shelf = Shelf(database.read)
    frozen = frozen_by(database, new_id, RiskGate(lambda: False, locks), locks, shelf)
    parts = Parts(
        database=database,
        market=market,
        deciders=minds,
        floors=HouseFloors(frozen, frozen),
        events=EventBus(database, clock),
        clock=clock,
        new_id=new_id,
        worker=f"worker_{number}",
        shelf=shelf,
    )
    engine = Engine(parts)
    spec = {each: DeciderSpec(DeciderKind.MODEL, f"openai:{each.lower()}") for each in seats}
    plan = Plan([(f"LLM-{name}", each) for name, each in spec.items()], symbols=symbols)
    return Worker(parts, engine, Timekeeper(database, engine, clock), Arena(parts, plan), Boards(parts))


def scripted(clock: LeapingClock, script: Script, seats: str = "AB") -> Minds:
    """Return models that say the same whenever they are asked in one cycle."""
    begun = clock.now()

    def mind(seat: str) -> ScriptedModel:
        def says(request: ModelRequest) -> Completion:
            number = 1 + int((clock.now() - begun).total_seconds() // FIVE)
            return Completion(script.get(number, {}).get(seat, HOLDS), f"openai:{seat}", usage=USAGE)

        return ScriptedModel(says, f"openai:{seat.lower()}")

    return Minds({f"openai:{each.lower()}": mind(each) for each in seats}, clock)


def dying(
    database: Database, left: int, clock: Clock, market: ScriptedMarket, minds: Minds, number: int
) -> Worker:
    """Return a process that ends before it begins one more transaction than `left`."""
    return a_worker(Mortal(database, left), clock, market, minds, number=number)


async def lives(worker: Worker) -> bool:
    """Have a process go on with what it finds; return whether it came through."""
    through = True
    try:
        await worker.keeper.recover()
        await worker.step()
    except* Crash:
        through = False
    finally:
        await worker.keeper.close()
    return through


async def told(worker: Worker, contest: Contest) -> dict[str, Any]:
    """Return everything that a season has come to, without ids."""
    database = worker.parts.database
    async with database.read() as uow:
        cycles: list[Cycle] = list(await uow.cycles.numbered(contest.id, 1, 1_000))
        runs = {each.id: each for each in await uow.runs.of_contest(contest.id)}
        entries = [each for cycle in cycles for each in await uow.entries.of_cycle(cycle.id)]
        fills = {
            run.name: [
                (str(each.symbol), each.side.value, each.amount, each.price, each.fee, each.at)
                for each in await uow.fills.of(run.account)
            ]
            for run in runs.values()
        }
        orders = {
            run.name: sorted(
                (str(each.key).partition("/")[2], each.type.value, each.status.value, each.amount)
                for each in (await uow.orders.traded(run.account))
            )
            for run in runs.values()
        }
        events = sorted(
            (each.name, str(each.payload.get("number", "")), str(each.payload.get("action", "")))
            for each in await uow.events.after(LOCAL_OWNER.id, 0, 10_000)
        )
    board = await worker.boards.of(contest)
    return {
        "cycles": [_cycle(each) for each in cycles],
        "entries": [_entry(each, runs[each.run].name) for each in entries],
        "fills": fills,
        "orders": orders,
        "events": events,
        "board": [each.model_dump() for each in board.lines],
    }


def _cycle(cycle: Cycle) -> tuple[Any, ...]:
    told = (cycle.number, cycle.status, cycle.at, cycle.digest)
    return (*told, cycle.asked, cycle.errors, cycle.opened, cycle.closed)


def _entry(entry: Entry, name: str) -> tuple[Any, ...]:
    told = (entry.number, name, entry.stage, entry.outcome, entry.fault, entry.decision)
    return (*told, entry.equity, entry.cash, len(entry.orders), entry.input_tokens)
