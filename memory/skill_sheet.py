"""What a SKILL.md says: YAML between two lines of hyphens, then Markdown."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

SKILL_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
MAX_FRONT_CHARS = 8_192
MAX_DEPTH = 3
"""How deep front matter may nest: lists by language are the deepest there is."""

_FENCE = re.compile(r"^---[ \t]*$", re.MULTILINE)
_TOKEN = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,63}")
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
# Builds text, lists and mappings and nothing else, so `version: 1.10` stays what was written.
_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

Plain = str | list[Any] | dict[str, Any]


class BadSkill(Exception):
    """Mend the skill: its words say what is wrong with it."""


@dataclass(frozen=True, slots=True)
class SkillSheet:
    """What a skill says of itself; `text` is the whole file, `instructions` what follows its front matter.

    `when` are phrases of requests that it is for, `capabilities` what it is made of. Without `tools` it
    restricts none; `data` are names of files beside it.
    """

    id: str
    name: str
    description: str
    text: str
    instructions: str
    version: str = "1.0.0"
    when: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    tools: tuple[str, ...] | None = None
    data: tuple[str, ...] = ()


def read_sheet(skill_id: str, text: str) -> SkillSheet:
    """Return what the SKILL.md of a skill says; raise BadSkill for one that is no skill."""
    front, instructions = _parts(text)
    given = _mapping(front)
    unknown = sorted(set(given) - set(_FIELDS))
    if unknown:
        # A misspelt restriction that is passed over would let a skill do more than its author wants.
        raise BadSkill(f"front matter has {_named(unknown[0])}; there are {', '.join(_FIELDS)}")
    missing = [name for name in ("name", "description") if not given.get(name)]
    if missing:
        raise BadSkill(f"front matter lacks {' and '.join(missing)}")
    values = {name: _FIELDS[name](name, value) for name, value in given.items()}
    if values.pop("id", skill_id) != skill_id:
        raise BadSkill(f"its id is the name of its folder, {skill_id}: leave id out, or rename the folder")
    if not instructions:
        raise BadSkill("there are no instructions after the front matter")
    return SkillSheet(id=skill_id, text=text, instructions=instructions, **values)


def _parts(text: str) -> tuple[str, str]:
    """Return front matter and instructions."""
    fences = list(_FENCE.finditer(text))[:2]
    if not fences or fences[0].start() != 0:
        raise BadSkill(
            "it does not begin with front matter: a line of ---, fields such as name, a line of ---"
        )
    if len(fences) < 2:
        raise BadSkill("its front matter has no end: put a line of --- after it")
    front = text[fences[0].end() : fences[1].start()]
    if len(front) > MAX_FRONT_CHARS:
        raise BadSkill(f"its front matter has {len(front)} characters; at most {MAX_FRONT_CHARS} are read")
    return front, text[fences[1].end() :].strip()


def _mapping(front: str) -> Mapping[str, Plain]:
    try:
        _refuse_tricks(front)
        node = yaml.compose(front, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        # Counted from the line after the first fence.
        line = "" if error.problem_mark is None else f" in line {error.problem_mark.line + 1}"
        raise BadSkill(f"its front matter is not YAML: {error.problem}{line}") from None
    except yaml.YAMLError:
        raise BadSkill("its front matter is not YAML: it has characters that are not text") from None
    value = _plain(node) if isinstance(node, yaml.MappingNode) else None
    if not isinstance(value, dict):
        raise BadSkill("its front matter has no fields such as `name: My skill`")
    return value


def _refuse_tricks(front: str) -> None:
    """Raise BadSkill for what is more than plain text: repeated parts, tags and deep nesting."""
    depth = 0
    for event in yaml.parse(front, Loader=_LOADER):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise BadSkill("its front matter repeats parts by & and *: write them out, or quote the text")
        if getattr(event, "tag", None) is not None:
            raise BadSkill("its front matter has a tag beginning with !: write plain text, or quote it")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise BadSkill("its front matter is nested too deeply")


def _plain(node: yaml.Node) -> Plain:
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise BadSkill("its front matter has a field whose name is not a word")
            if key.value in found:
                raise BadSkill(f"its front matter has {_named(key.value)} twice")
            found[key.value] = _plain(value)
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_plain(each) for each in node.value]
    return str(node.value)


def _named(text: str) -> str:
    """Return a word of somebody else's, short and without what a terminal would act on."""
    return repr(text[:32])


def _text(most: int) -> Callable[[str, Plain], str]:
    def read(name: str, value: Plain) -> str:
        words = " ".join(value.split()) if isinstance(value, str) else ""
        if not words or len(words) > most or not words.isprintable():
            raise BadSkill(f"{name} is one line of text, of at most {most} characters")
        return words

    return read


def _list(most: int, pattern: re.Pattern[str], example: str) -> Callable[[str, Plain], tuple[str, ...]]:
    def read(name: str, value: Plain) -> tuple[str, ...]:
        if not isinstance(value, list) or len(value) > most:
            raise BadSkill(f"{name} is a list of at most {most}, such as [{example}]")
        for each in value:
            if not isinstance(each, str) or not pattern.fullmatch(each):
                raise BadSkill(
                    f"{name} is a list such as [{example}]; {_named(str(each))} does not fit in it"
                )
        return tuple(dict.fromkeys(value))

    return read


_PHRASES = _list(120, re.compile(r"[^\x00-\x1f\x7f]{1,100}"), "how risky is, wie riskant ist")


def _when(name: str, value: Plain) -> tuple[str, ...]:
    """Return phrases, which may stand in one list or in one for each language."""
    lists = list(value.values()) if isinstance(value, dict) else [value]
    return tuple(dict.fromkeys(phrase for each in lists for phrase in _PHRASES(name, each)))


_FIELDS: Mapping[str, Callable[[str, Plain], Any]] = {
    "id": _text(64),
    "name": _text(80),
    "description": _text(400),
    "version": _text(32),
    "when": _when,
    "capabilities": _list(60, _TOKEN, "market.price"),
    "needs": _list(20, _TOKEN, "live-prices"),
    "tools": _list(60, _TOKEN, "market_price"),
    "data": _list(20, _FILE, "fees.csv"),
}
