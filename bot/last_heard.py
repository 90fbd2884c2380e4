"""How far people's private chats were heard, for a platform that has to be asked for what came since."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime

from pydantic import ValidationError

from bot.inbox import INCOMING
from memory.database import Database


async def last_heard(database: Database, platform: str) -> Mapping[str, datetime]:
    """Return when something last came from each private chat of somebody let in, by the chat's id."""
    async with database.read() as uow:
        latest = await uow.arrivals.latest(f"{platform}:")
    found = {}
    for each in latest:
        # What another version has stored in other words tells nothing.
        with suppress(ValidationError):
            last = INCOMING.validate_python(each.payload)
            if last.place.private:
                found[last.place.chat] = last.at
    return found
