"""A person in a chat of a running service: what they type is read, done by the real door and shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.asking import Call, Misread, Own, Plan
from bot.cards.table import show
from bot.cards.told import error
from bot.commands import Commands
from bot.voice import Voice
from tests.service import Running
from tools.catalog import CATALOG, build_registry
from tools.context import Context
from tools.errors import CallError
from tools.policy import LOCAL_OWNER
from tools.registry import Registry
from tools.wire import Result

COMMANDS = Commands(CATALOG)
EN, DE = Voice.of("en"), Voice.of("de")


@dataclass
class Talk:
    """`tried` is what the door was asked last, and `results` what the last command was shown."""

    service: Running
    tried: Call | None = None
    results: list[Result] = field(default_factory=list)
    registry: Registry = field(default_factory=build_registry)

    async def say(self, typed: str, voice: Voice = EN, options: Mapping[str, str] | None = None) -> str:
        """Return what is shown for a command, with blank lines between cards."""
        command, _, text = typed.removeprefix("/").partition(" ")
        found = COMMANDS.read(command, text, options or {}, voice, self.service.clock.now())
        try:
            return await self._done(found, voice)
        except CallError as failed:
            return error(failed, voice, self.tried)

    async def _done(self, found: Plan | Own | Misread, voice: Voice) -> str:
        if isinstance(found, Misread):
            return found.markdown
        assert isinstance(found, Plan)
        self.results = [await self.call(each.name, each.params) for each in found.calls]
        if found.then is not None:
            return await self._done(found.then(self.results), voice)
        pairs = zip(found.calls, self.results, strict=True)
        return "\n\n".join(show(call.name, result, voice) for call, result in pairs)

    async def call(self, name: str, params: Mapping[str, object]) -> Result:
        """Ask the door."""
        self.tried = Call(name, params)
        ctx = Context(LOCAL_OWNER, self.service.app.services, self.registry)
        return await self.registry.call(name, dict(params), ctx)
