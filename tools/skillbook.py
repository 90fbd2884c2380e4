"""The skills of a service: which folders there are, what was switched off, and what is loaded of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from memory.database import Database
from memory.records import SkillSetting
from memory.skill_folders import DataText, FoundSkill, SkillFolders
from memory.skill_sheet import SkillSheet
from trading.clock import iso

GUIDANCE_CHARS = 6_000
"""How much of all instructions together is put before a model in one turn."""


class SkillStatus(StrEnum):
    """How a skill stands: only a loaded one is ever used."""

    LOADED = "loaded"
    ERROR = "error"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class Skill:
    """A skill as it stands; `reason` tells why it is not loaded, `health` what else is amiss with it.

    `own` is one of the person's, `capabilities` are those of its own that are served, `tools` the only ones
    that a model may use with it, None for any. A broken one has no `sheet`.
    """

    id: str
    own: bool
    status: SkillStatus
    reason: str | None
    sheet: SkillSheet | None
    setting: SkillSetting | None
    capabilities: tuple[str, ...]
    tools: frozenset[str] | None
    health: tuple[str, ...]

    @property
    def name(self) -> str:
        """What people call it."""
        return self.id if self.sheet is None else self.sheet.name

    @property
    def description(self) -> str:
        """What it is for; empty for a broken one."""
        return "" if self.sheet is None else self.sheet.description

    @property
    def version(self) -> str:
        """Its version; empty for a broken one."""
        return "" if self.sheet is None else self.sheet.version

    @property
    def loaded(self) -> bool:
        """Whether it may be used."""
        return self.status is SkillStatus.LOADED


class Skills:
    """The skills of a service; an own one takes the place of the built-in one of its id.

    `served` are the names of all capabilities, `tools` those of the tools that models have.
    """

    def __init__(
        self,
        served: Collection[str],
        tools: Collection[str],
        builtin: SkillFolders,
        own: SkillFolders | None = None,
    ) -> None:
        self._served = frozenset(served)
        self._tools = frozenset(tools)
        self._builtin = builtin
        self._own = own
        self._settings: Mapping[str, SkillSetting] = {}

    async def refresh(self, database: Database) -> None:
        """Learn what was switched on or off, by this process or another."""
        async with database.read() as uow:
            self._settings = await uow.skill_settings.all()

    def all(self) -> Sequence[Skill]:
        """Return every skill as its folder is now: the built-in ones, then a person's own."""
        builtin = self._builtin.look()
        own = self._own.look() if self._own else ()
        replaced = {each.id for each in own}
        kept = [self._assess(each, own=False) for each in builtin if each.id not in replaced]
        ids = {each.id for each in builtin}
        return [*kept, *(self._assess(each, own=True, replaces=each.id in ids) for each in own)]

    def data(self, skill: Skill, name: str) -> DataText:
        """Return a file beside a skill; raise BadSkill when it cannot be read."""
        folders = self._own if skill.own and self._own else self._builtin
        return folders.data(skill.id, name)

    def _assess(self, found: FoundSkill, *, own: bool, replaces: bool = False) -> Skill:
        sheet, setting = found.sheet, self._settings.get(found.id)
        named = () if sheet is None else sheet.capabilities
        real = tuple(name for name in named if name in self._served)
        status, reason = _standing(found, setting, idle=bool(named) and not real)
        health = ["takes the place of the built-in skill of this name"] if replaces else []
        return Skill(
            id=found.id,
            own=own,
            status=status,
            reason=reason,
            sheet=sheet,
            setting=setting,
            capabilities=real,
            tools=self._restriction(sheet),
            health=(*health, *self._amiss(found, real)),
        )

    def _restriction(self, sheet: SkillSheet | None) -> frozenset[str] | None:
        if sheet is None or sheet.tools is None:
            return None
        return self._tools & {_tool(name) for name in sheet.tools}

    def _amiss(self, found: FoundSkill, real: Collection[str]) -> list[str]:
        """Return what is amiss with a skill that can be read, each in a sentence."""
        sheet = found.sheet
        if sheet is None:
            return []
        told = [
            ("not served here", [name for name in sheet.capabilities if name not in real]),
            (
                "no tools that a model has",
                [name for name in sheet.tools or () if _tool(name) not in self._tools],
            ),
            ("data files that are missing", found.missing),
        ]
        amiss = [f"{what}: {', '.join(names)}" for what, names in told if names]
        if sheet.tools is not None and not self._restriction(sheet):
            amiss.append("its tools leave a model none to work with")
        if len(sheet.instructions) > GUIDANCE_CHARS:
            amiss.append(f"of its instructions a model reads the first {GUIDANCE_CHARS} characters")
        return amiss


def _standing(
    found: FoundSkill, setting: SkillSetting | None, *, idle: bool
) -> tuple[SkillStatus, str | None]:
    if found.problem is not None:
        return SkillStatus.ERROR, found.problem
    if setting is not None and not setting.enabled:
        return SkillStatus.DISABLED, f"switched off by {setting.by} at {iso(setting.at)}"
    if idle:
        return SkillStatus.DISABLED, "nothing that it is made of is served here"
    return SkillStatus.LOADED, None


def _tool(name: str) -> str:
    """Return the name of a tool as models have it, from either spelling."""
    return name.replace(".", "_")
