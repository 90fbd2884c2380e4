"""A step repeated for as long as the service runs, surviving what goes wrong in it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from trading.clock import Clock

LONGEST_PAUSE = 60.0

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Loop:
    """One repeated step. `problem` says why the last one failed, None when it did not."""

    name: str
    step: Callable[[], Awaitable[object]]
    seconds: float
    clock: Clock
    problem: str | None = None

    async def run(self) -> None:
        """Repeat until cancelled; after a failure wait longer each time, and say so once."""
        failures = 0
        while True:
            try:
                await self.step()
            # The scheduler: what nobody foresaw in one step must not end the service.
            except Exception as error:  # noqa: BLE001
                failures += 1
                self._failed(error, failures)
            else:
                if failures:
                    log.info("background step works again", name=self.name, failures=failures)
                failures, self.problem = 0, None
            await self.clock.sleep(min(self.seconds * 2 ** min(failures, 10), LONGEST_PAUSE))

    def _failed(self, error: Exception, failures: int) -> None:
        self.problem = f"{self.name}: {error or type(error).__name__}"
        if failures == 1:
            log.error("background step failed", name=self.name, exc_info=error)
