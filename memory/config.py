"""What somebody has set for the whole service, on disk; what it means is not known here."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete

from memory import schema_config as schema
from memory.link import Link
from memory.rows import Shape
from memory.sql import upsert


@dataclass(frozen=True, slots=True)
class ConfigEntry:
    """One thing that was set: its value as an object, who set it, and when."""

    name: str
    value: Mapping[str, Any]
    by: str
    at: datetime


ENTRY = Shape(schema.config, ConfigEntry)

UPSERT = upsert(schema.config, "name")
ALL = ENTRY.query.order_by(schema.config.c.name)
DROP = delete(schema.config).where(schema.config.c.name == bindparam("which"))


class Config:
    """Only what somebody has set; the rest is as it always is."""

    def __init__(self, connection: Link) -> None:
        self._connection = connection

    async def all(self) -> Mapping[str, ConfigEntry]:
        """Return everything that was set, by its name."""
        return {each.name: each for each in ENTRY.read_all(await self._connection.execute(ALL))}

    async def put(self, entries: Collection[ConfigEntry]) -> None:
        """Store these in place of what they were before; the others stay."""
        rows = [ENTRY.values(each) for each in entries]
        if rows:
            await self._connection.execute(UPSERT[self._connection.dialect.name], rows)

    async def drop(self, names: Collection[str]) -> None:
        """Forget that these were set."""
        for each in names:
            await self._connection.execute(DROP, {"which": each})
