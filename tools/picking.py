"""Finding a strategy: those of the house, and files of a person's own that the owner has enabled."""

import asyncio
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from memory.database import Database
from memory.records import OwnStrategy
from tools.backtesting import Pool
from trading.backtest.catalog import Strategies
from trading.backtest.outcome import Described
from trading.backtest.own import LARGEST, digest
from trading.backtest.strategy import MOST_TRIED, Strategy, plain
from trading.backtest.tasks import Chosen, DescribeTask, ExamineTask
from trading.clock import Clock
from trading.errors import InvalidBacktest, UnknownStrategy

EMPTY: Final[Mapping[str, Sequence[Any]]] = {}


@dataclass(frozen=True, slots=True)
class OfHouse:
    """A strategy whose parameters can be judged here."""

    strategy: Strategy

    def chosen(self, given: Mapping[str, Any]) -> Chosen:
        """Return what a worker is asked; raise InvalidBacktest for parameters it does not have."""
        values = self.strategy.read(given)
        return Chosen(self.strategy.name, values)

    def takes(self, name: str) -> bool:
        """Tell whether it has a parameter that can be called so."""
        return plain(name) in self.strategy.spellings()

    def check(self, given: Mapping[str, Any], grid: Mapping[str, Sequence[Any]] = EMPTY) -> None:
        """Raise InvalidBacktest for values it does not take, or that contradict each other."""
        values = self.strategy.read(given)
        if grid:
            self._largest(given, grid)
        else:
            self.strategy.check(values)

    def grid(self, given: Mapping[str, Any]) -> Mapping[str, Sequence[Any]]:
        """Return what an optimisation tries by itself of the parameters that are not given."""
        return self.strategy.grid(given)

    async def lead(self, given: Mapping[str, Any], grid: Mapping[str, Sequence[Any]] = EMPTY) -> int:
        """Return how many candles the slowest combination needs to warm up; raise InvalidBacktest."""
        return int(self.strategy.warm_up(self._largest(given, grid)))

    def _largest(self, given: Mapping[str, Any], grid: Mapping[str, Sequence[Any]]) -> Mapping[str, float]:
        largest = self.strategy.read(given)
        for name, values in grid.items():
            for value in values:
                for own, read in self.strategy.read({name: value}).items():
                    if own == self.strategy.spellings()[plain(name)].name:
                        largest[own] = max(largest.get(own, read), read)
        return largest


@dataclass(frozen=True, slots=True)
class OfPerson:
    """A strategy whose parameters only its own code can judge, in a worker."""

    own: OwnStrategy
    file: Path
    pool: Pool

    def chosen(self, given: Mapping[str, Any]) -> Chosen:
        """Return what a worker is asked."""
        return Chosen(self.own.name, dict(given), self.file, self.own.digest)

    def takes(self, name: str) -> bool:
        """Tell whether it has a parameter that can be called so."""
        parameters = self.own.described["parameters"]
        return plain(name) in {plain(each) for one in parameters for each in (one["name"], *one["aliases"])}

    def check(self, given: Mapping[str, Any], grid: Mapping[str, Sequence[Any]] = EMPTY) -> None:
        """Leave it to the worker that tells the lead."""

    def grid(self, given: Mapping[str, Any]) -> Mapping[str, Sequence[Any]]:
        """Return what an optimisation tries by itself of the parameters that are not given."""
        named = {plain(name) for name in given}
        free = {
            each["name"]: tuple(each.get("tries", ()))
            for each in self.own.described["parameters"]
            if each.get("tries") and named.isdisjoint(map(plain, (each["name"], *each["aliases"])))
        }
        while math.prod(map(len, free.values())) > MOST_TRIED:
            free.popitem()
        return free

    async def lead(self, given: Mapping[str, Any], grid: Mapping[str, Sequence[Any]] = EMPTY) -> int:
        """Return how many candles the slowest combination needs to warm up.

        Raises InvalidBacktest for parameters it refuses, WorkerFailed.
        """
        found: int = await self.pool.perform(ExamineTask(self.chosen(given), dict(grid)), _silent)
        return found


Picked = OfHouse | OfPerson


class Picking:
    """Every strategy that can be run here."""

    def __init__(self, database: Database, folder: Path, pool: Pool, clock: Clock) -> None:
        self.house = Strategies()
        self.folder = folder
        self._database = database
        self._pool = pool
        self._clock = clock

    async def find(self, name: str) -> Picked:
        """Return the strategy of a name; raise UnknownStrategy."""
        try:
            return OfHouse(self.house.find(name))
        except UnknownStrategy:
            for each in await self.enabled():
                if plain(each.name) == plain(name):
                    return OfPerson(each, self.folder / each.file, self._pool)
            raise

    async def enabled(self) -> Sequence[OwnStrategy]:
        """Return the files that are enabled."""
        async with self._database.read() as uow:
            return await uow.strategies.all()

    async def files(self) -> Sequence[str]:
        """Return the files that are there, enabled or not."""
        return await asyncio.to_thread(lambda: sorted(each.name for each in self.folder.glob("*.py")))

    async def enable(self, file: str, by: str) -> OwnStrategy:
        """Enable exactly what a file holds now; raise InvalidBacktest that says what is wrong with it."""
        if file not in await self.files():
            raise InvalidBacktest(f"there is no {file[:64]!r} in {self.folder.name}/; put it there first")
        path = self.folder / file
        content = await asyncio.to_thread(path.read_bytes)
        if len(content) > LARGEST:
            raise InvalidBacktest(f"{file} is larger than {LARGEST // 1024} KiB")
        task = DescribeTask(Chosen(path.stem, {}, path, digest(content)))
        found: Described = await self._pool.perform(task, _silent)
        if any(plain(found.name) in {plain(n) for n in (e.name, *e.aliases)} for e in self.house.all):
            raise InvalidBacktest(f"there is a strategy {found.name} already: give yours another name")
        own = OwnStrategy(found.name, file, digest(content), asdict(found), self._clock.now(), by)
        async with self._database.transact() as uow:
            await uow.strategies.put(own)
        return own

    async def disable(self, name: str) -> None:
        """Let a file be run no more; raise UnknownStrategy."""
        async with self._database.transact() as uow:
            if not await uow.strategies.remove(name):
                raise UnknownStrategy(f"no strategy {name[:40]!r} of your own is enabled")


async def _silent(done: int, total: int) -> None:
    """Hear of progress and tell nobody."""
