"""The skills of a service: the built-in ones, and a person's own in KIT_HOME/skills."""

from collections.abc import Collection
from importlib import resources
from pathlib import Path

from kit.home import SKILLS
from memory.database import Database
from memory.skill_folders import SkillFolders
from tools.policy import Surface
from tools.registry import AnyCapability
from tools.skillbook import Skills


def build_skills(capabilities: Collection[AnyCapability], home: Path | None = None) -> Skills:
    """Return the skills of a service that serves these; without a `home` there are the built-in ones."""
    builtin = SkillFolders(Path(str(resources.files("kit").joinpath(SKILLS))))
    return Skills(
        served=[each.name for each in capabilities],
        tools=[each.tool_name for each in capabilities if Surface.MODEL in each.surfaces],
        builtin=builtin,
        own=None if home is None else SkillFolders(home / SKILLS),
    )


async def load_skills(capabilities: Collection[AnyCapability], home: Path, database: Database) -> Skills:
    """Return the skills of a service as they were switched on and off."""
    skills = build_skills(capabilities, home)
    await skills.refresh(database)
    return skills
