"""The OpenAPI 3.1 document of the HTTP APIs, made of the same pydantic models that they check with."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from gateway.rest import feed
from gateway.rest.asking import VIEW
from gateway.rest.outcomes import statuses
from gateway.rest.stream import EVENT_STREAM
from gateway.rest.table import UNWELL, RestDialect, Route
from tools.registry import AnyCapability, Registry

VERSION = "3.1.0"
REF = "#/components/schemas/"
SECURITY = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
}
LIMITS = {
    "X-RateLimit-Limit": "Requests that the limit allows",
    "X-RateLimit-Remaining": "Requests that are left",
    "X-RateLimit-Reset": "Seconds until the first request that was counted is over",
}
BOUNDS = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}

Json = dict[str, Any]
Key = tuple[str, str]


class _Schemas(GenerateJsonSchema):
    """Plain schemas: no titles made of field names, exact numbers as the numbers they are on the wire."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Return that a field needs no second name."""
        return False

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:
        """Return a number with its bounds, instead of a number or a text of a pattern."""
        given: Mapping[str, Any] = {**schema}
        return {
            "type": "number",
            **{told: float(given[name]) for name, told in BOUNDS.items() if given.get(name) is not None},
        }


class Document:
    """Describes dialects over a registry. With `keyless` nobody needs a key.

    With `has_feed` what happens is streamed beside them, in the words of the first.
    """

    def __init__(
        self,
        registry: Registry,
        dialects: Sequence[RestDialect],
        *,
        version: str,
        keyless: bool,
        has_feed: bool = False,
    ) -> None:
        self._registry = registry
        self._dialects = dialects
        self._version = version
        self._keyless = keyless
        self._has_feed = has_feed
        self._refs, self._schemas = _schemas(registry, dialects)

    def build(self) -> Json:
        """Return the document; the same for the same capabilities, to the byte."""
        paths: Json = {}
        names: set[str] = set()
        for dialect in self._dialects:
            for route in dialect.routes:
                operation = self._operation(dialect, route)
                operation["operationId"] = _unused(operation["operationId"], names)
                paths.setdefault(route.path, {})[route.method.lower()] = operation
        if self._has_feed:
            paths[feed.PATH] = {"get": self._feed(self._dialects[0])}
        return {
            "openapi": VERSION,
            "info": {
                "title": "K.I.T.",
                "version": self._version,
                "description": "A trading agent: everything that its chats can do, over HTTP.",
            },
            "servers": [{"url": "/"}],
            "security": [*([{}] if self._keyless else []), {"bearer": []}, {"apiKey": []}],
            "paths": paths,
            "components": {
                "schemas": self._used(paths),
                "headers": {
                    name: {"description": text, "schema": {"type": "integer"}}
                    for name, text in LIMITS.items()
                },
                "securitySchemes": SECURITY,
            },
        }

    def _operation(self, dialect: RestDialect, route: Route) -> Json:
        capability = self._registry.find(route.capability)
        own = "" if dialect is self._dialects[0] else f"{dialect.name}_"
        operation: Json = {
            "operationId": f"{own}{capability.tool_name}",
            "summary": capability.summary,
            "description": f"{capability.description} Needs the right to {capability.scope}.",
            "tags": [f"{own}{capability.group}"],
        }
        fields = self._fields(route, capability)
        parameters = [
            _parameter(name, "path", {**fields.get(name, TEXT), "required": True}) for name in route.in_path
        ]
        rest = {name: field for name, field in fields.items() if name not in route.in_path}
        if not route.has_body:
            parameters += [_parameter(name, "query", field) for name, field in rest.items()]
        elif rest:
            operation["requestBody"] = self._body(route, rest)
        if capability.effects:
            parameters.append(IDEMPOTENCY)
        if parameters:
            operation["parameters"] = parameters
        operation["responses"] = self._responses(dialect, route, capability)
        return operation

    def _feed(self, dialect: RestDialect) -> Json:
        """Return the stream of what happens, which has no end and no capability behind it."""
        refused = {"content": {dialect.error_type: {"schema": self._refs["error", dialect.name]}}}
        return {
            "operationId": "events",
            "summary": "Tell what happens to you, by server-sent events.",
            "description": feed.DESCRIPTION,
            "tags": ["events"],
            "parameters": [feed.LAST],
            "responses": {
                "200": {"description": "OK", "content": {EVENT_STREAM: {"schema": {"type": "string"}}}},
                **{
                    str(status): {"description": HTTPStatus(status).phrase, **refused}
                    for status in feed.REFUSED
                },
            },
        }

    def _fields(self, route: Route, capability: AnyCapability) -> dict[str, Json]:
        """Return what the route takes: the schema of each field, and whether it is required."""
        if route.joint is not None:
            views = {"schema": {"type": "string", "enum": list(route.joint.views)}, "required": False}
            return {VIEW: views} if route.joint.views else {}
        model = self._model(route, capability)
        required = model.get("required", ())
        told = {} if route.takes else {known: given for given, known in route.names.items()}
        return {
            told.get(name, name): {"schema": schema, "required": name in required}
            for name, schema in model.get("properties", {}).items()
            if name not in route.fixed
        }

    def _model(self, route: Route, capability: AnyCapability) -> Json:
        ref: str = self._refs[_asked(route, capability)]["$ref"]
        found: Json = self._schemas[ref.removeprefix(REF)]
        return found

    def _body(self, route: Route, rest: dict[str, Json]) -> Json:
        capability = self._registry.find(route.capability)
        required = [name for name, field in rest.items() if field["required"]]
        schema: Json = self._refs[_asked(route, capability)]
        if route.in_path or route.names or route.fixed:
            schema = {
                "type": "object",
                "properties": {name: field["schema"] for name, field in rest.items()},
                "additionalProperties": False,
                **({"required": required} if required else {}),
            }
        return {"required": bool(required), "content": {"application/json": {"schema": schema}}}

    def _responses(self, dialect: RestDialect, route: Route, capability: AnyCapability) -> Json:
        limited = {name: {"$ref": f"#/components/headers/{name}"} for name in LIMITS}
        answer = self._refs[_answered(route, capability)]
        found: Json = {
            str(route.status): {
                "description": HTTPStatus(route.status).phrase,
                "headers": limited,
                "content": {"application/json": {"schema": answer}},
            }
        }
        if route.method == "GET":
            found["304"] = {"description": HTTPStatus.NOT_MODIFIED.phrase}
        if route.streams:
            found[str(route.status)]["content"][EVENT_STREAM] = {"schema": {"type": "string"}}
        error = {"schema": self._refs[("error", dialect.name)]}
        for status, codes in self._refused(dialect, route).items():
            found[str(status)] = {
                "description": f"{HTTPStatus(status).phrase}: {', '.join(codes)}",
                "content": {dialect.error_type: error},
            }
        if route.can_be_unwell:
            unwell = found[str(UNWELL)]["content"]
            told = unwell.get("application/json")
            both = answer if told is None else {"anyOf": [answer, told["schema"]]}
            unwell["application/json"] = {"schema": both}
        return found

    def _refused(self, dialect: RestDialect, route: Route) -> Mapping[int, Sequence[str]]:
        """Return the statuses that a route can refuse with, each with its codes."""
        found: dict[int, set[str]] = {}
        for part in route.parts:
            for status, codes in statuses(dialect, part, self._registry.find(part.capability)).items():
                found.setdefault(status, set()).update(codes)
        return {status: sorted(found[status]) for status in sorted(found)}

    def _used(self, paths: Json) -> Json:
        """Return the schemas that something refers to, by name."""
        used: set[str] = set()
        left = list(_refs(paths))
        while left:
            name = left.pop()
            if name not in used:
                used.add(name)
                left += _refs(self._schemas[name])
        return {name: self._schemas[name] for name in sorted(used)}


TEXT: Json = {"schema": {"type": "string"}}
"""A name in a path that the dialect itself reads."""

IDEMPOTENCY: Json = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Within 24 hours the same key and request are done once; another request is a conflict.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!-~]+$"},
}


def _parameter(name: str, where: str, field: Json) -> Json:
    schema = _without_null(field["schema"])
    return {"name": name, "in": where, "required": field["required"], "schema": schema}


def _without_null(schema: Json) -> Json:
    """Return the schema of what stands in an address, where there is no null: it is left out instead."""
    around = {name: value for name, value in schema.items() if (name, value) != ("default", None)}
    if "anyOf" not in schema:
        return around
    kinds = [each for each in around.pop("anyOf") if each != {"type": "null"}]
    return {**kinds[0], **around} if len(kinds) == 1 else {"anyOf": kinds, **around}


def _asked(route: Route, capability: AnyCapability) -> Key:
    return ("asked", capability.name if route.takes is None else route.label)


def _answered(route: Route, capability: AnyCapability) -> Key:
    return ("told", capability.name if route.answer is None else route.label)


def _schemas(registry: Registry, dialects: Sequence[RestDialect]) -> tuple[dict[Key, Json], dict[str, Json]]:
    """Return a reference for all that is asked, told and refused, and the schemas referred to."""
    inputs: dict[Key, tuple[Any, Any, TypeAdapter[Any]]] = {}
    for dialect in dialects:
        inputs["error", dialect.name] = (("error", dialect.name), "serialization", TypeAdapter(dialect.error))
        for route in dialect.routes:
            capability = registry.find(route.capability)
            asked, told = _asked(route, capability), _answered(route, capability)
            inputs[asked] = (asked, "validation", TypeAdapter(route.takes or capability.params))
            kind = capability.result if route.answer is None else route.answer
            inputs[told] = (told, "serialization", TypeAdapter(kind))
    found, whole = TypeAdapter.json_schemas(
        inputs.values(), ref_template=f"{REF}{{model}}", schema_generator=_Schemas
    )
    refs = {key: _plain(schema) for (key, _), schema in found.items()}
    return refs, {name: _plain(schema) for name, schema in whole.get("$defs", {}).items()}


def _plain(schema: Any) -> Any:
    """Return a schema without examples, which are no contract."""
    if isinstance(schema, list):
        return [_plain(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {name: value for name, value in schema.items() if name != "examples"}
    return {
        name: {key: _plain(each) for key, each in value.items()}
        if name in ("properties", "patternProperties")
        else value
        if name in ("default", "enum", "const")
        else _plain(value)
        for name, value in kept.items()
    }


def _refs(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, each in value.items():
            if name == "$ref" and isinstance(each, str) and each.startswith(REF):
                yield each.removeprefix(REF)
            else:
                yield from _refs(each)
    elif isinstance(value, Iterable) and not isinstance(value, str):
        for each in value:
            yield from _refs(each)


def _unused(name: str, names: set[str]) -> str:
    """Return a name that is not taken yet, and take it."""
    free, number = name, 1
    while free in names:
        number += 1
        free = f"{name}_{number}"
    names.add(free)
    return free
