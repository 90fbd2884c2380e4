"""A whole service on a Telegram of its own, with the people who write to it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from memory.records import Person
from tests.peers.telegram import Asked, Carry, Fault, Json, Shown, TelegramPeer, well
from tests.service import NOON, Running, running
from tools.context import Context
from tools.policy import LOCAL_OWNER
from tools.wire import Result

ADA = {"id": 42, "is_bot": False, "first_name": "Ada", "language_code": "en"}
BEN = {"id": 43, "is_bot": False, "first_name": "Ben", "language_code": "en"}
PATIENCE = 60.0
"""A whole service on a busy machine takes longer than its Telegram."""
TICK = 0.25
"""Seconds that pass at a time while somebody waits: less than any pace of the platform."""

_presses = count(1)


@dataclass(slots=True)
class House:
    """A running service and its Telegram."""

    service: Running
    peer: TelegramPeer

    async def let_in(self, person: Json, role: str = "owner") -> None:
        """Let somebody in without a code."""
        known = Person(f"telegram:{person['id']}", person["first_name"], role, NOON, "owner")
        async with self.service.app.services.database.transact() as uow:
            await uow.people.put(known)

    async def call(self, name: str, **params: Any) -> Result:
        """Make a call at the door as the owner at the machine."""
        app = self.service.app
        return await app.registry.call(name, params, Context(LOCAL_OWNER, app.services, app.registry))

    async def say(self, person: Json, text: str) -> str:
        """Let somebody write to the bot; return the name of what they did."""
        update, _ = await self.peer.write(written(person, text))
        return self._named(update)

    async def press(self, person: Json, label: str) -> str:
        """Let somebody press the newest button of this label that they see."""
        number, shown, data = next(
            (number, shown, button["callback_data"])
            for number, shown in reversed(self.messages(person))
            for button in buttons(shown)
            if button["text"] == label
        )
        message = {"message_id": number, "date": 1, "chat": chat_of(person), "text": shown.text}
        query = {"id": f"q{next(_presses)}", "from": person, "chat_instance": "c", "data": data}
        return self._named(await self.peer.update(callback_query={**query, "message": message}))

    async def settled(self, name: str) -> str:
        """Return what became of something that somebody did."""
        database = self.service.app.services.database
        async with asyncio.timeout(PATIENCE):
            while True:
                async with database.read() as uow:
                    arrival = await uow.arrivals.get(name)
                if arrival is not None and arrival.settled_as is not None:
                    return arrival.settled_as
                await self._tick()

    async def noted(self, name: str, words: set[str]) -> None:
        """Return once the service has on disk how far it has come with something."""
        database = self.service.app.services.database
        async with asyncio.timeout(PATIENCE):
            while True:
                async with database.read() as uow:
                    arrival = await uow.arrivals.get(name)
                if arrival is not None and words <= (arrival.progress or {}).keys():
                    return
                await self._tick()

    async def answered(self, person: Json, text: str) -> Shown:
        """Let somebody write something, and return the newest message once it is answered."""
        assert await self.settled(await self.say(person, text)) == "answered"
        return self.messages(person)[-1][1]

    async def until(self, true: Callable[[], object]) -> None:
        """Let time pass until something is true."""
        async with asyncio.timeout(PATIENCE):
            while not true():
                await self._tick()

    def messages(self, person: Json) -> list[tuple[int, Shown]]:
        """Return what the bot wrote to somebody as it is seen now, with its numbers, oldest first."""
        shown = self.peer.chats[str(person["id"])]
        return [(number, each) for number, each in sorted(shown.items()) if each.ours]

    def texts(self, person: Json) -> list[str | None]:
        """Return what somebody reads of the bot, message by message."""
        return [each.text or each.caption for _, each in self.messages(person)]

    async def page(self, path: str) -> tuple[int, Any]:
        """Return the status and the JSON of one of the service's pages."""
        async with self.peer.session.get(self.service.http + path) as answer:
            return answer.status, await answer.json()

    def _named(self, update: int) -> str:
        return f"telegram:{self.peer.bot_id}:{update}"

    async def _tick(self) -> None:
        """Let a little time pass, after whatever Telegram is asked meanwhile."""
        with suppress(TimeoutError):
            async with asyncio.timeout(0.005), self.peer.changed:
                await self.peer.changed.wait()
        await self.service.advance(TICK)


def chat_of(person: Json) -> Json:
    """Return somebody's private chat with the bot."""
    return {"id": person["id"], "type": "private", "first_name": person["first_name"]}


def written(person: Json, text: str) -> Json:
    """Return a message of somebody's to the bot."""
    command, _, _ = text.partition(" ")
    marks = [{"type": "bot_command", "offset": 0, "length": len(command)}] if text.startswith("/") else []
    said = {"date": int(NOON.timestamp()), "chat": chat_of(person), "from": person, "text": text}
    return {**said, "entities": marks} if marks else said


def buttons(shown: Shown) -> list[Json]:
    """Return the buttons under a message."""
    return [button for row in (shown.markup or {}).get("inline_keyboard", ()) for button in row]


def edits(peer: TelegramPeer, number: int) -> list[Asked]:
    """Return the changes of a message's text that were asked for."""
    return [each for each in peer.of("editMessageText") if each.fields["message_id"] == str(number)]


def after(gate: asyncio.Event) -> Fault:
    """Do what was asked once the gate opens."""

    async def fault(request: Any, carry: Carry) -> Any:
        await gate.wait()
        return await well(request, carry)

    return fault


@asynccontextmanager
async def house(home: Path, peer: TelegramPeer, **more: Any) -> AsyncIterator[House]:
    """Run a service whose bot is the peer's until the block ends."""
    settings = {"telegram_bot_token": peer.token, "telegram_api_url": peer.url, **more}
    async with running(home, **settings) as service:
        yield House(service, peer)
