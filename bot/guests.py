"""Who somebody in a chat is to us: what they may do, how they want it, and in which language."""

from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from bot.chat import Incoming, Place
from bot.voice import Voice
from memory.chat_records import Chat
from memory.database import Database, UnitOfWork
from tools.pairing import principal_of_person
from tools.policy import Principal
from tools.preferences import Language, Preferences, preferences_of
from trading.clock import Clock

MAIN = "main"
"""The conversation of a private chat, until it is begun anew."""


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who was let in, where they talk; `session` is the conversation they have there."""

    principal: Principal
    preferences: Preferences
    voice: Voice
    place: Place
    session: str

    @property
    def shared(self) -> bool:
        """Whether others read along, who are not to see this one's money."""
        return not (self.place.private or self.preferences.group_balances)

    @property
    def zone(self) -> ZoneInfo | None:
        """Whose clocks they live by as far as they have said so: those of their quiet hours."""
        quiet = self.preferences.quiet_hours
        # Quiet hours for which nobody named a zone are in UTC, which tells nothing of where they live.
        return None if quiet is None or quiet.zone == "UTC" else ZoneInfo(quiet.zone)

    @property
    def lane(self) -> str:
        """The name of what this one does here, apart from anybody else."""
        return f"{self.place.key}/{self.principal.id}"


class Guests:
    """Knows the people who were let in; everybody trades `account` unless they name another."""

    def __init__(self, database: Database, clock: Clock, account: str) -> None:
        self._database = database
        self._clock = clock
        self._account = account

    async def of(self, incoming: Incoming) -> Guest | None:
        """Return who did something, None for somebody who was not let in."""
        async with self._database.read() as uow:
            guest = await self._guest(uow, incoming.person.id, incoming.place, incoming.person.language)
            chat = await uow.chats.get(incoming.place.key, incoming.person.id)
        language = incoming.person.language
        if guest is not None and (chat is None or (language is not None and chat.language != language)):
            await self._put(guest, language)
        return guest

    async def named(self, person: str, place: Place) -> Guest | None:
        """Return who has this id, at a place; None for somebody who is not let in."""
        async with self._database.read() as uow:
            return await self._guest(uow, person, place, None)

    async def still(self, guest: Guest) -> Guest | None:
        """Return somebody as they are by now, in the same conversation; None once they are shut out."""
        found = await self.named(guest.principal.id, guest.place)
        return None if found is None else replace(found, session=guest.session)

    async def voice(self, person: str, place: Place) -> Voice:
        """Return the language that somebody speaks at a place, let in or not."""
        guest = await self.named(person, place)
        return Voice.of(None) if guest is None else guest.voice

    async def anew(self, guest: Guest, session: str, language: str | None) -> None:
        """Let somebody have another conversation from now on."""
        await self._put(replace(guest, session=session), language)

    async def _guest(
        self, uow: UnitOfWork, person_id: str, place: Place, language: str | None
    ) -> Guest | None:
        person = await uow.people.get(person_id)
        principal = None if person is None else principal_of_person(person, self._account)
        if principal is None:
            return None
        preferences = await preferences_of(uow, principal.id)
        chat = await uow.chats.get(place.key, person_id)
        spoken = preferences.language.value if preferences.language is not Language.AUTO else language
        voice = Voice.of(spoken or (chat.language if chat else None))
        return Guest(principal, preferences, voice, place, chat.session if chat else _first(place))

    async def _put(self, guest: Guest, language: str | None) -> None:
        chat = Chat(guest.place.key, guest.principal.id, guest.session, self._clock.now(), language)
        async with self._database.transact() as uow:
            await uow.chats.put(chat)


def _first(place: Place) -> str:
    return MAIN if place.private else place.key
