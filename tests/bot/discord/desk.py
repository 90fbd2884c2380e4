"""A whole service with a loopback Discord before it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from memory.chat_records import Arrival
from memory.records import Person
from tests.bot.discord.house import TOKEN
from tests.peers.discord_loopback import LoopbackDiscord
from tests.peers.discord_state import Channel, Json
from tests.service import NOON, Running, running
from tools.context import Context
from tools.policy import LOCAL_OWNER

GOOD, BAD, PLAIN = 3, 4, 2
"""Styles of buttons."""

PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Desk:
    """A running service and the Discord that it is on."""

    service: Running
    discord: LoopbackDiscord

    async def comes(self, name: str, role: str = "owner") -> tuple[Json, Channel]:
        """Return somebody new who was let in, with their private chat."""
        person = self.discord.user(name)
        known = Person(f"discord:{person['id']}", name, role, NOON, "owner")
        async with self.service.app.services.database.transact() as uow:
            await uow.people.put(known)
        return person, self.discord.direct(person)

    async def call(self, name: str, **params: Any) -> Any:
        """Make a call at the service's door, as its owner."""
        app = self.service.app
        return await app.registry.call(name, params, Context(LOCAL_OWNER, app.services, app.registry))

    async def until(self, true: Callable[[], object]) -> None:
        """Let time pass until something is true."""

        async def found() -> object:
            return true()

        await self._until(found)

    async def settled(self, arrival: str) -> str:
        """Return what became of something that somebody did, by the id of its message or interaction."""
        found: list[Arrival] = []

        async def look() -> object:
            async with self.service.app.services.database.read() as uow:
                for kind in "mi":
                    there = await uow.arrivals.get(f"discord:{kind}:{arrival}")
                    found.extend([there] if there is not None and there.settled_as is not None else [])
            return found

        await self._until(look)
        return str(found[0].settled_as)

    async def _until(self, true: Callable[[], Awaitable[object]]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not await true():
                await asyncio.sleep(0.005)
                await self.service.advance(0.25)


def written(channel: Channel) -> list[Json]:
    """Return what the bot has written in a channel, and is still there."""
    return [each for each in channel.messages.values() if each["author"].get("bot")]


def contents(channel: Channel) -> list[str]:
    """Return the texts that the bot has written in a channel."""
    return [each["content"] for each in written(channel)]


def buttons(message: Json, style: int) -> list[str]:
    """Return what the buttons of a style carry."""
    return [
        button["custom_id"]
        for row in message["components"]
        for button in row["components"]
        if button["style"] == style
    ]


@asynccontextmanager
async def at_desk(home: Path, discord: LoopbackDiscord, **more: Any) -> AsyncIterator[Desk]:
    """Run a service that has come in to Discord."""
    times = len(discord.told("READY"))
    settings: dict[str, Any] = {"discord_bot_token": TOKEN, "discord_api_url": discord.base_url}
    async with running(home, **settings, **more) as service:
        await discord.until("READY", times + 1)
        yield Desk(service, discord)
