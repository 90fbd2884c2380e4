"""What was said last of a skill is what is on disk."""

from memory.database import Database
from memory.records import SkillSetting
from tests.memory.samples import START, later


async def test_the_last_word_on_a_skill_is_kept(database: Database) -> None:
    first = SkillSetting("alert-system", False, "owner", START)
    other = SkillSetting("backtester", False, "owner", START)
    last = SkillSetting("alert-system", True, "telegram:42", later(5))
    async with database.transact() as uow:
        assert await uow.skill_settings.all() == {}
        for each in (first, other, last):
            await uow.skill_settings.put(each)
    async with database.read() as uow:
        assert await uow.skill_settings.all() == {"alert-system": last, "backtester": other}
