"""Where a foreign API is answered alone: under a prefix of its own, with nothing of the others."""

from collections.abc import Mapping
from dataclasses import replace

from gateway.rest.table import RestDialect

PREFIXES: Mapping[str, str] = {
    "cryptofunk": "/cryptofunk",
    "llm_trading": "/llm",
    "cracktrader": "/cracktrader",
}
"""The prefixes by the names of the APIs."""


def mounted(dialect: RestDialect, prefix: str) -> RestDialect:
    """Return the same API under a prefix: its routes, all paths there, its words, limits and sockets.

    Its limits are the same ones as elsewhere, and its sockets hear and count with those at their own paths.
    """
    return replace(
        dialect,
        prefixes=(prefix,),
        routes=tuple(
            replace(route, path=path) for route in dialect.routes for path in _under(prefix, route.path)
        ),
        sockets=tuple(replace(socket, under=prefix) for socket in dialect.sockets),
    )


def _under(prefix: str, path: str) -> tuple[str, ...]:
    return (prefix, f"{prefix}/") if path == "/" else (f"{prefix}{path}",)
