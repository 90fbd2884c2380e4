"""Discord: people, places and messages of a bot there."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress

import aiohttp
import discord
import structlog

from bot.chat import (
    ChatError,
    CommandSpec,
    Complete,
    Incoming,
    Message,
    MessageLost,
    Pace,
    Part,
    Parts,
    Place,
    Receive,
    Sending,
    Since,
    TryLater,
)
from bot.discord_commands import MOST_CHOICES, listed, same
from bot.discord_errors import TicketGone
from bot.discord_inbox import Inbox
from bot.discord_incoming import PLATFORM
from bot.discord_link import Heard, Link
from bot.discord_missed import Missed
from bot.discord_outgoing import follow_up, posted, shown
from bot.discord_requests import DiscordRequests
from bot.discord_tickets import Ticket, Tickets
from trading.clock import Clock

log = structlog.get_logger(__name__)

TOKEN_REFUSED = (
    "Discord does not accept the bot's token. Copy it from the Discord developer portal (your application, "
    "Bot, Reset Token) into DISCORD_BOT_TOKEN and start again."
)
NO_CONTENT = (
    "Discord keeps the text of messages from the bot, except private ones, mentions and slash commands. "
    "Switch on Message Content Intent in the developer portal (your application, Bot) and start again."
)
AWAY = "The connection to Discord is lost; it is being tried again."

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0
LONGEST_GAP = 120.0
MOST_DIRECT = 1_000


class DiscordAdapter:
    """A bot on Discord, an Adapter.

    A thread is a chat of its own. A slash command has no message, and its `ticket` is answered by the first
    sending under it in the place that Discord shows as waiting. `base_url` is the address of the API with its
    version, when it is not Discord's own.
    """

    platform = PLATFORM
    # Discord takes five changes in five seconds for each channel; a shared one is left some room.
    pace = Pace(private=1.0, shared=1.2)

    def __init__(
        self,
        token: str,
        receive: Receive,
        clock: Clock,
        commands: Sequence[CommandSpec],
        complete: Complete,
        parts: Parts,
        since: Since,
        base_url: str | None = None,
    ) -> None:
        self.problem: str | None = AWAY
        self._token = token
        self._clock = clock
        self._commands = commands
        self._complete = complete
        self._parts = parts
        self._base_url = base_url
        self._inbox = Inbox(receive)
        self._missed = Missed(since, clock, self._put)
        self._tickets = Tickets()
        self._direct: OrderedDict[str, Place] = OrderedDict()
        self._requests: DiscordRequests | None = None
        self._lacking: str | None = None
        self._pause = FIRST_PAUSE
        self._gone = asyncio.Event()

    async def run(self) -> None:
        """Take in what people do until cancelled.

        Without a valid token it stays, does nothing and says so in `problem`. What `Receive` or `Since`
        raises ends it; nothing of that is lost when it is run again.
        """
        while True:
            try:
                unstored = await self._connected()
            except discord.PrivilegedIntentsRequired:
                self._lacking = NO_CONTENT
                log.warning("discord_message_content_refused")
            except discord.LoginFailure:
                self.problem = TOKEN_REFUSED
                log.error("discord_token_refused")
                await asyncio.Event().wait()
            except (ChatError, discord.DiscordException, aiohttp.ClientError, OSError) as failed:
                self.problem = AWAY
                log.warning("discord_connection_failed", reason=type(failed).__name__, again_in=self._pause)
                await self._clock.sleep(self._pause)
                self._pause = min(self._pause * 2, LONGEST_PAUSE)
            else:
                raise unstored

    def parts(self, markdown: str, pictured: bool = False) -> Sequence[Part]:
        """Return a text as the messages that show it."""
        return self._parts(markdown, pictured)

    async def send(self, place: Place, message: Message, sending: Sending) -> str:
        """Send a message and return its id.

        Under a ticket that is over, it goes to the channel. Discord keeps no nonce for what is sent under a
        ticket: of a follow-up whose answer was lost, a second try may be seen twice.
        """
        if sending.ticket is not None and (ticket := Ticket.parsed(sending.ticket)):
            await self._inbox.acknowledged(sending.ticket)
            if ticket.alive(self._clock.now()):
                try:
                    return await self._answer(ticket, message, sending)
                except MessageLost:
                    log.info("discord_ticket_gone")
        return await self._ask().post(place.chat, posted(message, sending), message.picture)

    async def edit(self, place: Place, name: str, message: Message) -> None:
        """Change the text and buttons of a message."""
        if ticket := self._tickets.of(name, self._clock.now()):
            try:
                await self._ask().edit_under(ticket, name, shown(message))
            except TicketGone:
                self._tickets.forget(name)
            else:
                return
        await self._ask().edit(place.chat, name, shown(message))

    async def delete(self, place: Place, name: str) -> None:
        """Take a message away."""
        try:
            if ticket := self._tickets.of(name, self._clock.now()):
                try:
                    return await self._ask().delete_under(ticket, name)
                except TicketGone:
                    self._tickets.forget(name)
            await self._ask().delete(place.chat, name)
        except MessageLost:
            return None

    async def typing(self, place: Place) -> None:
        """Show for ten seconds that an answer is being written."""
        await self._ask().typing(place.chat)

    async def dismiss(self, ticket: str) -> None:
        """Take away that a slash command is waiting; a button shows nothing of the kind."""
        waiting = Ticket.parsed(ticket)
        if waiting is None or waiting.kind != "slash":
            return
        await self._inbox.acknowledged(ticket)
        with suppress(MessageLost):
            await self._ask().delete_under(waiting, "@original")

    async def direct(self, person: str) -> Place:
        """Return the private chat with somebody, by the id of a Person."""
        if person not in self._direct:
            channel = await self._ask().open_direct(person.removeprefix(f"{PLATFORM}:"))
            self._direct[person] = Place(PLATFORM, channel)
            if len(self._direct) > MOST_DIRECT:
                self._direct.popitem(last=False)
        return self._direct[person]

    async def _connected(self) -> BaseException:
        """Log in and stay connected; return what kept something from being stored."""
        heard = Heard(self._missed.begun, self._well, self._away, self._put, self._offer)
        async with Link(heard, self._clock, self._base_url, content=self._lacking is None) as link:
            try:
                await link.login(self._token)
                self._requests = DiscordRequests(link.http)
                await self._sync(link)
                return await self._listen(link, self._requests)
            finally:
                self._requests = None

    async def _listen(self, link: Link, requests: DiscordRequests) -> BaseException:
        self._gone.clear()
        await self._missed.mark()
        connecting = asyncio.create_task(link.connect())
        draining = asyncio.create_task(self._inbox.drain(requests.acknowledge))
        catching = asyncio.create_task(self._missed.follow(link.said_since))
        missing = asyncio.create_task(self._missing())
        tasks = {connecting, draining, catching, missing}
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for storing in (draining, catching):
                if storing.done() and (unstored := storing.exception()) is not None:
                    return unstored
            if connecting.done():
                connecting.result()
            raise ConnectionError
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _missing(self) -> None:
        """Return once the connection has been gone for so long that Discord has let go of its session.

        By then discord.py tries again only every quarter of an hour.
        """
        while True:
            await self._gone.wait()
            await self._clock.sleep(LONGEST_GAP)
            if self._gone.is_set():
                return

    async def _sync(self, link: Link) -> None:
        application = link.application_id
        if application is None:
            return
        ours = listed(self._commands)
        try:
            if not same(await self._ask().commands(application), ours):
                await self._ask().list_commands(application, ours)
                log.info("discord_commands_listed", commands=len(ours))
        except TryLater:
            raise
        except ChatError as refused:
            # People can still write, and be answered.
            log.error("discord_commands_refused", reason=str(refused))

    async def _answer(self, ticket: Ticket, message: Message, sending: Sending) -> str:
        if not self._tickets.opens(ticket, sending.nonce):
            name = await self._ask().follow_up(ticket, follow_up(message, sending), message.picture)
        else:
            try:
                name = await self._ask().edit_under(ticket, "@original", shown(message), message.picture)
            except TryLater:
                raise
            except ChatError:
                self._tickets.reopen(ticket)
                raise
        self._tickets.keep(name, ticket)
        return name

    def _put(self, incoming: Incoming) -> None:
        if incoming.ticket is not None and (ticket := Ticket.parsed(incoming.ticket)):
            self._tickets.begin(ticket)
        self._inbox.put(incoming)

    async def _offer(self, interaction: discord.Interaction, beginning: str) -> None:
        pairs = (await self._complete(beginning))[:MOST_CHOICES]
        try:
            await self._ask().offer(interaction.id, interaction.token, pairs)
        except ChatError as refused:
            log.info("discord_completion_refused", reason=str(refused))

    def _ask(self) -> DiscordRequests:
        if self._requests is None:
            raise TryLater(self.problem or AWAY, FIRST_PAUSE)
        return self._requests

    def _well(self) -> None:
        self._gone.clear()
        self._pause = FIRST_PAUSE
        self.problem = self._lacking

    def _away(self) -> None:
        self._gone.set()
        self.problem = AWAY
