"""Whatever is sent to whichever route, the answer is one that the description names."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from yarl import URL

from gateway.rest.outcomes import statuses
from gateway.rest.routes import OWN, ROUTES
from gateway.rest.table import Route
from tests.service import Running, running
from tests.surfaces.doors import rest_request
from tests.surfaces.test_parity import CALLS
from tools.catalog import build_registry

pytestmark = pytest.mark.asyncio(loop_scope="module")

REGISTRY = build_registry()

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.sampled_from(["BTC/USDT", "1h", "main", "2026-11-01", "9" * 40, "../x", "{}", "%00", "a" * 3_000]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text("abc", max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)


@st.composite
def requests(draw: st.DrawFn) -> tuple[Route, dict[str, Any]]:
    """Return a route, and a good or bad call of its capability of which some fields are anything."""
    route = draw(st.sampled_from(ROUTES))
    params = dict(draw(st.sampled_from(CALLS[route.capability][:2])))
    known = list(REGISTRY.find(route.capability).params.model_json_schema().get("properties", {}))
    for name in draw(st.lists(st.sampled_from([*known, "deep"]), max_size=2)):
        params[name] = draw(VALUES)
    return route, params


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    async with running(tmp_path_factory.mktemp("home"), limits=False) as service:
        yield service


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(asked=requests())
async def test_every_answer_is_one_of_those_described(
    service: Running, asked: tuple[Route, dict[str, Any]]
) -> None:
    route, params = asked
    capability = REGISTRY.find(route.capability)
    path, more = rest_request(route, capability, params)
    async with (
        aiohttp.ClientSession(service.http) as session,
        session.request(route.method, URL(path, encoded=True), **more) as response,
    ):
        body = await response.text()
        allowed = {route.status, *statuses(OWN, route, capability)} - {500}
        assert response.status in allowed, (route.label, params, body)
        if response.status != route.status:
            assert response.content_type == "application/problem+json"
        assert "Traceback" not in body
