"""The commands that the chat does by itself."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.asking import Own
from bot.calls import Door
from bot.commands import Commands
from bot.guests import Guest, Guests
from bot.voice import plain
from tools.preferences import Preferences
from tools.services import Services
from tools.setting_words import lines, parsed

Stop = Callable[[Guest], Awaitable[bool]]
"""Stops what the agent does for somebody; tells whether there was anything."""


class OwnCommands:
    """Start, help, a new conversation, stop, the model and one's settings."""

    def __init__(
        self, services: Services, door: Door, commands: Commands, guests: Guests, stop: Stop
    ) -> None:
        self._services = services
        self._door = door
        self._commands = commands
        self._guests = guests
        self._stop = stop
        self._table: Mapping[str, Callable[[Guest, str], Awaitable[str]]] = {
            "start": self._start,
            "help": self._help,
            "new": self._new,
            "stop": self._halt,
            "model": self._model,
            "settings": self._settings,
        }

    async def do(self, guest: Guest, own: Own) -> str:
        """Do one of them and return what is told; raise CallError."""
        return await self._table[own.command](guest, own.words)

    async def _start(self, guest: Guest, words: str) -> str:
        async with self._services.database.read() as uow:
            account = await uow.accounts.get(guest.principal.account)
        assert account is not None
        voice = guest.voice
        hello = voice.say(
            "own.start",
            role=voice.name("role", guest.principal.role.value),
            mode=voice.name("mode", account.mode.value),
            account=account.id,
        )
        return f"{hello}\n\n{self._commands.help(voice)}"

    async def _help(self, guest: Guest, words: str) -> str:
        return self._commands.help(guest.voice, words)

    async def _new(self, guest: Guest, words: str) -> str:
        await self._guests.anew(guest, self._services.new_id("ses"), None)
        return guest.voice.say("own.new")

    async def _halt(self, guest: Guest, words: str) -> str:
        return guest.voice.say("own.stop" if await self._stop(guest) else "own.idle")

    async def _model(self, guest: Guest, words: str) -> str:
        return guest.voice.say("own.model", model=plain(", ".join(self._services.models)))

    async def _settings(self, guest: Guest, words: str) -> str:
        if words:
            found: Any = await self._door.call(guest, "settings.set", parsed([_assigned(words)]), None)
        else:
            found = await self._door.call(guest, "settings.get", None)
        assert isinstance(found, Preferences)
        told = lines(found.model_dump(mode="json", by_alias=True))
        voice = guest.voice
        block = "\n".join(["```", *(each.replace("`", "'") for each in told), "```"])
        return "\n\n".join([voice.say("own.settings"), block, voice.say("own.set")])


def _assigned(words: str) -> str:
    """Return `name=value` of what was typed with a space or an equals sign between the two."""
    return words if "=" in words else "=".join(words.split(maxsplit=1))
