"""The connection to Discord, kept by discord.py."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import aiohttp
import discord
import structlog
from discord.gateway import DiscordWebSocket
from discord.http import HTTPClient, Route

from bot.chat import Incoming
from bot.discord_errors import told
from bot.discord_incoming import acted, asked, said
from trading.clock import Clock

log = structlog.get_logger(__name__)

# Discord suggests five seconds between two new sessions.
IDENTIFY_PAUSE = 5.0

# discord.py waits by itself for no longer than this, and knows no less.
LONGEST_LIMIT = 30.0

ANSWER_SECONDS = 30.0

TICKETS = re.compile(r"(/(?:webhooks|interactions)/\d+/)[^/?]+")


@dataclass(frozen=True, slots=True)
class Heard:
    """What is done with what comes over a link: all but `complete` return at once.

    `begun` hears of each new session, `well` of that and of each that goes on.
    """

    begun: Callable[[], None]
    well: Callable[[], None]
    away: Callable[[], None]
    done: Callable[[Incoming], None]
    complete: Callable[[discord.Interaction, str], Awaitable[None]]


class Requests(HTTPClient):
    """discord.py's requests, to an address of our own.

    `Route.BASE` and `DiscordWebSocket.DEFAULT_GATEWAY` would move every client of the process; here one
    client alone asks another address, and takes its gateway from what that address says, as Discord wants it
    to be found.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, address: str | None) -> None:
        super().__init__(loop, max_ratelimit_timeout=LONGEST_LIMIT)
        logging.getLogger("discord.http").addFilter(_veil)
        self._address = address and address.rstrip("/")

    async def request(
        self,
        route: Route,
        *,
        files: Sequence[discord.File] | None = None,
        form: Iterable[dict[str, Any]] | None = None,
        **kwargs: Any,
    ) -> Any:
        """Carry out one request; what goes wrong is what discord.py or aiohttp raise."""
        if self._address is not None:
            route.url = self._address + route.url.removeprefix(Route.BASE)
        kwargs.setdefault("timeout", aiohttp.ClientTimeout(total=ANSWER_SECONDS))
        return await super().request(route, files=files, form=form, **kwargs)

    async def ws_connect(self, url: str, *, compress: int = 0) -> aiohttp.ClientWebSocketResponse:
        """Open a gateway's socket; to resume, its session has named another one."""
        if self._address is not None and url.startswith(str(DiscordWebSocket.DEFAULT_GATEWAY)):
            url = f"{await self._gateway()}/?{url.partition('?')[2]}"
        return await super().ws_connect(url, compress=compress)

    async def _gateway(self) -> str:
        try:
            found = await self.request(Route("GET", "/gateway/bot"))
        except discord.HTTPException as refused:
            if refused.status == 401:
                # The client would try for ever what will not be heard again.
                raise discord.LoginFailure from refused
            raise
        return str(found["url"]).rstrip("/")


def _veil(record: logging.LogRecord) -> bool:
    """Take the tokens of interactions out of the addresses that discord.py logs when it is slowed down."""
    if isinstance(record.args, tuple):
        record.args = tuple(
            TICKETS.sub(r"\1***", arg) if isinstance(arg, str) else arg for arg in record.args
        )
    return True


class NoSocket:
    """Stands where discord.py looks for the last socket before there was one.

    When the first connection fails, `Client.connect` of 2.7.1 asks its absent socket where to resume, and
    ends with an AttributeError. With this it goes on to a new session.
    """

    open = False
    sequence = None
    session_id = None
    gateway = DiscordWebSocket.DEFAULT_GATEWAY


class Link(discord.Client):
    """One client, from its login to its end. It keeps no members and no messages."""

    def __init__(self, heard: Heard, clock: Clock, address: str | None, *, content: bool) -> None:
        # Says at every start that voice needs more packages; here nobody speaks.
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        intents = discord.Intents.none()
        intents.guilds = intents.guild_messages = intents.dm_messages = True
        intents.message_content = content
        super().__init__(
            intents=intents,
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
        )
        self._heard = heard
        self._clock = clock
        self.http: Requests = Requests(asyncio.get_running_loop(), address)
        self._connection.http = self.http
        self.ws = cast(DiscordWebSocket, NoSocket())

    async def said_since(self, chat: str, after: datetime) -> Sequence[Incoming]:
        """Return what people said in a private chat after a moment, in its order; raise ChatError."""
        with told():
            channel = await self.fetch_channel(int(chat))
            if self.user is None or not isinstance(channel, discord.DMChannel):
                return ()
            history = channel.history(limit=None, after=after, oldest_first=True)
            found = [said(message, self.user, first=True) async for message in history]
        return [each for each in found if each is not None]

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Wait before another session is begun."""
        if not initial:
            await self._clock.sleep(IDENTIFY_PAUSE)

    async def on_connect(self) -> None:
        """Take note of a new session."""
        self._heard.begun()
        self._heard.well()

    async def on_resumed(self) -> None:
        """Take note of a session that goes on."""
        self._heard.well()

    async def on_disconnect(self) -> None:
        """Take note of a lost socket."""
        self._heard.away()

    async def on_message(self, message: discord.Message) -> None:
        """Hand on a message."""
        self._hand_on(message)

    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        """Hand on an edit; without a time of its own it is Discord unfolding a link."""
        if payload.message.edited_at is not None:
            self._hand_on(payload.message)

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Hand on a command or a pressed button, or what is asked while somebody types."""
        beginning = asked(interaction)
        if beginning is not None:
            await self._heard.complete(interaction, beginning)
        elif (incoming := acted(interaction)) is not None:
            self._heard.done(incoming)

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        """Log what no event should do, and go on."""
        log.exception("discord_event_failed", event_method=event_method)

    def _hand_on(self, message: discord.Message) -> None:
        if self.user is not None and (incoming := said(message, self.user)) is not None:
            self._heard.done(incoming)
