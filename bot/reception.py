"""Where everything that people do in chats arrives, and is handed to what answers it."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

import structlog

from bot.acts import Acts, Said, Shown
from bot.chat import ChatError, Incoming, Unreachable
from bot.commands import MOST_NAME
from bot.guests import Guest, Guests
from bot.inbox import Inbox, Taken
from bot.lanes import Lanes
from bot.presses import Deed, Pressed, Presses, leave, place_of
from bot.series import Outlet, Series, Thread, Wanted
from bot.talk import Talk
from bot.voice import Voice
from memory.chat_records import Card
from memory.errors import DatabaseUnavailable
from memory.records import StoredEvent
from tools.chat import LONGEST_MESSAGE
from tools.preferences import Busy
from tools.services import Services
from tools.words.language import fold

MOST_WAITING = 20
"""Messages that may wait for the agent at one place; a person who writes more is told so once."""

log = structlog.get_logger(__name__)


@dataclass(slots=True, eq=False)
class _Message:
    """A message on its way to the agent; `stopped` is set once its person does not want it answered."""

    guest: Guest
    taken: Taken
    series: Series
    outlet: Outlet
    begun: bool = False
    stopped: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True)
class _Line:
    """The messages of one person at one place: the first one is being answered."""

    waiting: deque[_Message] = field(default_factory=deque)
    full: bool = False


class Reception:
    """Answers what people do in chats: each thing once, their words in order, commands beside them."""

    def __init__(
        self,
        services: Services,
        outlets: Mapping[str, Outlet],
        inbox: Inbox,
        guests: Guests,
        talk: Talk,
        presses: Presses,
    ) -> None:
        self._services = services
        self._outlets = outlets
        self._inbox = inbox
        self._guests = guests
        self._talk = talk
        self._presses = presses
        self._acts: Acts | None = None
        self._lanes = Lanes()
        self._lines: dict[str, _Line] = {}

    def attend(self, acts: Acts) -> None:
        """Take on what does commands."""
        self._acts = acts

    async def step(self) -> None:
        """Wait for something, and hand all there is to what answers it."""
        await self._inbox.news()
        for taken in await self._inbox.take():
            incoming = taken.incoming
            lane = f"{incoming.place.key}/{incoming.person.id}"
            # Whoever wants it stopped waits for nothing that was said or is shown before.
            lane = f"stop/{taken.id}" if _stops(incoming) else lane
            self._lanes.add(lane, partial(self._receive, taken), partial(self._failed, taken))

    async def close(self) -> None:
        """Stop everything; what is not settled is done by whoever comes after."""
        await self._lanes.close()

    async def stop(self, guest: Guest) -> bool:
        """Stop the agent for somebody, and take back what waits behind; tell whether there was anything."""
        line = self._lines.get(guest.lane, _Line())
        answering = [each for each in line.waiting if each.begun]
        waiting = [each for each in line.waiting if not each.begun]
        for each in answering:
            each.stopped.set()
        for each in waiting:
            line.waiting.remove(each)
        line.full = False
        aborted = await self._services.chat.abort(guest.principal, guest.session, None)
        for each in waiting:
            await each.taken.settle("stopped")
            self._leave(each, guest.voice.say("talk.stopped"))
        return aborted or bool(answering or waiting)

    async def sweep(self) -> None:
        """Take the buttons off cards whose time is over."""
        for card in await self._presses.over():
            voice = await self._guests.voice(card.person, place_of(card))
            self._close(card, voice.say("press.expired"))

    def heard(self, events: Sequence[StoredEvent]) -> None:
        """Hear of approvals that were answered, wherever that was."""
        for each in events:
            if each.name == "approval.resolved":
                told = each.payload
                self._lanes.add("answered", partial(self._answered, dict(told)), self._faulty)

    async def _receive(self, taken: Taken) -> None:
        incoming = taken.incoming
        outlet = self._outlets.get(incoming.place.platform)
        if outlet is None or incoming.person.is_bot:
            await taken.settle("not for us")
            return
        line = self._lines.get(f"{incoming.place.key}/{incoming.person.id}")
        if line is not None and line.full and _words_only(incoming):
            await taken.settle("too many", durable=False)
            return
        guest = await self._guests.of(incoming)
        if guest is None:
            # Of what somebody unknown has said nothing is kept.
            await taken.settle(await self._stranger(taken, outlet), forget=True)
            return
        if incoming.edited:
            # What was said first has been answered; a person who wants more says it again.
            await taken.settle("edited")
            return
        await self._guest(guest, taken, outlet)

    async def _guest(self, guest: Guest, taken: Taken, outlet: Outlet) -> None:
        incoming = taken.incoming
        lane = f"acts/{guest.lane}"
        failed = partial(self._failed, taken)
        if incoming.pressed is not None:
            self._lanes.add(lane, partial(self._pressed, guest, taken, outlet), failed)
        elif incoming.command is not None and not incoming.forwarded:
            said = Said(incoming.command, incoming.text, incoming.options)
            work = partial(self._command, guest, taken, outlet, said)
            # Whoever wants it stopped does not wait for what is to be stopped.
            self._lanes.add(f"stop/{taken.id}" if _stops(incoming) else lane, work, failed)
        elif not incoming.text.strip():
            phrase = "talk.unread" if incoming.unread else "talk.wordless"
            self._lanes.add(lane, partial(self._tell, guest, taken, outlet, phrase), failed)
        else:
            await self._queue(guest, taken, outlet)

    async def _command(self, guest: Guest, taken: Taken, outlet: Outlet, said: Said) -> None:
        assert self._acts is not None
        await taken.settle(await _delivered(self._acts.command(guest, taken, outlet, said)))

    async def _tell(self, guest: Guest, taken: Taken, outlet: Outlet, phrase: str, **values: object) -> None:
        assert self._acts is not None
        shown = Shown(guest.voice.say(phrase, **values))
        await taken.settle(await _delivered(self._acts.present(guest, taken, outlet, shown, None)))

    async def _pressed(self, guest: Guest, taken: Taken, outlet: Outlet) -> None:
        assert self._acts is not None
        pressed = await self._presses.pressed(taken.incoming, taken.id)
        card, deed = pressed.card, pressed.deed
        if card is not None and card.expires_at is not None:
            self._close(card, _said_by(guest, card, pressed))
        elif pressed.phrase == "press.expired":
            await self._tell(guest, taken, outlet, pressed.phrase)
            return
        if deed is None or card is None or not _acts(deed):
            await taken.settle(pressed.phrase or "dropped")
            return
        await taken.settle(await _delivered(self._do(guest, taken, outlet, card.id, deed)))

    async def _do(self, guest: Guest, taken: Taken, outlet: Outlet, card_id: str, deed: Deed) -> str:
        assert self._acts is not None
        if deed.command is None:
            return await self._acts.confirmed(guest, taken, outlet, card_id, deed)
        over = taken.incoming.message if deed.refreshes else None
        return await self._acts.command(guest, taken, outlet, Said(deed.command, deed.words, None, over))

    async def _queue(self, guest: Guest, taken: Taken, outlet: Outlet) -> None:
        """Let a message wait for the agent behind those before it."""
        line = self._lines.setdefault(guest.lane, _Line())
        if len(line.waiting) > MOST_WAITING:
            line.full = True
            told = partial(self._tell, guest, taken, outlet, "talk.full", count=MOST_WAITING)
            self._lanes.add(f"acts/{guest.lane}", told, partial(self._failed, taken))
            return
        series = Series(outlet, _thread(guest, taken), taken.note, taken.progress)
        message = _Message(guest, taken, series, outlet)
        line.waiting.append(message)
        work = partial(self._converse, line, message)
        self._lanes.add(f"talk/{guest.lane}", work, partial(self._failed, taken))
        if len(line.waiting) > 1:
            await self._wait(line, message)

    async def _wait(self, line: _Line, message: _Message) -> None:
        """Show that a message waits, or let it take the place of what is being answered."""
        guest, ahead = message.guest, len(line.waiting) - 1
        busy = guest.preferences.busy
        if busy is Busy.STEER:
            line.waiting[0].stopped.set()
            await self._services.chat.abort(guest.principal, guest.session, None)
            return
        phrase = "talk.collects" if busy is Busy.COLLECT else "talk.queued"
        message.series.want(Wanted(guest.voice.say(phrase, ahead=ahead)))
        self._lanes.add(f"waiting/{guest.lane}", partial(_waiting, message), self._faulty)

    async def _converse(self, line: _Line, message: _Message) -> None:
        """Answer a message, and those with it that its person wants to be answered together."""
        if message not in line.waiting:
            return
        message.begun = True
        taken = message.taken
        try:
            # What waits long is answered for who its person is by then.
            guest = await self._guests.still(message.guest)
            if guest is None:
                await taken.settle("unknown person")
                return
            said = await self._said(line, message)
            if message.stopped.is_set():
                await taken.settle("stopped")
                self._leave(message, guest.voice.say("talk.stopped"))
                return
            answer = self._talk.answer(guest, taken, message.outlet, message.series, said, message.stopped)
            await taken.settle(await answer)
        finally:
            line.waiting.remove(message)
            line.full = False
            if not line.waiting:
                self._lines.pop(message.guest.lane, None)

    async def _said(self, line: _Line, message: _Message) -> str:
        """Return what the agent is asked: a message, with those behind it that are answered together."""
        known, guest = message.taken.progress.get("said"), message.guest
        if known is not None:
            return str(known)
        words = _words(guest, message.taken.incoming)
        if guest.preferences.busy is not Busy.COLLECT or "turn" in message.taken.progress:
            return words
        more: list[_Message] = []
        for each in list(line.waiting)[1:]:
            together = f"{words}\n\n{_words(guest, each.taken.incoming)}"
            if len(together) > LONGEST_MESSAGE:
                break
            words = together
            more.append(each)
        if more:
            await message.taken.collect({"said": words}, [each.taken for each in more])
            for each in more:
                if each in line.waiting:
                    line.waiting.remove(each)
                    self._leave(each, None)
        return words

    def _leave(self, message: _Message, markdown: str | None) -> None:
        """Leave a word in the place of a message that was waiting, or nothing, when its platform lets us."""
        message.begun = True
        message.series.want(None if markdown is None else Wanted(markdown))
        work = partial(_shown, message.series)
        self._lanes.add(f"waiting/{message.guest.lane}", work, self._faulty)

    async def _stranger(self, taken: Taken, outlet: Outlet) -> str:
        """Give somebody unknown their code, in private; whatever else they say is not looked at."""
        incoming = taken.incoming
        if not incoming.place.private or incoming.pressed is not None:
            if incoming.ticket is not None:
                with suppress(ChatError):
                    await outlet.adapter.dismiss(incoming.ticket)
            return "unknown person"
        person, voice = incoming.person, Voice.of(incoming.person.language)
        given = taken.progress.get("said")
        if given is None:
            invitation = await self._services.pairing.ask(person.id, person.name, incoming.place.key)
            if invitation is None:
                return "unknown person"
            code = invitation.code
            given = voice.say("pairing.code", code=code) if code else voice.say("pairing.again")
        series = Series(outlet, Thread(incoming.place, taken.id, incoming.ticket), taken.note, taken.progress)
        series.want(Wanted(given))
        return await _delivered(_reached(series, "paired"))

    async def _answered(self, told: Mapping[str, object]) -> None:
        subject, outcome = str(told.get("approvalId")), str(told.get("status"))
        for card in await self._presses.about(subject, outcome):
            voice = await self._guests.voice(card.person, place_of(card))
            self._close(card, voice.say("card.answered", value=voice.name("answer", outcome)))

    def _close(self, card: Card, line: str) -> None:
        """Take the buttons off a card, however long its platform takes: nobody waits for that."""
        outlet = self._outlets.get(place_of(card).platform)
        if outlet is not None:
            self._lanes.add(f"card/{card.id}", partial(leave, outlet, card, line), self._faulty)

    async def _failed(self, taken: Taken, error: Exception) -> None:
        """Tell that something went wrong which nobody foresaw, and settle it, lest it goes wrong for ever."""
        if isinstance(error, DatabaseUnavailable):
            log.error("a message waits for the database", arrival=taken.id, error=str(error))
            taken.drop()
            return
        fault = self._services.new_id("fault")
        log.error("a message could not be answered", arrival=taken.id, fault=fault, exc_info=error)
        try:
            await taken.settle(f"failed: {fault}")
        finally:
            taken.drop()
        outlet = self._outlets.get(taken.incoming.place.platform)
        if outlet is not None:
            words = Voice.of(taken.incoming.person.language).say("talk.failed", fault=fault)
            incoming = taken.incoming
            series = Series(outlet, Thread(incoming.place, f"{taken.id}/fault", incoming.ticket))
            series.want(Wanted(words))
            await _shown(series)

    async def _faulty(self, error: Exception) -> None:
        log.error("a chat could not be served", exc_info=error)


STOPS = frozenset({"stop", "stopp", "halt", "notaus", "anhalten"})
"""Commands that pass everything else of the same person."""


def _words_only(incoming: Incoming) -> bool:
    return incoming.command is None and incoming.pressed is None and bool(incoming.text.strip())


def _stops(incoming: Incoming) -> bool:
    return (
        incoming.command is not None
        and not incoming.forwarded
        and fold(incoming.command[:MOST_NAME]) in STOPS
    )


def _said_by(guest: Guest, card: Card, pressed: Pressed) -> str:
    """Return what a card shows of how it was pressed: of a request, which of its buttons."""
    deed = pressed.deed
    if deed is None or not _acts(deed):
        return guest.voice.say(pressed.phrase or "press.canceled")
    return guest.voice.say("press.running") if card.subject is None else f"**{deed.label}**"


def _acts(deed: Deed) -> bool:
    return deed.command is not None or bool(deed.calls)


def _words(guest: Guest, incoming: Incoming) -> str:
    if not incoming.forwarded:
        return incoming.text
    quoted = "\n".join(f"> {line}" for line in incoming.text.splitlines())
    return f"{guest.voice.say('talk.forwarded')}\n\n{quoted}"


def _thread(guest: Guest, taken: Taken) -> Thread:
    incoming = taken.incoming
    reply_to = None if guest.place.private or incoming.ticket else incoming.message
    return Thread(guest.place, taken.id, incoming.ticket, reply_to)


async def _reached(series: Series, outcome: str) -> str:
    await series.reach()
    return outcome


async def _waiting(message: _Message) -> None:
    """Show that a message waits, unless its turn has come."""
    if not message.begun:
        await _shown(message.series)


async def _shown(series: Series) -> None:
    await _delivered(_reached(series, "shown"))


async def _delivered(work: Awaitable[str]) -> str:
    """Return how something ended; a chat that is closed to us is an end too."""
    try:
        return await work
    except Unreachable as error:
        return f"undelivered: {error}"
