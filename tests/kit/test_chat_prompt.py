import asyncio
import io
import os
import pty
import signal
import sys
import termios
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from kit import KitClient
from kit.backoff import Backoff
from kit.chat_prompt import once, repl
from tests.kit.conftest import AT_ONCE
from tests.kit.service import Frame, Refusal, Service
from tests.service import Running, running

DRIVER = Path(__file__).parent / "chat_driver.py"
PATIENCE = 60.0
PROMPT = ">"


class Terminal:
    """The chat at a terminal: what is typed, and what is seen."""

    def __init__(self, process: asyncio.subprocess.Process, master: int) -> None:
        self._process = process
        self._master = master
        self._seen = ""
        self._news = asyncio.Event()
        asyncio.get_running_loop().add_reader(master, self._read)

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    async def sees(self, text: str) -> str:
        """Return all up to this text, and forget it."""
        async with asyncio.timeout(PATIENCE):
            while text not in self._seen:
                self._news.clear()
                await self._news.wait()
        before, _, self._seen = self._seen.partition(text)
        return before + text

    async def leaves(self) -> int:
        return await asyncio.wait_for(self._process.wait(), PATIENCE)

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._master)
        os.close(self._master)
        if self._process.returncode is None:
            self._process.kill()

    def _read(self) -> None:
        try:
            self._seen += os.read(self._master, 65_536).decode()
        except OSError:
            asyncio.get_running_loop().remove_reader(self._master)
        self._news.set()


@asynccontextmanager
async def terminal(service: Service | Running, *arguments: str) -> AsyncIterator[Terminal]:
    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (24, 100))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        DRIVER,
        service.url,
        *arguments,
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
        env={**os.environ, "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"},
    )
    os.close(slave)
    screen = Terminal(process, master)
    try:
        yield screen
    finally:
        screen.close()
        await process.wait()


async def test_at_a_terminal_one_talks_and_leaves_with_ctrl_d(service: Service, tmp_path: Path) -> None:
    history = tmp_path / "home" / "history"
    call: Frame = {"name": "market_price", "arguments": {"pair": "BTC/USDT"}}
    service.turns = lambda params: ["Let me look.", call, "It \x1b]0;rose\x07."]
    async with terminal(service, "prompt", str(history)) as screen:
        await screen.sees(PROMPT)
        screen.type("How is BTC?\r")
        seen = await screen.sees("It ]0;rose.\r\n")
        assert 'Let me look.\r\n\x1b[2m· market_price(pair="BTC/USDT")\x1b[0m\r\n' in seen
        await screen.sees(PROMPT)
        screen.type("\x1b[A")
        await screen.sees("How is BTC?")
        screen.type("\r")
        await screen.sees("rose.")
        await screen.sees(PROMPT)
        screen.type("\x04")
        assert await screen.leaves() == 0
    assert service.methods() == ["connect", "chat.send", "chat.send", "disconnect"]
    assert "+How is BTC?\n" in history.read_text()
    assert history.stat().st_mode & 0o077 == 0


async def test_what_a_person_has_to_be_told_stands_above_the_line_being_typed(service: Service) -> None:
    async with terminal(service, "prompt") as screen:
        await screen.sees(PROMPT)
        screen.type("How is")
        await screen.sees("How is")
        service.tell("notice", id="n1", kind="approval.requested", text="This is asked about.", data={})
        service.tell("notice", id="n2", kind="access.asked", text="Ada asks to be let in.", data={})
        seen = await screen.sees("· Ada asks to be let in.")
        assert "asked about" not in seen
        await screen.sees("How is")
        screen.type(" BTC?\r")
        await screen.sees("You said: How is BTC?")


async def test_a_backtest_in_words_is_drawn_where_the_person_can_open_it(tmp_path: Path) -> None:
    pictures = tmp_path / "client" / "pictures"
    async with running(tmp_path / "service") as service:
        async with terminal(service, "prompt", str(tmp_path / "history"), str(pictures)) as screen:
            await screen.sees(PROMPT)
            screen.type("backtest ma crossover on BTC last month\r")
            await screen.sees(".png")
            screen.type("\x04")
            assert await screen.leaves() == 0
        async with KitClient(service.url, token="") as client:
            [row] = (await client.backtest.list()).backtests
            drawn = await client.chart.backtest(row.backtestId)
    [picture] = pictures.iterdir()
    assert picture.read_bytes() == b64decode(drawn.data)


@pytest.mark.parametrize("word", ["exit", "Quit ", ":q"])
async def test_the_words_people_leave_a_prompt_with_are_not_told_the_agent(
    service: Service, word: str
) -> None:
    async with terminal(service, "prompt") as screen:
        await screen.sees(PROMPT)
        screen.type(f"{word}\r")
        assert await screen.leaves() == 0
    assert service.methods() == ["connect", "disconnect"]


async def test_ctrl_c_stops_the_answer_and_keeps_the_prompt(service: Service) -> None:
    service.turns = lambda params: ["I think ", asyncio.Event()] if params["message"] == "long" else ["ok"]
    async with terminal(service, "prompt") as screen:
        await screen.sees(PROMPT)
        screen.type("\x03")
        await screen.sees(PROMPT)
        screen.type("long\r")
        await screen.sees("I think ")
        screen.type("\x03")
        await screen.sees("(stopped)")
        await screen.sees(PROMPT)
        screen.type("short\r")
        await screen.sees("ok")
        await screen.sees(PROMPT)
        screen.type("\x04")
        assert await screen.leaves() == 0
    assert service.methods() == ["connect", "chat.send", "chat.abort", "chat.send", "disconnect"]


async def test_ctrl_d_during_an_answer_leaves_after_it(service: Service) -> None:
    gate = asyncio.Event()
    service.turns = lambda params: ["I think ", gate, "so"]
    async with terminal(service, "prompt") as screen:
        await screen.sees(PROMPT)
        screen.type("long\r")
        await screen.sees("I think ")
        screen.type("\x04")
        gate.set()
        await screen.sees("so")
        assert await screen.leaves() == 0


@pytest.mark.parametrize("mode", ["prompt", "once"])
async def test_what_ctrl_c_came_to_stands_on_a_line_of_its_own(service: Service, mode: str) -> None:
    service.turns = lambda params: [{"name": "look", "arguments": {}}, asyncio.Event()]
    async with terminal(service, mode, *["Hi"] * (mode == "once")) as screen:
        if mode == "prompt":
            await screen.sees(PROMPT)
            screen.type("Hi\r")
        await screen.sees("look()\x1b[0m\r\n")
        screen.type("\x03")
        echoed = "" if mode == "prompt" else "^C\r\n"
        assert await screen.sees("(stopped)") == f"{echoed}\x1b[2m(stopped)"


async def test_an_answer_is_broken_between_words(service: Service) -> None:
    words = [f"word{number} " for number in range(40)]
    pieces = [piece for word in words for piece in (word[:3], word[3:])]
    service.turns = lambda params: [*pieces, "end\n"]
    async with terminal(service, "prompt") as screen:
        await screen.sees(PROMPT)
        screen.type("long\r")
        seen = await screen.sees("word39 end\r\n")
    lines = seen[seen.index("word0") :].split("\r\n")
    assert [word for line in lines for word in line.split()] == [*"".join(words).split(), "end"]
    assert max(map(len, lines)) in range(90, 101)


async def test_a_script_without_spaces_is_shown_as_it_comes(service: Service) -> None:
    service.turns = lambda params: ["价格", asyncio.Event()]
    async with terminal(service, "prompt") as screen:
        await screen.sees(PROMPT)
        screen.type("BTC?\r")
        await screen.sees("价格")


async def test_a_message_too_many_waits_and_is_sent_by_itself(service: Service) -> None:
    limited(service, 150, 150)
    async with terminal(service, "prompt") as screen:
        await screen.sees(PROMPT)
        screen.type("Hello\r")
        await screen.sees("in 1 s")
        await screen.sees("You said: Hello")
        await screen.sees(PROMPT)
    assert service.methods() == ["connect", *["chat.send"] * 3]


async def test_ctrl_c_takes_back_a_message_that_waits(service: Service) -> None:
    limited(service, 36_500)
    async with terminal(service, "prompt") as screen:
        await screen.sees(PROMPT)
        screen.type("Hello\r")
        await screen.sees("in 37 s")
        screen.type("\x03")
        await screen.sees("(not sent)")
        await screen.sees(PROMPT)
    assert service.methods() == ["connect", "chat.send"]


async def test_lines_too_many_are_answered_all_the_same(client: KitClient, service: Service) -> None:
    limited(service, 1)
    out = io.StringIO()
    with piped("one\ntwo\n") as source:
        assert await repl(client, stdin=source, stdout=out, stderr=io.StringIO()) == 0
    assert out.getvalue() == "You said: one\nYou said: two\n"


async def test_a_model_that_gives_no_answer_is_told_without_codes_and_with_what_to_do(
    client: KitClient, service: Service
) -> None:
    def fail(params: Frame) -> list[str]:
        raise Refusal("AGENT_BUSY", message="openai:m: nobody answers")

    service.turns = fail
    errors = io.StringIO()
    assert await once(client, "Hello", stdout=io.StringIO(), stderr=errors) == 1
    assert "AGENT_BUSY" not in errors.getvalue()
    assert "openai:m: nobody answers" in errors.getvalue()
    assert "kit doctor" in errors.getvalue()


async def test_a_second_ctrl_c_stops_waiting_for_an_agent_that_does_not_stop(service: Service) -> None:
    never = asyncio.Event()

    async def deaf(params: Frame) -> Frame:
        await never.wait()
        return {}

    service.turns = lambda params: ["I think ", never]
    service.answers["chat.abort"] = deaf
    async with terminal(service, "prompt") as screen:
        await screen.sees(PROMPT)
        screen.type("long\r")
        await screen.sees("I think ")
        screen.type("\x03")
        await service.until(lambda: "chat.abort" in service.methods())
        screen.type("\x03")
        await screen.sees(PROMPT)
        screen.type("\x04")
        assert await screen.leaves() == 0


async def test_an_interrupted_question_is_stopped_at_the_service_too(service: Service) -> None:
    service.turns = lambda params: ["I think ", asyncio.Event()]
    process = await asyncio.create_subprocess_exec(
        sys.executable, DRIVER, service.url, "once", "Hi", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    assert await process.stdout.readexactly(8) == b"I think "
    process.send_signal(signal.SIGINT)
    assert await asyncio.wait_for(process.wait(), PATIENCE) == 130
    assert service.methods() == ["connect", "chat.send", "chat.abort", "disconnect"]


async def test_a_process_without_input_has_nothing_to_say(service: Service) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        DRIVER,
        service.url,
        "prompt",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
    )
    printed, _ = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert (process.returncode, printed) == (0, b"")


async def test_lines_of_a_pipe_are_answered_in_order_with_nothing_but_answers(
    client: KitClient, service: Service
) -> None:
    call: Frame = {"name": "market_price", "arguments": {}}
    service.turns = lambda params: [
        f"You said: {params['message']}",
        call,
        "\n" * (params["message"] == "two"),
    ]
    out, errors = io.StringIO(), io.StringIO()
    with piped("one\n\n  two  \ndrei ü") as source:
        assert await repl(client, session="s1", stdin=source, stdout=out, stderr=errors) == 0
    assert (out.getvalue(), errors.getvalue()) == ("You said: one\nYou said: two\nYou said: drei ü\n", "")
    assert [frame["params"] for frame in service.asked[1:]] == [
        {"message": message, "sessionId": "s1", "queue": True, "stream": True}
        for message in ("one", "two", "drei ü")
    ]


async def test_a_file_is_answered_line_by_line(client: KitClient, tmp_path: Path) -> None:
    lines = tmp_path / "lines"
    lines.write_text("one\ntwo\n")
    out = io.StringIO()
    with lines.open() as source:
        assert await repl(client, stdin=source, stdout=out) == 0
    assert out.getvalue() == "You said: one\nYou said: two\n"


async def test_a_failed_answer_is_told_and_the_next_line_is_answered(
    client: KitClient, service: Service
) -> None:
    def sometimes(params: Frame) -> list[str]:
        if params["message"] == "bad":
            raise Refusal("FORBIDDEN")
        return ["ok"]

    service.turns = sometimes
    out, errors = io.StringIO(), io.StringIO()
    with piped("bad\ngood\n") as source:
        assert await repl(client, stdin=source, stdout=out, stderr=errors) == 0
    assert out.getvalue() == "ok\n"
    assert "FORBIDDEN" in errors.getvalue()


@pytest.mark.parametrize("leave", [False, True])
async def test_without_a_connection_the_chat_ends(service: Service, leave: bool) -> None:
    client = KitClient(service.url, token="", backoff=Backoff(attempts=1, sleep=AT_ONCE.sleep))
    errors = io.StringIO()
    if leave:
        await client.connect()
        service.refuse_upgrade = 503
        service.turns = lambda params: [*cutting(service), "never"]
    with piped("one\ntwo\n") as source:
        assert await repl(client, stdin=source, stdout=io.StringIO(), stderr=errors) == 1
    assert ("CONNECTION_LOST" if leave else "NOT_CONNECTED") in errors.getvalue()


async def test_one_question_prints_its_answer_and_succeeds(client: KitClient) -> None:
    out, errors = io.StringIO(), io.StringIO()
    assert await once(client, "Hello", stdout=out, stderr=errors) == 0
    assert (out.getvalue(), errors.getvalue()) == ("You said: Hello\n", "")


async def test_ctrl_c_means_after_an_answer_what_it_meant_before(client: KitClient) -> None:
    def ours(number: int, frame: object) -> None:
        raise AssertionError

    before = signal.signal(signal.SIGINT, ours)
    try:
        await once(client, "Hello", stdout=io.StringIO())
        assert signal.getsignal(signal.SIGINT) is ours
    finally:
        signal.signal(signal.SIGINT, before)


async def test_one_question_that_fails_is_told_apart_from_its_answer(
    client: KitClient, service: Service
) -> None:
    def refuse(params: Frame) -> Frame:
        raise Refusal("AGENT_BUSY")

    service.answers["chat.send"] = refuse
    out, errors = io.StringIO(), io.StringIO()
    assert await once(client, "Hello", stdout=out, stderr=errors) == 1
    assert out.getvalue() == ""
    assert "AGENT_BUSY" in errors.getvalue()


def limited(service: Service, *waits: int) -> None:
    """Let the next messages be refused, each for so many milliseconds."""
    left = list(waits)

    def refuse(params: Frame) -> Frame:
        wait = left.pop(0)
        if not left:
            del service.answers["chat.send"]
        raise Refusal("RATE_LIMITED", retryable=True, retryAfterMs=wait)

    service.answers["chat.send"] = refuse


def cutting(service: Service) -> list[str]:
    service.cut()
    return []


def piped(text: str) -> io.TextIOWrapper:
    """Return the reading end of a pipe that holds this text and no more."""
    reading, writing = os.pipe()
    os.write(writing, text.encode())
    os.close(writing)
    return os.fdopen(reading, encoding="utf-8")
