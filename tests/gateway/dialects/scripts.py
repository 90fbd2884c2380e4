"""Scripts of the references, as they are printed there, in Node beside a service at the documented ports."""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.peers.npm import NODE

SAMPLES = Path(__file__).parent / "samples"
SECONDS = 60


def sample(name: str) -> str:
    """Return a sample as it is printed."""
    return (SAMPLES / f"{name}.txt").read_text("utf-8")


class Script:
    """A script that runs, and what it has printed so far."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.printed: list[str] = []

    async def until(self, pattern: str) -> re.Match[str]:
        """Return what a line says that it prints from now on; raise AssertionError when it ends without."""
        assert self._process.stdout is not None
        while line := await asyncio.wait_for(self._process.stdout.readline(), SECONDS):
            self.printed.append(line.decode().rstrip("\n"))
            if found := re.search(pattern, self.printed[-1]):
                return found
        raise AssertionError(f"{pattern} is not in {self.printed}")

    async def rest(self) -> str:
        """Return all that it has printed, once it has ended well."""
        assert self._process.stdout is not None
        left = await asyncio.wait_for(self._process.stdout.read(), SECONDS)
        assert await self._process.wait() == 0
        return "\n".join([*self.printed, left.decode()])


@asynccontextmanager
async def in_node(home: Path, *parts: str) -> AsyncIterator[Script]:
    """Run a module that is made of parts, at most until the block ends: what listens ends by itself never."""
    module = home / "sample.mjs"
    module.write_text("\n".join(parts), "utf-8")
    process = await asyncio.create_subprocess_exec(
        NODE, module, env=dict(os.environ), stdout=asyncio.subprocess.PIPE
    )
    try:
        yield Script(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
