"""An exchange on loopback as its dialects see it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.peers.exchange_tape import Tape
from trading.clock import Clock, epoch_ms

Fault = Callable[[web.Request, Any], Awaitable[web.StreamResponse]]
"""Makes an answer out of the right one."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that arrived, at a moment of the loop's clock."""

    path: str
    query: Mapping[str, str]
    at: float


@dataclass(slots=True)
class LoopbackExchange:
    """A running exchange. `asked` is its own log of what it was asked."""

    clock: Clock
    tapes: dict[str, Tape]
    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    faults: dict[str, Fault] = field(default_factory=dict)

    @property
    def binance(self) -> dict[str, str]:
        """The addresses that ccxt's Binance needs."""
        return {"public": f"{self.url}/api/v3"}

    @property
    def kraken(self) -> dict[str, str]:
        """The addresses that ccxt's Kraken needs."""
        return {"public": self.url}

    @property
    def now_ms(self) -> int:
        """What time it is here."""
        return epoch_ms(self.clock.now())

    def fail(self, path: str, fault: Fault) -> None:
        """Let a path (its last part) fail from now on."""
        self.faults[path] = fault

    def mend(self) -> None:
        """Let every path work again."""
        self.faults.clear()

    def count(self, path: str) -> int:
        """Return how often a path (its last part) was asked."""
        return sum(each.path.endswith(path) for each in self.asked)

    def tape(self, name: str) -> Tape | None:
        """Return the tape of a pair by either exchange's name of it."""
        return next(
            (tape for tape in self.tapes.values() if name in (tape.pair.name, tape.pair.kraken)), None
        )


Handler = Callable[[LoopbackExchange, Mapping[str, str]], Any]
"""Answers a query with JSON."""


class Refused(Exception):
    """A request that the exchange documents an error for."""

    def __init__(self, status: int, answer: Any) -> None:
        super().__init__(status)
        self.status = status
        self.answer = answer
