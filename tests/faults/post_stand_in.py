"""A service that breaks the rules of chats on purpose: `python -m tests.faults.post_stand_in`.

It is the real one but for its way to Telegram, which does another wrong thing for each person; so whoever
judges it can be judged.
"""

import asyncio
import os
from collections.abc import Sequence
from dataclasses import replace

from bot.chat import Adapter, Incoming, Message, Pace, Part, Place, Receive, Sending
from kit.app import Edge, serve
from kit.home import prepare
from kit.platforms import Platforms
from kit.settings import load
from memory.database import Database
from tools.catalog import build_registry
from trading.clock import SystemClock

TOO_EARLY, UNSTORED, RENAMED = "1001", "1002", "1003"

LATER = 3600.0
"""Seconds after which it means to do what it says that it has done."""


class Broken:
    """A way to Telegram that says it has sent a message before it sends it."""

    def __init__(self, right: Adapter) -> None:
        self._right = right
        self._late: set[asyncio.Task[str]] = set()
        self.platform: str = right.platform
        self.pace: Pace = right.pace
        self.problem: str | None = None

    async def run(self) -> None:
        """Take in what people do."""
        await self._right.run()

    def parts(self, markdown: str, pictured: bool = False) -> Sequence[Part]:
        """Return a text as the messages that show it."""
        return self._right.parts(markdown, pictured)

    async def send(self, place: Place, message: Message, sending: Sending) -> str:
        """Send a message, wrongly."""
        if place.chat != TOO_EARLY:
            return await self._right.send(place, message, sending)

        async def late() -> str:
            await asyncio.sleep(LATER)
            return await self._right.send(place, message, sending)

        self._late.add(asyncio.create_task(late()))
        return "1"

    async def edit(self, place: Place, name: str, message: Message) -> None:
        """Change a message."""
        await self._right.edit(place, name, message)

    async def delete(self, place: Place, name: str) -> None:
        """Take a message away."""
        await self._right.delete(place, name)

    async def typing(self, place: Place) -> None:
        """Show that an answer is being written."""
        await self._right.typing(place)

    async def dismiss(self, ticket: str) -> None:
        """Let go of something that gets no answer."""
        await self._right.dismiss(ticket)

    async def direct(self, person: str) -> Place:
        """Return the private chat with somebody."""
        return await self._right.direct(person)


def careless(receive: Receive) -> Receive:
    """Return what stores an update when there is time, or under a name that no other process gives it."""
    late: set[asyncio.Task[None]] = set()

    async def later(came: Sequence[Incoming]) -> None:
        await asyncio.sleep(LATER)
        await receive(came)

    async def wrongly(came: Sequence[Incoming]) -> None:
        late.add(asyncio.create_task(later([each for each in came if each.place.chat == UNSTORED])))
        rest = [each for each in came if each.place.chat != UNSTORED]
        await receive(
            [
                replace(each, id=f"{each.id}/{os.getpid()}") if each.place.chat == RENAMED else each
                for each in rest
            ]
        )

    return wrongly


async def main() -> None:
    """Serve until the process ends."""
    settings, clock = load(), SystemClock()
    prepare(settings.home)
    async with Database.open(settings.database) as database:
        platforms = Platforms(settings, build_registry(), database, clock)

        def adapters(receive: Receive) -> Sequence[Adapter]:
            return [Broken(each) for each in platforms.adapters(careless(receive))]

        async with serve(settings, Edge(clock, chats=adapters), warm=False) as app:
            print(f"ready: {app.listening.url}", flush=True)
            await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
