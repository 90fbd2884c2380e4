"""K.I.T. in a terminal: a prompt, or one question, over KitClient."""

import asyncio
import json
import os
import signal
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from math import ceil
from pathlib import Path
from typing import Any, TextIO

from kit.answers import CONNECTION_LOST, NOT_CONNECTED, Answer, KitError
from kit.approval_prompt import ApprovalPrompt
from kit.chat_pictures import Pictures
from kit.client import KitClient
from kit.line_prompt import LinePrompt
from kit.screen import Screen
from kit.turns import Turn

GREETING = "Ctrl-C stops an answer, Ctrl-D or exit leaves."
LEAVING = frozenset({"exit", "quit", "/exit", "/quit", ":q"})
"""What people type to leave a prompt; an agent would take some of it for closing a position."""
LONGEST_LINE = 16 * 1024 * 1024

DONE, FAILED, STOPPED = 0, 1, 130
"""Exit codes, as shells know them."""

GONE = frozenset({CONNECTION_LOST, NOT_CONNECTED})
AGENT_FAILED = frozenset({"AGENT_BUSY", "INTERNAL_ERROR"})
"""What a turn ends with that has begun, and whose model gave no answer."""
LOOK = "`kit doctor` says what to mend."

ReadLine = Callable[[], Awaitable[str | None]]
"""Returns the next line, None at the end; raises KeyboardInterrupt when the person gave up on a line."""


async def repl(
    client: KitClient,
    *,
    session: str = "main",
    history: Path | None = None,
    pictures: Path | None = None,
    stdin: TextIO | None = None,
    stdout: TextIO | None = None,
    stderr: TextIO | None = None,
) -> int:
    """Talk until the input ends; return an exit code.

    On a terminal there is a prompt whose lines are kept in `history`, and pictures are put into a folder;
    otherwise each line of the input is a message, and only answers are printed. Ctrl-C stops the running
    answer.
    """
    source, out = stdin or sys.stdin, stdout or sys.stdout
    asking = source.isatty() and out.isatty()
    screen = Screen(out, stderr or sys.stderr, echoes=not asking, asks=asking)
    if not asking:
        return await _answer_all(client, _lines(source), session, screen, Pictures(client, None), frozenset())
    screen.aside(GREETING)
    with _unechoed(source):
        prompt = LinePrompt(history, source)
        prompt.asking = asking_person = ApprovalPrompt(client, screen, prompt.ask)
        try:
            gallery = Pictures(client, pictures)
            return await _answer_all(client, prompt, session, screen, gallery, LEAVING, asking_person)
        finally:
            asking_person.close()


async def _answer_all(
    client: KitClient,
    read: ReadLine,
    session: str,
    screen: Screen,
    pictures: Pictures,
    leaving: frozenset[str],
    approvals: ApprovalPrompt | None = None,
) -> int:
    while True:
        try:
            line = await read()
        except KeyboardInterrupt:
            continue
        if line is None or line.strip().lower() in leaving:
            return DONE
        if not line.strip():
            continue
        try:
            async with approvals.beside() if approvals else nullcontext():
                await _say(client, line.strip(), session, screen, pictures)
        except KitError as error:
            if error.code in GONE:
                return FAILED


async def once(
    client: KitClient,
    text: str,
    *,
    session: str = "main",
    pictures: Path | None = None,
    stdout: TextIO | None = None,
    stderr: TextIO | None = None,
) -> int:
    """Ask one question, print the answer as it is written and return an exit code.

    On a terminal pictures are put into a folder.
    """
    out = stdout or sys.stdout
    screen = Screen(out, stderr or sys.stderr)
    gallery = Pictures(client, pictures if out.isatty() else None)
    try:
        return await _say(client, text, session, screen, gallery)
    except KitError:
        return FAILED


async def _say(client: KitClient, text: str, session: str, screen: Screen, pictures: Pictures) -> int:
    """Send a message, as soon as it may be, and show its answer; raise KitError that has been shown."""
    while True:
        turn = client.chat(text, session_id=session, queue=True)
        try:
            code = await _run(turn, screen, pictures)
            await pictures.show(screen)
            return code
        except KitError as error:
            if error.code != "RATE_LIMITED" or error.retry_after_ms is None:
                failed = error.code in AGENT_FAILED and turn.request_id is not None
                screen.problem(error, LOOK if failed else None)
                raise
            if not await _waited(error.retry_after_ms / 1000, screen):
                return STOPPED


async def _waited(seconds: float, screen: Screen) -> bool:
    """Wait until a message may be sent; tell whether it is still to be."""
    unwanted = asyncio.Event()
    with _on_interrupt(unwanted.set):
        screen.notice(
            f"Too many messages in one minute: this one is sent in {ceil(seconds)} s. Ctrl-C cancels it."
        )
        try:
            async with asyncio.timeout(seconds):
                await unwanted.wait()
        except TimeoutError:
            return True
    screen.interrupted()
    screen.aside("(not sent)")
    return False


async def _run(turn: Turn, screen: Screen, pictures: Pictures) -> int:
    """Show one turn; the first Ctrl-C asks the agent to stop, the second stops waiting for it."""
    showing = asyncio.create_task(_show(turn, screen, pictures))
    stopping: list[asyncio.Task[None]] = []

    def stop() -> None:
        screen.interrupted()
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


async def _show(turn: Turn, screen: Screen, pictures: Pictures) -> int:
    async for name, payload in turn.events():
        pictures.heard(name, payload)
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
    elif name == "chat.waiting":
        screen.waits(str(payload.get("approvalId", "")))
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


@contextmanager
def _unechoed(source: TextIO) -> Iterator[None]:
    """Keep what is typed during an answer off the screen, for the next prompt to read: also a Ctrl-D."""
    try:
        import termios
    except ImportError:
        yield
        return
    before = termios.tcgetattr(source)
    quiet = [*before[:3], before[3] & ~(termios.ECHO | termios.ICANON), *before[4:]]
    termios.tcsetattr(source, termios.TCSANOW, quiet)
    try:
        yield
    finally:
        termios.tcsetattr(source, termios.TCSANOW, before)


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
