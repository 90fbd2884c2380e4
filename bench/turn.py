"""What the agent adds to a turn of two model calls and one tool, against the model's streams alone."""

import json
import re
import tempfile
import time
from statistics import median

import uvloop

from bench.child import Child, child
from bench.figures import Figure, Promise
from bench.measure import percentile
from bench.wire import Counter, connect, frame

CPU = Promise(target=15, floor=15, at_most=True)
FIRST = Promise(target=5, floor=5, at_most=True)

TURNS = 50
ROUNDS = 5
CONVERSATION = 10
"""Turns of one conversation: a longer one is summarised, by calls of its model that belong to no turn."""

SETTINGS = {"limits": False}
CHUNK = re.compile(rb'"event":"chat.chunk"')
ANSWERED = b'"type":"res"'


class Talker(Counter):
    """A client that talks; `first` holds when the first chunk of each turn came."""

    def __init__(self) -> None:
        super().__init__(ANSWERED)
        self.first: list[int] = []
        self._fresh = False
        self._turns = 0

    async def say(self, session: str) -> None:
        """Send a message and return once the turn is over."""
        params = {"message": "How is bitcoin?", "stream": True, "sessionId": session}
        self._turns += 1
        body = {"type": "req", "id": f"turn-{self._turns}", "method": "chat.send", "params": params}
        self._fresh = True
        self.transport.write(frame(json.dumps(body).encode()))
        await self.reach(self.count + 1)

    def arrived(self, text: bytes) -> None:
        """Note when a turn's first chunk came."""
        if self._fresh and CHUNK.search(text):
            self._fresh = False
            self.first.append(time.monotonic_ns())


def measure() -> list[Figure]:
    """Return what a turn costs."""
    return uvloop.run(_measure())


async def _measure() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="kit-bench-") as home:
        async with child("bench.service", home, json.dumps(SETTINGS)) as service:
            talker = Talker()
            await connect(service.port, talker)
            await _talk(talker, "warm", 3)
            ours: list[float] = []
            bare: list[float] = []
            walls: list[float] = []
            for number in range(ROUNDS):
                before, started = await service.cpu(), time.perf_counter()
                await _talk(talker, f"round-{number}", TURNS)
                walls.append((time.perf_counter() - started) / TURNS * 1e3)
                turn = (await service.cpu() - before) / TURNS * 1e3
                model = float(await service.ask("drain", TURNS)) / TURNS * 1e3
                ours.append(turn - model)
                bare.append(model)
            first = await _first_chunk(service, talker)
            return [
                Figure("turn, processor time added", "ms", median(ours), median(bare), CPU),
                Figure("turn, whole", "ms", median(walls)),
                Figure("turn, model's first word to first chunk: median", "ms", median(first), None, FIRST),
                Figure("turn, model's first word to first chunk: p99", "ms", percentile(first, 0.99)),
            ]


async def _talk(talker: Talker, session: str, turns: int) -> None:
    for number in range(turns):
        await talker.say(f"{session}-{number // CONVERSATION}")


async def _first_chunk(service: Child, talker: Talker) -> list[float]:
    said: list[int] = await service.ask("first")
    return [(heard - word) / 1e6 for word, heard in zip(said, talker.first, strict=True)][3:]
