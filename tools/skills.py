"""What K.I.T. knows how to do, as skills made of capabilities."""

from typing import Annotated, Any, ClassVar

from pydantic import Field

from memory.records import SkillSetting
from memory.skill_sheet import BadSkill
from tools.context import Context
from tools.errors import NotFound
from tools.policy import Scope, Surface
from tools.registry import capability
from tools.services import Services
from tools.skill_needs import unmet
from tools.skillbook import Skill, SkillStatus
from tools.wire import Millis, NoParams, Params, Result
from trading.model import Origin


class SkillView(Result):
    """A skill in the words of the wire; `reason` tells why it is not loaded, `health` what else is amiss."""

    id: str
    name: str
    description: str
    version: str
    status: str
    reason: str | None
    own: bool
    capabilities: list[str]
    health: list[str]


class SkillList(Result):
    """Every skill."""

    skills: list[SkillView]


class SwitchedView(Result):
    """Who switched a skill on or off, and when."""

    enabled: bool
    by: str
    at: Millis


class DataView(Result):
    """The beginning of a file beside a skill, whole unless `truncated`; `size` is the file's, in bytes."""

    name: str
    text: str
    size: int
    truncated: bool


class SkillDetails(SkillView):
    """A skill with its whole text; a model is given that only in the turn that it fits.

    `tools` are the only ones a model may use with it, null for any; `setting` is null where nobody has
    switched it.
    """

    not_for_models: ClassVar[frozenset[str]] = frozenset({"text"})

    when: list[str]
    needs: list[str]
    tools: list[str] | None
    data: list[str]
    text: str | None
    setting: SwitchedView | None
    file: DataView | None = None


def view(skill: Skill, services: Services) -> SkillView:
    """Return a skill in the words of the wire."""
    return SkillView(
        id=skill.id,
        name=skill.name,
        description=skill.description,
        version=skill.version,
        status=skill.status.value,
        reason=skill.reason,
        own=skill.own,
        capabilities=list(skill.capabilities),
        health=[*skill.health, *unmet(skill.sheet.needs if skill.sheet else (), services)],
    )


BROKEN = "it is broken; `kit skills list` tells its owner why"
"""What a model is told instead of a reason that may quote the file."""


def _for_models(view: SkillView) -> SkillView:
    """Return a skill without its own words unless it is loaded."""
    if view.status == SkillStatus.LOADED:
        return view
    reason = BROKEN if view.status == SkillStatus.ERROR else view.reason
    told: dict[str, Any] = {"name": view.id, "description": reason or "", "reason": reason, "health": []}
    return view.model_copy(update=told)


@capability("skill.list", surfaces=Surface.WIRE | Surface.CHAT | Surface.MODEL)
async def list_skills(ctx: Context, params: NoParams) -> SkillList:
    """List what K.I.T. knows how to do."""
    services = ctx.services
    await services.skills.refresh(services.database)
    views = [view(skill, services) for skill in services.skills.all()]
    return SkillList(skills=[_for_models(each) for each in views] if ctx.origin is Origin.MODEL else views)


class OfSkill(Params):
    """Which skill."""

    id: Annotated[str, Field(min_length=1, max_length=64)]


class OfSkillFile(OfSkill):
    """Which skill, and which of the files beside it to read."""

    file: Annotated[str, Field(min_length=1, max_length=64)] | None = None


@capability("skill.get", surfaces=Surface.WIRE | Surface.MODEL)
async def get_skill(ctx: Context, params: OfSkillFile) -> SkillDetails:
    """Show a skill: its text, what it needs and how it stands; with `file` also a data file of it."""
    await ctx.services.skills.refresh(ctx.services.database)
    skill = _found(ctx, params.id)
    if ctx.origin is Origin.MODEL and not skill.loaded:
        raise NotFound(f"the skill {skill.id} is not loaded: {skill.status.value}")
    return _details(ctx, skill, None if params.file is None else _file(ctx, skill, params.file))


@capability("skill.enable", scope=Scope.ADMIN, effects=True)
async def enable(ctx: Context, params: OfSkill) -> SkillDetails:
    """Let a skill be used again."""
    return await _switched(ctx, params.id, enabled=True)


@capability("skill.disable", scope=Scope.ADMIN, effects=True)
async def disable(ctx: Context, params: OfSkill) -> SkillDetails:
    """Let a skill be used no more, until it is enabled; what it is made of stays."""
    return await _switched(ctx, params.id, enabled=False)


async def _switched(ctx: Context, skill_id: str, *, enabled: bool) -> SkillDetails:
    services = ctx.services
    setting = SkillSetting(_found(ctx, skill_id).id, enabled, ctx.principal.id, services.clock.now())
    async with services.database.transact() as uow:
        await uow.skill_settings.put(setting)
    await services.skills.refresh(services.database)
    return _details(ctx, _found(ctx, skill_id), None)


def _found(ctx: Context, skill_id: str) -> Skill:
    skills = ctx.services.skills.all()
    found = next((each for each in skills if each.id == skill_id), None)
    if found is None:
        raise NotFound(f"there is no skill {skill_id!r}; there are {', '.join(each.id for each in skills)}")
    return found


def _file(ctx: Context, skill: Skill, name: str) -> DataView:
    names = skill.sheet.data if skill.sheet else ()
    if name not in names:
        told = f"it names {', '.join(names)}" if names else "it names none"
        raise NotFound(f"{name!r} is no data file of the skill {skill.id}; {told}")
    try:
        found = ctx.services.skills.data(skill, name)
    except BadSkill as error:
        raise NotFound(str(error)) from None
    return DataView(name=name, text=found.text, size=found.size, truncated=found.truncated)


def _details(ctx: Context, skill: Skill, file: DataView | None) -> SkillDetails:
    sheet, setting = skill.sheet, skill.setting
    return SkillDetails(
        **dict(view(skill, ctx.services)),
        when=list(sheet.when) if sheet else [],
        needs=list(sheet.needs) if sheet else [],
        tools=None if skill.tools is None else sorted(skill.tools),
        data=list(sheet.data) if sheet else [],
        text=sheet.text if sheet else None,
        setting=None
        if setting is None
        else SwitchedView(enabled=setting.enabled, by=setting.by, at=setting.at),
        file=file,
    )
