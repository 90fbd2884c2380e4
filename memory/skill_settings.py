"""Which skills were switched on or off, on disk."""

from collections.abc import Mapping

from memory import schema_skills as schema
from memory.link import Link
from memory.records import SkillSetting
from memory.rows import Shape
from memory.sql import upsert

SETTING = Shape(schema.skill_settings, SkillSetting)

UPSERT = upsert(schema.skill_settings, "skill")
ALL = SETTING.query.order_by(schema.skill_settings.c.skill)


class SkillSettings:
    """The last word on each skill, by its id; one that nobody has spoken of is not here."""

    def __init__(self, connection: Link) -> None:
        self._connection = connection

    async def put(self, setting: SkillSetting) -> None:
        """Store a setting in place of the last one of that skill."""
        await self._connection.execute(UPSERT[self._connection.dialect.name], SETTING.values(setting))

    async def all(self) -> Mapping[str, SkillSetting]:
        """Return every setting by skill."""
        return {each.skill: each for each in SETTING.read_all(await self._connection.execute(ALL))}
