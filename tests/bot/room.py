"""A chat with a whole service behind it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

from bot.chat import Button, Incoming, Message, Person, Place
from bot.scripted import Posted, ScriptedChat
from memory.records import Person as Known
from tests.service import NOON, Running, running

ADA = Person("scripted:1", "Ada", "en")
BEN = Person("scripted:2", "Ben", "en")
GROUP = Place("scripted", "-7", private=False)
PATIENCE = 3_000


def private(person: Person) -> Place:
    platform, _, chat = person.id.partition(":")
    return Place(platform, chat)


@dataclass
class Room:
    """A service with one platform, in which people write."""

    service: Running
    chat: ScriptedChat
    numbers: Any = field(default_factory=lambda: count(1))

    async def let_in(self, person: Person, role: str) -> None:
        """Let somebody in without a code."""
        known = Known(person.id, person.name, role, NOON, "owner")
        async with self.service.app.services.database.transact() as uow:
            await uow.people.put(known)

    def message(self, person: Person, text: str = "", **more: Any) -> Incoming:
        number = next(self.numbers)
        place = more.pop("place", private(person))
        came = Incoming(f"u{number}", self.service.clock.now(), place, person, f"m{number}", text)
        if text.startswith("/"):
            command, _, words = text[1:].partition(" ")
            came = replace(came, command=command, text=words)
        return replace(came, **more)

    async def say(self, person: Person, text: str = "", **more: Any) -> Incoming:
        """Let somebody write something."""
        came = self.message(person, text, **more)
        await self.chat.bring(came)
        return came

    async def press(self, person: Person, label: str, **more: Any) -> Incoming:
        """Let somebody press the newest button of this label that they see."""
        place = more.pop("place", private(person))
        posted, button = next(
            (posted, button)
            for posted in reversed(self.chat.posted[place.key])
            for button in buttons(posted.message)
            if button.label == label
        )
        return await self.say(person, place=place, pressed=button.data, message=posted.name, **more)

    async def until(self, true: Callable[[], object]) -> None:
        """Let time pass until something is true."""
        for _ in range(PATIENCE):
            if true():
                return
            for _ in range(20):
                await asyncio.sleep(0)
            await asyncio.sleep(0.005)
            await self.service.clock.advance(0.25)
        raise AssertionError(f"it never came; there is {self.chat.posted}")

    async def settled(self, came: Incoming) -> str:
        """Return what became of something that somebody did."""
        outcome: list[str] = []

        async def look() -> None:
            async with self.service.app.services.database.read() as uow:
                arrival = await uow.arrivals.get(came.id)
            if arrival is not None and arrival.settled_as is not None:
                outcome.append(arrival.settled_as)

        for _ in range(PATIENCE):
            await look()
            if outcome:
                return outcome[0]
            for _ in range(20):
                await asyncio.sleep(0)
            await asyncio.sleep(0.005)
            await self.service.clock.advance(0.25)
        raise AssertionError(f"{came} was never settled; there is {self.chat.posted}")

    def texts(self, person: Person, place: Place | None = None) -> list[str]:
        """Return what somebody reads, message by message."""
        return self.chat.texts(place or private(person))

    def posted(self, person: Person) -> list[Posted]:
        return self.chat.posted.get(private(person).key, [])


def buttons(message: Message) -> list[Button]:
    return [button for row in message.buttons for button in row]


@asynccontextmanager
async def room(home: Path, chat: ScriptedChat | None = None, **more: Any) -> AsyncIterator[Room]:
    """Run a service with one platform."""
    chat = chat or ScriptedChat()

    def adapters(receive: Any) -> list[ScriptedChat]:
        chat.receive = receive
        return [chat]

    async with running(home, chats=adapters, **more) as service:
        yield Room(service, chat)
