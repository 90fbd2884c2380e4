"""One text shown as consecutive messages of a chat, changed in place while it grows."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import structlog

from bot.chat import (
    Adapter,
    Buttons,
    ChatError,
    MarkupRefused,
    Message,
    MessageLost,
    Part,
    Picture,
    Place,
    Sending,
    TryLater,
    Unreachable,
)
from bot.pacing import Pacer

LONGEST_HOLD = 120.0
"""Seconds; a platform that asks for more is asked again after these."""

SHORT_HOLD = 10.0
"""Seconds that a series waits for a chat which is not patient."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a chat shall show: a text, the buttons under its last message, a picture before it."""

    markdown: str
    buttons: Buttons = ()
    picture: Picture | None = None


@dataclass(slots=True)
class _Seen:
    """A message that is there; `shown` is None when nobody knows what it shows."""

    name: str
    shown: Message | None


@dataclass(frozen=True, slots=True)
class Thread:
    """Where a series goes: its nonce makes each of its messages one that is sent once."""

    place: Place
    nonce: str
    ticket: str | None = None
    reply_to: str | None = None
    silent: bool = False


Note = Callable[[Mapping[str, Any]], Awaitable[None]]
"""Puts on disk which messages a series has, so that another process can go on with them."""


async def _unnoted(_: Mapping[str, Any]) -> None:
    return


@dataclass(slots=True)
class Outlet:
    """A platform and what spaces out the messages to it."""

    adapter: Adapter
    pacer: Pacer


class Series:
    """Brings what a chat shows to what is wanted, one change at a time, in the pace of its platform.

    What is wanted may change at any moment: intermediate states are skipped, the last one is always reached.
    """

    def __init__(
        self,
        outlet: Outlet,
        thread: Thread,
        note: Note = _unnoted,
        known: Mapping[str, Any] | None = None,
        *,
        patient: bool = True,
    ) -> None:
        self._adapter = outlet.adapter
        self._pacer = outlet.pacer
        self._thread = thread
        self._note = note
        self._patient = patient
        self._order = asyncio.Lock()
        known = known or {}
        self._seen = [_Seen(name, None) for name in known.get("messages", ())]
        self._sent: int = known.get("sent", len(self._seen))
        self._wanted: Wanted | None = None
        self._parts: Sequence[Message] = ()
        self._refused: set[str] = set()
        self._tried: list[Message] = []
        """What the next new message was tried with."""
        self._unsure = False
        """Whether that message may be there, and show any of these."""
        self._changed = asyncio.Event()

    @property
    def messages(self) -> Sequence[str]:
        """The names of the messages that are there, in their order."""
        return [each.name for each in self._seen]

    def want(self, wanted: Wanted | None) -> None:
        """Say what the chat shall show from now on; None takes away what is there."""
        if wanted != self._wanted or wanted is None:
            self._wanted = wanted
            self._changed.set()

    async def keep(self) -> None:
        """Follow what is wanted until cancelled; raise Unreachable when this chat is closed to us."""
        while True:
            await self._changed.wait()
            await self.reach()

    async def reach(self) -> None:
        """Return once the chat shows what is wanted.

        Raises Unreachable when this chat is closed to us, and TryLater when it is not patient.
        """
        async with self._order:
            while self._next() is not None:
                await self._turn()
                # What is wanted may have changed while this waited for its turn.
                change = self._next()
                if change is not None:
                    await _whole(self._try(change))

    async def _turn(self) -> None:
        """Wait until something may go to this chat; raise TryLater where that takes too long to wait for."""
        wait = self._pacer.held(self._thread.place)
        if wait > SHORT_HOLD and not self._patient:
            raise TryLater("this chat has to be left alone for a while", wait)
        await self._pacer.turn(self._thread.place)

    def _next(self) -> int | None:
        """Return the number of the first message that is not as wanted; one too many is that too."""
        if self._changed.is_set():
            self._changed.clear()
            self._parts = self._messages()
        for number, message in enumerate(self._parts):
            if number >= len(self._seen) or self._seen[number].shown != message:
                return number
        one_too_many = len(self._seen) > len(self._parts) or self._unsure
        return len(self._parts) if one_too_many else None

    def _messages(self) -> Sequence[Message]:
        wanted = self._wanted
        if wanted is None:
            return ()
        parts = self._adapter.parts(wanted.markdown, wanted.picture is not None)
        messages = [Message(self._shown(each)) for each in parts]
        messages[0] = replace(messages[0], picture=wanted.picture)
        messages[-1] = replace(messages[-1], buttons=wanted.buttons)
        return messages

    def _shown(self, part: Part) -> Part:
        return Part(part.plain, part.plain) if part.text in self._refused else part

    async def _try(self, number: int) -> None:
        try:
            await self._change(number)
        except TryLater as error:
            self._unsure = self._unsure or (error.unsure and number == len(self._seen))
            self._pacer.hold(self._thread.place, min(error.wait, LONGEST_HOLD))
            if not self._patient:
                raise
        except MarkupRefused as error:
            self._refuse(number, error)
        except Unreachable:
            raise
        except MessageLost:
            # Somebody has deleted it: what follows it stays, and it is shown anew behind them.
            self._seen.pop(number)
            await self._noted()
        except ChatError as error:
            # It is refused for what it is, and would be again.
            raise Unreachable(f"refused: {error}") from error

    async def _change(self, number: int) -> None:
        if number >= len(self._seen):
            # Where nobody wants it any more, only its sender can still find out its name, to take it away.
            await self._add(self._parts[number] if number < len(self._parts) else self._tried[-1])
            return
        if number >= len(self._parts):
            await self._adapter.delete(self._thread.place, self._seen[number].name)
            self._seen.pop(number)
            await self._noted()
            return
        seen, message = self._seen[number], self._parts[number]
        # Until the answer is here it may show either.
        seen.shown = None
        await self._adapter.edit(self._thread.place, seen.name, message)
        seen.shown = message

    async def _add(self, message: Message) -> None:
        self._tried.append(message)
        name = await self._adapter.send(self._thread.place, message, self._sending())
        sure = all(each == message for each in self._tried)
        self._sent, self._tried, self._unsure = self._sent + 1, [], False
        self._seen.append(_Seen(name, message if sure else None))
        await self._noted()

    def _sending(self) -> Sending:
        thread = self._thread
        first = not self._sent
        return Sending(
            nonce=f"{thread.nonce}/{self._sent}",
            ticket=thread.ticket,
            reply_to=thread.reply_to if first else None,
            silent=thread.silent,
        )

    def _refuse(self, number: int, error: ChatError) -> None:
        wanted = number < len(self._parts)
        refused = self._parts[number] if wanted else self._tried[-1]
        part = refused.part
        if part.text == part.plain and not part.marks:
            raise Unreachable(f"not even plain text is taken: {error}") from error
        log.warning("a platform refuses this markup; the plain text goes instead", reason=str(error))
        if not wanted:
            # It is sent again only to find out its name.
            self._tried.append(replace(refused, part=Part(part.plain, part.plain)))
            return
        self._refused.add(part.text)
        self._changed.set()

    async def _noted(self) -> None:
        await self._note({"messages": self.messages, "sent": self._sent})


async def _whole(work: Coroutine[Any, Any, None]) -> None:
    """Do a work to its end, also when its caller is cancelled: half-done, nobody knows what has been sent."""
    task = asyncio.create_task(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
