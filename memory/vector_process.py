"""The process that keeps vectors, as the service sees it: asked one thing at a time, ended when it fails."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from memory.vector_worker import LENGTH

STARTING = 60.0
"""Seconds a new process may take: it loads Chroma, and waits for the end of the one before it."""
ENDING = 5.0
"""Seconds it may take to end by itself."""


class VectorsLost(Exception):
    """Ask again later, or set the folder aside: the process died, hung or could not be started."""


class VectorsDied(VectorsLost):
    """Ask once more: the process died, of what it was asked or because somebody ended it."""


class VectorsRefused(Exception):
    """Look at the reason: Chroma could not do it."""


class VectorProcess:
    """A process that is started when it is first asked, and again after it was lost."""

    def __init__(self, folder: Path, url: str | None) -> None:
        self.folder = folder
        self._arguments = (str(folder), *((url,) if url is not None else ()))
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    async def ask(self, op: str, seconds: float, **given: Any) -> Any:
        """Return what it answers; raise VectorsRefused, or VectorsLost when it takes longer or dies."""
        async with self._turn:
            done = False
            try:
                if self._process is None:
                    self._process = await self._start()
                    await self._exchange(self._process, {"op": "open"}, STARTING)
                answer = await self._exchange(self._process, {"op": op, **given}, seconds)
                done = True
            except VectorsRefused:
                done = op != "open"
                raise
            finally:
                # An answer that comes later would be taken for that to the next request.
                if not done:
                    await self._end()
        return answer

    async def close(self) -> None:
        """End the process, once it has answered what it was asked."""
        async with self.ended():
            pass

    @contextlib.asynccontextmanager
    async def ended(self) -> AsyncIterator[None]:
        """End the process, once it has answered what it was asked, and start none until the block ends."""
        async with self._turn:
            if self._process is not None and self._process.stdin is not None:
                self._process.stdin.close()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(ENDING):
                        await self._process.wait()
            await self._end()
            yield

    async def _start(self) -> asyncio.subprocess.Process:
        """Start it; it gets nothing of the service's environment, which holds secrets."""
        try:
            return await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "memory.vector_worker", *self._arguments),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env={"HOME": str(self.folder), "OMP_NUM_THREADS": "1"},
                start_new_session=True,
            )
        except OSError as error:
            raise VectorsLost(f"no process for vectors can be started: {error}") from error

    async def _exchange(
        self, process: asyncio.subprocess.Process, asked: Mapping[str, Any], seconds: float
    ) -> Any:
        assert process.stdin is not None
        assert process.stdout is not None
        body = orjson.dumps(asked)
        try:
            async with asyncio.timeout(seconds):
                process.stdin.write(LENGTH.pack(len(body)) + body)
                await process.stdin.drain()
                (length,) = LENGTH.unpack(await process.stdout.readexactly(LENGTH.size))
                told = orjson.loads(await process.stdout.readexactly(length))
        except TimeoutError:
            raise VectorsLost(f"no answer to {asked['op']} within {seconds:g} s") from None
        except (OSError, asyncio.IncompleteReadError) as error:
            raise VectorsDied(f"the process that keeps vectors died at {asked['op']}") from error
        if "error" in told:
            raise VectorsRefused(str(told["error"]))
        return told["done"]

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
