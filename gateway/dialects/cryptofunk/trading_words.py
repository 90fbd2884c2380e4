"""How this API words what goes wrong with orders, positions and sessions."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from gateway.dialects.cryptofunk.uuids import to_uuid
from gateway.dialects.cryptofunk.words import ORDER_STATES
from gateway.rest.failure import Failure
from tools.errors import Code
from tools.wire import Pair

_PAIR: TypeAdapter[Any] = TypeAdapter(Pair)

STATUSES: Mapping[tuple[str | None, str], int] = {
    ("books.place", Code.RISK_LIMIT_EXCEEDED): 400,
    ("books.cancel", Code.CONFLICT): 400,
    ("runs.open", Code.NOT_FOUND): 400,
    ("runs.open", Code.NOT_ARMED): 400,
    ("runs.pause", Code.CONFLICT): 400,
    ("runs.resume", Code.CONFLICT): 400,
    ("runs.stop", Code.CONFLICT): 400,
}
"""Where the HTTP status is another one than ours."""

OF_SESSIONS: Mapping[str, str] = {
    "runs.stop": "stopped",
    "runs.pause": "paused",
    "runs.resume": "resumed",
    "runs.get": "shown",
    "books.orders": "shown",
    "books.positions": "shown",
}
"""What is done with a session."""

OF_ORDERS = frozenset({"books.order", "books.cancel"})
HERE = {*OF_SESSIONS, *OF_ORDERS, "books.place", "runs.open"}

KINDS: Mapping[str, str] = {
    Code.INVALID_FRAME: "invalid request body",
    Code.INVALID_PARAMS: "invalid request",
    Code.MISSING_PARAMS: "invalid request",
    Code.INSUFFICIENT_FUNDS: "insufficient funds",
    Code.INVALID_ORDER: "invalid order",
    Code.RISK_LIMIT_EXCEEDED: "risk limit exceeded",
    Code.TRADING_HALTED: "trading is halted",
    Code.NOT_ARMED: "live trading is not enabled",
    Code.ACCOUNT_LOCKED: "account is locked",
    Code.EXCHANGE_ERROR: "exchange is unavailable",
    Code.CONFLICT: "conflict",
    Code.RATE_LIMITED: "rate limit exceeded",
    Code.INTERNAL_ERROR: "internal server error",
}
"""What kind of failure it is; the details say what exactly."""


FIELDS: Mapping[str, str] = {"pair": "symbol", "run": "session_id"}
"""Fields of capabilities by their names here."""


def worded(failure: Failure) -> Mapping[str, Any] | None:
    """Return the fields in which this failure has words of its own; None where it has none."""
    details = failure.details
    if "error" in details:
        named = {name: value for name, value in details.items() if name != "fields"}
        return {**named, "field": details["fields"][0]} if details.get("fields") else named
    if failure.capability not in HERE:
        return None
    if failure.code == Code.NOT_FOUND and failure.capability != "runs.open":
        return _missing(failure)
    if failure.code == Code.NOT_FOUND:
        return {"error": "invalid symbol", "details": failure.message, "field": "symbol"}
    if failure.code == Code.CONFLICT and "state" in details:
        return _too_late(failure)
    return None


def usual(failure: Failure) -> Mapping[str, Any]:
    """Return the words for a failure that has none of its own: its kind, and what exactly."""
    fields = failure.details.get("fields", ())
    return {
        "error": KINDS.get(failure.code, failure.title.lower()),
        "details": failure.message,
        "field": FIELDS.get(fields[0], str(fields[0])) if fields else None,
    }


def _missing(failure: Failure) -> Mapping[str, Any]:
    run = failure.details.get("run")
    if failure.capability in OF_ORDERS:
        return {"error": "order not found", "order_id": failure.given.get("id", "")}
    if run is None and failure.capability == "books.positions":
        return {"error": "position not found", "symbol": _symbol(failure.given)}
    return {"error": "session not found", **({} if run is None else {"session_id": to_uuid(run)})}


def _too_late(failure: Failure) -> Mapping[str, Any]:
    state = str(failure.details["state"])
    if failure.capability in OF_ORDERS:
        return {"error": "order cannot be cancelled", "status": ORDER_STATES[state]}
    done = OF_SESSIONS.get(failure.capability or "", "changed")
    return {"error": f"session cannot be {done}", "status": state.upper(), "details": failure.message}


def _symbol(given: Mapping[str, str]) -> str:
    named = given.get("symbol") or f"{given.get('base', '')}/{given.get('quote', '')}"
    try:
        return str(_PAIR.validate_python(named))
    except ValidationError:
        return named
