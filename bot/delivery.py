"""Messages of the outbox on their way to people's private chats."""

from collections.abc import Mapping
from datetime import timedelta

from bot.cards.orders import approval_actions
from bot.cards.told import approval_in
from bot.cards.told import notice as notice_text
from bot.chat import ChatError, TryLater, Unreachable
from bot.guests import Guest, Guests
from bot.presses import Dealt, Deed, Presses
from bot.series import Outlet, Series, Thread, Wanted
from memory.database import UnitOfWork
from memory.records import Delivery
from tools.delivering import NotDelivered, Progress
from tools.preferences import Loudness, kind_of, loudness
from trading.clock import Clock
from trading.notices import Notice

TURNED_OFF = "turned off"
"""The name of a delivery that its recipient does not want."""


class ChatChannel:
    """To the people of chat platforms, in private, as loud as they want it."""

    def __init__(self, outlets: Mapping[str, Outlet], guests: Guests, presses: Presses, clock: Clock) -> None:
        self._outlets = outlets
        self._guests = guests
        self._presses = presses
        self._clock = clock

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
        text = notice_text(notice.kind, notice.text, notice.data, guest.voice)
        dealt = await self._dealt(guest, notice, text)
        thread = Thread(place, notice.id, silent=how is Loudness.SILENT)
        series = Series(outlet, thread, progress, notice.progress, patient=False)
        series.want(Wanted(text, dealt.buttons if dealt else ()))
        await series.reach()
        if dealt is not None:
            await self._presses.shown(dealt.id, series.messages[-1])
        return series.messages[0]

    async def _dealt(self, guest: Guest, notice: Notice, text: str) -> Dealt | None:
        """Return the card of a request that can be answered here, None for anything else."""
        asked = approval_in(notice.data) if notice.kind.startswith("approval.") else None
        left = timedelta(0) if asked is None else asked.expires_at - self._clock.now()
        if asked is None or left <= timedelta(0):
            return None
        rows: list[list[Deed]] = [
            [Deed(each.label, each.tone, each.command, each.words) for each in row]
            for row in approval_actions(asked, guest.voice)
        ]
        return await self._presses.deal(guest, text, rows, lasts=left, subject=asked.approval_id)
