"""A chat platform in memory, which misbehaves as it is told: for tests, and for trying things out."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot.chat import (
    ChatError,
    Incoming,
    Message,
    MessageLost,
    Pace,
    Part,
    Place,
    Receive,
    Sending,
    TryLater,
)

Fault = Callable[[str, Message | None], ChatError | None]
"""Says what an attempt (send, edit, delete) comes to, None for well."""


class AnswerLost(TryLater):
    """What was asked is done, and its answer does not arrive."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, unsure=True)


@dataclass(slots=True)
class Posted:
    """A message as people see it."""

    name: str
    message: Message
    silent: bool = False
    edits: int = 0


@dataclass(slots=True)
class ScriptedChat:
    """Chats of which everything is known: `posted` is what people see at each place, oldest first.

    `limit` is the length of a message. As on real platforms, what is sent again under a nonce is not shown
    twice.
    """

    receive: Receive | None = None
    platform: str = "scripted"
    pace: Pace = field(default_factory=lambda: Pace(1.0, 3.0))
    problem: str | None = None
    limit: int = 4096
    fault: Fault = lambda what, message: None
    posted: dict[str, list[Posted]] = field(default_factory=dict)
    deleted: list[str] = field(default_factory=list)
    typed: list[str] = field(default_factory=list)
    attempts: int = 0
    news: asyncio.Event = field(default_factory=asyncio.Event)
    _nonces: dict[tuple[str, str], str] = field(default_factory=dict)
    _number: int = 100

    async def run(self) -> None:
        """Wait to be cancelled: what people do comes by `bring`."""
        await asyncio.Event().wait()

    async def bring(self, *came: Incoming) -> None:
        """Let people do something."""
        assert self.receive is not None
        await self.receive(came)

    def parts(self, markdown: str, pictured: bool = False) -> Sequence[Part]:
        """Return the text cut at its limit, without looking for better places."""
        text = markdown or "…"
        cuts = range(0, len(text), self.limit)
        return [Part(text[start : start + self.limit], text[start : start + self.limit]) for start in cuts]

    async def send(self, place: Place, message: Message, sending: Sending) -> str:
        """Show a message."""
        error = self._attempt("send", message)
        known = self._nonces.get((place.key, sending.nonce))
        if known is None and (error is None or isinstance(error, AnswerLost)):
            self._number += 1
            known = self._nonces[place.key, sending.nonce] = str(self._number)
            self.posted.setdefault(place.key, []).append(Posted(known, message, sending.silent))
        self._tell(error)
        assert known is not None
        return known

    async def edit(self, place: Place, name: str, message: Message) -> None:
        """Change a message; raise MessageLost when it is not there."""
        error = self._attempt("edit", message)
        found = next((each for each in self.posted.get(place.key, ()) if each.name == name), None)
        if found is None:
            raise MessageLost(name)
        if error is None or isinstance(error, AnswerLost):
            found.message = message
            found.edits += 1
        self._tell(error)

    async def delete(self, place: Place, name: str) -> None:
        """Take a message away."""
        error = self._attempt("delete", None)
        if error is None or isinstance(error, AnswerLost):
            posted = self.posted.get(place.key, [])
            self.posted[place.key] = [each for each in posted if each.name != name]
            self.deleted.append(name)
        self._tell(error)

    async def typing(self, place: Place) -> None:
        """Note that somebody writes."""
        self.typed.append(place.key)

    async def dismiss(self, ticket: str) -> None:
        """Do nothing: nothing is shown as waiting."""

    async def direct(self, person: str) -> Place:
        """Return the private chat with somebody."""
        return Place(self.platform, person.partition(":")[2])

    def texts(self, place: Place) -> list[str]:
        """Return what people read at a place, message by message."""
        return [each.message.part.text for each in self.posted.get(place.key, ())]

    def _attempt(self, what: str, message: Message | None) -> ChatError | None:
        self.attempts += 1
        return self.fault(what, message)

    def _tell(self, error: ChatError | None) -> None:
        self.news.set()
        if error is not None:
            raise error
