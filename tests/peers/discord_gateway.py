"""The gateway of the loopback Discord: sessions, their sequence, and what a resumed one has missed."""

import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from tests.peers.discord_state import Channel, DiscordState, Entry, Json

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID, HELLO, ACK = 0, 1, 2, 6, 7, 9, 10, 11
NAMES = {IDENTIFY: "IDENTIFY", RESUME: "RESUME", HEARTBEAT: "HEARTBEAT"}

GUILDS, GUILD_MESSAGES, DIRECT_MESSAGES, MESSAGE_CONTENT = 1 << 0, 1 << 9, 1 << 12, 1 << 15

AUTHENTICATION_FAILED = 4004
DISALLOWED_INTENTS = 4014


Squeeze = Callable[[bytes], bytes]


def _zlib() -> Squeeze:
    stream = zlib.compressobj()
    return lambda data: stream.compress(data) + stream.flush(zlib.Z_SYNC_FLUSH)


def _zstd() -> Squeeze:
    # Only a client that has it asks for it.
    import zstandard

    stream = zstandard.ZstdCompressor().compressobj()
    return lambda data: stream.compress(data) + stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)


STREAMS = {"zlib-stream": _zlib, "zstd-stream": _zstd}


class Socket:
    """One connection, compressed as one stream."""

    def __init__(self, ws: web.WebSocketResponse, request: web.Request) -> None:
        assert (request.query["v"], request.query["encoding"]) == ("10", "json")
        self.ws = ws
        self._request = request
        self._squeeze = STREAMS[request.query["compress"]]()

    async def send(self, payload: Json) -> None:
        """Send one payload."""
        if not self.ws.closed:
            await self.ws.send_bytes(self._squeeze(json.dumps(payload).encode()))

    def cut(self) -> None:
        """Break the connection."""
        if self._request.transport is not None:
            self._request.transport.abort()


@dataclass(slots=True)
class Session:
    """What a bot has identified for; it outlives its socket."""

    id: str
    intents: int
    socket: Socket | None
    events: list[Json] = field(default_factory=list)

    async def dispatch(self, name: str, data: Any) -> None:
        """Send an event, or keep it for the resume."""
        event = {"op": DISPATCH, "t": name, "s": len(self.events) + 1, "d": data}
        self.events.append(event)
        if self.socket is not None:
            await self.socket.send(event)


class Gateway:
    """Takes sockets and hands out events."""

    def __init__(self, state: DiscordState) -> None:
        self._state = state
        self.session: Session | None = None
        self.refuse_sockets = 0
        self._socket: Socket | None = None

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Talk to one socket until it closes."""
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        if self.refuse_sockets:
            self.refuse_sockets -= 1
            await self._state.record(Entry("REFUSED SOCKET"))
            await ws.close(code=WSCloseCode.TRY_AGAIN_LATER)
            return ws
        socket = self._socket = Socket(ws, request)
        await socket.send({"op": HELLO, "d": {"heartbeat_interval": 41_250}, "s": None, "t": None})
        async for frame in ws:
            if frame.type is WSMsgType.TEXT:
                await self._take(socket, json.loads(frame.data), request.path)
        if self.session is not None and self.session.socket is socket:
            self.session.socket = None
        await self._state.record(Entry("CLOSED", body=ws.close_code))
        return ws

    async def dispatch(self, name: str, data: Any) -> None:
        """Send an event to whoever has identified."""
        if self.session is not None:
            await self.session.dispatch(name, data)

    async def said(self, channel: Channel, message: Json, event: str = "MESSAGE_CREATE") -> None:
        """Send a message to a session that may see it, without the text that it may not read."""
        session = self.session
        if session is None or not session.intents & (GUILD_MESSAGES if channel.guild else DIRECT_MESSAGES):
            return
        me = self._state.me["id"]
        open_to_me = (
            channel.guild is None
            or message["author"]["id"] == me
            or any(user["id"] == me for user in message["mentions"])
        )
        seen = dict(message)
        if not (open_to_me or session.intents & MESSAGE_CONTENT):
            seen |= {"content": "", "embeds": [], "attachments": [], "components": []}
        if channel.guild is not None:
            seen |= {"guild_id": channel.guild, "member": member()}
        await session.dispatch(event, seen)

    def drop(self) -> None:
        """Cut the socket without a word of the protocol."""
        self._live().cut()

    async def ask_to_reconnect(self) -> None:
        """Ask the bot to come back, as Discord does before maintenance."""
        await self._live().send({"op": RECONNECT, "d": None, "s": None, "t": None})

    async def invalidate(self) -> None:
        """End the session for good."""
        socket = self._live()
        self.session = None
        await socket.send({"op": INVALID, "d": False, "s": None, "t": None})

    def _live(self) -> Socket:
        assert self._socket is not None
        return self._socket

    async def _take(self, socket: Socket, payload: Json, path: str) -> None:
        op, data = payload["op"], payload["d"]
        await self._state.record(Entry(NAMES.get(op, f"OP {op}"), body=data))
        if op == HEARTBEAT:
            await socket.send({"op": ACK, "d": None, "s": None, "t": None})
        elif op == IDENTIFY:
            await self._identify(socket, data)
        elif op == RESUME:
            await self._resume(socket, data, path)

    async def _identify(self, socket: Socket, data: Json) -> None:
        state = self._state
        if data["token"] != state.token:
            await socket.ws.close(code=AUTHENTICATION_FAILED)
            return
        if data["intents"] & MESSAGE_CONTENT and not state.content_allowed:
            await socket.ws.close(code=DISALLOWED_INTENTS)
            return
        self.session = session = Session(f"session{state.snowflake()}", data["intents"], socket)
        await session.dispatch(
            "READY",
            {
                "v": 10,
                "user": state.me,
                "guilds": [{"id": state.guild, "unavailable": True}],
                "session_id": session.id,
                "resume_gateway_url": f"{state.url.replace('http', 'ws')}/resume",
                "application": {"id": state.application, "flags": 0},
            },
        )
        await session.dispatch("GUILD_CREATE", guild(state))
        await state.record(Entry("READY"))

    async def _resume(self, socket: Socket, data: Json, path: str) -> None:
        session = self.session
        if data["token"] != self._state.token or session is None or data["session_id"] != session.id:
            await socket.send({"op": INVALID, "d": False, "s": None, "t": None})
            return
        assert path.startswith("/resume"), path
        session.socket = socket
        for event in session.events[data["seq"] :]:
            await socket.send(event)
        await session.dispatch("RESUMED", {})


def member() -> Json:
    """Return what a guild tells of anybody."""
    return {
        "roles": [],
        "nick": None,
        "avatar": None,
        "banner": None,
        "joined_at": "2026-01-01T00:00:00+00:00",
        "premium_since": None,
        "communication_disabled_until": None,
        "deaf": False,
        "mute": False,
        "flags": 0,
        "pending": False,
    }


def guild(state: DiscordState) -> Json:
    """Return the guild, with the bot's own role."""
    role = {
        "id": state.role,
        "name": "kit",
        "permissions": "0",
        "position": 1,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": True,
        "mentionable": False,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
        "tags": {"bot_id": state.me["id"]},
    }
    everyone = {**role, "id": state.guild, "name": "@everyone", "position": 0, "managed": False, "tags": {}}
    return {
        "id": state.guild,
        "name": "Traders",
        "owner_id": state.snowflake(),
        "unavailable": False,
        "member_count": 2,
        "roles": [everyone, role],
        "emojis": [],
        "features": [],
        "channels": [
            {
                "id": state.lounge.id,
                "type": 0,
                "name": "lounge",
                "position": 0,
                "permission_overwrites": [],
                "nsfw": False,
                "parent_id": None,
            }
        ],
        "members": [],
        "threads": [],
    }
