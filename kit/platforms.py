"""The adapters of the chat platforms whose tokens are set."""

import hashlib
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.chat import Adapter, Complete, Part, Receive
from bot.commands import Commands
from bot.completing import completing
from bot.last_heard import last_heard
from bot.voice import Voice
from kit.settings import Settings
from memory.database import Database
from memory.errors import StoreError
from tools.context import Context
from tools.policy import Principal, Role
from tools.registry import Registry
from tools.services import Services
from tools.wire import Result
from trading.clock import Clock

if TYPE_CHECKING:
    from bot.telegram import TelegramAdapter

WEBHOOK_PATH = "/telegram/webhook"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
LONGEST_UPDATE = 1 << 20

TYPING = Principal("typing", Role.VIEWER)
"""As whom pairs are looked up while somebody types."""


class Typing:
    """Completes what is typed, as soon as there is a service to ask."""

    def __init__(self) -> None:
        self._complete: Complete | None = None

    def attend(self, registry: Registry, services: Services) -> None:
        """Ask this service from now on."""
        ctx = Context(TYPING, services, registry)

        async def ask(name: str, params: Mapping[str, Any]) -> Result:
            return await registry.call(name, params, ctx)

        self._complete = completing(ask, served=True)

    async def __call__(self, typed: str) -> Sequence[str]:
        """Return the pairs that a beginning may become."""
        return () if self._complete is None else await self._complete(typed)


class Platforms:
    """Telegram and Discord, as far as their tokens are set."""

    def __init__(self, settings: Settings, registry: Registry, database: Database, clock: Clock) -> None:
        self._database = database
        self._settings = settings
        self._specs = Commands(registry.all()).specs(Voice.of(None))
        self._clock = clock
        self._telegram: TelegramAdapter | None = None
        self.typing = Typing()

    def adapters(self, receive: Receive) -> Sequence[Adapter]:
        """Return one adapter for each platform that is set; their SDKs are loaded only then."""
        made = [self._of_telegram(receive), self._of_discord(receive)]
        return [each for each in made if each is not None]

    def mount(self, application: web.Application) -> None:
        """Open the way by which Telegram brings what people do, where that is wanted."""
        if self._telegram is not None and self._settings.telegram_webhook_url is not None:
            application.router.add_post(WEBHOOK_PATH, self._brought)

    def _of_telegram(self, receive: Receive) -> Adapter | None:
        settings = self._settings
        if settings.telegram_bot_token is None:
            return None
        from bot.telegram import TelegramAdapter, Webhook

        token, url = settings.telegram_bot_token.get_secret_value(), settings.telegram_webhook_url
        self._telegram = TelegramAdapter(
            token,
            receive,
            self._clock,
            self._specs,
            _telegram_parts,
            settings.telegram_api_url,
            None if url is None else Webhook(url, webhook_secret(token)),
        )
        return self._telegram

    def _of_discord(self, receive: Receive) -> Adapter | None:
        settings = self._settings
        if settings.discord_bot_token is None:
            return None
        from bot.discord_adapter import DiscordAdapter

        token = settings.discord_bot_token.get_secret_value()
        return DiscordAdapter(
            token,
            receive,
            self._clock,
            self._specs,
            self.typing,
            _discord_parts,
            partial(last_heard, self._database, "discord"),
            settings.discord_api_url,
        )

    async def _brought(self, request: web.Request) -> web.Response:
        from bot.chat import TryLater

        assert self._telegram is not None
        if (request.content_length or 0) > LONGEST_UPDATE:
            return web.Response(status=413)
        try:
            known = await self._telegram.webhook(request.headers.get(SECRET_HEADER), await request.read())
        except (TryLater, StoreError):
            # Telegram brings it again.
            return web.Response(status=503)
        return web.Response(status=200 if known else 401)


def webhook_secret(token: str) -> str:
    """Return the word by which Telegram is known; it is of the token, and tells nothing of it."""
    return hashlib.sha256(f"kit-webhook:{token}".encode()).hexdigest()


def _telegram_parts(markdown: str, pictured: bool) -> Sequence[Part]:
    from bot import telegram_text

    return telegram_text.parts(markdown, telegram_text.CAPTION if pictured else telegram_text.LIMIT)


def _discord_parts(markdown: str, pictured: bool) -> Sequence[Part]:
    from bot import discord_text

    return discord_text.parts(markdown)
