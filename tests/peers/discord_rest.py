"""The REST routes of the loopback Discord that a chat uses."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from tests.peers.discord_gateway import Gateway
from tests.peers.discord_rules import invalid, judge_choices, judge_commands, judge_message
from tests.peers.discord_state import Asked, Channel, DiscordState, Entry, Fault, Json, Refused

PREFIX = "/api/v10"

DEFERRED, DEFERRED_UPDATE, COMPLETION = 5, 6, 8
SLASH, PRESS, TYPING = 2, 3, 4
ANSWERS = {DEFERRED: SLASH, DEFERRED_UPDATE: PRESS, COMPLETION: TYPING}

LOADING = 1 << 7
BEARERLESS = ("/webhooks/", "/interactions/")

Files = tuple[tuple[str, str, bytes], ...]
Names = dict[str, str]
Handler = Callable[[Names, Any, Files], Awaitable[Any]]


class Rest:
    """Answers requests, each by what the state says, and writes them into its journal."""

    def __init__(self, state: DiscordState, gateway: Gateway) -> None:
        self._state = state
        self._gateway = gateway

    def add_to(self, app: web.Application) -> None:
        """Serve the routes in an application."""
        hook = "/webhooks/{application}/{token}"
        routes: dict[tuple[str, str], Handler] = {
            ("GET", "/users/@me"): self._me,
            ("GET", "/oauth2/applications/@me"): self._application,
            ("GET", "/gateway/bot"): self._gateway_found,
            ("GET", "/applications/{application}/commands"): self._commands,
            ("PUT", "/applications/{application}/commands"): self._list_commands,
            ("POST", "/users/@me/channels"): self._open_direct,
            ("GET", "/channels/{channel}"): self._channel_told,
            ("GET", "/channels/{channel}/messages"): self._history,
            ("POST", "/channels/{channel}/messages"): self._post,
            ("PATCH", "/channels/{channel}/messages/{message}"): self._edit,
            ("DELETE", "/channels/{channel}/messages/{message}"): self._delete,
            ("POST", "/channels/{channel}/typing"): self._typing,
            ("POST", "/interactions/{interaction}/{token}/callback"): self._callback,
            ("POST", hook): self._follow_up,
            ("PATCH", hook + "/messages/{message}"): self._edit_under,
            ("DELETE", hook + "/messages/{message}"): self._delete_under,
        }
        for (method, path), handler in routes.items():
            app.router.add_route(method, PREFIX + path, self._served(handler))

    def _served(self, handler: Handler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def serve(request: web.Request) -> web.StreamResponse:
            name = f"{request.method} {request.path.removeprefix(PREFIX)}"
            body: Any = None
            files: Files = ()
            fault = self._state.fault(name)
            status = 0
            answer: Any = None
            try:
                body, files = await _read(request)
                if fault is not None and fault.hangs:
                    await asyncio.Event().wait()
                if fault is not None and not fault.lost:
                    status, answer = fault.status, fault.body
                else:
                    self._authorise(request)
                    answer = await handler({**request.query, **request.match_info}, body, files)
                    status = 204 if answer is None else 200
            except Refused as refused:
                status, answer = refused.status, refused.body
            if fault is not None and fault.lost and request.transport is not None:
                status, answer = 0, None
                request.transport.abort()
            await self._state.record(Entry(name, body, status, answer, files))
            return _response(status, answer, fault)

        return serve

    def _authorise(self, request: web.Request) -> None:
        path = request.path.removeprefix(PREFIX)
        if path.startswith(BEARERLESS):
            return
        if request.headers.get("Authorization") != f"Bot {self._state.token}":
            raise Refused(401, 0, "401: Unauthorized")

    async def _me(self, names: Names, body: Any, files: Files) -> Any:
        return self._state.me | {
            "banner": None,
            "accent_color": None,
            "locale": "en-US",
            "mfa_enabled": True,
            "verified": True,
            "email": None,
            "premium_type": 0,
        }

    async def _application(self, names: Names, body: Any, files: Files) -> Any:
        owner = self._state.user("owner")
        return {
            "id": self._state.application,
            "name": "kit",
            "icon": None,
            "description": "",
            "type": None,
            "bot_public": False,
            "bot_require_code_grant": False,
            "verify_key": "0" * 64,
            "flags": 0,
            "flags_new": "0",
            "owner": owner,
            "team": None,
            "rpc_origins": [],
            "redirect_uris": [],
            "interactions_endpoint_url": None,
            "role_connections_verification_url": None,
            "approximate_guild_count": 1,
            "approximate_user_install_count": 0,
            "approximate_user_authorization_count": 0,
            "explicit_content_filter": 0,
            "event_webhooks_status": 1,
            "event_webhooks_types": [],
            "eligible_oauth2_scopes": [],
        }

    async def _gateway_found(self, names: Names, body: Any, files: Files) -> Any:
        limit = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}
        return {
            "url": f"{self._state.url.replace('http', 'ws')}/gateway",
            "shards": 1,
            "session_start_limit": limit,
        }

    async def _commands(self, names: Names, body: Any, files: Files) -> Any:
        self._ours(names)
        return self._state.commands

    async def _list_commands(self, names: Names, body: Any, files: Files) -> Any:
        self._ours(names)
        judge_commands(body)
        self._state.commands = [self._listed(command) for command in body]
        return self._state.commands

    def _listed(self, command: Json) -> Json:
        """Return a command as Discord lists it: what is no is left out, what is Discord's is added."""
        options = [
            {key: value for key, value in option.items() if value is not False}
            for option in command.get("options", [])
        ]
        return {
            **command,
            "id": self._state.snowflake(),
            "application_id": self._state.application,
            "version": self._state.snowflake(),
            "default_member_permissions": None,
            "nsfw": False,
            "options": options,
        }

    async def _open_direct(self, names: Names, body: Any, files: Files) -> Any:
        for channel in self._state.channels.values():
            if channel.recipient is not None and channel.recipient["id"] == body["recipient_id"]:
                return _private(channel)
        raise Refused(400, 50033, "Invalid Recipient(s)")

    async def _channel_told(self, names: Names, body: Any, files: Files) -> Any:
        return _private(self._channel(names))

    async def _history(self, names: Names, body: Any, files: Files) -> Any:
        """Return the first messages after one, of those the newest first, as Discord does."""
        channel, after = self._channel(names), int(names["after"])
        later = sorted((each for each in channel.messages if int(each) > after), key=int)
        return [channel.messages[each] for each in reversed(later[: int(names.get("limit", "50"))])]

    async def _post(self, names: Names, body: Any, files: Files) -> Any:
        channel = self._channel(names, writes=True)
        judge_message(body, channel, files=len(files))
        nonce = body.get("nonce")
        if body.get("enforce_nonce") and nonce in channel.nonces:
            return channel.messages[channel.nonces[nonce]]
        made = await self._write(channel, body, files)
        if nonce is not None:
            made["nonce"] = nonce
            channel.nonces[nonce] = made["id"]
        return made

    async def _edit(self, names: Names, body: Any, files: Files) -> Any:
        channel = self._channel(names, writes=True)
        message = self._message(channel, names["message"])
        if message["author"]["id"] != self._state.me["id"]:
            raise Refused(403, 50005, "Cannot edit a message authored by another user")
        return await self._change(channel, message, body, files)

    async def _delete(self, names: Names, body: Any, files: Files) -> Any:
        channel = self._channel(names)
        del channel.messages[self._message(channel, names["message"])["id"]]

    async def _typing(self, names: Names, body: Any, files: Files) -> Any:
        self._channel(names, writes=True)

    async def _callback(self, names: Names, body: Any, files: Files) -> Any:
        asked = self._state.interactions.get(names["token"])
        if asked is None or asked.id != names["interaction"] or asked.over:
            raise Refused(404, 10062, "Unknown interaction")
        if asked.acknowledged is not None:
            raise Refused(400, 40060, "Interaction has already been acknowledged.")
        if ANSWERS.get(body["type"]) != asked.type:
            raise invalid("type", "BASE_TYPE_CHOICES")
        if body["type"] == COMPLETION:
            judge_choices(body["data"]["choices"])
        asked.acknowledged = body["type"]
        asked.original = asked.message
        if body["type"] == DEFERRED:
            waiting = self._state.message(asked.channel, self._state.me, "", flags=LOADING)
            asked.original = waiting["id"]

    async def _follow_up(self, names: Names, body: Any, files: Files) -> Any:
        asked = self._under(names)
        original = asked.channel.messages.get(asked.original or "")
        if original is not None and original["flags"] & LOADING:
            # The first follow-up is shown where the deferral waits.
            return await self._change(asked.channel, original, body, files)
        judge_message(body, asked.channel, files=len(files))
        return await self._write(asked.channel, body, files)

    async def _edit_under(self, names: Names, body: Any, files: Files) -> Any:
        asked = self._under(names)
        return await self._change(asked.channel, self._shown(asked, names), body, files)

    async def _delete_under(self, names: Names, body: Any, files: Files) -> Any:
        asked = self._under(names)
        del asked.channel.messages[self._shown(asked, names)["id"]]

    def _under(self, names: Names) -> Asked:
        asked = self._state.interactions.get(names["token"])
        if asked is None or asked.acknowledged is None:
            raise Refused(404, 10015, "Unknown Webhook")
        if asked.over:
            raise Refused(401, 50027, "Invalid Webhook Token")
        return asked

    def _shown(self, asked: Asked, names: Names) -> Json:
        name = asked.original if names["message"] == "@original" else names["message"]
        return self._message(asked.channel, name or "")

    async def _write(self, channel: Channel, body: Json, files: Files) -> Json:
        made = self._state.message(
            channel,
            self._state.me,
            body.get("content") or "",
            components=_numbered(body.get("components") or []),
            flags=body.get("flags", 0),
            attachments=self._attached(files),
        )
        if body.get("message_reference"):
            made |= {"type": 19, "message_reference": {"type": 0, "channel_id": channel.id}}
            made["message_reference"]["message_id"] = body["message_reference"]["message_id"]
            made["referenced_message"] = channel.messages.get(body["message_reference"]["message_id"])
        await self._gateway.said(channel, made)
        return made

    async def _change(self, channel: Channel, message: Json, body: Json, files: Files) -> Json:
        judge_message(body, channel, files=len(files), edited=message)
        message["content"] = body.get("content") or ""
        message["edited_timestamp"] = datetime.now(UTC).isoformat()
        message["flags"] = (body["flags"] if "flags" in body else message["flags"]) & ~LOADING
        message["components"] = _numbered(body.get("components") or [])
        # What a change names of its files stays, all of them when it names none.
        named = {str(each["id"]) for each in body.get("attachments") or []}
        kept = [each for each in message["attachments"] if "attachments" not in body or each["id"] in named]
        message["attachments"] = kept + self._attached(files)
        await self._gateway.said(channel, message, "MESSAGE_UPDATE")
        return message

    def _attached(self, files: Files) -> list[Json]:
        return [
            {
                "id": self._state.snowflake(),
                "filename": filename,
                "size": len(data),
                "url": f"{self._state.url}/attachments/{filename}",
                "proxy_url": f"{self._state.url}/attachments/{filename}",
                "content_type": content_type,
            }
            for filename, content_type, data in files
        ]

    def _channel(self, names: Names, *, writes: bool = False) -> Channel:
        channel = self._state.channels.get(names["channel"])
        if channel is None:
            raise Refused(404, 10003, "Unknown Channel")
        if writes and channel.refusal is not None:
            code, status = channel.refusal
            raise Refused(status, code, "Refused")
        return channel

    def _message(self, channel: Channel, name: str) -> Json:
        if name not in channel.messages:
            raise Refused(404, 10008, "Unknown Message")
        return channel.messages[name]

    def _ours(self, names: Names) -> None:
        if names["application"] != self._state.application:
            raise Refused(404, 10002, "Unknown Application")


def _private(channel: Channel) -> Json:
    return {
        "id": channel.id,
        "type": 1,
        "flags": 0,
        "last_message_id": None,
        "recipients": [channel.recipient],
    }


async def _read(request: web.Request) -> tuple[Any, Files]:
    if not request.can_read_body:
        return None, ()
    kind = request.headers.get("Content-Type", "")
    if kind == "application/json":
        return json.loads(await request.text()), ()
    if not kind.startswith("multipart/form-data"):
        raise invalid("_errors", "CONTENT_TYPE_INVALID")
    form = await request.post()
    payload = form["payload_json"]
    files = []
    for key, value in form.items():
        if isinstance(value, web.FileField) and key.startswith("files["):
            files.append((value.filename, value.content_type, value.file.read()))
    assert isinstance(payload, str | bytes | bytearray)
    return json.loads(payload), tuple(files)


def _response(status: int, answer: Any, fault: Fault | None) -> web.StreamResponse:
    headers = dict(fault.headers) if fault is not None else {}
    if answer is None:
        return web.Response(status=status or 204, headers=headers)
    if isinstance(answer, str):
        return web.Response(status=status, text=answer, headers=headers)
    # Discord names no charset, and clients compare the whole header.
    body = json.dumps(answer).encode()
    return web.Response(status=status, body=body, headers=headers | {"Content-Type": "application/json"})


def _numbered(rows: list[Json]) -> list[Json]:
    """Return components as Discord gives them back, each with a number of its own."""
    numbered, number = [], 0
    for row in rows:
        number += 1
        made: Json = {**row, "id": number, "components": []}
        for button in row["components"]:
            number += 1
            made["components"].append({**button, "id": number})
        numbered.append(made)
    return numbered
