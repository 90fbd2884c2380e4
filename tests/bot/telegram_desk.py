"""A bot on a Telegram of its own, with all that a test looks at."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio

from bot.chat import Button, CommandSpec, Incoming, Message, Part, Picture, Place, Sending
from bot.telegram import TelegramAdapter, Webhook
from tests.peers.telegram import PATIENCE, Json, TelegramPeer, running_emulator, telegram
from trading.clock import ManualClock

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
SPOKEN_AT = datetime(2026, 3, 2, 11, 59, tzinfo=UTC)
ANNA = {"id": 42, "is_bot": False, "first_name": "Anna", "last_name": "Weiß", "language_code": "de"}
HERE = {"id": 42, "type": "private", "first_name": "Anna"}
GROUP = {"id": -1_001_234_567_890, "type": "supergroup", "title": "Traders"}
PRIVATE = Place("telegram", "42")
SHARED = Place("telegram", "-1001234567890", private=False)
COMMANDS = (CommandSpec("price", "What a coin costs"), CommandSpec("stop", "End what is running"))
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f64540"
    "0000000049454e44ae426082"
)
CHART = Picture("chart.png", PIXEL)


class WatchedClock(ManualClock):
    """Stands still, and tells who wants to sleep how long."""

    def __init__(self) -> None:
        super().__init__(START)
        self._wanted: asyncio.Queue[float] = asyncio.Queue()

    async def sleep(self, seconds: float) -> None:
        """Note the wish, and sleep."""
        self._wanted.put_nowait(seconds)
        await super().sleep(seconds)

    async def pass_wait(self) -> float:
        """Wait until somebody sleeps, let that time pass, and return how long it was."""
        seconds = await asyncio.wait_for(self._wanted.get(), PATIENCE)
        await self.advance(seconds)
        return seconds

    async def next_wait(self) -> float:
        """Wait until somebody sleeps, and return for how long."""
        return await asyncio.wait_for(self._wanted.get(), PATIENCE)


@dataclass(slots=True)
class Inbox:
    """What the adapter handed over. While `broken` nothing can be stored."""

    things: list[Incoming] = field(default_factory=list)
    broken: Exception | None = None
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def receive(self, things: Sequence[Incoming]) -> None:
        """Store what people did."""
        if self.broken is not None:
            raise self.broken
        async with self.changed:
            self.things.extend(things)
            self.changed.notify_all()

    async def first(self, times: int) -> list[Incoming]:
        """Wait until so much is here, and return all."""
        async with asyncio.timeout(PATIENCE), self.changed:
            await self.changed.wait_for(lambda: len(self.things) >= times)
        return self.things


@dataclass(slots=True)
class Desk:
    """A bot's Telegram, its clock, and what came in."""

    peer: TelegramPeer
    clock: WatchedClock = field(default_factory=WatchedClock)
    inbox: Inbox = field(default_factory=Inbox)

    def adapter(
        self, webhook: Webhook | None = None, answer_seconds: float = 5.0, token: str | None = None
    ) -> TelegramAdapter:
        """Return an adapter that is not running yet."""
        return TelegramAdapter(
            token=self.peer.token if token is None else token,
            receive=self.inbox.receive,
            clock=self.clock,
            commands=COMMANDS,
            parts=lambda markdown, pictured: (Part(markdown, markdown),),
            base_url=self.peer.url,
            webhook=webhook,
            answer_seconds=answer_seconds,
        )

    @asynccontextmanager
    async def running(
        self, adapter: TelegramAdapter | None = None, polling: bool = True
    ) -> AsyncIterator[TelegramAdapter]:
        """Run an adapter until the block ends, from its first poll on."""
        adapter = adapter or self.adapter()
        polls = len(self.peer.of("getUpdates"))
        task = asyncio.create_task(adapter.run())
        try:
            if polling:
                await self.peer.heard("getUpdates", polls + 1)
            yield adapter
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def hears(self, message: Json) -> Incoming:
        """Let a message be written, and return what comes in of it."""
        before = len(self.inbox.things)
        await self.peer.write(message)
        return (await self.inbox.first(before + 1))[before]


def private(text: str | None = None, **more: Any) -> Json:
    """Return a message of Anna's to the bot."""
    return _message(HERE, text, more)


def grouped(text: str | None = None, **more: Any) -> Json:
    """Return a message of Anna's in a group."""
    return _message(GROUP, text, more)


def _message(chat: Json, text: str | None, more: Json) -> Json:
    said = {} if text is None else {"text": text}
    return {"date": int(SPOKEN_AT.timestamp()), "chat": chat, "from": ANNA, **said, **more}


def entity(kind: str, text: str, part: str) -> Json:
    """Return an entity over a part of a text, counted as Telegram counts."""
    before, _, _ = text.partition(part)
    return {"type": kind, "offset": units(before), "length": units(part)}


def units(text: str) -> int:
    """Return how long a text is in UTF-16."""
    return len(text.encode("utf-16-le")) // 2


def says(text: str, buttons: tuple[tuple[Button, ...], ...] = (), picture: Picture | None = None) -> Message:
    """Return a message without marks."""
    return Message(Part(text, text), buttons, picture)


def sending(nonce: str = "n1", **more: Any) -> Sending:
    """Return how it goes out."""
    return Sending(nonce, **more)


def visible(peer: TelegramPeer, place: Place) -> dict[int, str | None]:
    """Return what the bot wrote in a chat as it is seen there."""
    shown = peer.chats[place.chat]
    return {number: each.text or each.caption for number, each in shown.items() if each.ours}


@pytest.fixture(scope="session")
def bot_api() -> Iterator[str]:
    """The address of the emulator of this test run."""
    with running_emulator() as url:
        yield url


@pytest_asyncio.fixture
async def desk(bot_api: str) -> AsyncIterator[Desk]:
    """A new bot's desk."""
    async with telegram(bot_api) as peer:
        yield Desk(peer)
