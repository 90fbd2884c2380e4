"""The whole service for tests: real sockets and a real database, on a clock that tests move."""

import os
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

from agent.models.port import Model
from kit.app import App, Edge, serve
from kit.chats import Adapters
from kit.settings import load
from memory.database import Database
from tests.nursery import worker
from trading.clock import ManualClock
from trading.ports import Exchange, MarketData
from trading.runs.asking import Deciders

BARE = {"gateway_port": 0, "heartbeat_minutes": 0, "embeddings": "off", "arena": False}

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
"""When tests begin: a moment at which the simulated market stands where the references' samples have it."""

STARTS: Counter[Path] = Counter()
"""How often each home was served in."""


EMPTY: list[bytes] = []
"""A database that is up to date and empty, once one was made."""


async def begin(path: Path) -> None:
    """Make a database where there is none: to bring one up to date takes longer than the rest of a start."""
    if _has(path):
        return
    if not EMPTY:
        async with Database.open(f"sqlite:///{path}"):
            pass
        EMPTY.append(_read(path))
    _write(path, EMPTY[0])


def _has(path: Path) -> bool:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path.exists()


def _read(path: Path) -> bytes:
    return path.read_bytes()


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def predictable(seed: str = "test") -> Callable[[int], bytes]:
    """Return a source of bytes that gives the same ones in every run."""
    numbers = count()
    return lambda size: sha256(f"{seed}{next(numbers)}".encode()).digest()[:size]


@dataclass(frozen=True, slots=True)
class Running:
    """A service under test."""

    app: App
    clock: ManualClock

    @property
    def url(self) -> str:
        """Its WebSocket address."""
        return self.app.listening.url

    @property
    def http(self) -> str:
        """Its HTTP address."""
        return self.app.listening.http

    async def advance(self, seconds: float) -> None:
        """Let time pass, with everything that is due in it."""
        await self.clock.advance(seconds)


@asynccontextmanager
async def running(
    home: Path,
    *,
    clock: ManualClock | None = None,
    model: Model | None = None,
    market: MarketData | None = None,
    live: Exchange | None = None,
    chats: Adapters | None = None,
    deciders: Deciders | None = None,
    **settings: Any,
) -> AsyncIterator[Running]:
    """Run a service in `home` on a free port; settings are those of config.toml.

    Nothing is loaded ahead in it, and memories are found by their words alone unless `embeddings` says
    otherwise: most tests end before either would be used.
    """
    clock = clock or ManualClock(NOON)
    if "database_url" not in settings and "KIT_DATABASE_URL" not in os.environ:
        await begin(home / "data" / "kit.db")
    # Who starts again at the very same moment makes other ids than before.
    seed = f"test{STARTS[home]}" if STARTS[home] else "test"
    STARTS[home] += 1
    world = Edge(clock, predictable(seed), market=market, model=model, live=live, chats=chats)
    edge = replace(world, deciders=deciders, worker=worker)
    async with serve(load(home, **{**BARE, **settings}), edge, warm=False) as app:
        yield Running(app, clock)
