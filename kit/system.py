"""The running process, as health and status tell of it."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from importlib.metadata import version
from typing import Protocol

from kit.background.loop import Loop
from memory.database import Database
from memory.errors import DatabaseUnavailable
from memory.memory_index import MemoryIndex
from tools.services import Traffic
from tools.system import PATIENCE
from trading.clock import Clock
from trading.markets import Markets

API_VERSION = "1.0.0"
"""The version both API references print."""

UNREAD = "{} files of memories cannot be read: `kit memory sync` names them"


class Served(Protocol):
    """Where clients connect to."""

    def clients(self) -> int:
        """Return how many are let in."""
        ...

    def traffic(self) -> Mapping[str, Traffic]:
        """Return what went over its WebSockets, by their paths."""
        ...


class Process:
    """What this process says of itself."""

    def __init__(
        self,
        clock: Clock,
        database: Database,
        markets: Markets,
        loops: Sequence[Loop],
        gateways: Sequence[Served],
        memories: MemoryIndex,
        log_level: str,
        chats: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        self.gateway_id = "kit-gateway-main"
        self.version = API_VERSION
        self.build = version("kit-trading-agent")
        self.log_level = log_level
        self._clock = clock
        self._database = database
        self._markets = markets
        self._loops = loops
        self._gateways = gateways
        self._memories = memories
        self._chats = chats
        self._started: datetime = clock.now()

    def uptime(self) -> float:
        """Return seconds since the start."""
        return (self._clock.now() - self._started).total_seconds()

    def clients(self) -> int:
        """Return how many clients are connected and let in."""
        return sum(each.clients() for each in self._gateways)

    def traffic(self) -> Mapping[str, Traffic]:
        """Return what went over the WebSockets since the start, by their paths."""
        return {path: each for gateway in self._gateways for path, each in gateway.traffic().items()}

    async def problems(self) -> Sequence[str]:
        """Return what is wrong right now, in words a person can act on; empty when all is well."""
        found = [loop.problem for loop in self._loops if loop.problem]
        found += [*self._chats(), *await self._of_database()]
        for market in await self._markets.health():
            if not market.connected:
                found.append(f"{market.exchange} does not answer: {market.reason or 'no reason given'}")
        return found

    async def notices(self) -> Sequence[str]:
        """Return what somebody may want to mend, while the service does all it has to."""
        problem = self._memories.problem
        found = [f"memories are found by their words alone: {problem}"] if problem else []
        try:
            async with asyncio.timeout(PATIENCE), self._database.read() as uow:
                unread = len(await uow.passages.problems())
        except (DatabaseUnavailable, TimeoutError):
            # That is a problem, and told as one.
            return found
        # Which ones is told to whoever they belong to.
        return [*found, UNREAD.format(unread)] if unread else found

    async def _of_database(self) -> list[str]:
        try:
            async with asyncio.timeout(PATIENCE):
                await self._database.ping()
        except (DatabaseUnavailable, TimeoutError) as error:
            return [f"the database does not answer: {error or 'it takes too long'}"]
        return []
