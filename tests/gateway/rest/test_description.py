"""The OpenAPI document and the pages that show it."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import jsonschema_rs
import orjson
import pytest
from openapi_spec_validator.schemas import schema_v31

from gateway.rest.openapi import Document
from gateway.rest.pages import FILES
from gateway.rest.routes import OWN, ROUTES
from tests.gateway.house import House, Running
from tests.gateway.rest.asked import ask
from tests.gateway.rest.tiny import TINY
from tools.catalog import build_registry

ELSEWHERE = re.compile(r"(?:https?:)?//(?!localhost|127\.0\.0\.1)[\w.-]+\.\w+", re.I)


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return build()


def build() -> dict[str, Any]:
    return Document(build_registry(), (OWN,), version="1.0.0", keyless=True).build()


def test_the_document_is_openapi_3_1(document: dict[str, Any]) -> None:
    validator = jsonschema_rs.validator_for(dict(schema_v31))
    assert [error.message for error in validator.iter_errors(document)] == []
    assert not validator.is_valid({**document, "paths": {"orders": {}}})


def test_each_schema_is_one_and_each_reference_is_kept(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for schema in schemas.values():
        assert jsonschema_rs.meta.is_valid(schema)
    for ref in refs(document):
        kind, name = ref.removeprefix("#/components/").split("/")
        assert name in document["components"][kind]
    assert list(schemas) == sorted(schemas)


def refs(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, each in value.items():
            if name == "$ref":
                yield each
            yield from refs(each)
    elif isinstance(value, list):
        for each in value:
            yield from refs(each)


def test_it_describes_every_route_and_is_the_same_each_time(document: dict[str, Any]) -> None:
    described = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert described == {(route.method, route.path) for route in ROUTES}
    names = [each["operationId"] for methods in document["paths"].values() for each in methods.values()]
    assert len(names) == len(set(names))
    assert orjson.dumps(build()) == orjson.dumps(document)


def test_it_says_what_an_order_takes_and_how_it_fails(document: dict[str, Any]) -> None:
    order = document["paths"]["/api/v2/orders"]["post"]
    assert order["requestBody"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/Execute"
    }
    schema = document["components"]["schemas"]["Execute"]
    assert {"action", "pair", "type", "amount"} <= set(schema["required"])
    assert schema["properties"]["amount"]["type"] == "number"
    assert schema["additionalProperties"] is False
    assert "examples" not in schema["properties"]["pair"]
    assert [each["name"] for each in order["parameters"]] == ["Idempotency-Key"]
    found = set(order["responses"])
    assert found == {"201", *map(str, (400, 401, 403, 404, 408, 409, 413, 415, 429, 500, 502, 503))}
    assert "INSUFFICIENT_FUNDS" in order["responses"]["400"]["description"]
    close = document["paths"]["/api/v2/positions/{positionId}/close"]["post"]
    body = close["requestBody"]["content"]["application/json"]["schema"]
    assert "positionId" not in body["properties"]
    first = close["parameters"][0]
    assert (first["name"], first["in"]) == ("positionId", "path")


async def test_a_foreign_api_is_described_in_its_own_words(house: House) -> None:
    dialects = (replace(OWN, routes=()), replace(TINY, routes=TINY.routes[:-1]))
    found = Document(house.registry, dialects, version="1", keyless=False).build()
    assert found["security"] == [{"bearer": []}, {"apiKey": []}]
    echo = found["paths"]["/tiny/echo/{word}"]["get"]
    assert echo["operationId"] == "tiny_echo_say"
    assert echo["parameters"][0]["name"] == "word"
    assert echo["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].endswith("/Shout")
    assert echo["responses"]["400"]["content"]["application/json"]["schema"]["$ref"].endswith("/Oops")
    pulse = found["paths"]["/tiny/pulse"]["get"]["responses"]["503"]["content"]["application/json"]["schema"]
    assert [each["$ref"].rpartition("/")[2] for each in pulse["anyOf"]] == ["Said", "Oops"]


async def test_the_document_is_served_and_need_not_be_sent_twice(both: Running) -> None:
    first = await ask(both, "GET", "/openapi.json")
    assert (first.status, first.kind, first.json["openapi"]) == (200, "application/json", "3.1.0")
    assert "/api/v2/orders" in first.json["paths"]
    again = await ask(both, "GET", "/openapi.json", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status, again.raw) == (304, b"")


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
async def test_a_page_and_all_that_it_loads_come_from_here(both: Running, path: str) -> None:
    page = await ask(both, "GET", path)
    assert (page.status, page.kind) == (200, "text/html")
    text = page.raw.decode()
    assert ELSEWHERE.findall(text) == []
    loaded = re.findall(r'(?:src|href|spec-url)="([^"]+)"', text)
    assert len(loaded) >= 3
    for each in loaded:
        assert each.startswith("/")
        found = await ask(both, "GET", each)
        assert (found.status, len(found.raw) > 50) == (200, True), each
    policy = page.headers["Content-Security-Policy"]
    assert not re.search(r"https?:|\*|unsafe-eval", policy)
    assert "script-src 'self';" in policy


async def test_only_the_files_of_the_pages_are_served(both: Running) -> None:
    for name in FILES:
        found = await ask(both, "GET", f"/docs/files/{name}")
        assert (found.status, len(found.raw) > 500) == (200, True)
        assert found.headers["Cache-Control"] == "public, max-age=86400"
    for name in ("..%2F..%2F__init__.py", "swagger-ui.css.map", "%2Fetc%2Fpasswd"):
        assert (await ask(both, "GET", f"/docs/files/{name}")).status == 404


def test_the_stream_of_events_is_described_as_one() -> None:
    whole = Document(build_registry(), (OWN,), version="1.0.0", keyless=True, has_feed=True).build()
    operation = whole["paths"]["/api/v2/events"]["get"]
    assert list(operation["responses"]["200"]["content"]) == ["text/event-stream"]
    assert [each["name"] for each in operation["parameters"]] == ["Last-Event-ID"]
    refused = {status for status, told in operation["responses"].items() if status != "200"}
    assert refused == {"400", "401", "403", "429", "503"}
