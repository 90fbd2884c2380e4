"""The engine of contests: one cycle from the market to the standings, gone on with wherever it was cut off.

Each step is on disk before the next one begins, and each can be done again without doing anything twice: the
market is frozen once, a decider whose answer is there is not asked again, an order bears the name of its
cycle and run, and accounts are measured at the frozen market.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import structlog

from memory.database import UnitOfWork
from tools.contests.asking import ask
from tools.contests.beginning import begin, entries_of
from tools.contests.executing import carry_out
from tools.contests.finishing import finish
from tools.contests.holding import Overtaken, hold
from tools.contests.parts import LEASE, RENEWED, Parts
from tools.contests.pulse import Node, patience
from tools.contests.round import Round
from tools.contests.telling import COMPLETED, TURNED, completed, event_of, silent
from tools.contests.written import Written
from trading.runs.contest import Contest
from trading.runs.cycle import Cycle, CycleKind, CycleStatus, Entry, Outcome, Stage, Task
from trading.runs.cycle_market import CycleMarket, digest, from_plain, plain
from trading.runs.freezing import freeze, history

NO_MARKET = "no pair has a price"

log = structlog.get_logger(__name__)


class Engine:
    """Runs the cycles of contests. Any number of processes may work on one database."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def run(self, contest_id: str, kind: CycleKind = CycleKind.REGULAR) -> Cycle | None:
        """Begin a cycle and bring it to its end; None for a slot that is not due, or is somebody else's.

        Raises NotFound, and CycleRunning for one that is asked for while another runs.
        """
        cycle = await self.begin(contest_id, kind)
        return None if cycle is None else await self.perform(cycle)

    async def begin(self, contest_id: str, kind: CycleKind) -> Cycle | None:
        """Put a cycle on record, to be performed; raise as `run`."""
        return await begin(self._parts, contest_id, kind)

    async def perform(self, cycle: Cycle) -> Cycle:
        """Bring a cycle of this worker to its end, from wherever it has got to, and return it.

        One that another worker has taken meanwhile is left to it.
        """
        try:
            async with self._kept(cycle):
                return await self._performed(cycle)
        except* Overtaken:
            log.warning("a cycle was lost to another worker", cycle=cycle.id, number=cycle.number)
        async with self._parts.database.read() as uow:
            return await uow.cycles.get(cycle.id) or cycle

    async def _performed(self, cycle: Cycle) -> Cycle:
        opened = await self._opened(cycle)
        if isinstance(opened, Cycle):
            return opened
        await opened.floor.open(opened.market)
        await opened.look(self._parts)
        async with asyncio.TaskGroup() as tasks:
            for entry in tuple(opened.entries.values()):
                tasks.create_task(self._through(opened, entry))
        return await finish(self._parts, opened)

    async def take_up(self, cycle: Cycle, early: timedelta = timedelta(0)) -> Cycle | None:
        """Go on with a cycle whose worker is not heard of any more; None where it is, or another took it.

        Its lease may end `early`, where it is known that the worker is gone.
        """
        parts, now = self._parts, self._parts.clock.now()
        async with parts.database.transact() as uow:
            taken = await uow.cycles.take(cycle.id, parts.worker, now + early, now + LEASE)
        if taken is None:
            return None
        log.warning("a cycle was cut off and goes on", cycle=cycle.id, number=cycle.number)
        return await self.perform(taken)

    async def heed(self, contests: Iterable[Contest]) -> None:
        """Tell of each part of the engine that has rested for too long while these are active."""
        parts = self._parts
        for node, beat in parts.pulse.fallen_silent(parts.clock.now(), patience(contests)).items():
            await parts.events.publish(TURNED, silent(node, beat))

    async def _through(self, round_: Round, entry: Entry) -> None:
        """Bring one run through the cycle, but for being measured at its end."""
        if entry.stage is Stage.DONE or entry.outcome is not None:
            return
        if entry.task is Task.MEASURE:
            round_.entries[entry.run] = replace(entry, outcome=Outcome.MEASURED)
            return
        if entry.task is Task.DECIDE and entry.stage is Stage.WAITING:
            entry = await ask(self._parts, round_, entry)
        await carry_out(self._parts, round_, entry)

    async def _opened(self, cycle: Cycle) -> Round | Cycle:
        """Return a cycle ready for its runs, or as it ends where no pair has a price."""
        parts = self._parts
        async with parts.database.read() as uow:
            contest = await uow.contests.get(cycle.contest)
            runs = await uow.runs.of_contest(cycle.contest)
            entries = await uow.entries.of_cycle(cycle.id)
            before = await _market_before(uow, cycle)
        assert contest is not None
        floor = await parts.floors.of(contest)
        if cycle.market is not None:
            market = from_plain(cycle.market)
            candles = await history(parts.market, contest.symbols, contest.timeframe, cycle.at)
        else:
            found, candles = await freeze(
                parts.market, contest.symbols, contest.timeframe, cycle.at, before, parts.clock.now()
            )
            if not found.quotes:
                return await self._without_market(contest, cycle)
            stored = plain(found)
            # What is traded at is what was stored, to the last digit.
            market = from_plain(stored)
            cycle = replace(cycle, market=stored, digest=digest(stored))
            async with parts.database.transact() as uow:
                await hold(parts, uow, cycle)
                entries = await entries_of(uow, contest, cycle, runs)
                cycle = replace(cycle, asked=sum(each.task is Task.DECIDE for each in entries))
                await uow.cycles.change(cycle)
                await uow.entries.add(*entries)
        parts.pulse.beat(Node.TECHNICAL, parts.clock.now())
        return Round(
            contest,
            cycle,
            market,
            candles,
            floor,
            {each.id: each for each in runs},
            {each.run: each for each in entries},
            cycle.lease or cycle.started_at,
            Written(parts, cycle),
        )

    async def _without_market(self, contest: Contest, cycle: Cycle) -> Cycle:
        parts, now = self._parts, self._parts.clock.now()
        parts.pulse.beat(Node.TECHNICAL, now, NO_MARKET)
        ended = replace(cycle, status=CycleStatus.FAILED, ended_at=now, reason=NO_MARKET)
        async with parts.database.transact() as uow:
            await hold(parts, uow, cycle)
            await uow.cycles.change(ended)
            await parts.events.record(uow, event_of(contest, COMPLETED), completed(ended), contest.owner)
        return ended

    @asynccontextmanager
    async def _kept(self, cycle: Cycle) -> AsyncIterator[None]:
        """Keep others from taking a cycle until the block ends."""
        renewing = asyncio.create_task(self._renew(cycle))
        try:
            yield
        finally:
            renewing.cancel()
            await asyncio.gather(renewing, return_exceptions=True)

    async def _renew(self, cycle: Cycle) -> None:
        parts, kept = self._parts, True
        while kept:
            await parts.clock.sleep(RENEWED)
            async with parts.database.transact() as uow:
                kept = await uow.cycles.renew(cycle.id, parts.worker, parts.clock.now() + LEASE)


async def _market_before(uow: UnitOfWork, cycle: Cycle) -> CycleMarket | None:
    before = await uow.cycles.last_market(cycle.contest, cycle.number)
    return None if before is None or before.market is None else from_plain(before.market)
