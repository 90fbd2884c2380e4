"""Telegram on loopback: an independent Bot API emulator, and a proxy before it that tests can disturb.

The emulator checks what is asked, and keeps and hands out updates. It has no user name, knows no messages
and not every parameter: the proxy gives the bot a name, numbers the messages and remembers what they say, so
that an edit finds its message or does not, and takes out what the emulator does not know. It keeps a journal
of all that is asked, and any method can be made to fail.
"""

import asyncio
import json
import os
import subprocess
import sys
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any, NoReturn

import pytest
from aiohttp import ClientSession, FormData, web
from aiohttp.web_request import FileField

USERNAME = "Kit_Test_Bot"
UNKNOWN_TO_EMULATOR = ("link_preview_options", "message_thread_id")
PATIENCE = 60.0

Json = dict[str, Any]
Carry = Callable[[], Awaitable[Json]]
Fault = Callable[[web.Request, Carry], Awaitable[web.StreamResponse]]
"""Answers a request in its own way; `carry` does what was asked and returns the right answer."""

_tokens = count(100_001)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it arrived: what was JSON is read, `files` are the names of what was uploaded."""

    method: str
    fields: Mapping[str, Any]
    files: tuple[str, ...] = ()


@dataclass(slots=True)
class Shown:
    """A message as its chat shows it. What people wrote is nobody's to edit."""

    text: str | None
    caption: str | None = None
    entities: Any = None
    markup: Any = None
    ours: bool = True


@dataclass(slots=True)
class TelegramPeer:
    """Telegram as one bot sees it. `asked` is all that it was asked, oldest first."""

    emulator: str
    session: ClientSession
    token: str
    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    chats: dict[str, dict[int, Shown]] = field(default_factory=lambda: defaultdict(dict))
    faults: dict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    numbers: Iterator[int] = field(default_factory=lambda: count(1001))
    runner: web.AppRunner | None = None

    @property
    def bot_id(self) -> int:
        """The bot's id, which its token begins with."""
        return int(self.token.partition(":")[0])

    async def close(self) -> None:
        """Be there no more: connections are refused from now on."""
        if self.runner is not None:
            await self.runner.cleanup()

    def fail(self, method: str, *faults: Fault) -> None:
        """Let the next requests of a method fail, one after the other."""
        self.faults[method].extend(faults)

    def of(self, method: str) -> list[Asked]:
        """Return what was asked of a method."""
        return [each for each in self.asked if each.method == method]

    async def until(self, seen: Callable[[], object]) -> None:
        """Wait until something is true that a request makes true."""
        async with asyncio.timeout(PATIENCE), self.changed:
            await self.changed.wait_for(lambda: bool(seen()))

    async def heard(self, method: str, times: int = 1) -> Asked:
        """Wait until a method was asked so many times, and return the last of them."""
        await self.until(lambda: len(self.of(method)) >= times)
        return self.of(method)[times - 1]

    async def update(self, **update: Json) -> int:
        """Let something happen, and return the number of its update."""
        body = {"token": self.token, "update": update}
        async with self.session.post(f"{self.emulator}/__fixture/updates", json=body) as answer:
            told = await answer.json()
            assert told["ok"], told
            return int(told["result"]["update_id"])

    async def write(self, message: Json) -> tuple[int, int]:
        """Let a message be written; return the numbers of its update and of itself."""
        number = message.setdefault("message_id", next(self.numbers))
        self.chats[str(message["chat"]["id"])].setdefault(number, Shown(message.get("text"), ours=False))
        return await self.update(message=message), number

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer one request of the bot."""
        method = request.match_info["method"]
        form = await request.post()
        fields = {name: _read(name, value) for name, value in form.items() if isinstance(value, str)}
        uploads = {name: value for name, value in form.items() if isinstance(value, FileField)}
        asked = Asked(method, fields, tuple(uploads))
        await self._journal(asked)

        async def carry() -> Json:
            return await self._carry(asked, uploads)

        if waiting := self.faults[method]:
            return await waiting.popleft()(request, carry)
        return await well(request, carry)

    async def _journal(self, asked: Asked) -> None:
        async with self.changed:
            self.asked.append(asked)
            self.changed.notify_all()

    async def _carry(self, asked: Asked, uploads: Mapping[str, FileField]) -> Json:
        answer = await self._forward(asked, uploads)
        if answer["ok"] and (change := _CHANGES.get(asked.method)) is not None:
            answer = change(self, asked, answer)
        async with self.changed:
            self.changed.notify_all()
        return answer

    async def _forward(self, asked: Asked, uploads: Mapping[str, FileField]) -> Json:
        form = FormData(default_to_multipart=bool(uploads))
        for name, value in asked.fields.items():
            if name not in UNKNOWN_TO_EMULATOR:
                form.add_field(name, _written(name, value))
        for name, upload in uploads.items():
            form.add_field(name, upload.file, filename=upload.filename)
        url = f"{self.emulator}/bot{self.token}/{asked.method}"
        async with self.session.post(url, data=form) as answer:
            found: Json = await answer.json()
        return found


def _read(name: str, value: str) -> Any:
    if name in ("text", "caption"):
        return value
    try:
        read = json.loads(value)
    except ValueError:
        return value
    return read if isinstance(read, dict | list) else value


def _written(name: str, value: Any) -> str:
    if name == "reply_markup":
        plain = [
            [{key: each[key] for key in each if key != "style"} for each in row]
            for row in value["inline_keyboard"]
        ]
        value = {"inline_keyboard": plain}
    return value if isinstance(value, str) else json.dumps(value)


def _introduced(peer: TelegramPeer, asked: Asked, answer: Json) -> Json:
    answer["result"] |= {"id": peer.bot_id, "username": USERNAME}
    return answer


def _sent(peer: TelegramPeer, asked: Asked, answer: Json) -> Json:
    number = answer["result"]["message_id"] = next(peer.numbers)
    peer.chats[str(asked.fields["chat_id"])][number] = _shown(asked)
    return answer


def _edited(peer: TelegramPeer, asked: Asked, answer: Json) -> Json:
    messages, number = peer.chats[str(asked.fields["chat_id"])], int(asked.fields["message_id"])
    old, new = messages.get(number), _shown(asked)
    if old is None:
        return told(400, "Bad Request: message to edit not found")
    if not old.ours:
        return told(400, "Bad Request: message can't be edited")
    if asked.method == "editMessageText" and old.text is None:
        return told(400, "Bad Request: there is no text in the message to edit")
    if asked.method == "editMessageCaption" and old.text is not None:
        return told(400, "Bad Request: there is no caption in the message to edit")
    if old == new:
        return told(400, "Bad Request: message is not modified: content and reply markup are the same")
    messages[number] = new
    return answer


def _deleted(peer: TelegramPeer, asked: Asked, answer: Json) -> Json:
    messages = peer.chats[str(asked.fields["chat_id"])]
    if messages.pop(int(asked.fields["message_id"]), None) is None:
        return told(400, "Bad Request: message to delete not found")
    return answer


def _updates(peer: TelegramPeer, asked: Asked, answer: Json) -> Json:
    """Tell an edited message as one: the emulator knows new ones only."""
    for update in answer["result"]:
        if "edit_date" in update.get("message", {}):
            update["edited_message"] = update.pop("message")
    return answer


def _shown(asked: Asked) -> Shown:
    fields = asked.fields
    entities = fields.get("entities", fields.get("caption_entities"))
    return Shown(fields.get("text"), fields.get("caption"), entities, fields.get("reply_markup"))


_CHANGES: dict[str, Callable[[TelegramPeer, Asked, Json], Json]] = {
    "getMe": _introduced,
    "getUpdates": _updates,
    "sendMessage": _sent,
    "sendPhoto": _sent,
    "sendDocument": _sent,
    "editMessageText": _edited,
    "editMessageCaption": _edited,
    "deleteMessage": _deleted,
}


def told(code: int, description: str, **parameters: int) -> Json:
    """Return how Telegram says that it does not do something."""
    answer: Json = {"ok": False, "error_code": code, "description": description}
    return {**answer, "parameters": parameters} if parameters else answer


def _response(answer: Json) -> web.Response:
    return web.json_response(answer, status=answer.get("error_code", 200))


def refusal(code: int, description: str, **parameters: int) -> Fault:
    """Refuse a request, which is not carried out."""

    async def fault(request: web.Request, carry: Carry) -> web.StreamResponse:
        return web.json_response(told(code, description, **parameters), status=code)

    return fault


def page(code: int, text: str) -> Fault:
    """Answer with what is no JSON, as a machine before Telegram does."""

    async def fault(request: web.Request, carry: Carry) -> web.StreamResponse:
        return web.Response(status=code, text=text, content_type="text/html")

    return fault


async def well(request: web.Request, carry: Carry) -> web.StreamResponse:
    """Do what was asked, for once."""
    return _response(await carry())


async def lost(request: web.Request, carry: Carry) -> web.StreamResponse:
    """Do what was asked, and lose the answer."""
    await carry()
    return await dropped(request, carry)


async def dropped(request: web.Request, carry: Carry) -> web.StreamResponse:
    """Hang up, without having done anything."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def late(gate: asyncio.Event) -> Fault:
    """Do what was asked, and answer when the gate opens."""

    async def fault(request: web.Request, carry: Carry) -> web.StreamResponse:
        answer = await carry()
        await gate.wait()
        return _response(answer)

    return fault


@contextmanager
def running_emulator() -> Iterator[str]:
    """Run the emulator until the block ends, and yield where.

    Where it cannot run, tests that need it are skipped with the reason, and fail in CI.
    """
    command = [sys.executable, "-m", "tests.peers.telegram_emulator"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        if not url:
            _unavailable(f"the Bot API emulator does not start: {process.communicate()[1][-500:]}")
        yield url
    finally:
        process.terminate()
        process.communicate(timeout=10)


@asynccontextmanager
async def telegram(emulator: str) -> AsyncIterator[TelegramPeer]:
    """Give a new bot its Telegram until the block ends."""
    async with ClientSession() as session:
        number = next(_tokens)
        peer = TelegramPeer(emulator, session, f"{number}:CANARY-of-{number}")
        app = web.Application(client_max_size=64 << 20)
        app.router.add_post(f"/bot{peer.token}/{{method}}", peer.serve)
        peer.runner = runner = web.AppRunner(
            app, handler_cancellation=True, shutdown_timeout=0.1, access_log=None
        )
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        peer.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield peer
        finally:
            await peer.close()


def _unavailable(reason: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
