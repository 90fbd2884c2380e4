"""Worker processes: so many at once, each ended when its task is given up, takes too long or falls over."""

import asyncio
import contextlib
import pickle
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final, Protocol

import structlog

from kit.settings import Settings
from kit.worker import LENGTH
from tools.backtesting import Told, WorkerFailed
from trading import errors

STARTING: Final = 120.0
"""Seconds a new worker may take to load and compile."""

log = structlog.get_logger(__name__)


class Process(Protocol):
    """What is needed of a process, such as one of asyncio."""

    stdin: asyncio.StreamWriter | None
    stdout: asyncio.StreamReader | None

    def kill(self) -> None:
        """Kill it; raise ProcessLookupError where it is gone."""

    async def wait(self) -> int:
        """Return its exit code once it has ended."""


Begin = Callable[[int], Awaitable[Process]]
"""Begins `kit.worker` in a process of its own that may take so many megabytes."""


async def execute(megabytes: int) -> Process:
    """Begin a worker; it gets nothing of the service's environment, which holds secrets."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "kit.worker", str(megabytes)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={"HOME": str(Path.home()), "OMP_NUM_THREADS": "1"},
        start_new_session=True,
    )


class Worker:
    """One process. Whoever breaks off a task has to `end` it."""

    def __init__(self, process: Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, megabytes: int, begin: Begin) -> "Worker":
        """Begin a process and return it once it can take tasks."""
        process = await begin(megabytes)
        worker, ready = cls(process), False
        try:
            async with asyncio.timeout(STARTING):
                await worker._read()
            ready = True
        finally:
            if not ready:
                await worker.end()
        return worker

    async def perform(self, body: bytes, told: Told) -> Any:
        """Send a task and return its answer; raise what the task was refused for, or WorkerFailed."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(LENGTH.pack(len(body)) + body)
            await self._process.stdin.drain()
            while True:
                kind, *content = await self._read()
                if kind == "progress":
                    await told(*content)
                elif kind == "done":
                    return content[0]
                elif kind == "refused":
                    raise _refusal(*content)
                else:
                    raise WorkerFailed(f"{content[0]}: {content[1]}")
        except (OSError, EOFError) as error:
            raise WorkerFailed("the process that reckoned it has died") from error

    async def end(self) -> None:
        """End the process, whatever it is doing."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()

    async def _read(self) -> Any:
        assert self._process.stdout is not None
        try:
            (length,) = LENGTH.unpack(await self._process.stdout.readexactly(LENGTH.size))
            body = await self._process.stdout.readexactly(length)
        except asyncio.IncompleteReadError:
            raise EOFError from None
        return pickle.loads(body)


def _refusal(kind: str, message: str, details: Mapping[str, Any]) -> errors.TradingError:
    found: type[errors.TradingError] = getattr(errors, kind, errors.InvalidBacktest)
    return found(message, **details)


class WorkerPool:
    """So many workers at most, started when first needed and kept.

    A task that is cancelled ends its process at once.
    """

    def __init__(self, size: int, megabytes: int, seconds: float, begin: Begin = execute) -> None:
        self.size = size
        self._begin = begin
        self._megabytes = megabytes
        self._seconds = seconds
        self._free = asyncio.Semaphore(size)
        self._idle: list[Worker] = []

    async def warm(self) -> None:
        """Have one worker ready before anybody waits for it."""
        async with self._free:
            self._idle.append(await self._take())

    async def perform(self, task: Any, told: Told) -> Any:
        """Do a task in a worker; raise what it was refused for, or WorkerFailed."""
        body = await asyncio.to_thread(pickle.dumps, task, 5)
        async with self._free:
            worker = await self._take()
            sound = False
            try:
                async with asyncio.timeout(self._seconds):
                    answer = await worker.perform(body, told)
                sound = True
            except errors.TradingError:
                sound = True
                raise
            except TimeoutError:
                raise WorkerFailed(f"it took longer than the {self._seconds:g} s it may") from None
            finally:
                if sound:
                    self._idle.append(worker)
                else:
                    await asyncio.shield(worker.end())
        return answer

    async def close(self) -> None:
        """End every idle worker."""
        while self._idle:
            await self._idle.pop().end()

    async def _take(self) -> Worker:
        if self._idle:
            return self._idle.pop()
        try:
            return await Worker.start(self._megabytes, self._begin)
        except (OSError, EOFError, TimeoutError) as error:
            raise WorkerFailed("no process for backtests can be started here") from error


@contextlib.asynccontextmanager
async def working(settings: Settings, begin: Begin) -> AsyncIterator[WorkerPool]:
    """Offer workers until the block ends."""
    megabytes, seconds = settings.backtest_memory_mb, settings.backtest_seconds
    pool = WorkerPool(settings.backtest_workers, megabytes, seconds, begin)
    try:
        yield pool
    finally:
        await pool.close()
