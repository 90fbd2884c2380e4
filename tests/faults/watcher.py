"""A process that watches alerts and delivers what they tell, on a market that goes by fast.

Run as `python -m tests.faults.watcher DATABASE DELIVERED`. Once it could begin it says `ready`, and is told
on a line when time began: how long a start takes is no part of it. After each look it says `looked`.
"""

import asyncio
import os
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kit.automation import build_alerting
from kit.background.outbox import Pump
from kit.ids import id_maker
from memory.database import Database, UnitOfWork
from memory.records import Delivery
from tools.delivering import Progress
from tools.events import EventBus
from trading.clock import Clock
from trading.exchanges.simulated import SimulatedMarket
from trading.markets import CachedMarket, Markets
from trading.notices import Notice
from trading.portfolio import PortfolioReader

BEGAN = datetime(2026, 11, 20, 12, tzinfo=UTC)
FAST = 20
"""Seconds of the market in one of ours."""


class FastClock:
    """A clock that began at BEGAN when the machine's stood at `started`, and goes faster."""

    def __init__(self, started: float) -> None:
        self._started = started

    def now(self) -> datetime:
        """Return the moment it is there."""
        return BEGAN + timedelta(seconds=(time.time() - self._started) * FAST)

    async def sleep(self, seconds: float) -> None:
        """Return once so much of its time has passed."""
        await asyncio.sleep(seconds / FAST)


class FileChannel:
    """Delivers into a file, a line for each message."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def reaches(self, recipient: str) -> bool:
        """Reach everybody."""
        return True

    async def send(self, notice: Delivery, progress: Progress) -> str:
        """Write a line that outlives this process."""
        with self._path.open("a", encoding="utf-8") as file:
            file.write(f"{notice.id}\n")
            file.flush()
            os.fsync(file.fileno())
        return "line"

    async def note(self, uow: UnitOfWork, notice: Notice) -> None:
        """Note nothing."""


class Watcher:
    """The parts of a service that watch and tell."""

    def __init__(self, database: Database, delivered: Path, clock: Clock) -> None:
        new_id = id_maker(clock, os.urandom)
        markets = Markets(CachedMarket(SimulatedMarket(clock), clock))
        portfolio = PortfolioReader(database.read, markets, clock)
        events = EventBus(database, clock)
        self.alerting = build_alerting(database, markets, portfolio, events, clock, new_id)
        self.pump = Pump(database, [FileChannel(delivered)], clock)

    async def step(self) -> None:
        """Watch and deliver once."""
        await self.alerting.step()
        await self.pump.step()


async def main(database: str, delivered: str) -> None:
    """Watch until somebody kills us."""
    async with Database.open(f"sqlite:///{database}") as opened:
        print("ready", flush=True)
        clock = FastClock(float(await asyncio.to_thread(sys.stdin.readline)))
        watcher = Watcher(opened, Path(delivered), clock)
        await watcher.pump.release()
        while True:
            await watcher.step()
            print("looked", flush=True)
            await clock.sleep(1)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
