"""One message to the agent, answered by one message that grows as the agent writes."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any

from bot.calls import Door
from bot.cards.told import error as error_line
from bot.chat import ChatError, Place, Unreachable
from bot.guests import Guest
from bot.inbox import Taken
from bot.pictures import Drawn, Pictures
from bot.series import Outlet, Series, Thread, Wanted
from bot.voice import plain
from memory.records import MessageRole, StoredEvent, Turn, TurnStatus
from tools.chat import Sent
from tools.errors import CallError
from tools.services import Services

TYPING_SECONDS = 4.0
LATE = timedelta(minutes=10)
"""How old a message may be on which the agent acts: prices and minds change."""

LONGEST_ARGUMENT = 40
MOST_ARGUMENTS = 3
ENDED = frozenset({"chat.complete", "chat.aborted", "chat.error"})
OVER = frozenset({TurnStatus.COMPLETE, TurnStatus.ABORTED, TurnStatus.FAILED, TurnStatus.INTERRUPTED})


class Hearing:
    """What a turn tells of itself, as far as a chat shows it; `changed` hears of every piece."""

    def __init__(self, guest: Guest, frame_id: str, changed: Callable[[], None]) -> None:
        self.request: str | None = None
        """The turn's own name, once it has `begun`."""
        self.begun = asyncio.Event()
        self.text = ""
        self.line = ""
        self.drawn: list[Drawn] = []
        self._guest = guest
        self._frame_id = frame_id
        self._changed = changed
        self._pictures = Pictures()

    def __call__(self, events: Sequence[StoredEvent]) -> None:
        """Take events, of which some may be of this turn."""
        for each in events:
            if each.principal == self._guest.principal.id and each.name.startswith("chat."):
                self._take(each.name, each.payload)

    @property
    def markdown(self) -> str:
        """What is to be seen now: the answer so far, and a line about what is being done."""
        return "\n\n".join(part for part in (self.text, self.line) if part)

    def _take(self, name: str, payload: Mapping[str, Any]) -> None:
        if payload.get("frameId") == self._frame_id and name in ("chat.start", "chat.queued"):
            self.request = payload.get("requestId")
            self.begun.set()
            return
        if self.request is None or payload.get("requestId") != self.request:
            return
        if name == "chat.chunk":
            self.text, self.line = self.text + str(payload.get("chunk", "")), ""
        elif name == "chat.tool_call":
            self.line = tool_line(payload.get("toolCall") or {})
        elif name == "chat.tool_result":
            self.line = ""
        self.drawn += self._pictures.heard(name, payload)
        self._changed()


def tool_line(call: Mapping[str, Any]) -> str:
    """Return a tool call as one short line."""
    arguments: Mapping[str, Any] = call.get("arguments") or {}
    shown = [str(value) for value in arguments.values() if isinstance(value, str | int | float)]
    words = [each[:LONGEST_ARGUMENT] for each in shown[:MOST_ARGUMENTS]]
    return f"_· {plain(' '.join([str(call.get('name', 'tool')).replace('_', ' '), *words]))}_"


class Talk:
    """Hands messages to the agent and shows what comes of them."""

    def __init__(self, services: Services, door: Door) -> None:
        self._services = services
        self._door = door

    async def answer(
        self,
        guest: Guest,
        taken: Taken,
        outlet: Outlet,
        series: Series,
        words: str,
        stopped: asyncio.Event,
    ) -> str:
        """Run one turn until it ends or is `stopped`, and show it; return what became of it."""
        turn = taken.progress.get("turn")
        if turn is not None:
            final = await self._rest(guest, turn)
            return await _shown(series, final or guest.voice.say("talk.cut"))
        hearing = Hearing(guest, taken.id, lambda: series.want(Wanted(hearing.markdown)))
        stop = self._services.events.listen(hearing)
        beside = (
            self._noted(taken, hearing),
            self._stopping(guest, hearing, stopped),
            typing(outlet, guest.place, self._services.clock, series),
        )
        # What is on its way to the platform when the turn ends arrives: cut off, it would be sent again.
        async with _beside(_kept(series)):
            async with _beside(*beside):
                try:
                    final = await self._sent(guest, taken, words)
                finally:
                    stop()
            outcome = await _shown(series, final)
        await self._pictures(guest, taken, outlet, hearing.drawn)
        return outcome

    async def _sent(self, guest: Guest, taken: Taken, words: str) -> str:
        """Return the final text of a turn."""
        late = self._services.clock.now() - taken.incoming.at > LATE
        said = {"message": words, "sessionId": guest.session, "stream": True, "queue": True}
        try:
            sent = await self._door.call(guest, "chat.send", said, taken.id, late=late)
        except CallError as error:
            return error_line(error, guest.voice, shared=guest.shared)
        assert isinstance(sent, Sent)
        return _final(guest, sent.message.content, sent.aborted)

    async def _noted(self, taken: Taken, hearing: Hearing) -> None:
        """Put the turn's name on disk as soon as it is known, so that another process finds its end."""
        await hearing.begun.wait()
        await taken.note({"turn": hearing.request})

    async def _stopping(self, guest: Guest, hearing: Hearing, stopped: asyncio.Event) -> None:
        """Stop the turn once its person says so, also when they said so before there was one to stop."""
        await stopped.wait()
        await hearing.begun.wait()
        await self._services.chat.abort(guest.principal, guest.session, hearing.request)

    async def _rest(self, guest: Guest, turn_id: str) -> str | None:
        """Return what a turn came to that another process began, None when a restart has cut it off."""
        news = asyncio.Event()
        stop = self._services.events.listen(
            lambda events: news.set() if any(each.name in ENDED for each in events) else None
        )
        try:
            while True:
                news.clear()
                turn, text = await self._on_record(turn_id)
                if turn is None or turn.status in OVER:
                    break
                await news.wait()
        finally:
            stop()
        if turn is None or turn.status is TurnStatus.FAILED:
            return None
        if turn.status is TurnStatus.INTERRUPTED:
            return "\n\n".join(part for part in (text, guest.voice.say("talk.cut")) if part)
        return _final(guest, text, turn.status is TurnStatus.ABORTED)

    async def _on_record(self, turn_id: str) -> tuple[Turn | None, str]:
        async with self._services.database.read() as uow:
            turn = await uow.turns.get(turn_id)
            if turn is None:
                return None, ""
            found = await uow.messages.recent(turn.principal, turn.session_id, 50)
        said = [each for each in found if each.turn_id == turn_id and each.role is MessageRole.ASSISTANT]
        return turn, said[-1].content if said else ""

    async def _pictures(self, guest: Guest, taken: Taken, outlet: Outlet, drawn: Sequence[Drawn]) -> None:
        for number, each in enumerate(drawn):
            picture = await each.fetched(self._door, guest)
            if picture is not None:
                series = Series(outlet, Thread(guest.place, f"{taken.id}/p{number}"))
                await _shown(series, picture.caption, picture=picture.picture)


@asynccontextmanager
async def _beside(*works: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Do works beside the block, until it ends."""
    tasks = [asyncio.create_task(each) for each in works]
    try:
        yield
    finally:
        for each in tasks:
            each.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _final(guest: Guest, text: str, aborted: bool) -> str:
    """Return a turn's text as it stays; one that was stopped says so."""
    if aborted:
        return "\n\n".join(part for part in (text, guest.voice.say("talk.stopped")) if part)
    return text if text.strip() else guest.voice.say("talk.nothing")


async def _shown(series: Series, markdown: str, **more: Any) -> str:
    series.want(Wanted(markdown, **more))
    try:
        await series.reach()
    except Unreachable as error:
        return f"undelivered: {error}"
    return "answered"


async def _kept(series: Series) -> None:
    # The end of the turn finds out again that this chat is closed, and says so.
    with suppress(Unreachable):
        await series.keep()


async def typing(outlet: Outlet, place: Place, clock: Any, series: Series) -> None:
    """Show that an answer is being written, until its first words are there."""
    while not series.messages:
        with suppress(ChatError):
            await outlet.adapter.typing(place)
        await clock.sleep(TYPING_SECONDS)
