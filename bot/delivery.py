"""Messages of the outbox on their way to people's private chats."""

from collections.abc import Mapping
from contextlib import suppress
from functools import partial

import structlog

from bot.asking import Call
from bot.calls import Door
from bot.cards.notices import Told, shown
from bot.chat import ChatError, TryLater, Unreachable
from bot.guests import Guest, Guests
from bot.lanes import Lanes
from bot.pictures import Drawn
from bot.presses import Dealt, Deed, Presses
from bot.series import Outlet, Series, Thread, Wanted
from memory.database import UnitOfWork
from memory.records import Delivery
from tools.delivering import TURNED_OFF, NotDelivered, Progress
from tools.preferences import Loudness, kind_of, loudness
from trading.clock import Clock
from trading.notices import Notice

log = structlog.get_logger(__name__)


class ChatChannel:
    """To the people of chat platforms, in private, as loud as they want it.

    A picture follows once it is drawn: no message waits for one, or is held back by one that fails.
    """

    def __init__(self, outlets: Mapping[str, Outlet], guests: Guests, presses: Presses, clock: Clock) -> None:
        self._outlets = outlets
        self._guests = guests
        self._presses = presses
        self._clock = clock
        self._door: Door | None = None
        self._lanes = Lanes()

    def reaches(self, recipient: str) -> bool:
        """Tell whether somebody is of a platform that is connected."""
        return recipient.partition(":")[0] in self._outlets

    async def send(self, notice: Delivery, progress: Progress) -> str:
        """Send a message, or what of it was not sent before; return the name of its first part."""
        outlet = self._outlets[notice.recipient.partition(":")[0]]
        try:
            return await self._send(outlet, notice, progress)
        except Unreachable as error:
            raise NotDelivered(str(error), final=True) from error
        except TryLater as error:
            raise NotDelivered(str(error), wait=error.wait) from error
        except ChatError as error:
            raise NotDelivered(str(error)) from error

    def attend(self, door: Door) -> None:
        """Take on what draws pictures."""
        self._door = door

    async def close(self) -> None:
        """Stop drawing; the messages themselves have arrived."""
        await self._lanes.close()

    async def note(self, uow: UnitOfWork, notice: Notice) -> None:
        """Write down nothing: the platform's name of the message is all there is to know."""

    async def _send(self, outlet: Outlet, notice: Delivery, progress: Progress) -> str:
        place = await outlet.adapter.direct(notice.recipient)
        guest = await self._guests.named(notice.recipient, place)
        if guest is None:
            raise NotDelivered(f"{notice.recipient} is not let in", final=True)
        how = loudness(guest.preferences, kind_of(notice.kind), self._clock.now())
        if how is Loudness.OFF:
            return TURNED_OFF
        told = shown(notice, guest.voice, self._clock.now())
        dealt = await self._dealt(guest, told)
        thread = Thread(place, notice.id, silent=how is Loudness.SILENT or notice.data.get("silent") is True)
        series = Series(outlet, thread, progress, notice.progress, patient=False)
        series.want(Wanted(told.markdown, dealt.buttons if dealt else ()))
        await series.reach()
        name = series.messages[0]
        if dealt is not None:
            await self._presses.shown(dealt.id, series.messages[-1])
        if told.picture is not None:
            work = partial(
                self._draw, outlet, guest, told.picture, Thread(place, f"{notice.id}/p", None, name, True)
            )
            self._lanes.add(place.key, work, _undrawn)
        return name

    async def _dealt(self, guest: Guest, told: Told) -> Dealt | None:
        """Return the card of a message with buttons, None for one without."""
        if not told.actions:
            return None
        rows = [
            [Deed(each.label, each.tone, each.command, each.words) for each in row] for row in told.actions
        ]
        return await self._presses.deal(guest, told.markdown, rows, lasts=told.lasts, subject=told.subject)

    async def _draw(self, outlet: Outlet, guest: Guest, drawing: Call, thread: Thread) -> None:
        """Send the picture of a message that has arrived, beneath it and without another sound."""
        if self._door is None:
            return
        found = await Drawn(drawing.name, drawing.params).fetched(self._door, guest)
        if found is None:
            return
        series = Series(outlet, thread)
        series.want(Wanted(found.caption, (), found.picture))
        with suppress(ChatError):
            await series.reach()


async def _undrawn(error: Exception) -> None:
    log.error("a picture could not be drawn", exc_info=error)
