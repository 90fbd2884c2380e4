"""The exchange on loopback in a process of its own, which outlives every service that is killed."""

import json
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from tests.faults.pace import until
from tests.nursery import born

SECRET = "YS1zZWNyZXQ="


@dataclass(frozen=True, slots=True)
class Exchange:
    """A running exchange: steered from outside, and asked what it took by its own log."""

    url: str
    log: Path
    session: aiohttp.ClientSession

    async def control(self, op: str, **command: Any) -> Any:
        """Give one command; see `tests.peers.exchange_process`."""
        async with self.session.post(f"{self.url}/__control", json={"op": op, **command}) as answer:
            assert answer.status == 200, command
            return await answer.json()

    async def state(self) -> dict[str, Any]:
        """Return its balances, orders and counts."""
        found: dict[str, Any] = await self.control("state")
        return found

    def taken(self) -> Sequence[dict[str, Any]]:
        """Return every order that it has taken, in order, from its log."""
        if not self.log.exists():
            return []
        return [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]

    async def asked(self, path: str) -> int:
        """Return how often it was asked for a path, such as `POST order`."""
        counts: dict[str, int] = (await self.state())["counts"]
        return counts.get(path, 0)

    @asynccontextmanager
    async def taking(self, number: int = 1) -> AsyncIterator[None]:
        """Wait at the end of the block until it has taken so many more orders."""
        wanted = len(self.taken()) + number

        async def enough() -> bool:
            return len(self.taken()) >= wanted

        yield
        await until(enough)

    @asynccontextmanager
    async def being_asked(self, path: str, times: int = 1) -> AsyncIterator[None]:
        """Wait at the end of the block until it was asked for a path so many more times."""
        wanted = await self.asked(path) + times

        async def enough() -> bool:
            return await self.asked(path) >= wanted

        yield
        await until(enough)

    async def until_quiet(self) -> None:
        """Return once every request of the account has its answer."""

        async def quiet() -> bool:
            return int((await self.state())["underway"]) == 0

        await until(quiet)


@asynccontextmanager
async def exchange_process(log: Path, *balances: str) -> AsyncIterator[Exchange]:
    """Run an exchange until the block ends; `balances` are such as USDT=10000."""
    process = await born(
        *("tests.peers.exchange", "--log", str(log)),
        *(part for each in balances for part in ("--balance", each)),
        stdout=PIPE,
    )
    assert process.stdout is not None
    try:
        url = json.loads(await process.stdout.readline())["url"]
        async with aiohttp.ClientSession() as session:
            yield Exchange(url, log, session)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
