"""Cycles of an arena in a process that is killed: at random, or at a moment it is told.

Run as `python -m tests.faults.cyclist DATABASE CYCLES LATE [MOMENT COUNT]`, LATE being how many seconds have
passed since the cycle that was cut off; it dies when it has come to a moment that often.
"""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from memory.database import UnitOfWork
from tests.faults.fate import Fate
from tests.faults.stand import Gamblers, Stand, stand
from tools.contests.parts import LEASE, Parts
from tools.contests.telling import STARTED
from tools.events import EventBus
from trading.clock import Clock
from trading.locks import Locks
from trading.model import Candle, EquityPoint, Fill, Instrument, Order, OrderStatus, Ticker
from trading.placing import OrderOutcome
from trading.ports import MarketData
from trading.risk.gate import RiskGate
from trading.runs.asking import Answer, Asked, Decides
from trading.runs.contest import Contest
from trading.runs.contest_floor import ContestFloor
from trading.runs.decision import RunDecision
from trading.runs.floor import Floor
from trading.runs.quiet import Quiet
from trading.runs.record import DeciderSpec, Run
from trading.symbols import Symbol
from trading.timeframes import Timeframe

MOMENTS = (
    "in begin",
    "begun",
    "frozen",
    "opened",
    "asked",
    "answered",
    "decided",
    "intended",
    "filled",
    "placed",
    "measuring",
    "in finish",
    "finished",
)
"""Where it can be told to die, in the order of a cycle."""

FORGETFUL = "placed without a name"
"""Where it dies whose orders bear no name of their cycle and run: the control."""

SEED = 7
ENTRANTS = 3


@dataclass(frozen=True)
class MortalMarket:
    """A market at which the process may end."""

    market: MarketData
    fate: Fate
    exchange: str
    source: Any
    edition: str

    async def instrument(self, symbol: Symbol) -> Instrument:
        """Return the rules of a pair."""
        return await self.market.instrument(symbol)

    async def ticker(self, symbol: Symbol) -> Ticker:
        """Return the price of now."""
        self.fate.come("begun")
        return await self.market.ticker(symbol)

    async def candles(
        self,
        symbol: Symbol,
        timeframe: Timeframe,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 100,
    ) -> Sequence[Candle]:
        """Return candles."""
        return await self.market.candles(symbol, timeframe, since, until, limit)


@dataclass(frozen=True)
class MortalDecider:
    """A decider beside which the process may end."""

    decider: Decides
    fate: Fate

    @property
    def provider(self) -> str:
        """Who it is."""
        return self.decider.provider

    @property
    def model(self) -> str:
        """Its name."""
        return self.decider.model

    async def decide(self, asked: Asked) -> Answer:
        """Return an answer."""
        self.fate.come("asked")
        answer = await self.decider.decide(asked)
        self.fate.come("answered")
        return answer


class MortalDeciders(Gamblers):
    """Deciders beside which the process may end."""

    def __init__(self, fate: Fate) -> None:
        self._fate = fate

    def of(self, spec: DeciderSpec) -> Decides:
        """Return the decider of a run."""
        return MortalDecider(super().of(spec), self._fate)


class MortalNews(Quiet):
    """Hears of orders; the process may end when what it heard of is on disk."""

    def __init__(self, fate: Fate) -> None:
        self._fate = fate

    async def order(self, uow: Any, order: Order, fills: Sequence[Fill]) -> None:
        """Hear of an order."""
        if order.run is not None:
            moment = "filled" if order.status is OrderStatus.FILLED else "intended"
            uow.on_commit.append(lambda: self._fate.come(moment))


@dataclass
class MortalFloor:
    """A floor on which the process may end; a forgetful one gives every order a name of its own."""

    floor: Floor
    fate: Fate
    names: Any

    async def open(self, market: Any) -> None:
        """Make this the market of now."""
        self.fate.come("frozen")
        await self.floor.open(market)
        self.fate.come("opened")

    async def view(self, run: Run) -> Any:
        """Return an account."""
        return await self.floor.view(run)

    async def views(self, runs: Sequence[Run]) -> Any:
        """Return accounts."""
        return await self.floor.views(runs)

    async def execute(self, run: Run, decision: RunDecision, key: str) -> OrderOutcome:
        """Carry out a decision."""
        self.fate.come("decided")
        forgetful = self.fate.moment == FORGETFUL
        outcome = await self.floor.execute(run, decision, next(self.names) if forgetful else key)
        self.fate.come("placed")
        self.fate.come(FORGETFUL)
        return outcome

    async def close_all(self, run: Run, key: str) -> Sequence[OrderOutcome]:
        """Close everything."""
        return await self.floor.close_all(run, key)

    async def worth(self, run: Run) -> EquityPoint:
        """Return what an account is worth."""
        self.fate.come("measuring")
        return await self.floor.worth(run)


@dataclass
class MortalFloors:
    """The one floor of the season."""

    parts: Parts
    fate: Fate
    made: Floor | None = None

    async def of(self, contest: Contest) -> Floor:
        """Return it."""
        if self.made is None:
            locks, database = Locks(), self.parts.database
            inner = ContestFloor(
                contest,
                transact=partial(database.transact, durable=False),
                read=database.read,
                new_id=self.parts.new_id,
                news=MortalNews(self.fate),
                checks=[RiskGate(lambda: False, locks)],
                locks=locks,
                together=database.together,
            )
            names = (self.parts.new_id("key") for _ in count())
            self.made = MortalFloor(inner, self.fate, names)
        return self.made


class MortalEvents(EventBus):
    """Events, in or after whose transaction the process may end."""

    def __init__(self, parts: Parts, clock: Clock, fate: Fate) -> None:
        super().__init__(parts.database, clock)
        self._fate = fate

    async def record(
        self,
        uow: UnitOfWork,
        name: str,
        payload: Mapping[str, Any],
        principal: str | None = None,
        session_id: str | None = None,
    ) -> None:
        """Store an event in the transaction that makes it true."""
        await super().record(uow, name, payload, principal, session_id)
        kind = name.partition(".")[2]
        if kind == STARTED:
            self._fate.come("in begin")

    async def record_all(
        self, uow: UnitOfWork, told: Sequence[tuple[str, Mapping[str, Any]]], principal: str | None = None
    ) -> None:
        """Store events in the transaction that makes them true."""
        await super().record_all(uow, told, principal)
        self._fate.come("in finish")
        uow.on_commit.append(lambda: self._fate.come("finished"))


def mortal(parts: Parts, fate: Fate) -> Parts:
    """Return the same parts, at each of which the process may end."""
    market: Any = MortalMarket(
        parts.market, fate, parts.market.exchange, parts.market.source, parts.market.edition
    )
    return replace(
        parts,
        market=market,
        deciders=MortalDeciders(fate),
        floors=MortalFloors(parts, fate),
        events=MortalEvents(parts, parts.clock, fate),
    )


async def ride(arena: Stand, cycles: int) -> None:
    """Go on with what was cut off, and have cycles until there were so many."""
    async with arena.database.read() as uow:
        cut_off = await uow.cycles.running(arena.season.id)
    if cut_off is not None:
        await arena.engine.take_up(cut_off, LEASE)
    while (await arena.now()).number < cycles:
        await arena.step()


async def main(path: Path, cycles: int, late: float, fate: Fate) -> None:
    """Have cycles until there were so many."""
    async with stand(
        path, SEED, ENTRANTS, timedelta(seconds=late), lambda parts: mortal(parts, fate)
    ) as arena:
        print("cycling", flush=True)
        await ride(arena, cycles)


if __name__ == "__main__":
    told = sys.argv[4:]
    asyncio.run(
        main(
            Path(sys.argv[1]),
            int(sys.argv[2]),
            float(sys.argv[3]),
            Fate(told[0], int(told[1])) if told else Fate(),
        )
    )
