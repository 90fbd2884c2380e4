"""A Discord adapter at work beside a loopback Discord."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.chat import CommandSpec, Incoming, Message, Option, Part, Place, Sending
from bot.discord_adapter import DiscordAdapter
from tests.peers.discord_loopback import LoopbackDiscord
from tests.peers.discord_state import PATIENCE, Channel
from trading.clock import SystemClock

TOKEN = "MTA.a-token.of-no-worth"

COMMANDS = (
    CommandSpec("price", "Tell a price", (Option("pair", "Which", "pair", required=True),)),
    CommandSpec(
        "buy",
        "Buy something",
        (
            Option("limit", "Price at most", "number"),
            Option("amount", "How much", "number", required=True),
            Option("side", "Which way", choices=("long", "short")),
        ),
    ),
)


class EagerClock(SystemClock):
    """The machine's time, with every wait over at once and written down, but one of minutes only `later`."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self.later = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        """Return after a turn of the loop, or when it is later."""
        self.waits.append(seconds)
        if seconds > 60:
            await self.later.wait()
        await asyncio.sleep(0)


class Watched(DiscordAdapter):
    """An adapter whose `problem` can be waited for."""

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        if name == "problem":
            self.__dict__.setdefault("changed", asyncio.Event()).set()


@dataclass(slots=True)
class House:
    """An adapter and what it has handed on. While `open` is not set, nothing gets stored."""

    discord: LoopbackDiscord
    clock: EagerClock = field(default_factory=EagerClock)
    received: list[Incoming] = field(default_factory=list)
    arrived: asyncio.Condition = field(default_factory=asyncio.Condition)
    open: asyncio.Event = field(default_factory=asyncio.Event)
    broken: Exception | None = None
    last: dict[str, datetime] = field(default_factory=dict)

    adapter: Watched = field(init=False)

    async def receive(self, batch: Sequence[Incoming]) -> None:
        """Store what people did."""
        await self.open.wait()
        if self.broken is not None:
            raise self.broken
        async with self.arrived:
            self.received.extend(batch)
            self.arrived.notify_all()

    async def since(self) -> Mapping[str, datetime]:
        """Return how far each private chat was heard."""
        return dict(self.last)

    async def heard(self, times: int = 1) -> list[Incoming]:
        """Return what was received, once it is that many."""
        async with asyncio.timeout(PATIENCE), self.arrived:
            await self.arrived.wait_for(lambda: len(self.received) >= times)
            return self.received

    async def told(self, problem: str | None) -> None:
        """Return once this is the adapter's problem."""
        changed: asyncio.Event = self.adapter.__dict__["changed"]
        async with asyncio.timeout(PATIENCE):
            while self.adapter.problem != problem:
                changed.clear()
                await changed.wait()


@asynccontextmanager
async def at_work(
    discord: LoopbackDiscord,
    *,
    token: str = TOKEN,
    commands: Sequence[CommandSpec] = COMMANDS,
    house: House | None = None,
) -> AsyncIterator[House]:
    """Run an adapter until the block ends."""
    house = house or idle(discord, token=token, commands=commands)
    running = asyncio.create_task(house.adapter.run())
    try:
        yield house
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert running.cancelled(), running


def idle(
    discord: LoopbackDiscord, *, token: str = TOKEN, commands: Sequence[CommandSpec] = COMMANDS
) -> House:
    """Return an adapter that nobody runs yet."""
    house = House(discord)
    house.open.set()
    house.adapter = Watched(
        token, house.receive, house.clock, commands, complete, one_part, house.since, discord.base_url
    )
    return house


async def complete(beginning: str) -> Sequence[str]:
    """Return more pairs than Discord shows."""
    return [f"{beginning.upper()}{number}/USDT" for number in range(30)]


def one_part(markdown: str, pictured: bool = False) -> list[Part]:
    """Return a text as it is."""
    return [Part(markdown, markdown)]


def text(content: str) -> Message:
    """Return a message of nothing but text."""
    return Message(Part(content, content))


def place(channel: Channel) -> Place:
    """Return a channel of the loopback as the adapter names it."""
    return Place("discord", channel.id, private=channel.guild is None)


def sending(nonce: str, ticket: str | None = None) -> Sending:
    """Return how a message goes out."""
    return Sending(nonce, ticket)
