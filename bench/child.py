"""A server in a process of its own that answers commands on its standard input, one JSON line each."""

import asyncio
import json
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

Command = Callable[..., Awaitable[Any]]


class Child:
    """A running server: `port` is where it listens."""

    def __init__(self, process: Process, port: int) -> None:
        self._process = process
        self.port = port

    @property
    def pid(self) -> int:
        """The id of its process."""
        return self._process.pid

    async def ask(self, command: str, *arguments: Any) -> Any:
        """Return what a command comes to."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([command, *arguments]).encode() + b"\n")
        return await _line(self._process)

    async def cpu(self) -> float:
        """Return the seconds of processor time that it has taken, to the nanosecond."""
        return float(await self.ask("cpu"))


@asynccontextmanager
async def child(module: str, *arguments: str) -> AsyncIterator[Child]:
    """Run a module as a server until the block ends."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        *arguments,
        stdin=PIPE,
        stdout=PIPE,
    )
    try:
        yield Child(process, int(await _line(process)))
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()


async def _line(process: Process) -> Any:
    assert process.stdout is not None
    line = await process.stdout.readline()
    if not line:
        raise RuntimeError("the server has ended; what it wrote to standard error says why")
    return json.loads(line)


async def obey(port: int, commands: Mapping[str, Command]) -> None:
    """Tell the port, then carry out commands until standard input ends; `cpu` is always known."""
    known = {"cpu": _cpu, **commands}
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    _say(port)
    while line := await reader.readline():
        name, *arguments = json.loads(line)
        _say(await known[name](*arguments))


async def _cpu() -> float:
    return time.process_time()


def _say(value: Any) -> None:
    print(json.dumps(value), flush=True)
