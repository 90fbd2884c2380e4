"""An exchange on loopback as its dialects see it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.peers.exchange_account import Account
from tests.peers.exchange_tape import Tape
from trading.clock import Clock, epoch_ms

Fault = Callable[[web.Request, Any], Awaitable[web.StreamResponse]]
"""Makes an answer out of the right one."""

Barrier = Callable[[web.Request], Awaitable[web.StreamResponse | None]]
"""Answers in place of the exchange, which never hears of the request; with None it goes on to it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that arrived, at a moment of the loop's clock."""

    path: str
    query: Mapping[str, str]
    at: float
    method: str = "GET"


@dataclass(slots=True)
class LoopbackExchange:
    """A running exchange. `asked` is its own log of what it was asked, `account` all that its keys open."""

    clock: Clock
    tapes: dict[str, Tape]
    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    faults: dict[str, Fault] = field(default_factory=dict)
    barriers: dict[str, Barrier] = field(default_factory=dict)
    account: Account = field(default_factory=Account)
    key: str = "a-key"
    secret: str = "YS1zZWNyZXQ="
    nonce: int = 0
    underway: set[asyncio.Future[web.StreamResponse]] = field(default_factory=set)

    @property
    def binance(self) -> dict[str, str]:
        """The addresses that ccxt's Binance needs."""
        return {"public": f"{self.url}/api/v3", "private": f"{self.url}/api/v3"}

    @property
    def kraken(self) -> dict[str, str]:
        """The addresses that ccxt's Kraken needs."""
        return {"public": self.url, "private": self.url}

    @property
    def now_ms(self) -> int:
        """What time it is here."""
        return epoch_ms(self.clock.now())

    def fail(self, path: str, fault: Fault) -> None:
        """Let a path (its last part, or `POST order`) fail from now on, after it did what it does."""
        self.faults[path] = fault

    def bar(self, path: str, barrier: Barrier) -> None:
        """Let a path (its last part, or `POST order`) fail from now on, before anything is done."""
        self.barriers[path] = barrier

    def mend(self) -> None:
        """Let every path work again."""
        self.faults.clear()
        self.barriers.clear()

    def count(self, path: str, method: str | None = None) -> int:
        """Return how often a path (its last part) was asked."""
        return sum(each.path.endswith(path) and method in (each.method, None) for each in self.asked)

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
