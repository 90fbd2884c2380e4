"""The methods of the client as type checkers see them, made of the capabilities that they send."""

import re
from collections.abc import Iterable, Mapping
from functools import reduce
from itertools import groupby
from typing import Any

from kit.groups import Groups
from tools.catalog import CATALOG
from tools.registry import AnyCapability

HEAD = '''"""The groups of methods that need no definition of their own; made by `python -m kit.documents`."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from kit.namespaces import Call, Namespace, Number, Reply
'''
PLAIN: Mapping[str, str] = {
    "string": "str",
    "number": "Number",
    "integer": "int",
    "boolean": "bool",
    "object": "Mapping[str, Any]",
    "null": "None",
}
RESERVED = frozenset({"from"})
"""Fields that Python has a meaning of its own for: they are given with a line behind."""

Json = Mapping[str, Any]


def snake(name: str) -> str:
    """Return how a field or a verb is written in Python: cancelAll is cancel_all."""
    return re.sub(r"[A-Z]", lambda found: f"_{found[0].lower()}", name)


def groups_stub() -> str:
    """Return the stub of `kit.groups`, before it is formatted."""
    names = frozenset(vars(Groups(_never)))
    grouped = groupby(sorted(CATALOG, key=lambda each: each.group), key=lambda each: each.group)
    found = {name: list(members) for name, members in grouped if name in names}
    classes = [_class(name, members) for name, members in found.items()]
    fields = "".join(f"    {name}: _{name.title()}\n" for name in found)
    return "\n".join(
        [HEAD, *classes, f"class Groups:\n{fields}    def __init__(self, call: Call) -> None: ...\n"]
    )


def type_of(schema: Json, definitions: Json) -> str:
    """Return the type of a field as an annotation."""
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        return _either(type_of(each, definitions) for each in schema["anyOf"])
    if words := schema.get("enum", [schema["const"]] if "const" in schema else None):
        return f"Literal[{', '.join(map(repr, words))}]"
    kinds = schema.get("type", "")
    if kinds == "array":
        return f"Sequence[{type_of(schema.get('items', {}), definitions)}]"
    return _either(PLAIN.get(each, "Any") for each in ([kinds] if isinstance(kinds, str) else kinds))


def _never(*given: object, **named: object) -> Any:
    raise AssertionError("nothing is sent")


def _class(name: str, members: Iterable[AnyCapability]) -> str:
    return f"class _{name.title()}(Namespace):\n" + "".join(map(_method, members))


def _method(capability: AnyCapability) -> str:
    verb = snake(capability.name.partition(".")[2])
    schema = capability.params.model_json_schema()
    required, definitions = schema.get("required", ()), schema.get("$defs", {})
    fields = [
        _field(name, type_of(field, definitions), name in required)
        for name, field in sorted(
            schema.get("properties", {}).items(), key=lambda each: each[0] not in required
        )
    ]
    given = ", ".join(["self", "*", *fields, "timeout: float | None = ..."])
    return f'    def {verb}({given}) -> Reply:\n        """{capability.summary}"""\n'


def _field(name: str, kind: str, is_required: bool) -> str:
    python = f"{name}_" if name in RESERVED else snake(name)
    if is_required:
        return f"{python}: {kind}"
    return f"{python}: {kind if kind.endswith('None') else f'{kind} | None'} = ..."


def _either(kinds: Iterable[str]) -> str:
    """Return a union without what is in it twice, None last."""
    found: list[str] = reduce(lambda known, kind: known if kind in known else [*known, kind], kinds, [])
    return " | ".join(sorted(found, key=lambda kind: kind == "None"))
