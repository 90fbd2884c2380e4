"""The tables of the foreign APIs: everything behind them exists, and is described."""

import re
from typing import Any

import jsonschema_rs
import pytest
from openapi_spec_validator.schemas import schema_v31

from gateway.rest.joints import JOINTS, PAGES, on_one_port
from gateway.rest.mounts import PREFIXES, mounted
from gateway.rest.openapi import Document
from gateway.rest.table import RestDialect, owner_of
from kit.serving import APIS
from tools.catalog import build_registry
from tools.policy import Surface

REGISTRY = build_registry()
SERVED = {each.name: each for each in REGISTRY.served(Surface.WIRE)}
FOREIGN = APIS[1:]
PORT = on_one_port(APIS)


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return Document(REGISTRY, PORT, version="1.0.0", keyless=True).build()


@pytest.mark.parametrize("dialect", FOREIGN, ids=lambda each: each.name)
def test_every_route_has_a_capability_of_the_wire_and_is_its_own_apis(dialect: RestDialect) -> None:
    for route in dialect.routes:
        assert route.capability in SERVED, route.label
        assert route.path in (*PAGES, *JOINTS) or owner_of(route.path, APIS) is dialect, route.label
        known = set(SERVED[route.capability].params.model_json_schema().get("properties", {}))
        assert {*map(route.name_of, route.in_path), *route.fixed} <= known, route.label
        if route.method == "GET":
            assert not SERVED[route.capability].effects, route.label


@pytest.mark.parametrize("dialect", FOREIGN, ids=lambda each: each.name)
def test_words_are_had_for_capabilities_and_events_that_exist(dialect: RestDialect) -> None:
    assert {name for name, _ in dialect.statuses if name is not None} <= set(SERVED)
    for socket in dialect.sockets:
        assert {re.split("[.:]", name)[0] for name in socket.tells} <= {
            each.group for each in SERVED.values()
        }


def test_all_apis_are_described_in_one_document(document: dict[str, Any]) -> None:
    validator = jsonschema_rs.validator_for(dict(schema_v31))
    assert [error.message for error in validator.iter_errors(document)] == []
    for dialect in PORT:
        for route in dialect.routes:
            described = document["paths"][route.path][route.method.lower()]
            assert described["responses"][str(route.status)]["content"], route.label


def test_what_a_foreign_api_answers_is_described_in_its_own_names(document: dict[str, Any]) -> None:
    account = document["paths"]["/trading/accounts/{llm_id}"]["get"]
    assert [each["name"] for each in account["parameters"]] == ["llm_id"]
    ref = account["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
    shown = document["components"]["schemas"][ref.rpartition("/")[2]]["properties"]
    assert {"llm_id", "balance_usdt", "open_positions", "timestamp"} <= set(shown)
    pause = document["paths"]["/scheduler/pause"]["post"]["responses"]
    assert "CONFLICT" in pause["400"]["description"]
    assert "409" not in pause


@pytest.mark.parametrize("dialect", FOREIGN, ids=lambda each: each.name)
def test_every_foreign_api_is_answered_alone_under_a_prefix_of_its_own(dialect: RestDialect) -> None:
    alone = mounted(dialect, PREFIXES[dialect.name])
    assert all(owner_of(route.path, (*APIS, alone)) is alone for route in alone.routes)
    document = Document(REGISTRY, (alone,), version="1.0.0", keyless=True).build()
    assert [
        error.message for error in jsonschema_rs.validator_for(dict(schema_v31)).iter_errors(document)
    ] == []
