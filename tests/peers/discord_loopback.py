"""A Discord on loopback: gateway and REST of API version 10, as far as a chat needs them.

It is strict where Discord is, keeps a journal, and fails on demand. `tests.peers.discord_spec` holds what
went over the wire against the schemas that Discord publishes.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from tests.peers.discord_gateway import Gateway, member
from tests.peers.discord_rest import PREFIX, PRESS, SLASH, TYPING, Rest
from tests.peers.discord_state import Asked, Channel, DiscordState, Fault, Json

__all__ = ["LoopbackDiscord", "loopback_discord"]


class LoopbackDiscord(DiscordState):
    """The state with the people who use it."""

    def __init__(self, token: str, *, content_allowed: bool = True) -> None:
        super().__init__(token, content_allowed=content_allowed)
        self.gateway = Gateway(self)

    @property
    def base_url(self) -> str:
        """Where the API is."""
        return self.url + PREFIX

    def failing(self, pattern: str, status: int = 0, body: Any = None, **more: Any) -> None:
        """Let requests whose name matches fail."""
        self.faults.append(Fault(pattern, status, body, **more))

    def limiting(self, pattern: str, retry_after: float) -> None:
        """Let the next request whose name matches run into a limit."""
        body = {
            "message": "You are being rate limited.",
            "retry_after": retry_after,
            "global": False,
            "code": 0,
        }
        self.failing(pattern, 429, body, headers={"Via": "1.1 loopback", "Retry-After": str(retry_after)})

    async def say(self, person: Json, channel: Channel, content: str, **more: Any) -> Json:
        """Let somebody write a message."""
        made = self.message(channel, person, content, **more)
        await self.gateway.said(channel, made)
        return made

    async def rewrite(self, channel: Channel, message: Json, content: str) -> None:
        """Let the author of a message change it."""
        message |= {"content": content, "edited_timestamp": datetime.now(UTC).isoformat()}
        await self.gateway.said(channel, message, "MESSAGE_UPDATE")

    async def slash(
        self, person: Json, channel: Channel, name: str, at: datetime | None = None, **options: str
    ) -> Asked:
        """Let somebody use a slash command."""
        given = [{"name": key, "type": 3, "value": value} for key, value in options.items()]
        data = {"id": self.snowflake(), "name": name, "type": 1, "options": given}
        return await self._interact(self.ask(SLASH, channel, at=at), person, data)

    async def type_ahead(self, person: Json, channel: Channel, name: str, option: str, typed: str) -> Asked:
        """Let somebody type an option of a slash command."""
        given = [{"name": option, "type": 3, "value": typed, "focused": True}]
        data = {"id": self.snowflake(), "name": name, "type": 1, "options": given}
        return await self._interact(self.ask(TYPING, channel), person, data)

    async def press(self, person: Json, channel: Channel, message: str, custom_id: str) -> Asked:
        """Let somebody press a button."""
        asked = self.ask(PRESS, channel, message)
        data = {"custom_id": custom_id, "component_type": 2, "id": 2}
        return await self._interact(asked, person, data, message=channel.messages[message])

    async def repeat(self, asked: Asked) -> None:
        """Send the event of an interaction again."""
        assert self.gateway.session is not None
        again = next(
            event["d"]
            for event in self.gateway.session.events
            if event["t"] == "INTERACTION_CREATE" and event["d"]["id"] == asked.id
        )
        await self.gateway.dispatch("INTERACTION_CREATE", again)

    async def _interact(self, asked: Asked, person: Json, data: Json, **more: Any) -> Asked:
        channel = asked.channel
        event: Json = {
            "id": asked.id,
            "application_id": self.application,
            "type": asked.type,
            "token": asked.token,
            "version": 1,
            "data": data,
            "channel_id": channel.id,
            "locale": "de",
            "attachment_size_limit": 10_485_760,
            "authorizing_integration_owners": {"0": channel.guild or "0"},
            "entitlements": [],
        } | more
        if channel.guild is None:
            recipients = [channel.recipient]
            event |= {"user": person, "context": 1}
            event["channel"] = {"id": channel.id, "type": 1, "recipients": recipients, "flags": 0}
        else:
            event |= {"guild_id": channel.guild, "context": 0, "app_permissions": "2048"}
            event["guild"] = {"id": channel.guild, "locale": "en-US", "features": []}
            event["member"] = member() | {"user": person, "permissions": "2048"}
            event["channel"] = _partial(channel)
        await self.gateway.dispatch("INTERACTION_CREATE", event)
        return asked


def _partial(channel: Channel) -> Json:
    """Return what an interaction tells of a guild's channel."""
    told: Json = {"id": channel.id, "type": channel.type, "name": "lounge", "permissions": "2048", "flags": 0}
    told |= {"parent_id": channel.parent, "guild_id": channel.guild, "last_message_id": None}
    if channel.parent is None:
        return told | {"position": 0, "nsfw": False, "topic": None, "rate_limit_per_user": 0}
    metadata = {
        "archived": False,
        "auto_archive_duration": 4320,
        "archive_timestamp": "2026-01-01T00:00:00+00:00",
        "locked": False,
    }
    counts = {"message_count": 0, "member_count": 1, "total_message_sent": 0, "rate_limit_per_user": 0}
    return told | counts | {"owner_id": channel.id, "thread_metadata": metadata}


@asynccontextmanager
async def loopback_discord(token: str, *, content_allowed: bool = True) -> AsyncIterator[LoopbackDiscord]:
    """Run a Discord on a free port until the block ends."""
    discord = LoopbackDiscord(token, content_allowed=content_allowed)
    app = web.Application()
    Rest(discord, discord.gateway).add_to(app)
    app.router.add_get("/gateway/", discord.gateway.serve)
    app.router.add_get("/resume", discord.gateway.serve)
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    discord.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield discord
    finally:
        await runner.cleanup()
