"""A process that reckons: tasks in by standard input, progress and answers out, one after another.

It is apart from the service so that nothing it does can hold up a chat, it can be given limits, and ending
it ends whatever runs in it. A person's own strategies run here and nowhere else.
"""

import os
import pickle
import resource
import struct
import sys
import time
from collections.abc import Callable
from typing import Any, BinaryIO

LENGTH = struct.Struct(">Q")
PAUSE = 0.1
"""Progress is told at most so often, in seconds."""

Say = Callable[..., None]


def write_frame(stream: BinaryIO, message: Any) -> None:
    """Write one message."""
    body = pickle.dumps(message, protocol=5)
    stream.write(LENGTH.pack(len(body)) + body)
    stream.flush()


def read_frame(stream: BinaryIO) -> Any:
    """Read one message; raise EOFError when there is none any more."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        raise EOFError
    (length,) = LENGTH.unpack(head)
    return pickle.loads(stream.read(length))


def main() -> None:
    """Serve until the input ends: `python -m kit.worker MEGABYTES`."""
    limit = int(sys.argv[1]) * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    os.nice(10)
    # Whatever a task prints must not come between the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)

    def say(*message: Any) -> None:
        write_frame(answers, message)

    _warm_up()
    say("ready")
    while True:
        try:
            task = read_frame(sys.stdin.buffer)
        except EOFError:
            return
        _serve(task, say)


def _serve(task: Any, say: Say) -> None:
    from trading.backtest.perform import perform
    from trading.errors import TradingError

    told = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal told
        if done == total or time.monotonic() - told >= PAUSE:
            told = time.monotonic()
            say("progress", done, total)

    try:
        answer = perform(task, tell)
    except TradingError as error:
        say("refused", type(error).__name__, str(error), dict(error.details))
    except MemoryError:
        say("refused", "InvalidBacktest", "this needs more memory than a backtest may use", {})
    # The last line before the process's own end: a strategy's own code may raise anything.
    except Exception as error:  # noqa: BLE001
        say("failed", type(error).__name__, str(error)[:500])
    else:
        say("done", answer)


def _warm_up() -> None:
    """Load and compile what a first task needs, from what was kept compiled if there is any."""
    from trading.backtest.warm import warm

    warm()


if __name__ == "__main__":
    main()
