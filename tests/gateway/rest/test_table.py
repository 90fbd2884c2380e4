"""The tables: none of the capabilities is missing, and each path has one owner."""

from collections import Counter

import pytest

from gateway.rest.outcomes import statuses
from gateway.rest.routes import BASE, OWN, ROUTES
from gateway.rest.table import owner_of
from tests.gateway.rest.tiny import TINY
from tools.catalog import CATALOG, build_registry
from tools.policy import Surface

REGISTRY = build_registry()


ALL_OR_ONE = frozenset({"runs.pause", "runs.resume", "runs.stop"})
"""What has a route of its own for one thing, and one for all of them."""


def test_every_capability_of_the_wire_has_one_route() -> None:
    served = [each.name for each in CATALOG if Surface.WIRE in each.surfaces]
    assert Counter(route.capability for route in ROUTES) == Counter([*served, *ALL_OR_ONE])


def test_no_two_routes_are_the_same_and_reading_changes_nothing() -> None:
    assert max(Counter(route.label for route in ROUTES).values()) == 1
    for route in ROUTES:
        capability = REGISTRY.find(route.capability)
        if route.method == "GET":
            assert not capability.effects, route.label
        assert set(route.in_path) <= set(capability.params.model_json_schema().get("properties", {}))


def test_every_route_says_how_it_can_fail() -> None:
    for route in ROUTES:
        found = statuses(OWN, route, REGISTRY.find(route.capability))
        assert {400, 401, 403, 404, 429, 500, 503} <= set(found), route.label
        assert ({408, 413, 415} <= set(found)) is route.has_body


@pytest.mark.parametrize(
    ("path", "owner"),
    [
        (BASE, OWN),
        (f"{BASE}/orders/x", OWN),
        (f"{BASE}/tiny/x", TINY),
        (f"{BASE}/tinyer", OWN),
        ("/api/v20", None),
        ("/tiny", TINY),
        ("/", None),
    ],
)
def test_the_longest_prefix_owns_a_path(path: str, owner: object) -> None:
    assert owner_of(path, (OWN, TINY)) is owner
