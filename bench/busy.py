"""How the agent answers while as many of the largest backtests as the service takes wait and run."""

import json
import tempfile
import time

import uvloop

from bench.child import Child, child
from bench.figures import Figure, Promise
from bench.measure import percentile
from bench.turn import SETTINGS, Talker
from bench.wire import connect

P99 = Promise(target=500, floor=500, at_most=True)
CANCEL = Promise(target=1, floor=1, at_most=True)
FULL = Promise(target=100, floor=100)

TURNS = 1_000


def measure() -> list[Figure]:
    """Return how long a whole turn takes, beside what it takes when nothing else runs."""
    return uvloop.run(_measure())


async def _measure() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="kit-bench-") as home:
        async with child("bench.service", home, json.dumps(SETTINGS)) as service:
            talker = Talker()
            await connect(service.port, talker)
            await _turns(talker, "warm", 3)
            alone = await _turns(talker, "alone", TURNS)
            jobs = float(await service.ask("saturate"))
            busy = await _turns(talker, "busy", TURNS)
            cancel = await _cancel(service)
            return [
                Figure("largest backtests that wait or run", "", jobs, None, FULL),
                Figure(
                    "turn beside them, whole: median", "ms", percentile(busy, 0.5), percentile(alone, 0.5)
                ),
                Figure(
                    "turn beside them, whole: p99", "ms", percentile(busy, 0.99), percentile(alone, 0.99), P99
                ),
                Figure("cancel of one that runs", "s", cancel, None, CANCEL),
            ]


async def _turns(talker: Talker, session: str, count: int) -> list[float]:
    """Return how many milliseconds each of `count` turns took."""
    taken = []
    for number in range(count):
        started = time.perf_counter()
        await talker.say(f"{session}-{number // 50}")
        taken.append((time.perf_counter() - started) * 1e3)
    return taken


async def _cancel(service: Child) -> float:
    """Return the seconds until a job has ended that is canceled in its middle."""
    if not await service.ask("unfinished"):
        raise RuntimeError("the backtests were done before the turns were: nothing was measured beside them")
    return float(await service.ask("cancel"))
