"""Backtests of the largest kind, as many as the service takes."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any

from kit.app import App
from tools.backtesting import MOST_EACH, MOST_WAITING
from tools.context import Context
from tools.errors import CallError, Code
from tools.policy import Principal, Role
from trading.backtest.grid import MOST

FASTS, SLOWS = range(2, 252), range(252, 652)
LARGEST = {
    "pair": "BTC/USDT",
    "strategy": "ma_crossover",
    "paramGrid": {"fast": list(FASTS), "slow": list(SLOWS)},
}
"""As many combinations as one grid may have, over a year of hours."""

assert len(FASTS) * len(SLOWS) == MOST


class Jobs:
    """What the service reckons while something else is measured."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._asked: list[asyncio.Task[Any]] = []
        self._people = [
            Principal(f"person-{number}", Role.TRADER) for number in range(MOST_WAITING // MOST_EACH)
        ]

    async def saturate(self) -> int:
        """Ask for as many jobs as the queue takes; return how many there are once every process runs one."""
        for person in self._people:
            for _ in range(MOST_EACH):
                self._asked.append(asyncio.create_task(self._optimize(person)))
        while len(await self._of("running")) < self._app.services.backtests.pool.size:
            await asyncio.wait(self._asked, timeout=0.05)
        return await self.unfinished()

    async def unfinished(self) -> int:
        """Return how many jobs wait or run; raise what one has failed with."""
        for each in self._asked:
            if each.done():
                each.result()
        return len(await self._of("queued")) + len(await self._of("running"))

    async def cancel(self) -> float:
        """Cancel a job that runs, and return the seconds until it has ended."""
        person, job = (await self._of("running"))[0]
        started = time.perf_counter()
        await self._call(person, "backtest.cancel", {"backtestId": job})
        return time.perf_counter() - started

    async def _optimize(self, person: Principal) -> None:
        try:
            await self._call(person, "backtest.optimize", LARGEST)
        except CallError as error:
            # What is canceled says so.
            if error.reason is not Code.CONFLICT:
                raise

    async def _of(self, status: str) -> list[tuple[Principal, str]]:
        found = []
        for person in self._people:
            listed = await self._call(person, "backtest.list", {"limit": MOST_EACH})
            found += [(person, each.backtest_id) for each in listed.backtests if each.status == status]
        return found

    async def _call(self, person: Principal, method: str, params: Mapping[str, Any]) -> Any:
        ctx = Context(person, self._app.services, self._app.registry)
        return await self._app.registry.call(method, params, ctx)
