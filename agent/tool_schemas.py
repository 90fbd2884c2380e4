"""The schemas of tools as a model is told of them: every word is paid for in every call."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from pydantic import BaseModel

from agent.models.port import ToolSpec

NULL = {"type": "null"}
LIKE: Mapping[str, tuple[str, str]] = {
    "alert_preview": ("alert_create", "The same parameters as those of alert_create."),
    "cron_update": ("cron_add", "The name, and those parameters of cron_add that are to change."),
    "backtest_compare": (
        "backtest_run",
        "Also those of backtest_run, but strategy, params, pairs and points.",
    ),
    "backtest_optimize": ("backtest_run", "Also those of backtest_run, but params, pairs and points."),
    "decisions_stats": ("decisions_list", "Those of decisions_list that say which decisions are meant."),
}
"""Tools that take what another one takes, and how that is said where both are on offer."""

NAMES = ("properties", "$defs")
"""Below these stand names that were chosen here, not words of the schema language."""


@cache
def schema_of(params: type[BaseModel]) -> Mapping[str, Any]:
    """Return what a model is told of parameters; nobody may change it.

    It is made once for each class, which takes a millisecond.
    """
    return compact(params.model_json_schema(by_alias=True))


def told_once(specs: Sequence[ToolSpec]) -> tuple[ToolSpec, ...]:
    """Return tools of which those that take what another one takes tell only what they take besides."""
    known = {each.name: each for each in specs}
    return tuple(
        replace(each, parameters=_besides(each.parameters, known[other].parameters, words))
        if (other := LIKE.get(each.name, ("", ""))[0]) in known and (words := LIKE[each.name][1])
        else each
        for each in specs
    )


def _besides(schema: Mapping[str, Any], other: Mapping[str, Any], words: str) -> Mapping[str, Any]:
    own = {name: each for name, each in schema["properties"].items() if name not in other["properties"]}
    rest = {name: each for name, each in schema.items() if name not in ("additionalProperties", "$defs")}
    told = {**rest, "properties": own, "description": words}
    used: Any = own
    defined: dict[str, Any] = {}
    while more := {name: schema["$defs"][name] for name in _named(used) if name not in defined}:
        defined, used = {**defined, **more}, more
    return {**told, "$defs": defined} if defined else told


def _named(value: Any) -> set[str]:
    """Return the definitions that a schema refers to."""
    if isinstance(value, Mapping):
        own = {value["$ref"].rpartition("/")[2]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*(_named(each) for each in value.values()))
    return set().union(*(_named(each) for each in value)) if isinstance(value, list | tuple) else set()


def compact(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema that allows the same, without titles and without the null of what may be left out."""
    return {
        name: _names(value) if name in NAMES else _value(value)
        for name, value in _plain(schema).items()
        if name != "title"
    }


def _plain(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    choices = schema.get("anyOf")
    if choices is None or NULL not in choices or schema.get("default", NULL) is not None:
        return schema
    rest = [each for each in choices if each != NULL]
    others = {name: value for name, value in schema.items() if name not in ("anyOf", "default")}
    return {**others, **rest[0]} if len(rest) == 1 else {**others, "anyOf": rest}


def _names(value: Mapping[str, Any]) -> dict[str, Any]:
    return {name: compact(each) for name, each in value.items()}


def _value(value: Any) -> Any:
    if isinstance(value, Mapping):
        return compact(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_value(each) for each in value]
    return value
