"""Paths of the one port that two APIs answer: one answer of both, or that of the one that is asked for."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from pydantic import BaseModel

from gateway.rest.joints import JOINTS, health, on_one_port, status
from gateway.rest.openapi import Document
from gateway.rest.routes import OWN
from gateway.rest.table import RestDialect, Route
from tests.gateway.house import House, Running
from tests.gateway.rest.asked import ask
from tests.gateway.rest.tiny import TINY

FRESH = {"run": "idle", "system": "operational", "used": "no"}
STATE = dict(FRESH)


class System(BaseModel):
    """The answer of one."""

    status: str
    version: str


class Run(BaseModel):
    """The answer of the other."""

    status: str
    run_id: str | None
    used: bool


def of_system(told: Any, at: datetime) -> System:
    return System(status=STATE["system"], version=told.version)


def of_run(told: Any, at: datetime) -> Run:
    return Run(status=STATE["run"], run_id=None, used=STATE["used"] == "yes")


def ill(told: Any) -> bool:
    return STATE["system"] == "unhealthy"


def api(name: str, prefixes: tuple[str, ...], tells: Any, answer: Any) -> RestDialect:
    """Return an API that answers both paths, and the front."""
    paths = (*JOINTS, "/")
    routes = [Route("GET", path, "status", tells=tells, answer=answer, unwell=ill) for path in paths]
    return replace(TINY, name=name, prefixes=prefixes, routes=routes, sockets=(), rules=((4, 60),))


FUNK = api("cryptofunk", ("/api/v1",), of_system, System)
CRACK = api("cracktrader", ("/api/v1/status",), of_run, Run)


@pytest.fixture
async def port(house: House) -> AsyncIterator[Running]:
    """A gateway with two APIs that answer the same paths."""
    STATE.update(FRESH)
    async with house.running(dialects=(OWN, FUNK, CRACK)) as running:
        yield running


async def told(running: Running, path: str, status: int = 200) -> Mapping[str, Any]:
    found = await ask(running, "GET", path)
    assert found.status == status
    body: Mapping[str, Any] = found.json
    return body


async def test_a_status_has_the_fields_of_both_and_is_the_systems_until_something_was_run(
    port: Running,
) -> None:
    assert await told(port, "/api/v1/status") == {
        "status": "operational",
        "system_status": "operational",
        "run_status": "idle",
        "version": "1.0.0",
        "run_id": None,
        "used": False,
    }
    STATE["used"] = "yes"
    assert (await told(port, "/api/v1/status"))["status"] == "idle"
    STATE["run"] = "running"
    found = await told(port, "/api/v1/status")
    assert (found["status"], found["system_status"], found["run_status"]) == (
        "running",
        "operational",
        "running",
    )


async def test_either_view_can_be_asked_for_and_no_other(port: Running) -> None:
    assert await told(port, "/api/v1/status?view=system") == {"status": "operational", "version": "1.0.0"}
    assert (await told(port, "/api/v1/status?view=run"))["status"] == "idle"
    for query in ("view=both", "view=run&view=run", "view=run&x=1", "x=1"):
        refused = await told(port, f"/api/v1/status?{query}", 400)
        assert refused["error"] == "invalid_params"
    await told(port, "/api/v1/health?view=run", 400)


async def test_each_prefix_has_the_answer_of_its_api_alone(port: Running) -> None:
    assert set(await told(port, "/cryptofunk/api/v1/status")) == {"status", "version"}
    assert set(await told(port, "/cracktrader/api/v1/status")) == {"status", "run_id", "used"}
    await told(port, "/cracktrader/api/v1/status?view=run", 400)


async def test_whoever_is_unhealthy_makes_the_answer_so(port: Running) -> None:
    assert (await told(port, "/api/v1/health"))["status"] == "operational"
    STATE["system"] = "unhealthy"
    found = await told(port, "/api/v1/health", 503)
    assert (found["status"], found["run_id"]) == ("unhealthy", None)


async def test_one_request_counts_once_for_the_owner_of_the_path(port: Running) -> None:
    found = [await ask(port, "GET", "/api/v1/health") for _ in range(5)]
    assert [each.status for each in found] == [200, 200, 200, 200, 429]
    assert [each.headers["X-RateLimit-Remaining"] for each in found] == ["3", "2", "1", "0", "0"]
    await told(port, "/api/v1/status")


async def test_a_joint_is_described_once_with_what_either_answers(house: House) -> None:
    dialects = on_one_port((replace(OWN, routes=()), FUNK, CRACK))
    found = Document(house.registry, dialects, version="1", keyless=True).build()
    assert set(found["paths"]) == set(JOINTS)
    shown = found["paths"]["/api/v1/status"]["get"]
    assert shown["parameters"] == [
        {
            "name": "view",
            "in": "query",
            "required": False,
            "schema": {"type": "string", "enum": ["system", "run"]},
        }
    ]
    refs = [
        each["$ref"] for each in shown["responses"]["200"]["content"]["application/json"]["schema"]["anyOf"]
    ]
    assert [ref.rpartition("/")[2] for ref in refs] == ["System", "Run"]
    assert "parameters" not in found["paths"]["/api/v1/health"]["get"]


def test_a_path_that_one_api_answers_is_its_own() -> None:
    own, funk = on_one_port((OWN, FUNK))
    assert {route.path: route.joint for route in funk.routes} == dict.fromkeys(JOINTS)
    assert list(own.routes) == list(OWN.routes)


def test_the_first_apis_field_counts_where_both_have_one() -> None:
    bodies = {"cryptofunk": {"status": "a", "x": 1}, "cracktrader": {"status": "idle", "x": 2, "y": 3}}
    assert health(bodies) == {"status": "a", "x": 1, "y": 3}
    assert status(bodies)["x"] == 1
