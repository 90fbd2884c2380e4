"""The process that others are forked from: `python -m tests.nursery_process SOCKET`.

A message on the socket is four bytes with the length of JSON, which says what to run, and with them come the
three streams of the process and a pipe, on which its id and later its exit code are told as four bytes each.
"""

import contextlib
import ctypes
import gc
import json
import os
import random
import runpy
import signal
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

NUMBER = 4
"""Bytes of a number."""

PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Wish:
    """A process that somebody wants: a module to run as a program, its words and its surroundings."""

    module: str
    words: Sequence[str]
    environment: dict[str, str]
    folder: str
    imports: Sequence[str]
    leads: bool
    """Whether it leads a session, with everything that it starts."""


def main(number: int) -> None:
    """Fork until nobody can ask any more."""
    with socket.socket(fileno=number) as wishes:
        while heard := _next(wishes):
            wish, streams, news = heard
            for name in wish.imports:
                import_module(name)
            gc.collect()
            gc.freeze()
            if os.fork() == 0:
                wishes.close()
                return _keep(wish, streams, news)
            for each in (*streams, news):
                os.close(each)
            _bury()
        _bury()
    return None


def _end_with_parent() -> None:
    """Be killed once the parent is gone, where the system knows how: nothing stays when tests are killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _bury() -> None:
    """Let go of the keepers that have ended; who waits for a process is its keeper."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass


def _next(wishes: socket.socket) -> tuple[Wish, Sequence[int], int] | None:
    size, files, _, _ = socket.recv_fds(wishes, NUMBER, 4)
    if not size:
        return None
    body: dict[str, Any] = json.loads(wishes.recv(int.from_bytes(size, "big"), socket.MSG_WAITALL))
    return Wish(**body), files[:3], files[3]


def _keep(wish: Wish, streams: Sequence[int], news: int) -> None:
    """Fork once more; tell who that is, and when it ends how."""
    _end_with_parent()
    process = os.fork()
    if process == 0:
        _end_with_parent()
        os.close(news)
        return _live(wish, streams)
    # Whoever reads a stream to its end waits for the process alone.
    for each in (*streams, 0, 1):
        os.close(each)
    os.write(news, process.to_bytes(NUMBER, "big"))
    _, status = os.waitpid(process, 0)
    # Whoever started it may be gone.
    with contextlib.suppress(BrokenPipeError):
        os.write(news, os.waitstatus_to_exitcode(status).to_bytes(NUMBER, "big", signed=True))
    os._exit(0)


def _live(wish: Wish, streams: Sequence[int]) -> None:
    """Be the process."""
    if wish.leads:
        os.setsid()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.environ.clear()
    os.environ.update(wish.environment)
    os.chdir(wish.folder)
    random.seed()
    sys.argv = [wish.module, *wish.words]
    runpy.run_module(wish.module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
