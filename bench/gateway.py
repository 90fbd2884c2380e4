"""Requests over a WebSocket: one client that keeps many under way, against a bare server."""

import json
import tempfile
import time
from collections.abc import Mapping
from statistics import median
from typing import Any

import uvloop

from bench.child import Child, child
from bench.figures import Figure, Promise
from bench.measure import in_turns
from bench.wire import Pipeline, connect, request

RATE = Promise(target=0.5, floor=0.45, ratio=True)
# The same of the server alone, which is steadier where other programs run beside it.
COST = Promise(target=2, floor=2.2, ratio=True, at_most=True)
PARAMS: Mapping[str, Mapping[str, Any] | None] = {"ping": None, "market.price": {"pair": "BTC/USDT"}}

REQUESTS = 12_288
IDS = 2_048
BATCH = 32
WINDOW = 256
"""Requests under way at a time; the service takes 300 of one connection."""
ROUNDS = 15
SETTINGS = {"limits": False}


def measure() -> list[Figure]:
    """Return how many requests a second are answered."""
    return uvloop.run(_measure())


async def _measure() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="kit-bench-") as home:
        async with (
            child("bench.service", home, json.dumps(SETTINGS)) as service,
            child("bench.bare.server") as bare,
        ):
            figures: list[Figure] = []
            for method in PARAMS:
                figures += await _compare(method, service, bare)
            return figures


async def _compare(method: str, service: Child, bare: Child) -> list[Figure]:
    requests = [request(number, method, PARAMS[method]) for number in range(IDS)]
    spent: dict[int, list[float]] = {service.pid: [], bare.pid: []}

    async def rate(server: Child) -> float:
        pipeline = Pipeline()
        await connect(server.port, pipeline)
        pipeline.prepare(requests, BATCH, WINDOW)
        await pipeline.run(WINDOW)
        before, started = await server.cpu(), time.perf_counter()
        await pipeline.run(REQUESTS)
        taken = time.perf_counter() - started
        spent[server.pid].append((await server.cpu() - before) / REQUESTS * 1e6)
        pipeline.transport.close()
        return REQUESTS / taken

    await rate(service)
    await rate(bare)
    ours, reference = await in_turns(lambda: rate(service), lambda: rate(bare), ROUNDS)
    cost = median(spent[service.pid]), median(spent[bare.pid])
    return [
        Figure(f"gateway {method}", "requests/s", ours, reference, RATE),
        Figure(f"gateway {method}, processor time", "µs", *cost, COST),
    ]
