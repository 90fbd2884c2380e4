"""What is asked of Discord, request by request."""

from collections.abc import Mapping, Sequence
from typing import Any

from discord.http import HTTPClient, Route

from bot.chat import Picture
from bot.discord_errors import told
from bot.discord_outgoing import Payload, with_picture
from bot.discord_tickets import Ticket

DEFERRALS = {"slash": 5, "press": 6}
CHOICES = 8


class DiscordRequests:
    """The routes that a chat needs. Each raises a ChatError."""

    def __init__(self, http: HTTPClient) -> None:
        self._http = http

    async def post(self, channel: str, payload: Payload, picture: Picture | None) -> str:
        """Send a message to a channel and return its id."""
        return await self._message(
            "POST", "/channels/{channel_id}/messages", payload, picture, channel_id=channel
        )

    async def edit(self, channel: str, message: str, payload: Payload) -> None:
        """Change a message of a channel."""
        path = "/channels/{channel_id}/messages/{message_id}"
        await self._message("PATCH", path, payload, channel_id=channel, message_id=message)

    async def delete(self, channel: str, message: str) -> None:
        """Take a message of a channel away."""
        path = "/channels/{channel_id}/messages/{message_id}"
        await self._ask(Route("DELETE", path, channel_id=channel, message_id=message))

    async def typing(self, channel: str) -> None:
        """Show for ten seconds that something is being written."""
        await self._ask(Route("POST", "/channels/{channel_id}/typing", channel_id=channel))

    async def open_direct(self, person: str) -> str:
        """Return the id of the private channel with somebody."""
        found = await self._ask(Route("POST", "/users/@me/channels"), json={"recipient_id": person})
        return str(found["id"])

    async def follow_up(self, ticket: Ticket, payload: Payload, picture: Picture | None) -> str:
        """Send one more message under an interaction and return its id."""
        path = "/webhooks/{webhook_id}/{webhook_token}"
        return await self._message("POST", path, payload, picture, **_hook(ticket))

    async def edit_under(
        self, ticket: Ticket, message: str, payload: Payload, picture: Picture | None = None
    ) -> str:
        """Change a message of an interaction, `@original` being its deferral, and return its id."""
        path = "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"
        return await self._message("PATCH", path, payload, picture, message_id=message, **_hook(ticket))

    async def delete_under(self, ticket: Ticket, message: str) -> None:
        """Take a message of an interaction away."""
        path = "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"
        await self._ask(Route("DELETE", path, message_id=message, **_hook(ticket)))

    async def acknowledge(self, ticket: Ticket) -> None:
        """Tell Discord that an interaction was heard and is answered later."""
        await self._respond(str(ticket.interaction), ticket.token, {"type": DEFERRALS[ticket.kind]})

    async def offer(self, interaction: int, token: str, choices: Sequence[str]) -> None:
        """Answer what is asked while somebody types."""
        offered = [{"name": choice, "value": choice} for choice in choices]
        await self._respond(str(interaction), token, {"type": CHOICES, "data": {"choices": offered}})

    async def commands(self, application: int) -> list[dict[str, Any]]:
        """Return the slash commands that are listed."""
        found: list[dict[str, Any]] = await self._ask(
            Route("GET", "/applications/{application_id}/commands", application_id=application)
        )
        return found

    async def list_commands(self, application: int, commands: Sequence[Mapping[str, Any]]) -> None:
        """List these slash commands in place of all that were."""
        route = Route("PUT", "/applications/{application_id}/commands", application_id=application)
        await self._ask(route, json=commands)

    async def _respond(self, interaction: str, token: str, answer: Payload) -> None:
        path = "/interactions/{webhook_id}/{webhook_token}/callback"
        await self._ask(Route("POST", path, webhook_id=interaction, webhook_token=token), json=answer)

    async def _message(
        self, method: str, path: str, payload: Payload, picture: Picture | None = None, **names: str
    ) -> str:
        route = Route(method, path, **names)
        if picture is None:
            answer = await self._ask(route, json=payload)
        else:
            form = with_picture(payload, picture)
            answer = await self._ask(route, files=form.files, form=form.form)
        return str(answer["id"])

    async def _ask(self, route: Route, **what: Any) -> Any:
        with told():
            return await self._http.request(route, **what)


def _hook(ticket: Ticket) -> dict[str, str]:
    return {"webhook_id": str(ticket.application), "webhook_token": ticket.token}
