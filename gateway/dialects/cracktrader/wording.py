"""How this API refuses."""

from collections.abc import Mapping
from typing import Any

from gateway.dialects.cracktrader.answers import Told
from gateway.dialects.cracktrader.words import THEIRS
from gateway.rest.failure import Failure
from tools.errors import Code

UNAUTHORIZED, FORBIDDEN, SERVER_ERROR = 401, 403, 500

STATUSES: Mapping[tuple[str | None, str], int] = {
    **{(f"runner.{verb}", Code.CONFLICT): 400 for verb in ("backtest", "trade", "stop", "reset")},
    **{(f"runner.{verb}", Code.NOT_FOUND): 400 for verb in ("backtest", "trade")},
}
"""Where the HTTP status is another one than ours."""

LIMIT = 100
"""Requests a minute of each key."""

MESSAGES: Mapping[str, str] = {
    "INVALID_STRATEGY": "unknown strategy",
    "RUN_ALREADY_ACTIVE": "run already in progress",
    "NO_ACTIVE_RUN": "no run is active",
    "NO_RESULTS": "no run has finished",
    "UNAUTHORIZED": "missing or invalid API key",
    "LIVE_TRADING_DISABLED": "live trading is not enabled",
    "RATE_LIMITED": f"{LIMIT} requests per minute",
}
"""This API's own words, by its codes."""

CODES: Mapping[tuple[str | None, str], str] = {
    ("runner.results", Code.NOT_FOUND): "NO_RESULTS",
    (None, Code.NOT_ARMED): "LIVE_TRADING_DISABLED",
    (None, Code.RATE_LIMITED): "RATE_LIMITED",
    (None, Code.NOT_FOUND): "NOT_FOUND",
}
"""This API's own codes, by capability and code of ours."""

WRONG_MODE = "mode must be paper or live"


class Problem(Told):
    """What went wrong: a code for programs, words for people."""

    code: str
    message: str
    details: Mapping[str, Any]


class Error(Told):
    """A refusal."""

    error: Problem


def error(failure: Failure) -> Error:
    """Return the body of a failure."""
    code = _code(failure)
    return Error(error=Problem(code=code, message=_message(code, failure), details=_details(code, failure)))


def refused(code: str, message: str) -> Error:
    """Return the body of a refusal that no capability was asked about."""
    return Error(error=Problem(code=code, message=message, details={}))


def _code(failure: Failure) -> str:
    details = failure.details
    if failure.status == UNAUTHORIZED:
        return "UNAUTHORIZED"
    if "supportedPairs" in details:
        return "INVALID_SYMBOL"
    if failure.code == Code.INVALID_PARAMS and "strategy" in details:
        return "INVALID_STRATEGY"
    if failure.code == Code.CONFLICT and failure.capability is not None:
        return _conflict(failure)
    own = CODES.get((failure.capability, failure.code)) or CODES.get((None, failure.code))
    if own is None and (failure.status == FORBIDDEN or failure.status >= SERVER_ERROR):
        return failure.code
    return own or "INVALID_REQUEST"


def _conflict(failure: Failure) -> str:
    if "state" in failure.details:
        return "RUN_ALREADY_ACTIVE"
    # The other conflict is an Idempotency-Key that stands for another request.
    return "INVALID_REQUEST" if "Idempotency" in failure.message else "NO_ACTIVE_RUN"


def _message(code: str, failure: Failure) -> str:
    fields = failure.details.get("fields") or ()
    if code == "INVALID_SYMBOL":
        return f"Symbol {failure.details['pair']} is not supported"
    if code == "INVALID_REQUEST" and fields:
        return _about(str(fields[0]), failure)
    return MESSAGES.get(code, failure.message)


def _about(field: str, failure: Failure) -> str:
    """Return what is wrong with a field, by the name that it has here."""
    first, dot, rest = field.partition(".")
    name = f"{THEIRS.get(first, first)}{dot}{rest}"
    if failure.code == Code.MISSING_PARAMS:
        return f"{name} is required"
    return WRONG_MODE if name == "mode" else failure.message.replace(f"{field}:", f"{name}:", 1)


def _details(code: str, failure: Failure) -> dict[str, Any]:
    if code == "INVALID_SYMBOL":
        return {"supported_symbols": failure.details["supportedPairs"]}
    if code == "RATE_LIMITED" and failure.retry_after_ms is not None:
        return {"retry_after_ms": failure.retry_after_ms}
    return {}
