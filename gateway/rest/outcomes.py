"""Which failures a route can answer, by the table of codes."""

from collections.abc import Mapping

from gateway.rest.failure import WORDS
from gateway.rest.table import RestDialect, Route
from tools.errors import MEANINGS, Code
from tools.registry import AnyCapability

ALWAYS = (
    Code.MISSING_PARAMS,
    Code.INVALID_PARAMS,
    Code.AUTH_REQUIRED,
    Code.AUTH_INVALID,
    Code.AUTH_EXPIRED,
    Code.FORBIDDEN,
    Code.NOT_FOUND,
    Code.RATE_LIMITED,
    Code.INTERNAL_ERROR,
)
"""What every call can fail with."""

MARKETS = (Code.EXCHANGE_ERROR,)
ORDERS = (
    *MARKETS,
    Code.INSUFFICIENT_FUNDS,
    Code.INVALID_ORDER,
    Code.RISK_LIMIT_EXCEEDED,
    Code.TRADING_HALTED,
    Code.NOT_ARMED,
    Code.ACCOUNT_LOCKED,
    Code.CONFLICT,
)
"""What trading adds."""

BY_GROUP: Mapping[str, tuple[Code, ...]] = {
    **dict.fromkeys(
        ("account", "approval", "books", "live", "portfolio", "risk", "tool", "trade", "trading", "chart"),
        ORDERS,
    ),
    **dict.fromkeys(
        ("market", "data", "backtest", "watchlist", "decisions", "strategies", "health"), MARKETS
    ),
    "alert": (*MARKETS, Code.CONFLICT),
    "arena": (*MARKETS, Code.CONFLICT),
    "runs": ORDERS,
    "runner": ORDERS,
    "cron": (*MARKETS, Code.AGENT_BUSY, Code.CONFLICT),
    "memory": (*MARKETS, Code.CONFLICT),
    "chat": (*MARKETS, Code.AGENT_BUSY),
    "sessions": (*MARKETS, Code.AGENT_BUSY),
}
"""What else the capabilities of a group can fail with."""

BODY = (408, 413, 415)
"""What HTTP refuses of a body."""


def codes(capability: AnyCapability) -> frozenset[Code]:
    """Return every code that a capability can fail with over HTTP."""
    repeated = (Code.CONFLICT,) if capability.effects else ()
    more = BY_GROUP.get(capability.group, ())
    return frozenset({*ALWAYS, *more, *repeated, *capability.errors.values()})


def statuses(dialect: RestDialect, route: Route, capability: AnyCapability) -> dict[int, list[str]]:
    """Return the statuses that a route can refuse with, in order, each with its codes."""
    found: dict[int, set[str]] = {503: {WORDS[503]}}
    for code in codes(capability):
        status = dialect.status_of(MEANINGS[code].http, capability.name, code.value)
        found.setdefault(status, set()).add(code.value)
    if route.has_body:
        found[400].add(Code.INVALID_FRAME.value)
        for status in BODY:
            found[status] = {WORDS[status]}
    return {status: sorted(found[status]) for status in sorted(found)}
