"""Whether an answer has the fields, types and values that a vector documents."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

JSON_TYPES: Mapping[str, Callable[[Any], bool]] = {
    "null": lambda value: value is None,
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "string": lambda value: isinstance(value, str),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}


ANSWERED = ("payload", "data", "[]")
"""How paths begin that are of an answer, and not of what is asked."""


class Missing(Exception):
    """A documented field is not there."""


def steps(path: str) -> list[str]:
    """Return a dotted path as its steps; `[]` is each element, `*` each value."""
    return [part for part in re.split(r"\.|(\[\])", path) if part]


def found(value: Any, path: list[str]) -> Iterator[Any]:
    """Yield every value at a path."""
    if not path:
        yield value
        return
    step, rest = path[0], path[1:]
    if value is None:
        return
    if step in {"[]", "*"}:
        for each in value.values() if step == "*" else value:
            yield from found(each, rest)
    elif isinstance(value, dict) and step in value:
        yield from found(value[step], rest)
    else:
        raise Missing(step)


def problems(case: Mapping[str, Any], answer: Any) -> list[str]:
    """Return everything in which an answer differs from its vector."""
    return [*_types(case, answer), *_values(case, answer), *_contents(case, answer)]


def _types(case: Mapping[str, Any], answer: Any) -> Iterator[str]:
    fields = [(path, kind, True) for path, kind in case["required_fields"].items()]
    fields += [(path, kind, False) for path, kind in case.get("optional_fields", {}).items()]
    for path, kind, required in fields:
        try:
            values = list(found(answer, steps(path)))
        except Missing:
            if required:
                yield f"{path} is missing"
            continue
        if required and path.endswith("[]") and not values:
            yield f"{path} is empty, so nothing was checked"
        for value in values:
            if not any(JSON_TYPES[each](value) for each in kind.split("|")):
                yield f"{path} is {value!r}, not {kind}"


def _values(case: Mapping[str, Any], answer: Any) -> Iterator[str]:
    for path, allowed in case.get("enum", {}).items():
        if path.startswith(ANSWERED):
            wrong = [value for value in found(answer, steps(path)) if value not in allowed]
            if wrong:
                yield f"{path} is {wrong}, not of {allowed}"
    for path, (low, high) in case.get("range", {}).items():
        if not all(low <= value <= high for value in found(answer, steps(path))):
            yield f"{path} is outside {low}..{high}"
    for path, least in case.get("min", {}).items():
        if not all(value >= least for value in found(answer, steps(path))):
            yield f"{path} is under {least}"


def _contents(case: Mapping[str, Any], answer: Any) -> Iterator[str]:
    for path, needed in case.get("must_contain", {}).items():
        lacking = set(needed) - set(found(answer, steps(path)))
        if lacking:
            yield f"{path} lacks {sorted(lacking)}"
    for path, needed in case.get("must_contain_keys", {}).items():
        lacking = {key for each in found(answer, steps(path)) for key in set(needed) - set(each)}
        if lacking:
            yield f"{path} lacks {sorted(lacking)}"
