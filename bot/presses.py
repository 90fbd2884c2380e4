"""Cards: messages with buttons for one person, which stand for what is on disk and carry no meaning."""

from base64 import b32encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter

from bot.chat import Button, Buttons, ChatError, Incoming, Place
from bot.guests import Guest
from bot.series import Outlet, Series, Thread, Wanted
from memory.chat_records import Card
from memory.database import Database, UnitOfWork
from trading.clock import Clock

ENTROPY_BYTES = 15
CONFIRM_TIME = timedelta(seconds=120)
SAVE_TIME = timedelta(minutes=15)
"""How long a trade, and what is no trade, can be confirmed: prices go on, the rest waits for its reader."""
KEPT = timedelta(days=30)

PLACE: TypeAdapter[Place] = TypeAdapter(Place)


@dataclass(frozen=True, slots=True)
class Deed:
    """What a button does: a command with its words, or `calls` of capabilities that were read before.

    `refreshes` lets the answer take the place of the card. A deed without any of these only closes the card.
    """

    label: str
    tone: str = "plain"
    command: str | None = None
    words: str = ""
    calls: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    refreshes: bool = False


DEEDS: TypeAdapter[dict[str, Deed]] = TypeAdapter(dict[str, Deed])
Rows = Sequence[Sequence[Deed]]


@dataclass(frozen=True, slots=True)
class Dealt:
    """A card on disk with the buttons that stand for it."""

    id: str
    buttons: Buttons


@dataclass(frozen=True, slots=True)
class Pressed:
    """What somebody wants by pressing a button: nothing when the card says why in `phrase`."""

    card: Card | None
    deed: Deed | None
    phrase: str | None = None


class Presses:
    """Deals cards, and says what pressing them means: for its person, once, and in its time."""

    def __init__(self, database: Database, clock: Clock, entropy: Callable[[int], bytes]) -> None:
        self._database = database
        self._clock = clock
        self._entropy = entropy

    async def deal(
        self,
        guest: Guest,
        text: str,
        rows: Rows,
        *,
        lasts: timedelta | None = None,
        subject: str | None = None,
    ) -> Dealt:
        """Put a card on disk; one that `lasts` so long works once."""
        now = self._clock.now()
        card_id = b32encode(self._entropy(ENTROPY_BYTES)).decode().lower()
        deeds = {str(number): deed for number, deed in enumerate(each for row in rows for each in row)}
        card = Card(
            id=card_id,
            place=PLACE.dump_python(guest.place, mode="json"),
            person=guest.principal.id,
            text=text,
            actions=DEEDS.dump_python(deeds, mode="json"),
            created_at=now,
            expires_at=None if lasts is None else now + lasts,
            subject=subject,
        )
        async with self._database.transact() as uow:
            await uow.cards.add(card)
        names = iter(deeds)
        buttons = tuple(
            tuple(Button(deed.label, f"{card_id}:{next(names)}", deed.tone) for deed in row) for row in rows
        )
        return Dealt(card_id, buttons)

    async def shown(self, card_id: str, message: str) -> None:
        """Store as which message a card can be seen."""
        async with self._database.transact() as uow:
            await uow.cards.shown(card_id, message)

    async def pressed(self, incoming: Incoming, arrival_id: str) -> Pressed:
        """Return what a press means; the first one closes a card that works once, however many come.

        What was begun for an arrival before goes on for the same one.
        """
        card_id, _, number = (incoming.pressed or "").partition(":")
        now = self._clock.now()
        async with self._database.transact() as uow:
            card = await uow.cards.get(card_id)
            if card is None or card.person != incoming.person.id:
                return Pressed(None, None, "press.expired" if card is None else "press.foreign")
            deed = DEEDS.validate_python(card.actions).get(number)
            if card.closed_as == arrival_id:
                late = deed is not None and await _too_late(uow, card, deed, now)
                return Pressed(card, None, "press.expired") if late else Pressed(card, deed)
            if card.closed_at is not None:
                return Pressed(card, None, "press.expired" if card.closed_as == "expired" else "press.used")
            if card.expires_at is None:
                return Pressed(card, deed)
            expired = card.expires_at <= now
            closed = await uow.cards.close(card.id, now, "expired" if expired else arrival_id)
        if expired:
            return Pressed(card, None, "press.expired")
        return Pressed(card, deed) if closed else Pressed(card, None, "press.used")

    async def over(self) -> Sequence[Card]:
        """Close the cards whose time is over, and return them."""
        async with self._database.read() as uow:
            if not await uow.cards.over(self._clock.now()):
                return ()
        return await self._close("expired", None)

    async def about(self, subject: str, outcome: str) -> Sequence[Card]:
        """Close the cards about something that was answered elsewhere, and return them."""
        return await self._close(outcome, subject)

    async def prune(self) -> None:
        """Forget what nobody can press any more."""
        async with self._database.transact() as uow:
            await uow.cards.prune(self._clock.now() - KEPT)

    async def _close(self, outcome: str, subject: str | None) -> Sequence[Card]:
        now = self._clock.now()
        async with self._database.transact() as uow:
            found = await (uow.cards.over(now) if subject is None else uow.cards.about(subject))
            return [each for each in found if await uow.cards.close(each.id, now, outcome)]


async def _too_late(uow: UnitOfWork, card: Card, deed: Deed, now: datetime) -> bool:
    """Tell whether a restart has kept what was confirmed from being begun until its time was over."""
    if not deed.calls or card.expires_at is None or card.expires_at > now:
        return False
    return await uow.calls.named(card.person, deed.calls[0][0], f"{card.id}/0") is None


def place_of(card: Card) -> Place:
    """Return where a card is."""
    return PLACE.validate_python(card.place)


async def leave(outlet: Outlet, card: Card, line: str) -> None:
    """Take the buttons off a card that can be seen, and say below it what became of it."""
    if card.message is None:
        return
    series = Series(outlet, Thread(place_of(card), f"card/{card.id}"), known={"messages": [card.message]})
    series.want(Wanted("\n\n".join(part for part in (card.text, line) if part)))
    await _suppressed(series)


async def _suppressed(series: Series) -> None:
    try:
        await series.reach()
    except ChatError:
        # A card in a chat that is closed to us is seen by nobody.
        return
