"""K.I.T. in a terminal: a prompt, or one question, over KitClient."""

import asyncio
import json
import os
import signal
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from kit.answers import CONNECTION_LOST, NOT_CONNECTED, Answer, KitError
from kit.client import KitClient
from kit.turns import Turn

PROMPT = "> "
GREETING = "Ctrl-C stops an answer, Ctrl-D or exit leaves."
LEAVING = frozenset({"exit", "quit", "/exit", "/quit", ":q"})
"""What people type to leave a prompt; an agent would take some of it for closing a position."""
DIM, PLAIN = "\x1b[2m", "\x1b[0m"
LONGEST_LINE = 16 * 1024 * 1024

CONTROLS = {code: None for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"}
"""What an answer must not send to a terminal: it may quote what strangers wrote."""

DONE, FAILED, STOPPED = 0, 1, 130
"""Exit codes, as shells know them."""

GONE = frozenset({CONNECTION_LOST, NOT_CONNECTED})

ReadLine = Callable[[], Awaitable[str | None]]
"""Returns the next line, None at the end; raises KeyboardInterrupt when the person gave up on a line."""


class Screen:
    """Prints answers as they are written. What is not an answer is shown on terminals only."""

    def __init__(self, out: TextIO, errors: TextIO) -> None:
        self._out = out
        self._errors = errors
        self._terminal = out.isatty()
        self._in_line = False

    def text(self, piece: str) -> None:
        """Print a piece of an answer."""
        shown = piece.translate(CONTROLS) if self._terminal else piece
        if shown:
            self._out.write(shown)
            self._out.flush()
            self._in_line = not shown.endswith("\n")

    def aside(self, line: str) -> None:
        """Print a line beside the answer."""
        if self._terminal:
            self.end_line()
            self._out.write(f"{DIM}{line.translate(CONTROLS)}{PLAIN}\n")
            self._out.flush()

    def problem(self, error: KitError) -> None:
        """Print what went wrong."""
        self.end_line()
        self._errors.write(f"{error.message} ({error.code})\n")
        self._errors.flush()

    def end_line(self) -> None:
        """Go to the start of a line."""
        if self._in_line:
            self.text("\n")


async def repl(
    client: KitClient,
    *,
    session: str = "main",
    history: Path | None = None,
    stdin: TextIO | None = None,
    stdout: TextIO | None = None,
    stderr: TextIO | None = None,
) -> int:
    """Talk until the input ends; return an exit code.

    On a terminal there is a prompt whose lines are kept in `history`; otherwise each line of the input is a
    message, and only answers are printed. Ctrl-C stops the running answer.
    """
    source, out = stdin or sys.stdin, stdout or sys.stdout
    screen = Screen(out, stderr or sys.stderr)
    asking = source.isatty() and out.isatty()
    if asking:
        screen.aside(GREETING)
    read = _prompt(history) if asking else _lines(source)
    while True:
        try:
            line = await read()
        except KeyboardInterrupt:
            continue
        if line is None or (asking and line.strip().lower() in LEAVING):
            return DONE
        if not line.strip():
            continue
        try:
            await _say(client, line.strip(), session, screen)
        except KitError as error:
            screen.problem(error)
            if error.code in GONE:
                return FAILED


async def once(
    client: KitClient,
    text: str,
    *,
    session: str = "main",
    stdout: TextIO | None = None,
    stderr: TextIO | None = None,
) -> int:
    """Ask one question, print the answer as it is written and return an exit code."""
    screen = Screen(stdout or sys.stdout, stderr or sys.stderr)
    try:
        return await _say(client, text, session, screen)
    except KitError as error:
        screen.problem(error)
        return FAILED


async def _say(client: KitClient, text: str, session: str, screen: Screen) -> int:
    """Run one turn; the first Ctrl-C asks the agent to stop, the second stops waiting for it."""
    turn = client.chat(text, session_id=session, queue=True)
    showing = asyncio.create_task(_show(turn, screen))
    stopping: list[asyncio.Task[None]] = []

    def stop() -> None:
        if stopping:
            showing.cancel()
        else:
            stopping.append(asyncio.create_task(_abort(turn, screen)))

    try:
        with _on_interrupt(stop):
            await asyncio.wait([showing])
    finally:
        for task in (showing, *stopping):
            task.cancel()
    if showing.cancelled():
        screen.end_line()
        return STOPPED
    return showing.result()


async def _show(turn: Turn, screen: Screen) -> int:
    async for name, payload in turn.events():
        _show_event(name, payload, screen)
    screen.end_line()
    if turn.answer is not None and turn.answer.get("aborted"):
        screen.aside("(stopped)")
        return STOPPED
    return DONE


def _show_event(name: str, payload: Answer, screen: Screen) -> None:
    if name == "chat.chunk":
        screen.text(str(payload.get("chunk", "")))
    elif name == "chat.tool_call":
        screen.aside(_called(payload.get("toolCall") or {}))
    elif name == "chat.queued":
        screen.aside("(waiting: this conversation is answering another message)")


def _called(call: Mapping[str, Any]) -> str:
    """Return a tool call as one line."""
    arguments = call.get("arguments") or {}
    shown = ", ".join(f"{name}={json.dumps(value)}" for name, value in arguments.items())
    return f"· {call.get('name', 'tool')}({shown if len(shown) <= 100 else shown[:99] + '…'})"


async def _abort(turn: Turn, screen: Screen) -> None:
    try:
        await turn.abort()
    except KitError as error:
        screen.problem(error)


@contextmanager
def _on_interrupt(act: Callable[[], None]) -> Iterator[None]:
    """Let Ctrl-C do this for a while, where signals can be had."""
    loop = asyncio.get_running_loop()
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGINT)
    try:
        loop.add_signal_handler(signal.SIGINT, act)
    except NotImplementedError:
        yield
        return
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGINT)
        signal.signal(signal.SIGINT, before)


def _prompt(history: Path | None) -> ReadLine:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.history import FileHistory, InMemoryHistory

    if history is not None:
        history.parent.mkdir(parents=True, exist_ok=True)
        history.touch(mode=0o600)
    session: PromptSession[str] = PromptSession(
        PROMPT, history=InMemoryHistory() if history is None else FileHistory(str(history))
    )

    async def read() -> str | None:
        try:
            return await session.prompt_async()
        except EOFError:
            return None

    return read


def _lines(source: TextIO) -> ReadLine:
    """Read lines of anything with a file number, without holding up the loop or the end of the program."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=LONGEST_LINE)

    # A copy of its own: the number of a closed file may soon mean another one.
    number = os.dup(source.fileno())

    def pump() -> None:
        try:
            while data := os.read(number, 65_536):
                loop.call_soon_threadsafe(reader.feed_data, data)
            loop.call_soon_threadsafe(reader.feed_eof)
        except RuntimeError:
            # The loop has ended before the input: nobody listens any more.
            return
        finally:
            os.close(number)

    threading.Thread(target=pump, name="kit-stdin", daemon=True).start()

    async def read() -> str | None:
        line = await reader.readline()
        return line.decode(errors="replace") if line else None

    return read
