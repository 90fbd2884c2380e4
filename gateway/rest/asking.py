"""From a request to a capability's parameters: path, query and body."""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import orjson

from gateway.protocol import unfit
from gateway.rest.failure import Refused
from gateway.rest.table import Joint, Route
from tools.errors import InvalidFrame, InvalidParams
from tools.registry import AnyCapability

_NUMBER = re.compile(r"-?(0|[1-9]\d{0,17})(\.\d{1,40})?([eE][+-]?\d{1,3})?")
_WORDS = {"true": True, "false": False}

VIEW = "view"
"""What asks for the answer of one API where several give one."""

Types = frozenset[str]


class Reader:
    """Reads the requests of one route. Text of a path or query becomes what the parameter is."""

    def __init__(self, route: Route, capability: AnyCapability) -> None:
        self._route = route
        self._capability = capability

    def params(
        self, given: Mapping[str, str], query: Mapping[str, list[str]], body: Mapping[str, Any] | None
    ) -> Mapping[str, Any]:
        """Return what the capability is asked; raise InvalidParams for what cannot be meant."""
        fields = self.fields(given, query, body)
        return self._route.asks(fields) if self._route.asks else fields

    def fields(
        self, given: Mapping[str, str], query: Mapping[str, list[str]], body: Mapping[str, Any] | None
    ) -> Mapping[str, Any]:
        """Return the fields of a request, each what its parameter is; raise as `params`."""
        route = self._route
        if route.has_body and query:
            raise InvalidParams("this request takes its parameters as a JSON body, not in the query")
        fields: dict[str, Any] = {
            route.name_of(name): value for name, value in (body or {}).items() if isinstance(name, str)
        }
        for name, texts in [*query.items(), *((name, [text]) for name, text in given.items())]:
            known = route.name_of(name)
            if known in fields:
                raise InvalidParams(f"{name[:64]} is given twice", details={"fields": [name[:64]]})
            fields[known] = self._value(known, texts)
        if route.takes is not None and (stray := sorted(fields.keys() - self._types.keys())):
            told = f"{stray[0][:64]}: there is no such parameter here"
            raise InvalidParams(told, details={"fields": [stray[0][:64]]})
        return {**fields, **route.fixed}

    @cached_property
    def _types(self) -> Mapping[str, Types]:
        """The JSON types of each parameter; found out when first needed, as a start has no time for it."""
        taken = self._route.takes
        schema = (taken or self._capability.params).model_json_schema()
        definitions = schema.get("$defs", {})
        return {
            self._route.name_of(name) if taken else name: _types(kind, definitions)
            for name, kind in schema.get("properties", {}).items()
        }

    def _value(self, name: str, texts: list[str]) -> Any:
        if any("\0" in text for text in texts):
            raise InvalidParams("text contains a NUL character")
        types = self._types.get(name, frozenset({"string"}))
        if "array" in types:
            return [part for text in texts for part in text.split(",")]
        if len(texts) > 1:
            raise InvalidParams(f"{name[:64]} is given twice", details={"fields": [name[:64]]})
        return _typed(name, texts[0], types)


def read_object(raw: bytes, content_type: str, max_depth: int) -> Mapping[str, Any]:
    """Return the JSON object of a body, empty for none; raise Refused or InvalidFrame."""
    if not raw:
        return {}
    if content_type != "application/json" and not content_type.endswith("+json"):
        raise Refused(415, "a body is application/json", {"Accept": "application/json"})
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise InvalidFrame(f"a body is one JSON object: {error.msg} at character {error.pos}") from None
    if not isinstance(body, dict):
        raise InvalidFrame("a body is a JSON object")
    wrong = unfit(body, max_depth)
    if wrong is not None:
        raise InvalidFrame(f"a body: {wrong}")
    return body


def chosen(joint: Joint, query: Mapping[str, list[str]]) -> Mapping[str, Route]:
    """Return the routes of a joint that a query asks for, by their APIs; raise InvalidParams."""
    if not query:
        return joint.parts
    name, texts = next(iter(query.items()))
    if not joint.views or len(query) > 1 or name != VIEW or len(texts) > 1 or texts[0] not in joint.views:
        told = (
            f"the one parameter is {VIEW}: {' or '.join(joint.views)}"
            if joint.views
            else "this takes no parameters"
        )
        raise InvalidParams(told, details={"fields": [name[:64]]})
    api = joint.views[texts[0]]
    return {api: joint.parts[api]}


def _typed(name: str, text: str, types: Types) -> Any:
    if "string" in types or not types & {"boolean", "integer", "number"}:
        return text
    if "boolean" in types and text in _WORDS:
        return _WORDS[text]
    if types & {"integer", "number"} and _NUMBER.fullmatch(text):
        return orjson.loads(text)
    wanted = "true or false" if "boolean" in types else "a number"
    raise InvalidParams(f"{name}: {wanted} is needed", details={"fields": [name]})


def _types(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Types:
    """Return the JSON types that a schema allows."""
    if "$ref" in schema:
        return _types(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    choices = [*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())]
    if choices:
        return frozenset().union(*(_types(each, definitions) for each in choices))
    kind = schema.get("type", "string")
    return frozenset({kind}) if isinstance(kind, str) else frozenset(kind)
