"""Processes that begin with the service imported, which is most of what a start takes.

They are forked from one that has done nothing but import, and are real ones from there on: with streams,
signals and an end of their own. Whether a service starts from nothing is tested where `kit` is executed.
"""

import asyncio
import atexit
import json
import os
import signal
import socket
import subprocess
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path

from tests.nursery_process import NUMBER, Wish

ROOT = Path(__file__).parents[1]

SERVICE = ("tests.warmed_service",)
"""What a service and the commands that use one import."""

LIVE = (*SERVICE, "ccxt.async_support", "trading.exchanges.ccxt_live", "trading.exchanges.ccxt_market")
"""What a service imports that trades at an exchange."""

TELEGRAM = (*SERVICE, "bot.telegram")
"""What a service imports that is a bot too."""

WORKER = ("tests.warmed_worker",)
"""What a process for backtests and charts imports, and compiles."""

Stream = int | None
"""PIPE, DEVNULL, a file's number, or None for our own."""


class Born:
    """A process, to be used like one of asyncio."""

    def __init__(
        self,
        pid: int,
        news: asyncio.StreamReader,
        stdin: asyncio.StreamWriter | None,
        stdout: asyncio.StreamReader | None,
        stderr: asyncio.StreamReader | None,
    ) -> None:
        self.pid = pid
        self.stdin, self.stdout, self.stderr = stdin, stdout, stderr
        self.returncode: int | None = None
        self._end = asyncio.create_task(self._ended(news))

    async def _ended(self, news: asyncio.StreamReader) -> int:
        self.returncode = int.from_bytes(await news.readexactly(NUMBER), "big", signed=True)
        # To its end, which closes it.
        await news.read()
        return self.returncode

    async def wait(self) -> int:
        """Return the exit code once it has ended."""
        return await asyncio.shield(self._end)

    async def communicate(self, said: bytes = b"") -> tuple[bytes, bytes]:
        """Say something to it and return all that it says, once it has ended."""
        if self.stdin is not None:
            self.stdin.write(said)
            self.stdin.close()
        out, err = await asyncio.gather(_all_of(self.stdout), _all_of(self.stderr))
        await self.wait()
        return out, err

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.returncode is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Kill it."""
        self.send_signal(signal.SIGKILL)


async def born(
    module: str,
    *words: str,
    env: Mapping[str, str] | None = None,
    stdin: Stream = None,
    stdout: Stream = None,
    stderr: Stream = None,
    start_new_session: bool = False,
    imports: Sequence[str] = SERVICE,
) -> Born:
    """Start `python -m module words…` with `imports` imported."""
    environment = dict(os.environ if env is None else env)
    wish = Wish(module, words, environment, str(ROOT), imports, start_new_session)
    ends = [_ends(stream, number) for number, stream in enumerate((stdin, stdout, stderr))]
    news, told = os.pipe()
    _wish(wish, [theirs for theirs, _, _ in ends], told)
    os.close(told)
    for theirs, _, lent in ends:
        if not lent:
            os.close(theirs)
    heard = await _reader(news)
    entry, out, err = (ours for _, ours, _ in ends)
    streams = (
        None if entry is None else await _writer(entry),
        None if out is None else await _reader(out),
        None if err is None else await _reader(err),
    )
    return Born(int.from_bytes(await heard.readexactly(NUMBER), "big"), heard, *streams)


async def worker(megabytes: int) -> Born:
    """Begin a process for backtests and charts that has loaded and compiled what it needs."""
    return await born(
        *("kit.worker", str(megabytes)),
        env={"HOME": str(Path.home()), "OMP_NUM_THREADS": "1"},
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        start_new_session=True,
        imports=WORKER,
    )


@cache
def _nursery(imports: Sequence[str]) -> socket.socket:
    """Start the process that others are forked from which import the same; it ends with this one."""
    ours, theirs = socket.socketpair()
    with theirs:
        number = theirs.fileno()
        # The streams are pipes as those of most processes are, so that Python makes the same of them.
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.nursery_process", str(number)],
            stdin=PIPE,
            stdout=PIPE,
            pass_fds=[number],
            cwd=ROOT,
            start_new_session=True,
        )

    @atexit.register
    def end() -> None:
        ours.close()
        process.communicate()

    return ours


def _wish(wish: Wish, streams: Sequence[int], told: int) -> None:
    nursery, body = _nursery(tuple(wish.imports)), json.dumps(asdict(wish)).encode()
    socket.send_fds(nursery, [len(body).to_bytes(NUMBER, "big")], [*streams, told])
    nursery.sendall(body)


def _ends(stream: Stream, number: int) -> tuple[int, int | None, bool]:
    """Return the end of a stream for the process, our own, and whether the first was only lent."""
    if stream == PIPE:
        reads, writes = os.pipe()
        return (reads, writes, False) if number == 0 else (writes, reads, False)
    if stream == DEVNULL:
        return os.open(os.devnull, os.O_RDWR), None, False
    return number if stream is None else stream, None, True


async def _all_of(stream: asyncio.StreamReader | None) -> bytes:
    return b"" if stream is None else await stream.read()


async def _reader(file: int) -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, os.fdopen(file, "rb"))
    return reader


async def _writer(file: int) -> asyncio.StreamWriter:
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.connect_write_pipe(
        asyncio.streams.FlowControlMixin, os.fdopen(file, "wb")
    )
    return asyncio.StreamWriter(transport, protocol, None, loop)
