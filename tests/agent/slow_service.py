"""A service in a process of its own that buys what it is asked to, and never gets to the end of its answer.

`python -m tests.agent.slow_service HOME` prints its port once it is ready and runs until it is killed.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from agent.models.port import Completion, ModelRequest, TextDelta
from kit.app import Edge, serve
from kit.settings import load
from tests.agent.talking import BUY, MODEL, says
from trading.clock import SystemClock


class Endless:
    """A model that calls a tool, and then falls silent after a word."""

    name = MODEL

    async def stream(self, request: ModelRequest) -> AsyncIterator[TextDelta | Completion]:
        """Yield the call, or the word and nothing more."""
        if len(request.messages) == 1:
            yield says("", BUY)
        yield TextDelta("Well")
        await asyncio.Event().wait()

    async def check(self) -> None:
        """Be well."""

    async def aclose(self) -> None:
        """Do nothing."""


async def main(home: Path) -> None:
    """Serve until the end."""
    async with serve(load(home, gateway_port=0), Edge(SystemClock(), model=Endless())) as app:
        print(app.listening.ports[0], flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
