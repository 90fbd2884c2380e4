"""What the loopback Discord knows: people, channels, messages, interactions, and a journal."""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

DISCORD_EPOCH_MS = 1_420_070_400_000
PATIENCE = 60.0

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing the bot did: `name` is an operation of the gateway, or a method and its path.

    `status` and `answer` are what it got; status 0 is a connection that broke before the answer.
    """

    name: str
    body: Any = None
    status: int = 0
    answer: Any = None
    files: tuple[tuple[str, str, bytes], ...] = ()


@dataclass(slots=True)
class Fault:
    """What meets the next `times` requests whose name `pattern` matches.

    `lost` carries the request out and breaks the connection, `hangs` never answers; else `status` is answered
    and nothing is done.
    """

    pattern: str
    status: int = 0
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    lost: bool = False
    hangs: bool = False
    times: int = 1

    def meets(self, name: str) -> bool:
        """Tell whether this request is met, and count it."""
        if self.times <= 0 or not re.search(self.pattern, name):
            return False
        self.times -= 1
        return True


@dataclass(slots=True)
class Channel:
    """A channel; `guild` is None in private, `refusal` a code and its status for whoever writes there."""

    id: str
    type: int
    guild: str | None
    recipient: Json | None = None
    parent: str | None = None
    refusal: tuple[int, int] | None = None
    messages: dict[str, Json] = field(default_factory=dict)
    nonces: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Asked:
    """An interaction; `original` is the message that its answer is shown in, once it was acknowledged."""

    id: str
    token: str
    type: int
    channel: Channel
    message: str | None = None
    acknowledged: int | None = None
    original: str | None = None
    over: bool = False


class Refused(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, code: int, message: str, errors: Json | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.body: Json = {"message": message, "code": code} | ({"errors": errors} if errors else {})


class DiscordState:
    """The facts, and the journal that tests wait for."""

    def __init__(self, token: str, *, content_allowed: bool = True) -> None:
        self.token = token
        self.content_allowed = content_allowed
        self.url = ""
        self.journal: list[Entry] = []
        self.faults: list[Fault] = []
        self.commands: list[Json] = []
        self.channels: dict[str, Channel] = {}
        self.interactions: dict[str, Asked] = {}
        self._happened = asyncio.Condition()
        self._count = count(1)
        self.application = self.snowflake()
        self.me = self.user("kit", bot=True)
        self.guild = self.snowflake()
        self.role = self.snowflake()
        self.lounge = self._channel(Channel(self.snowflake(), 0, self.guild))
        self.thread = self._channel(Channel(self.snowflake(), 11, self.guild, parent=self.lounge.id))

    def snowflake(self, at: datetime | None = None) -> str:
        """Return a fresh id that tells its moment."""
        moment = at or datetime.now(UTC)
        return str((int(moment.timestamp() * 1000) - DISCORD_EPOCH_MS << 22) | next(self._count) & 0x3FFFFF)

    def user(self, name: str, *, bot: bool = False) -> Json:
        """Return somebody new."""
        return {
            "id": self.snowflake(),
            "username": name,
            "discriminator": "0",
            "global_name": None if bot else name.title(),
            "avatar": None,
            "primary_guild": None,
            "public_flags": 0,
            "flags": 0,
        } | ({"bot": True} if bot else {})

    def direct(self, person: Json) -> Channel:
        """Return the private channel with somebody, made when it is not there yet."""
        for channel in self.channels.values():
            if channel.recipient is not None and channel.recipient["id"] == person["id"]:
                return channel
        return self._channel(Channel(self.snowflake(), 1, None, recipient=person))

    def message(self, channel: Channel, author: Json, content: str, **more: Any) -> Json:
        """Write a message into a channel and return it."""
        made: Json = {
            "id": self.snowflake(),
            "channel_id": channel.id,
            "type": 0,
            "author": author,
            "content": content,
            "timestamp": datetime.now(UTC).isoformat(),
            "edited_timestamp": None,
            "tts": False,
            "mention_everyone": False,
            "mentions": [],
            "mention_roles": [],
            "attachments": [],
            "embeds": [],
            "components": [],
            "pinned": False,
            "flags": 0,
        } | more
        channel.messages[made["id"]] = made
        return made

    def ask(
        self, kind: int, channel: Channel, message: str | None = None, at: datetime | None = None
    ) -> Asked:
        """Begin an interaction."""
        name = self.snowflake(at)
        asked = Asked(name, f"aW50ZXJhY3Rpb24{name}", kind, channel, message)
        self.interactions[asked.token] = asked
        return asked

    async def record(self, entry: Entry) -> None:
        """Write down what happened, for whoever waits for it."""
        async with self._happened:
            self.journal.append(entry)
            self._happened.notify_all()

    async def until(self, pattern: str, times: int = 1) -> Entry:
        """Return the `times`th entry whose name matches, once it is there."""
        return (await self.reached(lambda: found if len(found := self.told(pattern)) >= times else None))[
            times - 1
        ]

    async def reached(self, found: Callable[[], Sequence[Entry] | None]) -> Sequence[Entry]:
        """Return what `found` finds in the journal, once it finds something."""
        async with asyncio.timeout(PATIENCE), self._happened:
            while (entries := found()) is None:
                await self._happened.wait()
            return entries

    def told(self, pattern: str) -> list[Entry]:
        """Return the entries so far whose whole name matches."""
        return [entry for entry in self.journal if re.fullmatch(pattern, entry.name)]

    def fault(self, name: str) -> Fault | None:
        """Return what meets a request."""
        return next((fault for fault in self.faults if fault.meets(name)), None)

    def _channel(self, channel: Channel) -> Channel:
        self.channels[channel.id] = channel
        return channel
