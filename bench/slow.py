"""How one client is answered beside clients that read nothing, send nothing, or send a byte at a time."""

import asyncio
import json
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import uvloop

from bench.child import Child, child
from bench.figures import Figure, Promise
from bench.measure import percentile
from bench.wire import ANSWERED, Counter, connect, request

P99 = Promise(target=250, floor=250, at_most=True)

SETTINGS = {"limits": False, "arena": False}
DEAF = 8
ASKED = 300
"""Answers of 20 kB that each deaf client asks for: more than its socket holds, and than is kept for it."""
SILENT = 200
SLOW = 100
REQUESTS = 2_000
HEAD = b"GET /live HTTP/1.1\r\nHost: localhost\r\nX-Slow: "


def measure() -> list[Figure]:
    """Return how long a healthy client waits, beside what a bare server makes it wait."""
    return uvloop.run(_measure())


async def _measure() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="kit-bench-") as home:
        async with (
            child("bench.service", home, json.dumps(SETTINGS)) as service,
            child("bench.bare.server") as bare,
        ):
            alone = await _answers(service)
            async with _trouble(bare):
                reference = await _answers(bare)
            async with _trouble(service):
                ours = await _answers(service)
            return [
                Figure(
                    "answer beside slow clients: median", "ms", percentile(ours, 0.5), percentile(alone, 0.5)
                ),
                Figure(
                    "answer beside slow clients: p99",
                    "ms",
                    percentile(ours, 0.99),
                    percentile(reference, 0.99),
                    P99,
                ),
            ]


async def _answers(server: Child) -> list[float]:
    """Return how many milliseconds each of many requests took, one after another."""
    one = Counter(ANSWERED)
    await connect(server.port, one)
    taken = []
    for number in range(REQUESTS):
        started = time.perf_counter()
        one.transport.write(request(number, "market.price", {"pair": "BTC/USDT"}))
        await one.reach(number + 1)
        taken.append((time.perf_counter() - started) * 1e3)
    one.transport.close()
    return taken


@asynccontextmanager
async def _trouble(server: Child) -> AsyncIterator[None]:
    """Keep slow clients of each kind at a server until the block ends."""
    deaf = [await _deaf(server) for _ in range(DEAF)]
    silent = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(SILENT)]
    slow = [asyncio.create_task(_slow(server)) for _ in range(SLOW)]
    try:
        yield
    finally:
        for task in slow:
            task.cancel()
        for task in slow:
            with suppress(asyncio.CancelledError):
                await task
        for _, writer in silent:
            writer.close()
        for each in deaf:
            each.transport.abort()


async def _deaf(server: Child) -> Counter:
    """Ask for more than the sockets hold, and read none of it."""
    one = Counter(ANSWERED)
    await connect(server.port, one, receive_buffer=4_096)
    one.transport.pause_reading()
    asked = {"pair": "BTC/USDT", "timeframe": "1h", "limit": 200}
    one.transport.write(b"".join(request(number, "market.candles", asked) for number in range(ASKED)))
    return one


async def _slow(server: Child) -> None:
    """Send the head of a request a byte at a time, and begin again when the server has had enough."""
    while True:
        _, writer = await asyncio.open_connection("127.0.0.1", server.port)
        try:
            writer.write(HEAD)
            while not writer.is_closing():
                writer.write(b"x")
                await asyncio.sleep(0.1)
        except ConnectionError:
            continue
        finally:
            writer.close()
