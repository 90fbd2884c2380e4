"""How far private chats were heard."""

from datetime import timedelta

from bot.chat import Incoming, Person, Place
from bot.inbox import INCOMING
from bot.last_heard import last_heard
from memory.chat_records import Arrival, Chat
from memory.database import Database
from tests.service import NOON


def arrival(name: str, place: Place, minutes: int) -> Arrival:
    came = Incoming(name, NOON + timedelta(minutes=minutes), place, Person("discord:7", "Ada"), name, "hi")
    return Arrival(name, place.key, INCOMING.dump_python(came, mode="json"), NOON)


async def test_only_private_chats_whose_last_words_can_be_read_are_told(database: Database) -> None:
    private, group = Place("discord", "1"), Place("discord", "2", private=False)
    old, elsewhere = Place("discord", "3"), Place("telegram", "1")
    async with database.transact() as uow:
        for place in (private, group, old, elsewhere):
            await uow.chats.put(Chat(place.key, "discord:7", "main", NOON))
        await uow.arrivals.add(
            arrival("a", private, 1),
            arrival("b", private, 2),
            arrival("c", group, 3),
            Arrival("d", old.key, {"said": "in other words"}, NOON),
            arrival("e", elsewhere, 4),
        )
    assert await last_heard(database, "discord") == {"1": NOON + timedelta(minutes=2)}
