"""One event to many clients, against a bare server that sends it to each.

And what a client that never reads does to the others.
"""

import asyncio
import json
import re
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from statistics import median

import uvloop

from bench.child import Child, child
from bench.figures import Figure, Promise
from bench.measure import in_turns, percentile
from bench.wire import EVENT, Counter, connect, request

DELIVERED = Promise(target=0.5, floor=0.5, ratio=True)
LATE = Promise(target=50, floor=50, at_most=True)

CLIENTS = 500
EVENTS = 100
PADDING = 200
ROUNDS = 7

PACED = 150
PACE = 0.04
"""Seconds between the events whose way is timed."""
UNREAD = 120
"""Answers of about 100 kB that the stuck client asks for: over half of what may wait for it, so it stalls."""
STUCK_SECONDS = 3.0
"""How long it takes until they wait."""

SETTINGS = {"limits": False, "max_connections": 2 * CLIENTS}
SENT_AT = re.compile(rb'"at":(\d+)')


class Listener(Counter):
    """A client that hears events and, while `late` is a list, notes how many seconds each took."""

    def __init__(self) -> None:
        super().__init__(EVENT)
        self.late: list[float] | None = None

    def arrived(self, text: bytes) -> None:
        """Note how long the events took."""
        if self.late is not None:
            now = time.monotonic_ns()
            self.late += [(now - int(at)) / 1e9 for at in SENT_AT.findall(text)]


class Stuck(Counter):
    """A client that asks for much and never reads."""

    def ask(self) -> None:
        """Ask, and read nothing from now on."""
        self.transport.pause_reading()
        params = {"pair": "BTC/USDT", "limit": 1_000}
        for number in range(UNREAD):
            self.transport.write(request(number, "market.candles", params))


def measure() -> list[Figure]:
    """Return how many events a second reach everybody, and how late they are beside a stuck client."""
    return uvloop.run(_measure())


async def _measure() -> list[Figure]:
    async with AsyncExitStack() as stack:
        home = stack.enter_context(tempfile.TemporaryDirectory(prefix="kit-bench-"))
        service = await stack.enter_async_context(child("bench.service", home, json.dumps(SETTINGS)))
        bare = await stack.enter_async_context(child("bench.bare.server"))
        spent: dict[int, list[float]] = {service.pid: [], bare.pid: []}

        async def rate(server: Child) -> float:
            async with _listening(server) as clients:
                await _burst(server, clients, EVENTS // 10)
                before, started = await server.cpu(), time.perf_counter()
                await _burst(server, clients, EVENTS)
                taken = time.perf_counter() - started
                spent[server.pid].append((await server.cpu() - before) / EVENTS * 1e3)
            return EVENTS / taken

        ours, reference = await in_turns(lambda: rate(service), lambda: rate(bare), ROUNDS)
        cost = median(spent[service.pid]), median(spent[bare.pid])
        alone, beside = await _lateness(service, False), await _lateness(service, True)
        name = f"fan-out to {CLIENTS}"
        return [
            Figure(name, "events/s", ours, reference, DELIVERED),
            Figure(f"{name}, processor time an event", "ms", *cost),
            Figure(f"{name}, one never reads: p99 of the others", "ms", beside, alone, LATE),
        ]


@asynccontextmanager
async def _listening(server: Child) -> AsyncIterator[list[Listener]]:
    clients = [Listener() for _ in range(CLIENTS)]
    for start in range(0, CLIENTS, 50):
        await asyncio.gather(*(connect(server.port, each) for each in clients[start : start + 50]))
    # Whoever has asked for something is told events at once.
    for each in clients:
        each.transport.write(request(1, "ping"))
    await _burst(server, clients, 1)
    yield clients
    for each in clients:
        each.transport.close()
    await asyncio.gather(*(each.lost.wait() for each in clients))


async def _burst(server: Child, clients: list[Listener], events: int) -> None:
    """Publish events and return once every client has them all."""
    wanted = [each.count + events for each in clients]
    reached = [each.reach(count) for each, count in zip(clients, wanted, strict=True)]
    await asyncio.gather(server.ask("publish", events, PADDING), *reached)


async def _lateness(server: Child, beside_stuck: bool) -> float:
    """Return the milliseconds after which 99 of 100 events have arrived."""
    async with _listening(server) as clients:
        stuck = Stuck(EVENT)
        if beside_stuck:
            await connect(server.port, stuck, receive_buffer=4_096)
            stuck.ask()
            await asyncio.sleep(STUCK_SECONDS)
        for each in clients:
            each.late = []
        for _ in range(PACED):
            await asyncio.gather(asyncio.sleep(PACE), _burst(server, clients, 1))
        if beside_stuck:
            stuck.transport.abort()
    return percentile((seconds for each in clients for seconds in each.late or ()), 0.99) * 1e3
