"""The paths of the one port that several APIs answer, each made one answer of all of theirs."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import reduce
from operator import or_
from typing import Any

from gateway.rest.table import Bodies, Joint, RestDialect, Route

PAGES = frozenset({"/", "/health"})
"""What the pages beside the APIs answer for all of them."""

SYSTEM, RUN = "cryptofunk", "cracktrader"
"""Whose status is the system's, and whose the run's."""

UNHEALTHY = "unhealthy"


def health(bodies: Bodies) -> Mapping[str, Any]:
    """Return how the service is by all that the APIs say of it: unwell when one of them finds it so."""
    joined = _union(bodies)
    if any(body["status"] == UNHEALTHY for body in bodies.values()):
        joined["status"] = UNHEALTHY
    return joined


def status(bodies: Bodies) -> Mapping[str, Any]:
    """Return how the system and the run are; `status` is the run's once there has been one."""
    system, run = bodies[SYSTEM]["status"], bodies[RUN]["status"]
    return {
        **_union(bodies),
        "status": system if untouched(bodies[RUN]) else run,
        "system_status": system,
        "run_status": run,
    }


def untouched(run: Mapping[str, Any]) -> bool:
    """Tell whether nothing was ever run; after a reset it is idle as well, and has been touched."""
    return bool(run["status"] == "idle" and not run.get("used", False))


JOINTS: Mapping[str, Joint] = {
    "/api/v1/health": Joint(SYSTEM, health),
    "/api/v1/status": Joint(RUN, status, views={"system": SYSTEM, "run": RUN}),
}
"""How the answers to a path become one."""


def on_one_port(dialects: Sequence[RestDialect]) -> Sequence[RestDialect]:
    """Return the same APIs side by side: what the pages answer left out, what several answer joined."""
    mine = [replace(each, routes=[one for one in each.routes if one.path not in PAGES]) for each in dialects]
    for path, joint in JOINTS.items():
        parts = {each.name: route for each in mine for route in each.routes if route.path == path}
        if joint.owner in parts and len(parts) > 1:
            headers = reduce(or_, (dict(each.headers) for each in mine if each.name in parts))
            joined = _joined(replace(joint, parts=parts, headers=headers))
            mine = [_with(each, path, joined if each.name == joint.owner else None) for each in mine]
    return mine


def _joined(joint: Joint) -> Route:
    first = next(iter(joint.parts.values()))
    answer = reduce(or_, (part.answer for part in joint.parts.values()))
    return replace(first, tells=None, asks=None, names={}, fixed={}, answer=answer, joint=joint)


def _with(dialect: RestDialect, path: str, route: Route | None) -> RestDialect:
    """Return an API that answers a path by this route, or no longer has that path."""
    routes = [each for each in dialect.routes if each.path != path]
    prefixes = tuple(each for each in dialect.prefixes if each != path)
    if route is None:
        return replace(dialect, routes=routes, prefixes=prefixes)
    return replace(dialect, routes=[*routes, route], prefixes=(*prefixes, path))


def _union(bodies: Bodies) -> dict[str, Any]:
    """Return all fields; of one that several have, that of the API which was given first."""
    joined: dict[str, Any] = {}
    for body in reversed(list(bodies.values())):
        joined |= body
    return joined
