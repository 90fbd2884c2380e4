"""A service in a process of its own whose model answers people, but never gets to the end of a summary.

`python -m tests.agent.slow_notes HOME` prints its port once it is ready, and `writing` when it is at one; it
runs until it is killed.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from agent.models.port import Completion, ModelRequest, TextDelta
from kit.app import Edge, serve
from kit.settings import load
from tests.agent.long_talks import summarises
from tests.agent.talking import MODEL, says
from trading.clock import SystemClock


class Slow:
    """A model that falls silent over its notes."""

    name = MODEL

    async def stream(self, request: ModelRequest) -> AsyncIterator[TextDelta | Completion]:
        """Yield an answer, or the beginning of a summary and nothing more."""
        if summarises(request):
            yield TextDelta("- they")
            print("writing", flush=True)
            await asyncio.Event().wait()
        yield TextDelta("Well.")
        yield says("Well.")

    async def check(self) -> None:
        """Be well."""

    async def aclose(self) -> None:
        """Do nothing."""


async def main(home: Path) -> None:
    """Serve until the end."""
    async with serve(load(home, gateway_port=0), Edge(SystemClock(), model=Slow())) as app:
        print(app.listening.ports[0], flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
