"""What K.I.T. knows how to do, as skills made of capabilities."""

from tools.context import Context
from tools.policy import Surface
from tools.registry import capability
from tools.skillbook import Skill
from tools.wire import NoParams, Result


class SkillView(Result):
    """A skill in the words of the wire."""

    id: str
    name: str
    description: str
    version: str
    status: str
    capabilities: list[str]


class SkillList(Result):
    """Every skill."""

    skills: list[SkillView]


def view(skill: Skill) -> SkillView:
    """Return a skill in the words of the wire."""
    return SkillView(
        id=skill.sheet.id,
        name=skill.sheet.name,
        description=skill.sheet.description,
        version=skill.sheet.version,
        status=skill.status,
        capabilities=list(skill.capabilities),
    )


@capability("skill.list", surfaces=Surface.WIRE | Surface.CHAT | Surface.MODEL)
async def list_skills(ctx: Context, params: NoParams) -> SkillList:
    """List what K.I.T. knows how to do."""
    return SkillList(skills=[view(skill) for skill in ctx.services.skills.all()])
