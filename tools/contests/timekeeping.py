"""Has contests have their cycles when they are due, and goes on with those that were cut off."""

import asyncio
from typing import Any

from memory.database import Database
from tools.contests.engine import Engine
from tools.contests.parts import LEASE
from trading.clock import Clock
from trading.runs.cycle import Cycle, CycleKind

AT_ONCE = 20
"""How many contests one look begins a cycle of."""


class Timekeeper:
    """Looks what is due. Any number of processes may do so on one database: each cycle takes place once."""

    def __init__(self, database: Database, engine: Engine, clock: Clock) -> None:
        self._database = database
        self._engine = engine
        self._clock = clock
        self._works: dict[str, asyncio.Task[Any]] = {}
        self._closing = False

    async def step(self) -> None:
        """Begin what is due beside the caller; raise what nobody foresaw in an earlier cycle."""
        self._raise()
        if self._closing:
            return
        now = self._clock.now()
        async with self._database.read() as uow:
            due = await uow.contests.due(now, AT_ONCE)
            active = await uow.contests.active()
            running = [await uow.cycles.running(each.id) for each in active]
        for cycle in running:
            if cycle is not None and cycle.lease is not None and cycle.lease <= now and self._rests(cycle):
                self._begin(cycle.contest, self._engine.take_up(cycle))
        for contest in due:
            self._begin(contest.id, self._engine.run(contest.id))
        await self._engine.heed(active)

    async def trigger(self, contest_id: str, kind: CycleKind = CycleKind.TRIGGERED) -> Cycle:
        """Begin a cycle now and return it while it goes on; raise NotFound or CycleRunning."""
        cycle = await self._engine.begin(contest_id, kind)
        assert cycle is not None, "only a slot may be somebody else's"
        self._works[cycle.id] = asyncio.create_task(self._engine.perform(cycle))
        return cycle

    async def recover(self) -> None:
        """Go on at once with what was cut off, where it is known that nobody is at it any more."""
        async with self._database.read() as uow:
            cycles = [await uow.cycles.running(each.id) for each in await uow.contests.active()]
        for cycle in cycles:
            if cycle is not None:
                self._begin(cycle.contest, self._engine.take_up(cycle, LEASE))

    async def settled(self) -> None:
        """Return once everything that was begun has come to its end."""
        while waiting := [each for each in self._works.values() if not each.done()]:
            await asyncio.wait(waiting)

    async def close(self) -> None:
        """Leave what goes on for the next start."""
        self._closing = True
        for work in self._works.values():
            work.cancel()
        await asyncio.gather(*self._works.values(), return_exceptions=True)
        self._works.clear()

    def _rests(self, cycle: Cycle) -> bool:
        """Tell whether nobody here is at a cycle that was asked for: after a sleep its lease may be over."""
        going = self._works.get(cycle.id)
        return going is None or going.done()

    def _begin(self, name: str, work: Any) -> None:
        going = self._works.get(name)
        if going is not None and not going.done():
            work.close()
            return
        self._works[name] = asyncio.create_task(work)

    def _raise(self) -> None:
        done = {name: each for name, each in self._works.items() if each.done()}
        for name in done:
            del self._works[name]
        for each in done.values():
            if not each.cancelled() and (error := each.exception()) is not None:
                raise error
