"""How long to wait between attempts to connect again."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits that grow by `factor` from `first` to `longest` seconds, `attempts` of them.

    `jitter` draws from [0, 1): a wait is between half and the whole of its length, so that many clients
    cut off together do not come back together.
    """

    first: float = 0.25
    factor: float = 2.0
    longest: float = 10.0
    attempts: int = 40
    jitter: Callable[[], float] = random.random
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    def waits(self) -> Iterator[float]:
        """Yield the seconds to wait before each attempt."""
        for length in self._lengths():
            yield length * (0.5 + self.jitter() / 2)

    def least(self) -> float:
        """Return the seconds that all waits together take at least."""
        return sum(self._lengths()) / 2

    def _lengths(self) -> Iterator[float]:
        length = self.first
        for _ in range(self.attempts):
            yield min(length, self.longest)
            length = min(length * self.factor, self.longest)
