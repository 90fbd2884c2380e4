"""What people prefer, on disk: only what they have said."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete

from memory import schema_chats as schema
from memory.link import Link
from memory.records import Preference
from memory.rows import Shape
from memory.sql import upsert

PREFERENCE = Shape(schema.preferences, Preference)

_P = schema.preferences.c
UPSERT = upsert(schema.preferences, "principal", "name")
OF = PREFERENCE.query.where(_P.principal == bindparam("who")).order_by(_P.name)
NAMED = PREFERENCE.query.where(_P.name == bindparam("called")).order_by(_P.principal)


class Preferences:
    """Everybody's own preferences, by name; what they mean is not known here."""

    def __init__(self, connection: Link) -> None:
        self._connection = connection

    async def of(self, principal: str) -> Mapping[str, Mapping[str, Any]]:
        """Return what somebody has said they prefer."""
        found = PREFERENCE.read_all(await self._connection.execute(OF, {"who": principal}))
        return {each.name: each.value for each in found}

    async def named(self, name: str) -> Mapping[str, Mapping[str, Any]]:
        """Return what people have said of one thing, by who they are."""
        found = PREFERENCE.read_all(await self._connection.execute(NAMED, {"called": name}))
        return {each.principal: each.value for each in found}

    async def put(self, principal: str, values: Mapping[str, Mapping[str, Any]], at: datetime) -> None:
        """Store what somebody prefers in the respects that are named; the others stay."""
        rows = [PREFERENCE.values(Preference(principal, name, each, at)) for name, each in values.items()]
        if rows:
            await self._connection.execute(UPSERT[self._connection.dialect.name], rows)

    async def forget(self, principal: str) -> None:
        """Forget what somebody prefers."""
        await self._connection.execute(delete(schema.preferences).where(_P.principal == principal))
